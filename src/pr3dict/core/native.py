"""The native engine: the contract of `pr3dict.core` on the Rust module `_native`."""

from typing import Final

from pr3dict.core import Books, RecordBuffer, _native
from pr3dict.core._native import book_hash, read_record

NAME: Final = "native"

__all__ = ["NAME", "book_hash", "new_books", "new_record_buffer", "read_record"]


def new_books(*, prove: bool = True, adopt: bool = False) -> Books:
    """Return empty books; adopt: track a token when its first `book` comes."""
    return _native.Books(prove=prove, adopt=adopt)


def new_record_buffer() -> RecordBuffer:
    """Return an empty buffer."""
    return _native.RecordBuffer()
