"""Rows about what a user asks of a book: an average price, all figures of it."""

from collections.abc import Iterator
from time import perf_counter_ns
from typing import Final

from bench.frames import LAG_NS, LINK, opened
from bench.measured import Measured
from bench.setting import Setting
from bench.stopwatch import median_us
from pr3dict.client.snapshot import OrderBookSnapshot
from pr3dict.core import Books, View
from pr3dict.measure.metrics import LIFT_ASKS, Yardstick, measure
from pr3dict.model.units import NS_PER_MS, to_decimal
from pr3dict.sim.truth.config import START_MS, SimConfig
from pr3dict.sim.truth.venue import Venue

LEVELS: Final = 50
NOW: Final = START_MS * NS_PER_MS + LAG_NS
TURNS: Final = 200
"""How often the books are asked, one after the other."""


def reading(setting: Setting) -> Iterator[Measured]:
    """Ask books of 50 levels a side, each call another book."""
    books, tokens = _filled(setting)
    views = [view for view in map(books.view, tokens) if view is not None]
    walks = [(view, budget) for view in views if (budget := _all_but_a_cent(view))]
    assert walks, f"wanted books of {LEVELS} asks, found none"
    by = setting.core.NAME
    yield Measured(
        what="VWAP for a budget over 50 levels: walk_budget",
        unit="µs",
        by=by,
        value=median_us(_walked(walks) for _ in range(TURNS)),
        at_most=1.0,
    )
    yield Measured(
        what="the same in decimals: snapshot.calculate_vwap",
        unit="µs",
        by=by,
        value=median_us(_asked(walks) for _ in range(TURNS)),
    )
    yield Measured(
        what="all metrics of one book: OrderBookMetrics",
        unit="µs",
        by=by,
        value=median_us(_metrics(books, tokens) for _ in range(TURNS)),
        at_most=3.0,
    )


def _filled(setting: Setting) -> tuple[Books, list[str]]:
    venue = Venue(SimConfig(markets=25, seed=5, ticks=("0.001",), levels=(LEVELS, LEVELS)))
    books = opened(setting.core, venue.tokens, prove=True)
    books.feed(LINK, venue.opening(venue.tokens), NOW)
    return books, venue.tokens


def _all_but_a_cent(view: View) -> int:
    """Return a budget that reaches the fiftieth ask and does not empty it; 0: no such ask."""
    asks = view.asks()
    if len(asks) != LEVELS:
        return 0
    _, _, money, _ = view.walk_budget(LIFT_ASKS, 1 << 60)
    return money - 10_000


def _walked(walks: list[tuple[View, int]]) -> float:
    began = perf_counter_ns()
    for view, budget in walks:
        view.walk_budget(LIFT_ASKS, budget)
    return (perf_counter_ns() - began) / len(walks)


def _asked(walks: list[tuple[View, int]]) -> float:
    asked = [(OrderBookSnapshot(view, NOW), to_decimal(budget)) for view, budget in walks]
    began = perf_counter_ns()
    for snapshot, dollars in asked:
        snapshot.calculate_vwap("BUY", dollars)
    return (perf_counter_ns() - began) / len(asked)


def _metrics(books: Books, tokens: list[str]) -> float:
    view_of, yardstick = books.view, Yardstick()
    began = perf_counter_ns()
    for token in tokens:
        view = view_of(token)
        assert view is not None
        measure(view, yardstick, NOW)
    return (perf_counter_ns() - began) / len(tokens)
