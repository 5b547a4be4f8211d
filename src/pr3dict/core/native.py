"""The native engine: the contract of `pr3dict.core` on the Rust module `_native`."""

from typing import Final

from pr3dict.core import Books, RecordBuffer, _native

NAME: Final = "native"

book_hash = _native.book_hash
read_record = _native.read_record


def new_books(*, prove: bool = True, adopt: bool = False) -> Books:
    """Return empty books; adopt: track a token when its first `book` comes."""
    return _native.Books(prove=prove, adopt=adopt)


def new_record_buffer() -> RecordBuffer:
    """Return an empty buffer."""
    return _native.RecordBuffer()
