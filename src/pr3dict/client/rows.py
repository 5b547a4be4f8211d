"""Results as a sequence that can become a table."""

from typing import TypeVar

T = TypeVar("T")


class Rows(tuple[T, ...]):
    """What a list method found, in the venue's order."""

    __slots__ = ()
