"""The order flow of one market: given its books and a random source, the next order.

Nothing here changes a book: an order is a list of changes and, where it trades, a fill. A batch
leaves bids below asks; within it a level may cross, as on the real channel.
"""

from random import Random
from typing import Final, NamedTuple

from pr3dict.sim.truth.books import Change, Ladder, Market
from pr3dict.sim.truth.hash import MICROS
from pr3dict.sim.truth.shape import (
    BATCH_FRAMES,
    BATCH_WEIGHTS,
    CHANGE_SIZE,
    DISTANCE,
    REMOVALS,
    RESTING_SIZE,
    TOP_SIZE,
    TRADE_SIZE,
)
from pr3dict.sim.truth.wire import Fill

CENT_OF_SHARE: Final = 10_000
"""Books carry sizes in hundredths of a share; fills are finer."""

IMPROVES: Final = 0.8
"""How often an order goes inside a spread of more than one tick."""
SWEEPS: Final = 0.15
"""How many trades take whole levels."""
RESTS: Final = 0.1
"""How many sweeps leave a remainder on the book, which crosses it within the batch."""
SWEEP_LEVELS_MAX: Final = 3
FINE_FILLS: Final = 0.4
"""How many fills have six decimals."""
WHOLE_SIZES: Final = 0.2
"""How many resting sizes are whole shares."""
BATCH_DEPTH: Final = 16
"""How deep an order reaches that changes several levels."""
CONTIGUOUS: Final = 0.97
"""How often the next level of an opening book is one tick away."""


class Order(NamedTuple):
    """What one order does to a market."""

    changes: list[Change]
    fill: Fill | None = None
    maker_price: int = 0
    """The price that the book remembers as its last trade: that of the maker's own token."""


def next_order(market: Market, levels: tuple[int, int], trade_share: float, rng: Random) -> Order:
    """Return the next order; it has no change where there is nothing left to do."""
    if rng.random() < trade_share:
        return _trade(market, rng)
    frames = rng.choices(BATCH_FRAMES, BATCH_WEIGHTS)[0]
    if frames > 1:
        return Order(_revise(market, frames, rng))
    return Order(_quote(market, levels, rng))


def opening_prices(best: int, tick: int, count: int, rng: Random) -> list[int]:
    """Return the prices of an opening ladder, best first; fewer where the grid ends."""
    prices: list[int] = []
    price = best
    while price >= tick and len(prices) < count:
        prices.append(price)
        price -= tick if rng.random() < CONTIGUOUS else rng.randint(2, 3) * tick
    return prices


def resting_size(rng: Random) -> int:
    """Return the size of a level in an opening book, in micros."""
    return _rounded(RESTING_SIZE.draw(rng), rng)


def _rounded(shares: float, rng: Random) -> int:
    if rng.random() < WHOLE_SIZES:
        return max(round(shares), 1) * MICROS
    return max(round(shares * 100), 1) * CENT_OF_SHARE


def _quote(market: Market, levels: tuple[int, int], rng: Random) -> list[Change]:
    """One level is placed, resized or taken away."""
    side = rng.getrandbits(1)
    room = _room(market, side)
    if room < market.tick:  # The price stands at the edge: only the other side can be quoted.
        side = 1 - side
        room = _room(market, side)
        if room < market.tick:
            return []
    ladder = market.ladders[side]
    owner = side ^ rng.getrandbits(1)
    if len(ladder.prices) > levels[1]:
        return [Change(side, ladder.prices[0], 0, owner)]
    if room > ladder.best and (not ladder.prices or rng.random() < IMPROVES):
        return [Change(side, _inside(ladder, room, market.tick, rng), _top_size(rng), owner)]
    if len(ladder.prices) < levels[0] < ladder.best // market.tick:
        return [Change(side, _vacant(ladder, market.tick, levels[0], rng), _size(rng), owner)]
    price = max(ladder.best - int(DISTANCE.draw(rng)) * market.tick, market.tick)
    held = ladder.size_at(price)
    if held and rng.random() < REMOVALS:
        return [Change(side, price, 0, owner)]
    return [Change(side, price, _other_than(held, rng), owner)]


