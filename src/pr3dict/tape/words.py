"""Counts and the failures of a disk in words that people read. Pure."""

import os
from pathlib import Path


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "record"), counted(2_000, "book"), counted(0, "byte")
    ('1 record', '2,000 books', '0 bytes')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def in_words(failure: BaseException, path: str | Path = "") -> str:
    """Return what went wrong without the names and numbers of a program.

    `path` is what the sentence around it names: another one is told.

    >>> in_words(FileNotFoundError(2, "No such file or directory", "/a/b"), "/a")
    'No such file or directory: /a/b'
    """
    if not isinstance(failure, OSError):
        return f"{type(failure).__name__}: {failure}"
    said = os.strerror(failure.errno) if failure.errno else str(failure)
    if isinstance(failure, FileExistsError | NotADirectoryError):
        said = "wanted a directory, found a file"
    where = failure.filename
    other = isinstance(where, str | os.PathLike) and os.fspath(where) != os.fspath(path)
    return f"{said}: {os.fspath(where)}" if other else said
