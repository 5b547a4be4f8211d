"""The figures of one book at one moment: spread, depth, VWAP, imbalance, latency.

Everything that needs the ladder is computed once, natively, when the metrics are made; what is
only another way to write these integers (decimals, basis points) is computed when it is read.
"""

import math
from decimal import Decimal
from typing import Final

import msgspec

from pr3dict.core import View
from pr3dict.model.units import MICROS, NS_PER_MS, to_decimal

LIFT_ASKS: Final = 1
"""The side of `View.walk_budget` that a buyer takes from."""
HIT_BIDS: Final = 0
"""The side of `View.walk_budget` that a seller takes from."""


class Yardstick(msgspec.Struct, frozen=True):
    """What to measure besides the top of the book, in micros."""

    budgets: tuple[int, ...] = (100 * MICROS,)
    """Budgets in dollars for the volume weighted average prices; the first one is `vwap_buy`."""
    band: int = 20_000
    """Depth is counted as far as this from the mid price; two cents unless told."""


class OrderBookMetrics(msgspec.Struct, frozen=True, gc=False):
    """The figures of one book. `*_micros` are exact integers; a zero price says "none"."""

    asset_id: str
    best_bid_micros: int
    bid_size_micros: int
    best_ask_micros: int
    ask_size_micros: int
    bid_depth_micros: int
    """Shares bid for within the band."""
    ask_depth_micros: int
    """Shares offered within the band."""
    imbalance: float
    """(bid size - ask size) / both over the whole book: 1 all bids, -1 all asks, 0 none."""
    budgets_micros: tuple[int, ...]
    vwap_buy_micros: tuple[int, ...]
    """For each budget the average price paid; 0 where the asks end before the budget."""
    vwap_sell_micros: tuple[int, ...]
    """For each budget the average price got; 0 where the bids end before the budget."""
    band_micros: int
    venue_ns: int
    """When the venue says the book came to be; 0 unknown."""
    local_ns: int
    """When the last frame that the book reflects reached our socket; 0 never."""
    read_ns: int
    """When the metrics were made."""
    clock_offset_ns: int
    """How far our clock runs ahead of the venue's, as far as known."""

    @property
    def best_bid(self) -> Decimal | None:
        """The highest bid in dollars; None when nobody bids."""
        return to_decimal(self.best_bid_micros) if self.best_bid_micros else None

    @property
    def best_ask(self) -> Decimal | None:
        """The lowest ask in dollars; None when nobody asks."""
        return to_decimal(self.best_ask_micros) if self.best_ask_micros else None

    @property
    def spread_micros(self) -> int | None:
        """Best ask less best bid; None when a side is empty."""
        if self.best_bid_micros and self.best_ask_micros:
            return self.best_ask_micros - self.best_bid_micros
        return None

    @property
    def spread(self) -> Decimal | None:
        """Best ask less best bid in dollars; None when a side is empty."""
        spread = self.spread_micros
        return None if spread is None else to_decimal(spread)

    @property
    def spread_bps(self) -> float | None:
        """The spread in basis points of the mid price; None when a side is empty."""
        spread = self.spread_micros
        if spread is None:
            return None
        return spread * 20_000 / (self.best_bid_micros + self.best_ask_micros)

    @property
    def mid_micros(self) -> int | None:
        """The price halfway between best bid and ask, rounded down; None when a side is empty."""
        if self.best_bid_micros and self.best_ask_micros:
            return (self.best_bid_micros + self.best_ask_micros) // 2
        return None

    @property
    def mid_price(self) -> Decimal | None:
        """The price halfway between best bid and ask, exactly; None when a side is empty."""
        if self.best_bid_micros and self.best_ask_micros:
            return halfway(self.best_bid_micros, self.best_ask_micros)
        return None

    @property
    def mid(self) -> Decimal | None:
        """The same as `mid_price`."""
        return self.mid_price

    @property
    def microprice_micros(self) -> int | None:
        """The mid price drawn to the thinner side by the sizes at the top, rounded down."""
        sizes = self.bid_size_micros + self.ask_size_micros
        if not (self.best_bid_micros and self.best_ask_micros and sizes):
            return None
        toward_ask = self.best_ask_micros * self.bid_size_micros
        return (toward_ask + self.best_bid_micros * self.ask_size_micros) // sizes

    @property
    def microprice(self) -> Decimal | None:
        """The mid price drawn to the thinner side by the sizes at the top."""
        price = self.microprice_micros
        return None if price is None else to_decimal(price)

    @property
    def bid_depth(self) -> Decimal:
        """Shares bid for within the band."""
        return to_decimal(self.bid_depth_micros)

    @property
    def ask_depth(self) -> Decimal:
        """Shares offered within the band."""
        return to_decimal(self.ask_depth_micros)

    @property
    def vwap_buy(self) -> Decimal | None:
        """The average price paid for the first budget; None when the asks cannot fill it."""
        return _first(self.vwap_buy_micros)

    @property
    def vwap_sell(self) -> Decimal | None:
        """The average price got for the first budget; None when the bids cannot fill it."""
        return _first(self.vwap_sell_micros)

    @property
    def update_latency_ms(self) -> float:
        """Milliseconds from the venue's time to our socket, of the last frame of this book.

        Negative where the clocks disagree; nan while the venue's time is unknown.
        """
        if not (self.venue_ns and self.local_ns):
            return math.nan
        return (self.local_ns - self.venue_ns - self.clock_offset_ns) / NS_PER_MS

    @property
    def age_ms(self) -> float:
        """Milliseconds since the last frame of this book reached us; nan before the first."""
        return (self.read_ns - self.local_ns) / NS_PER_MS if self.local_ns else math.nan

    def __repr__(self) -> str:
        bps = "-" if self.spread_bps is None else f"{self.spread_bps:.1f}"
        return (
            f"OrderBookMetrics(bid {self.best_bid or '-'}, ask {self.best_ask or '-'},"
            f" spread {bps} bps, mid {self.mid_price or '-'},"
            f" latency {self.update_latency_ms:.1f} ms)"
        )

    def as_dict(self) -> dict[str, object]:
        """Return every figure by name, decimals for prices and sizes."""
        return {name: getattr(self, name) for name in FIGURES}


