"""How orders of accounts live in the true books beside those of the generated crowd.

The crowd sets the size of a level as if it were alone there; accounts rest behind it. So a change
of the crowd leaves what accounts have there, and a trade reaches them when the crowd's part of
the level is gone.
"""

from collections.abc import Sequence
from typing import Final

from pr3dict.sim.truth.books import Change, Market
from pr3dict.sim.truth.hash import MICROS
from pr3dict.sim.truth.wire import Made

BUY: Final = "BUY"


def bid_of(side: int, order: str, price: int) -> tuple[int, int]:
    """Return the ladder and the price at which an order rests; `side` is that of its token.

    >>> bid_of(0, "BUY", 400_000), bid_of(0, "SELL", 400_000)
    ((0, 400000), (1, 600000))
    """
    return (side, price) if order == BUY else (1 - side, MICROS - price)


def rested(market: Market, side: int, order: str, price: int, size: int) -> Change:
    """Let so much more rest for accounts (less: a negative size); return the change of the level.

    Raises `ValueError` where accounts have less there than is taken away.
    """
    ladder, at = bid_of(side, order, price)
    own = market.own.get((ladder, at), 0) + size
    if own < 0:
        raise ValueError(f"wanted {-size} micros of accounts at {price}, found {own - size}")
    _keep(market, ladder, at, own)
    return Change(ladder, at, market.ladders[ladder].size_at(at) + size, side)


def walked(
    market: Market, side: int, order: str, limit: int, size: int
) -> tuple[list[Change], list[tuple[int, int]]]:
    """Return what taking up to a size at a limit price does, and what is got, best price first.

    The changes stand worst level first; what is got is told as (price, size) of the taker's token.
    Nothing is changed.
    """
    mirrored = order == BUY
    ladder = 1 - side if mirrored else side
    floor = MICROS - limit if mirrored else limit
    book = market.ladders[ladder]
    changes: list[Change] = []
    got: list[tuple[int, int]] = []
    for price, held in zip(reversed(book.prices), reversed(book.sizes), strict=True):
        if price < floor or not size:
            break
        taken = min(size, held)
        size -= taken
        changes.insert(0, Change(ladder, price, held - taken, ladder))
        got.append((MICROS - price if mirrored else price, taken))
    return changes, got


def reserved(
    market: Market, changes: Sequence[Change], *, hit: int | None = None
) -> tuple[list[Change], list[Made]]:
    """Return the changes of the crowd or of a taker beside what accounts have, and what is made.

    `hit`: the ladder whose levels were traded away; nothing is made where there is none.
    """
    if not market.own:
        return list(changes), []
    kept: list[Change] = []
    made: list[Made] = []
    for change in changes:
        own = market.own.get((change.ladder, change.price), 0)
        if change.ladder != hit:
            kept.append(change._replace(size=change.size + own))
            continue
        kept.append(change)
        if change.size < own:
            token = market.rules.tokens[change.ladder]
            made.append(Made(token, change.price, own - change.size))
            _keep(market, change.ladder, change.price, change.size)
    return kept, made


def _keep(market: Market, ladder: int, price: int, own: int) -> None:
    if own:
        market.own[ladder, price] = own
    else:
        market.own.pop((ladder, price), None)
