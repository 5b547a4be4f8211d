"""How a market comes into the world: its name, its rules, its opening books."""

from random import Random
from typing import Final

from pr3dict.sim.truth.books import Market, Rules
from pr3dict.sim.truth.config import TICKS, SimConfig
from pr3dict.sim.truth.flow import opening_prices, resting_size
from pr3dict.sim.truth.hash import MICROS

NEG_RISK_SHARE: Final = 0.3
LARGE_ORDERS_SHARE: Final = 0.2
"""How many markets want at least 15 shares an order, not 5."""
EDGE_SHARE: Final = 0.1
"""How many markets start close to a certain answer, where the price grid becomes finer."""


YES_NO: Final = ("Yes", "No")


def new_market(
    config: SimConfig,
    number: int,
    now_ms: int,
    rng: Random,
    outcomes: tuple[str, str] = YES_NO,
) -> Market:
    """Return a market with filled books and their fingerprints; `number` counts from 0.

    One with outcomes of its own stands for itself, never in a neg-risk group.
    """
    grid = rng.choice(config.ticks)
    tick = TICKS[grid]
    rules = Rules(
        condition=f"0x{rng.getrandbits(256):064x}",
        tokens=(_token(rng), _token(rng)),
        outcomes=outcomes,
        min_order_size="15" if rng.random() < LARGE_ORDERS_SHARE else "5",
        tick_size=grid,
        neg_risk=rng.random() < NEG_RISK_SHARE and outcomes == YES_NO,
    )
    bid = _on_grid(config.first_bid / MICROS if config.first_bid else _first_chance(rng), tick)
    market = Market(rules, tick=tick, title=f"Will simulated event {number} take place?")
    market.traded(bid)
    for ladder, best in zip(market.ladders, (bid, MICROS - bid - tick), strict=True):
        wanted = rng.randint(*config.levels)
        for price in reversed(opening_prices(best, tick, wanted, rng)):
            ladder.put(price, resting_size(rng))
    market.seal(now_ms)
    return market


def _token(rng: Random) -> str:
    """Return an ERC-1155 id; the top bit is set so that all have 77 or 78 digits."""
    return str(rng.getrandbits(255) | 1 << 255)


def _first_chance(rng: Random) -> float:
    """Return how likely the first outcome looks at the start."""
    chance = rng.uniform(0.94, 0.96) if rng.random() < EDGE_SHARE else rng.uniform(0.1, 0.9)
    return 1 - chance if rng.getrandbits(1) else chance


def _on_grid(chance: float, tick: int) -> int:
    """Return a best bid on the grid that leaves room for an ask."""
    steps = MICROS // tick
    return tick * min(max(round(chance * steps), 1), steps - 2)
