"""What happened, as immutable values. Past participles, or the trade's own noun.

Each event tells two clocks: `venue_ns`, when the venue says it happened (0: it does not say),
and `local_ns`, when its bytes reached our socket. Fields are positional in this order: both
engines build them so.
"""

from typing import Final

import msgspec

from pr3dict.model.states import BookState, Cause, Source


class Event(msgspec.Struct, frozen=True, gc=False):
    """Base of all events."""


class Trade(Event, frozen=True, gc=False):
    """A trade of a tracked token (wire: `last_trade_price`)."""

    token: str
    market: str
    price: int
    """Micros."""
    size: int
    """Micros of a share."""
    side: str
    """The taker's side, `BUY` or `SELL`."""
    venue_ns: int
    local_ns: int
    transaction_hash: str
    """`""` where the venue does not say."""


class TickSizeChanged(Event, frozen=True, gc=False):
    """The price grid of a tracked token changed."""

    token: str
    market: str
    old_tick: int
    new_tick: int
    venue_ns: int
    local_ns: int


class BestQuoted(Event, frozen=True, gc=False):
    """The venue's own top of book (wire: `best_bid_ask`). 0 where a side is empty.

    Sent *before* the batch that leads to it, so it is never held against the book.
    """

    token: str
    market: str
    bid: int
    ask: int
    venue_ns: int
    local_ns: int


class MarketCreated(Event, frozen=True, gc=False):
    """A market was opened somewhere on the site, tracked or not."""

    market: str
    question: str
    slug: str
    tokens: tuple[str, ...]
    outcomes: tuple[str, ...]
    venue_ns: int
    local_ns: int


class MarketResolved(Event, frozen=True, gc=False):
    """A market is over; its tracked books are CLOSED."""

    market: str
    tokens: tuple[str, ...]
    winning_token: str
    winning_outcome: str
    venue_ns: int
    local_ns: int


class StateChanged(Event, frozen=True, gc=False):
    """A book can be trusted more, or less, than before."""

    token: str
    was: BookState
    now: BookState
    cause: Cause
    local_ns: int


class ProofFailed(Event, frozen=True, gc=False):
    """A witness contradicted a book at a batch end."""

    token: str
    cause: Cause
    """HASH, BEST, MIRROR or CROSSED."""
    expected: str
    """What the venue said."""
    found: str
    """What our book says."""
    venue_ns: int
    local_ns: int


class FeedOpened(Event, frozen=True, gc=False):
    """A connection is open; its books are SYNCING."""

    link: int
    epoch: int
    local_ns: int


class FeedLost(Event, frozen=True, gc=False):
    """Continuity of these books is lost from here until each one's `BookReset`."""

    link: int
    epoch: int
    cause: Cause
    tokens: tuple[str, ...]
    local_ns: int
    """When the loss was noticed."""
    since_ns: int = 0
    """Arrival of the last data of this connection: what came after it is unknown; 0: none came."""


class BookReset(Event, frozen=True, gc=False):
    """A snapshot replaced a book whose continuity was lost or never begun."""

    token: str
    source: Source
    gap_from_ns: int
    """Arrival of the last frame that the book still reflects; 0 when there was none."""
    gap_to_ns: int
    """Arrival of the snapshot."""
    changed: bool
    """Whether the snapshot differs from what we held."""


class FrameRejected(Event, frozen=True, gc=False):
    """A frame could not be read and was not applied, not even in part."""

    link: int
    reason: str
    detail: str
    excerpt: str
    """The first 120 characters, unreadable bytes replaced."""
    local_ns: int


class ControlReceived(Event, frozen=True, gc=False):
    """A text that is not data: `PONG`, `NO NEW ASSETS`, `INVALID OPERATION`."""

    link: int
    text: str
    local_ns: int


class Lagged(Event, frozen=True, gc=False):
    """A consumer was too slow: this many events were dropped from its mailbox here."""

    dropped: int


CORE_EVENTS: Final[tuple[type[Event], ...]] = (
    Trade,
    TickSizeChanged,
    BestQuoted,
    MarketCreated,
    MarketResolved,
    StateChanged,
    ProofFailed,
    FeedOpened,
    FeedLost,
    BookReset,
    FrameRejected,
    ControlReceived,
)
"""The events that the core builds, in the order by which the native engine numbers them."""
