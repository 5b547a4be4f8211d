"""The reference engine: docs/books.md in plain Python, written to be read.

It is the specification of the native engine, which is proved equal to it frame by frame, and it
serves where no native build exists.
"""

from typing import Final

from pr3dict.core.reference.books import Books
from pr3dict.core.reference.digest import book_hash
from pr3dict.core.reference.records import RecordBuffer, read_record

__all__ = ["NAME", "book_hash", "new_books", "new_record_buffer", "read_record"]

NAME: Final = "reference"


def new_books(*, prove: bool = True, adopt: bool = False) -> Books:
    """Return empty books; adopt: track a token when its first `book` comes."""
    return Books(prove=prove, adopt=adopt)


def new_record_buffer() -> RecordBuffer:
    """Return an empty buffer."""
    return RecordBuffer()
