"""Books told in signed changes under a row of numbers: the rule by which Kalshi's are kept.

Every message of a subscription carries the next number; a change adds to a level or takes from
it. So one that is lost or comes twice corrupts a book for good, and only the number tells.
No venue of ours speaks so yet: this is the rule that its session and its native twin will follow.
"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

import msgspec

from pr3dict.model.states import BookState, Side
from pr3dict.model.units import Price, Size

Levels = dict[Price, Size]


class Taken(Enum):
    """What became of a message."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    """The number of the message before: it adds nothing."""
    GAP = "gap"
    """A number beyond the next: messages are lost, of whichever book."""
    REWOUND = "rewound"
    """A number from before: the venue began anew without telling."""
    NEGATIVE = "negative"
    """It takes more than there is: this book went wrong earlier."""
    UNSYNCED = "unsynced"
    """In its row, but no book awaits it: its snapshot has not come."""


class Change(NamedTuple):
    """So much more, or less where negative, at one price."""

    side: Side
    price: Price
    size: int


class SignedBook(msgspec.Struct):
    """One book: its sides, and whether they follow the venue."""

    state: BookState = BookState.SYNCING
    sides: tuple[Levels, Levels] = msgspec.field(default_factory=lambda: ({}, {}))


class Subscription:
    """All books of one subscription, which share one row of numbers."""

    def __init__(self) -> None:
        self.books: dict[str, SignedBook] = {}
        self.broken = False
        """The row is broken: only a new subscription mends it."""
        self._last: int | None = None

    def track(self, market: str) -> None:
        """Keep a book of this market; it waits for its snapshot."""
        self.books.setdefault(market, SignedBook())

    def restart(self) -> None:
        """Begin a new row: the subscription was made again, on this connection or another."""
        self.broken, self._last = False, None
        for book in self.books.values():
            book.state = BookState.SYNCING

    def unsound(self) -> list[str]:
        """Return the markets that need a snapshot although their row is whole."""
        suspect = [m for m, book in self.books.items() if book.state is BookState.SUSPECT]
        return [] if self.broken else suspect

    def snapshot(
        self, number: int, market: str, bids: Mapping[Price, Size], asks: Mapping[Price, Size]
    ) -> Taken:
        """Take a whole book."""
        taken = self._place(number)
        if taken is Taken.APPLIED and (book := self.books.get(market)) is not None:
            book.sides, book.state = (dict(bids), dict(asks)), BookState.LIVE
            return taken
        return Taken.UNSYNCED if taken is Taken.APPLIED else taken

    def change(self, number: int, market: str, change: Change) -> Taken:
        """Take a change of one level; one that cannot be right leaves the book as it was."""
        taken = self._place(number)
        book = self.books.get(market)
        if taken is not Taken.APPLIED:
            return taken
        if book is None or book.state is not BookState.LIVE:
            return Taken.UNSYNCED
        levels = book.sides[change.side]
        size = levels.get(change.price, 0) + change.size
        if size < 0:
            book.state = BookState.SUSPECT
            return Taken.NEGATIVE
        if size:
            levels[change.price] = Size(size)
        else:
            levels.pop(change.price, None)
        return taken

    def _place(self, number: int) -> Taken:
        """Find a number's place in the row; out of place it breaks the row and all its books."""
        if self.broken:
            return Taken.UNSYNCED
        last, self._last = self._last, number
        if last is None or number == last + 1:
            return Taken.APPLIED
        if number == last:
            return Taken.DUPLICATE
        self.broken = True
        for book in self.books.values():
            if book.state is BookState.LIVE:
                book.state = BookState.SUSPECT
        return Taken.GAP if number > last else Taken.REWOUND
