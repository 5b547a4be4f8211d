"""Sentences about disks and counts, without errnos."""

import errno
import os

import pytest

from pr3dict.tape.words import counted, in_words


def test_one_of_something_is_not_many():
    assert ["0 books", "1 book", "1,100 books"] == [counted(n, "book") for n in (0, 1, 1100)]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_a_failure_of_a_disk_is_told_in_the_words_of_the_system(number):
    assert os.strerror(number) == in_words(OSError(number, "x"))
    assert os.strerror(number) == in_words(OSError(number, "x", "a"), "a")
    assert f"{os.strerror(number)}: a/b" == in_words(OSError(number, "x", "a/b"), "a")


def test_a_file_in_the_place_of_a_directory_is_told_as_that(tmp_path):
    path = tmp_path / "file"
    path.write_text("", "utf-8")
    with pytest.raises(FileExistsError) as found:
        path.mkdir()
    assert "wanted a directory, found a file" == in_words(found.value, path)


def test_what_no_disk_did_keeps_its_name():
    assert "KeyError: 'x'" == in_words(KeyError("x"))
    assert "odd" == in_words(OSError("odd"))
