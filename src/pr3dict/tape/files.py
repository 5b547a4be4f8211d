"""What a tape asks of a file system, and the real one.

Files are only appended to, and names change only here, so that what a power failure may cost can
be reasoned about, and tested on a disk that loses power wherever the test wants it to.
"""

import os
from pathlib import Path
from typing import Final, Protocol


class Files(Protocol):
    """A file system as far as a tape needs one; every call may raise `OSError`."""

    def create(self, path: Path) -> int:
        """Create a file that does not exist and return a handle to append to it."""
        ...

    def append(self, handle: int, data: bytes) -> int:
        """Give bytes to the operating system; return how many it took, perhaps not all."""
        ...

    def sync(self, handle: int) -> None:
        """Make what was appended outlive a power failure."""
        ...

    def close(self, handle: int) -> None:
        """Let go of a file."""
        ...

    def rename(self, path: Path, name: Path) -> None:
        """Give a file another name in its directory."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        ...

    def make_directory(self, path: Path) -> None:
        """Make a directory, if it is not there; not those above it."""
        ...

    def sync_directory(self, path: Path) -> None:
        """Make what was created, renamed or removed in a directory outlive a power failure."""
        ...


class Disk:
    """The file system of this machine."""

    def create(self, path: Path) -> int:
        """Create a file that does not exist and return a handle to append to it."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        return os.open(path, flags, 0o644)

    def append(self, handle: int, data: bytes) -> int:
        """Give bytes to the operating system; return how many it took, perhaps not all."""
        return os.write(handle, data)

    def sync(self, handle: int) -> None:
        """Make what was appended outlive a power failure."""
        os.fsync(handle)

    def close(self, handle: int) -> None:
        """Let go of a file."""
        os.close(handle)

    def rename(self, path: Path, name: Path) -> None:
        """Give a file another name in its directory."""
        path.rename(name)

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        path.unlink(missing_ok=True)

    def make_directory(self, path: Path) -> None:
        """Make a directory, if it is not there; not those above it."""
        path.mkdir(exist_ok=True)

    def sync_directory(self, path: Path) -> None:
        """Make what was created, renamed or removed in a directory outlive a power failure."""
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


DISK: Final[Files] = Disk()


def make_directories(path: Path, files: Files) -> None:
    """Make a directory and those above it that are missing, safe from a power failure."""
    if path.is_dir():
        return
    make_directories(path.parent, files)
    files.make_directory(path)
    files.sync_directory(path.parent)
