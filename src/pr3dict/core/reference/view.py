"""One book at one moment, and what its ladders are worth. Exact integers, in micros."""

from collections.abc import Iterable
from typing import Final

from pr3dict.core.reference.book import Book
from pr3dict.core.reference.decimal_text import parse_micros
from pr3dict.model.states import Side
from pr3dict.model.units import MICROS, NS_PER_MS

Walk = tuple[int, int, int, bool]
"""(average price, size, money, complete)"""
Levels = list[tuple[int, int]]

_ALL: Final = None
_BEYOND: Final = 1 << 63
"""Budgets, sizes and distances are below: they fit in 64 bits wherever they go."""


class View:
    """One book at one moment, immutable: a copy of its state and of its best levels."""

    __slots__ = (
        "_asks",
        "_bids",
        "cause",
        "depth",
        "epoch",
        "last_trade_price",
        "local_ns",
        "market",
        "proof",
        "source",
        "state",
        "tick_size",
        "token",
        "venue_ns",
        "verified_ns",
        "version",
    )

    def __init__(self, book: Book, epoch: int, depth: int) -> None:
        tick = parse_micros(book.context.tick_size or "")
        self.token = book.token
        self.market = book.market
        self.state = int(book.state)
        self.cause = int(book.cause)
        self.source = int(book.source)
        self.proof = int(book.proof)
        self.epoch = epoch
        self.version = book.version
        self.venue_ns = book.ms * NS_PER_MS
        self.local_ns = book.local_ns
        self.verified_ns = book.verified_ns
        self.tick_size = tick[0] if tick else 0
        self.last_trade_price = book.last_trade_price
        self._bids = book.bids.best_first(depth)
        self._asks = book.asks.best_first(depth)
        self.depth = (len(self._bids), len(self._asks))

    def top(self) -> tuple[int, int, int, int]:
        bid, bid_size = self._bids[0] if self._bids else (0, 0)
        ask, ask_size = self._asks[0] if self._asks else (0, 0)
        return bid, bid_size, ask, ask_size

    def bids(self, n: int = 0) -> Levels:
        return self._bids[: n or _ALL]

    def asks(self, n: int = 0) -> Levels:
        return self._asks[: n or _ALL]

    def walk_budget(self, side: int, budget: int) -> Walk:
        """Spend a budget on a ladder, best level first (see `core.View`)."""
        rest = _checked(budget) * MICROS
        size = paid = 0
        for price, held in self._ladder(side):
            taken = min(held, rest // price)
            size += taken
            paid += taken * price
            rest -= taken * price
            if taken < held or not rest:
                return _walk(size, paid, complete=True)
        return _walk(size, paid, complete=not rest)

    def walk_size(self, side: int, size: int) -> Walk:
        """Trade a size on a ladder, best level first (see `core.View`)."""
        rest = _checked(size)
        paid = 0
        for price, held in self._ladder(side):
            taken = min(held, rest)
            paid += taken * price
            rest -= taken
            if not rest:
                break
        return _walk(size - rest, paid, complete=not rest)

    def depth_within(self, band: int) -> tuple[int, int]:
        """Return the sizes (bids, asks) at most `band` away from the mid price."""
        _checked(band)
        if not (self._bids and self._asks):
            return 0, 0
        twice_mid = self._bids[0][0] + self._asks[0][0]
        return (
            sum(size for price, size in self._bids if abs(2 * price - twice_mid) <= 2 * band),
            sum(size for price, size in self._asks if abs(2 * price - twice_mid) <= 2 * band),
        )

    def imbalance(self, n: int = 0) -> float:
        """Return (bid size - ask size) / (both) over the best n levels (0: all)."""
        bid, ask = _sizes(self.bids(n)), _sizes(self.asks(n))
        return float(bid - ask) / float(bid + ask) if bid + ask else 0.0

    def _ladder(self, side: int) -> Levels:
        return self._asks if side == Side.ASK else self._bids


def _checked(micros: int) -> int:
    if 0 <= micros < _BEYOND:
        return micros
    raise ValueError(f"wanted a number of micros from 0 to 2**63 - 1, found {micros}")


def _sizes(levels: Iterable[tuple[int, int]]) -> int:
    return sum(size for _, size in levels)


def _walk(size: int, paid: int, *, complete: bool) -> Walk:
    """Round what was paid, in millionths of a micro, half up."""
    if not size:
        return 0, 0, 0, complete
    return (2 * paid + size) // (2 * size), size, (2 * paid + MICROS) // (2 * MICROS), complete
