"""How far a book can be trusted, why, and by whose word.

The numbers are shared with the native engine: append, never renumber.
"""

from enum import IntEnum


class _Named(IntEnum):
    """Numbers for the engine, names for people: `print(book.source)` says REST."""

    def __str__(self) -> str:
        return self.name

    def __format__(self, spec: str) -> str:
        return format(self.name, spec)


class BookState(_Named):
    """The life of a book: EMPTY → SYNCING → LIVE ⇄ SUSPECT → SYNCING …, STALE, CLOSED."""

    EMPTY = 0
    """Never asked for on an open connection; holds nothing."""
    SYNCING = 1
    """Asked for; the first snapshot has not come."""
    LIVE = 2
    """Follows the venue; no witness contradicts it."""
    SUSPECT = 3
    """A witness contradicts it; a fresh snapshot is on its way."""
    STALE = 4
    """A loss is known (the connection is down); the last content is kept for the record."""
    CLOSED = 5
    """The market is over; nothing more will come."""


class Cause(_Named):
    """Why a book is in its state."""

    NONE = 0
    HASH = 1
    """The venue's own hash of the whole book differs from ours at a batch end."""
    BEST = 2
    """Best bid or ask in the message differs from ours at a batch end."""
    MIRROR = 3
    """The YES and the NO book are no mirror images."""
    CROSSED = 4
    """Best bid at or above best ask."""
    UNPARSABLE = 5
    """A frame of this connection could not be read: whatever it said is lost."""
    TICK = 6
    """The tick size changed; old levels may be off the grid until the next proof."""
    LINK_DOWN = 7
    """The connection is down."""
    RESOLVED = 8
    """The market was resolved."""
    NO_BOOK = 9
    """The venue has no book for this token."""
    SILENT = 10
    """An independent witness (REST) shows a book that the stream did not deliver."""
    REQUESTED = 11
    """Somebody asked for a fresh snapshot."""


class Source(_Named):
    """Whose word the content of a book is."""

    NONE = 0
    WS = 1
    REST = 2


class Proof(_Named):
    """What the venue's hash said of the content at the last batch end."""

    NONE = 0
    """No batch end has been seen yet."""
    PROVED = 1
    """Recomputed over the whole book and equal."""
    PENDING = 2
    """In the middle of a batch: the hash describes the book after its last frame."""
    UNVERIFIED = 3
    """The hash cannot be recomputed (a field that the stream lacks is unknown)."""
    FAILED = 4
    """Recomputed at a batch end and different."""
    OFF = 5
    """Proof is switched off."""


class Side(_Named):
    """Which ladder: bids are bought into (BUY orders rest there), asks are sold into."""

    BID = 0
    ASK = 1
