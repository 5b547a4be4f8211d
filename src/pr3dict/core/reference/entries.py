"""What a frame says, read and judged: the entries that the books apply.

Prices and sizes are micros, times milliseconds of the venue. A hash is the text that was told,
`""` where none was; whether it can be one is asked where it matters (`proof.is_hash`). A best
price is None where it is not told, and where a side is empty 0 for a bid, 1_000_000 for an ask.
"""

from typing import Final

from msgspec import Struct

from pr3dict.model.units import MICROS

EMPTY_BID: Final = 0
"""Best bid of an empty side, as the venue tells it."""
EMPTY_ASK: Final = MICROS
"""Best ask of an empty side, as the venue tells it."""


class Entry(Struct, frozen=True, gc=False):
    """Base of all entries."""


class Snapshot(Entry, frozen=True):
    """A whole book (wire: `book`): levels as (price, size)."""

    token: str
    market: str
    ms: int
    bids: list[tuple[int, int]]
    asks: list[tuple[int, int]]
    canonical: bool
    """Every price and size came in canonical form."""
    hash: str
    tick_size: str | None
    last_trade_price: str | None
    min_order_size: str | None
    neg_risk: bool | None


class Change(Entry, frozen=True, gc=False):
    """The absolute size at one price; 0 removes."""

    token: str
    market: str
    ms: int
    is_bid: bool
    price: int
    size: int
    canonical: bool
    hash: str
    best_bid: int | None
    best_ask: int | None


class TradeReport(Entry, frozen=True, gc=False):
    """A trade (wire: `last_trade_price`)."""

    token: str
    market: str
    ms: int
    price: int
    size: int
    side: str
    transaction_hash: str


class TickChange(Entry, frozen=True, gc=False):
    """Another price grid; `text` is the new one as it came."""

    token: str
    market: str
    ms: int
    old: int
    new: int
    text: str


class Quote(Entry, frozen=True, gc=False):
    """The venue's own top of book."""

    token: str
    market: str
    ms: int
    best_bid: int | None
    best_ask: int | None


class NewMarket(Entry, frozen=True, gc=False):
    """A market was opened."""

    market: str
    ms: int
    question: str
    slug: str
    tokens: tuple[str, ...]
    outcomes: tuple[str, ...]


class Resolution(Entry, frozen=True, gc=False):
    """A market is over."""

    market: str
    ms: int
    tokens: tuple[str, ...]
    winning_token: str
    winning_outcome: str


class Unknown(Entry, frozen=True, gc=False):
    """A message of a type that we do not know."""


class Control(Struct, frozen=True, gc=False):
    """A text that is not data; `name` is the reason for which it is ignored."""

    name: str
    text: str
