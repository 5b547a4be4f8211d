"""How the real market channel looks in numbers: quantiles measured on captures.

The figures are those of the protocol, section 11 (sources P1 and P6 there). A draw goes through
the quantile function, straight between the knots, or on a logarithmic scale where the values span
decades.
"""

from bisect import bisect_right
from itertools import pairwise
from math import exp, log
from random import Random
from typing import Final


class Quantiles:
    """A distribution given by knots (probability, value), the first at 0, the last at 1."""

    __slots__ = ("_cells", "_logarithmic", "_starts")

    def __init__(self, *knots: tuple[float, float], logarithmic: bool = False) -> None:
        scaled = [(p, log(value) if logarithmic else value) for p, value in knots]
        self._logarithmic = logarithmic
        self._starts = [p for p, _ in scaled[1:-1]]
        self._cells = [
            (low, value, (above - value) / (high - low))
            for (low, value), (high, above) in pairwise(scaled)
        ]

    def draw(self, rng: Random) -> float:
        """Return one value."""
        chance = rng.random()
        start, value, slope = self._cells[bisect_right(self._starts, chance)]
        drawn = value + (chance - start) * slope
        return exp(drawn) if self._logarithmic else drawn


GAP_MS: Final = Quantiles(
    (0, 1), (0.1, 2), (0.2, 13), (0.3, 20), (0.48, 30), (0.6, 180), (0.7, 450), (0.8, 1_000),
    (0.9, 1_330), (0.98, 1_520), (1, 8_852), logarithmic=True,
)  # fmt: skip
"""Between two batches of one market."""

TRADE_NOTICE_MS: Final = Quantiles((0, 30), (0.5, 36), (1, 45))
"""From a batch that traded to its last_trade_price."""

RESOLVED_MS: Final = Quantiles((0, 120_000), (1, 150_000))
"""From the end of trading to market_resolved."""

DISTANCE: Final = Quantiles(
    (0, 0), (0.15, 1), (0.25, 1.5), (0.35, 2), (0.75, 2.9), (0.8, 4), (0.9, 8.5), (0.95, 12.5),
    (1, 17),
)  # fmt: skip
"""Ticks from the best price at which an order changes the book; cut to whole ticks."""

CHANGE_SIZE: Final = Quantiles(
    (0, 20), (0.05, 610), (0.25, 2_676), (0.5, 2_874), (0.75, 3_578), (0.95, 11_273), (1, 56_781),
    logarithmic=True,
)  # fmt: skip
"""Shares that rest at a level after a change."""

TOP_SIZE: Final = Quantiles(
    (0, 5), (0.05, 17), (0.5, 255), (0.95, 2_838), (1, 32_347), logarithmic=True
)
"""Shares that a new best level brings."""

RESTING_SIZE: Final = Quantiles(
    (0, 5), (0.05, 68), (0.25, 1_313), (0.5, 3_735), (0.75, 10_510), (0.95, 58_042), (1, 655_155),
    logarithmic=True,
)  # fmt: skip
"""Shares of a level in an opening book."""

TRADE_SIZE: Final = Quantiles(
    (0, 1), (0.05, 3), (0.5, 7), (0.75, 17), (0.95, 150), (1, 1_735), logarithmic=True
)

BATCH_FRAMES: Final = (1, 3, 7)
"""How many frames an order makes that does not trade, and how often of 83."""
BATCH_WEIGHTS: Final = (80, 1, 2)

REMOVALS: Final = 0.02
"""How many changes take a level away: market makers resize rather than remove."""