FIGURES: Final = (
    "asset_id",
    "best_bid",
    "best_ask",
    "spread",
    "spread_bps",
    "mid_price",
    "microprice",
    "bid_depth",
    "ask_depth",
    "imbalance",
    "vwap_buy",
    "vwap_sell",
    "update_latency_ms",
    "age_ms",
)
"""The names that `OrderBookMetrics.as_dict` holds."""


def measure(
    view: View,
    yardstick: Yardstick,
    read_ns: int,
    clock_offset_ns: int = 0,
    *,
    withheld: bool = False,
) -> OrderBookMetrics:
    """Return the figures of a book. The view must be whole, or depth and VWAP fall short.

    `withheld`: the book is not to be shown; its figures are those of an empty one.
    """
    if withheld:
        return _nothing(view, yardstick, read_ns, clock_offset_ns)
    bid, bid_size, ask, ask_size = view.top()
    bid_depth, ask_depth = view.depth_within(yardstick.band)
    budgets = yardstick.budgets
    return OrderBookMetrics(
        view.token,
        bid,
        bid_size,
        ask,
        ask_size,
        bid_depth,
        ask_depth,
        view.imbalance(),
        budgets,
        _averages(view, LIFT_ASKS, budgets),
        _averages(view, HIT_BIDS, budgets),
        yardstick.band,
        view.venue_ns,
        view.local_ns,
        read_ns,
        clock_offset_ns,
    )


def _nothing(
    view: View, yardstick: Yardstick, read_ns: int, clock_offset_ns: int
) -> OrderBookMetrics:
    none = (0,) * len(yardstick.budgets)
    times = view.venue_ns, view.local_ns, read_ns, clock_offset_ns
    return OrderBookMetrics(
        view.token, 0, 0, 0, 0, 0, 0, 0.0, yardstick.budgets, none, none, yardstick.band, *times
    )


def halfway(one: int, other: int) -> Decimal:
    """Return the exact decimal halfway between two numbers in micros."""
    return to_decimal((one + other) * 5).scaleb(-1)


def _averages(view: View, side: int, budgets: tuple[int, ...]) -> tuple[int, ...]:
    averages = []
    for budget in budgets:
        average, _, _, complete = view.walk_budget(side, budget)
        averages.append(average if complete else 0)
    return tuple(averages)


def _first(averages: tuple[int, ...]) -> Decimal | None:
    return to_decimal(averages[0]) if averages and averages[0] else None
