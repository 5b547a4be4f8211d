"""A request to a venue's REST as a value: what to send, what may be done with it, how to read it.

A venue makes them, `net` carries them (`ports.Rest`). Neither knows the other.
"""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import msgspec

from pr3dict.model.units import Nanos

T = TypeVar("T")


class Request(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One request and the reader of its answer."""

    url: str
    """With its query."""
    read: Callable[[bytes], T]
    """Makes the result of the body of an answer; raises `RestError` (`bad_answer`)."""
    method: str = "GET"
    body: bytes = b""
    """JSON, byte for byte as it is sent and signed."""
    limits: tuple[str, ...] = ()
    """The rate limits against which the venue counts it, by their names in the venue's `limits`."""
    repeatable: bool = True
    """Whether sending it twice does no harm, so that it may be tried again."""
    sign: Callable[[Nanos], Mapping[str, str]] | None = None
    """Makes the headers that depend on the wall time of sending; asked anew for each attempt."""


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A part of a list, and where the next one begins."""

    items: tuple[T, ...]
    next_cursor: str
    """`""` at the end of the list."""