def _room(market: Market, side: int) -> int:
    """Return the highest bid of a token that crosses nothing."""
    return MICROS - market.ladders[1 - side].best - market.tick


def _inside(ladder: Ladder, room: int, tick: int, rng: Random) -> int:
    """Return a price inside the spread; an empty ladder starts close to the other side."""
    if not ladder.prices:
        return max(room - rng.randint(0, 2) * tick, tick)
    steps = (room - ladder.best) // tick
    return ladder.best + tick * rng.randint(1, steps) if steps else room


def _vacant(ladder: Ladder, tick: int, fewest: int, rng: Random) -> int:
    """Return a price near the best, probably a vacant one: a thin book fills up again."""
    return max(ladder.best - rng.randint(1, fewest) * tick, tick)


def _size(rng: Random) -> int:
    return _rounded(CHANGE_SIZE.draw(rng), rng)


def _top_size(rng: Random) -> int:
    return _rounded(TOP_SIZE.draw(rng), rng)


def _other_than(held: int, rng: Random) -> int:
    """Return a size that is a change."""
    size = _size(rng)
    return size if size != held else size + MICROS


def _revise(market: Market, frames: int, rng: Random) -> list[Change]:
    """Let a market maker move several levels: most on one side, the last on the other."""
    side = rng.getrandbits(1)
    owner = side
    changes = []
    for ladder, wanted in ((side, frames - 1), (1 - side, 1)):
        near = market.ladders[ladder].prices[-BATCH_DEPTH:]
        for price in rng.sample(near, min(wanted, len(near))):
            held = market.ladders[ladder].size_at(price)
            changes.append(Change(ladder, price, _other_than(held, rng), owner))
    return changes


def _trade(market: Market, rng: Random) -> Order:
    """Let a taker hit the bids of one token; it is told from either token."""
    side = rng.getrandbits(1)
    if not market.ladders[side].prices:
        side = 1 - side
    ladder = market.ladders[side]
    if not ladder.prices:
        return Order([])
    size = _taken(ladder, rng)
    owner = side ^ rng.getrandbits(1)
    changes, price, filled = _walk(ladder, side, size, owner)
    if rng.random() < RESTS and not changes[0].size:
        rest = Change(1 - side, MICROS - price, _top_size(rng), 1 - owner)
        changes.insert(0, rest)
    sells = bool(rng.getrandbits(1))
    fill = (
        Fill(side, "SELL", price, filled)
        if sells
        else Fill(1 - side, "BUY", MICROS - price, filled)
    )
    return Order(changes, fill, price if owner == side else MICROS - price)


def _taken(ladder: Ladder, rng: Random) -> int:
    """Return the size of a taker's order, in micros."""
    if rng.random() < SWEEPS:
        deep = min(len(ladder.sizes), 1 + (rng.random() < SWEEPS))
        return sum(ladder.sizes[-deep:])
    shares = TRADE_SIZE.draw(rng)
    if rng.random() < FINE_FILLS:
        return max(round(shares * MICROS), 1)
    return max(round(shares), 1) * MICROS


def _walk(ladder: Ladder, side: int, size: int, owner: int) -> tuple[list[Change], int, int]:
    """Return what is left of the levels reached (worst first), the last price, and the fill."""
    changes: list[Change] = []
    left = size
    price = ladder.best
    best_first = list(zip(reversed(ladder.prices), reversed(ladder.sizes), strict=True))
    for price, held in best_first[:SWEEP_LEVELS_MAX]:
        taken = min(left, held)
        left -= taken
        rest = (held - taken) // CENT_OF_SHARE * CENT_OF_SHARE
        changes.insert(0, Change(side, price, rest, owner))
        if not left:
            break
    return changes, price, size - left
