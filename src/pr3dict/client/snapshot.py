"""A book as a user holds it: immutable, exact, and it says how far it can be trusted.

It is backed by the view of the core; Python objects are made for the levels that someone reads.
"""

import html
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Final

import msgspec

from pr3dict.client.arguments import dollars
from pr3dict.core import View
from pr3dict.measure.metrics import HIT_BIDS, LIFT_ASKS, halfway
from pr3dict.model.events import Trade
from pr3dict.model.states import BookState, Cause, Proof, Source
from pr3dict.model.units import NS_PER_S, to_decimal

HTML_LEVELS: Final = 10
"""Levels a side that a notebook shows."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class OrderBookLevel(msgspec.Struct, frozen=True, gc=False):
    """One price of a book and what rests there."""

    price_micros: int
    size_micros: int

    @property
    def price(self) -> Decimal:
        """Dollars per share."""
        return to_decimal(self.price_micros)

    @property
    def size(self) -> Decimal:
        """Shares."""
        return to_decimal(self.size_micros)

    def __repr__(self) -> str:
        return f"OrderBookLevel(price={self.price}, size={self.size})"


class TradeEvent(msgspec.Struct, frozen=True, gc=False):
    """A trade of a tracked token."""

    asset_id: str
    market: str
    price_micros: int
    size_micros: int
    side: str
    """The taker's side, `BUY` or `SELL`."""
    venue_ns: int
    """When the venue says it happened; 0 unknown."""
    local_ns: int
    """When the news reached our socket."""
    transaction_hash: str
    """`""` where the venue does not say."""
    skipped: int = 0
    """Trades that this consumer missed right before this one, because it was too slow."""

    @classmethod
    def of(cls, trade: Trade, skipped: int = 0) -> "TradeEvent":
        """Return a trade of the core as users see it."""
        return cls(
            trade.token,
            trade.market,
            trade.price,
            trade.size,
            trade.side,
            trade.venue_ns,
            trade.local_ns,
            trade.transaction_hash,
            skipped,
        )

    @property
    def price(self) -> Decimal:
        """Dollars per share."""
        return to_decimal(self.price_micros)

    @property
    def size(self) -> Decimal:
        """Shares."""
        return to_decimal(self.size_micros)

    @property
    def timestamp(self) -> datetime | None:
        """When the venue says it happened, in UTC; None unknown."""
        return moment(self.venue_ns)


