"""The few calls that a tape makes, on the file system of this machine."""

import pytest

from pr3dict.tape.files import DISK, make_directories


class Noting:
    """The real disk, and which directories were synced."""

    def __init__(self):
        self.synced = []

    def __getattr__(self, name):
        return getattr(DISK, name)

    def sync_directory(self, path):
        DISK.sync_directory(path)
        self.synced.append(path)


def test_what_is_appended_is_there_and_a_file_is_created_once(tmp_path):
    path = tmp_path / "file"
    handle = DISK.create(path)
    assert (3, 2) == (DISK.append(handle, b"one"), DISK.append(handle, b"++"))
    DISK.sync(handle)
    DISK.close(handle)
    assert b"one++" == path.read_bytes()
    with pytest.raises(FileExistsError):
        DISK.create(path)


def test_a_file_is_renamed_and_removed(tmp_path):
    path = tmp_path / "file"
    path.touch()
    DISK.rename(path, tmp_path / "name")
    DISK.sync_directory(tmp_path)
    assert ["name"] == [found.name for found in tmp_path.iterdir()]
    DISK.remove(tmp_path / "name")
    DISK.remove(tmp_path / "name")
    assert [] == list(tmp_path.iterdir())


def test_each_directory_that_was_missing_is_synced_into_the_one_above_it(tmp_path):
    files = Noting()
    make_directories(tmp_path / "a" / "b", files)
    assert (tmp_path / "a" / "b").is_dir()
    assert [tmp_path, tmp_path / "a"] == files.synced
    make_directories(tmp_path / "a" / "b", files)
    assert 2 == len(files.synced)


def test_a_file_in_the_way_is_an_error(tmp_path):
    (tmp_path / "a").touch()
    with pytest.raises(FileExistsError):
        make_directories(tmp_path / "a", DISK)