class OrderBookSnapshot:
    """One book at the moment of the read. Prices in dollars, sizes in shares, as `Decimal`.

    In strict mode the ladders of a book that is not LIVE are empty; its state is told all the same.
    """

    def __init__(
        self,
        view: View,
        read_ns: int,
        *,
        max_depth: int = 0,
        withheld: bool = False,
        cause: Cause | None = None,
        skipped: int = 0,
        stale: bool = False,
    ) -> None:
        self._view = view
        self._max_depth = max_depth
        self._cause = cause
        self._stale = stale
        self.withheld: Final = withheld
        """Whether the depth is kept back (strict mode, and the book is not LIVE)."""
        self.read_ns: Final = read_ns
        """When this was read."""
        self.skipped: Final = skipped
        """Updates of this book that this consumer did not see, since the one before."""

    @property
    def asset_id(self) -> str:
        """The token."""
        return self._view.token

    @property
    def market(self) -> str:
        """The condition id of the market; `""` before the first message."""
        return self._view.market

    @cached_property
    def bids(self) -> list[OrderBookLevel]:
        """Resting BUY orders, the highest price first; at most `max_depth` of them."""
        return self._levels(self._view.bids)

    @cached_property
    def asks(self) -> list[OrderBookLevel]:
        """Resting SELL orders, the lowest price first; at most `max_depth` of them."""
        return self._levels(self._view.asks)

    @cached_property
    def top_micros(self) -> tuple[int, int, int, int]:
        """(bid price, bid size, ask price, ask size) in micros; zeros where a side is empty."""
        return (0, 0, 0, 0) if self.withheld else self._view.top()

    @property
    def best_bid(self) -> Decimal | None:
        """The highest bid; None when nobody bids."""
        bid = self.top_micros[0]
        return to_decimal(bid) if bid else None

    @property
    def best_ask(self) -> Decimal | None:
        """The lowest ask; None when nobody asks."""
        ask = self.top_micros[2]
        return to_decimal(ask) if ask else None

    @property
    def spread(self) -> Decimal | None:
        """Best ask less best bid; None when a side is empty."""
        bid, _, ask, _ = self.top_micros
        return to_decimal(ask - bid) if bid and ask else None

    @property
    def mid_price(self) -> Decimal | None:
        """The price halfway between best bid and ask; None when a side is empty."""
        bid, _, ask, _ = self.top_micros
        return halfway(bid, ask) if bid and ask else None

    def calculate_vwap(self, side: str, depth_usdc: Decimal | float | str) -> Decimal | None:
        """Return the average price of spending (BUY) or raising (SELL) a number of dollars.

        The whole book counts, whatever `max_depth` is; None when it cannot fill the whole of the
        dollars. Raises `ValueError` for
        another side, or for dollars that are no positive number.
        """
        price = self.vwap_micros(side, depth_usdc)
        return None if price is None else to_decimal(price)

    def vwap_micros(self, side: str, depth_usdc: Decimal | float | str) -> int | None:
        """As `calculate_vwap`, in micros rounded half up."""
        return vwap_micros(self._view, side, depth_usdc, withheld=self.withheld)

    @property
    def state(self) -> BookState:
        """How far the book can be trusted."""
        return BookState.STALE if self._stale else BookState(self._view.state)

    @property
    def cause(self) -> Cause:
        """Why it is in this state."""
        return Cause(self._view.cause) if self._cause is None else self._cause

    @property
    def source(self) -> Source:
        """By whose word the content is what it is."""
        return Source(self._view.source)

    @property
    def proof(self) -> Proof:
        """What the venue's hash said of the content at the last batch end."""
        return Proof(self._view.proof)

    @property
    def is_live(self) -> bool:
        """Whether the book follows the venue and no witness contradicts it."""
        return not self._stale and self._view.state == BookState.LIVE

    @property
    def verified(self) -> bool:
        """Whether the venue's hash proved this very content."""
        return self._view.proof == Proof.PROVED

    @property
    def verified_ns(self) -> int:
        """When (our clock) the whole content was last proved; 0 never."""
        return self._view.verified_ns

    @property
    def epoch(self) -> int:
        """Which connection of its link the book belongs to; grows by one with each."""
        return self._view.epoch

    @property
    def version(self) -> int:
        """Entries applied to the book since it was tracked."""
        return self._view.version

    @property
    def venue_ns(self) -> int:
        """When the venue says the book came to be; 0 unknown."""
        return self._view.venue_ns

    @property
    def local_ns(self) -> int:
        """When the last frame that the book reflects reached our socket; 0 never."""
        return self._view.local_ns

    @property
    def timestamp(self) -> datetime | None:
        """When the venue says the book came to be, in UTC; None unknown."""
        return moment(self._view.venue_ns)

    @property
    def age(self) -> float:
        """Seconds between the last frame of this book and this read; nan before the first.

        An old book is not a stale one: nothing may have happened. `state` tells.
        """
        local_ns = self._view.local_ns
        return (self.read_ns - local_ns) / NS_PER_S if local_ns else math.nan

    @property
    def tick_size(self) -> Decimal | None:
        """The price grid; None unknown."""
        tick = self._view.tick_size
        return to_decimal(tick) if tick else None

    @property
    def last_trade_price(self) -> Decimal | None:
        """The price of the last trade known; None unknown."""
        price = self._view.last_trade_price
        return to_decimal(price) if price else None

    @property
    def depth(self) -> tuple[int, int]:
        """How many levels the whole book has: (bids, asks)."""
        return (0, 0) if self.withheld else self._view.depth

    def __repr__(self) -> str:
        bids, asks = self.depth
        return (
            f"<OrderBookSnapshot {short(self.asset_id)} {self.trust()}"
            f" bid {self.best_bid or '-'} ask {self.best_ask or '-'}"
            f" ({bids} bids, {asks} asks, {self.age:.1f} s old)>"
        )

    def as_stale(self, read_ns: int, *, withheld: bool = False) -> "OrderBookSnapshot":
        """Return the same content as of a later read, when no connection follows it any more."""
        return OrderBookSnapshot(
            self._view,
            read_ns,
            max_depth=self._max_depth,
            withheld=withheld,
            cause=Cause.LINK_DOWN,
            stale=True,
        )

    def trust(self) -> str:
        """Return state, cause and proof in words: `LIVE proved`, `SUSPECT (HASH) failed`."""
        cause = "" if self.cause == Cause.NONE else f" ({self.cause.name})"
        proof = "" if self.proof == Proof.NONE else f" {self.proof.name.lower()}"
        return f"{self.state.name}{cause}{proof}"

    def _levels(self, best: Callable[[int], list[tuple[int, int]]]) -> list[OrderBookLevel]:
        if self.withheld:
            return []
        return [OrderBookLevel(*level) for level in best(self._max_depth)]

    def _repr_html_(self) -> str:
        """Return the top of the book as a table, for notebooks."""
        head = html.escape(f"{short(self.asset_id)} · {self.trust()} · {self.age:.1f} s old")
        cells = "".join(
            f"<tr><td>{_side(self.bids, row)}</td><td>{_side(self.asks, row)}</td></tr>"
            for row in range(min(HTML_LEVELS, max(len(self.bids), len(self.asks))))
        )
        return (
            f"<table><caption>{head}</caption>"
            f"<thead><tr><th>bid x shares</th><th>ask x shares</th></tr></thead>"
            f"<tbody>{cells}</tbody></table>"
        )


def vwap_micros(
    view: View | None, side: str, depth_usdc: Decimal | float | str, *, withheld: bool = False
) -> int | None:
    """Return the average price in micros of trading a number of dollars; None: too little depth.

    Raises `ValueError` for a side that is neither BUY nor SELL and for dollars that are not a
    positive number of at most six decimals.
    """
    ladder = side_of(side)
    budget = dollars(depth_usdc)
    if view is None or withheld:
        return None
    average, _, _, complete = view.walk_budget(ladder, budget)
    return average if complete else None


def side_of(side: str) -> int:
    """Return the side of `View.walk_budget`: BUY lifts asks, SELL hits bids."""
    match side.upper() if isinstance(side, str) else side:
        case "BUY":
            return LIFT_ASKS
        case "SELL":
            return HIT_BIDS
    raise ValueError(f"side: wanted BUY or SELL, found {side!r}")


def short(asset_id: str) -> str:
    """Return a token id as people write it: its first and last four digits.

    >>> short("71321045679252212594626385532706912750332728571942532289631379312455583992563")
    '7132…2563'
    """
    return asset_id if len(asset_id) <= 9 else f"{asset_id[:4]}…{asset_id[-4:]}"  # noqa: PLR2004


def moment(ns: int) -> datetime | None:
    """Return a time in UTC, to the microsecond; None for 0."""
    return _EPOCH + timedelta(microseconds=ns // 1000) if ns else None


def _side(levels: list[OrderBookLevel], row: int) -> str:
    return f"{levels[row].price} x {levels[row].size}" if row < len(levels) else ""
