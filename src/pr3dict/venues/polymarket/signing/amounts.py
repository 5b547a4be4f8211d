"""What an order gives and what it asks for, in whole micros: protocol section 5.4.

An order does not carry its price: the exchange divides the one amount by the other. All of this is
done on integers. A client that multiplied floats (py_clob_client_v2 1.2.1) signed 0.29 as 0.28.

Of a limit order both amounts are exact, so its price is. Of a market BUY the shares are rounded
down: rounded up, the price would come to lie a hair below the ask that it was to lift.
"""

from typing import Final, Literal, NamedTuple

from pr3dict.model.errors import OrderError
from pr3dict.model.units import MICROS, Price, Size, to_text

Side = Literal["BUY", "SELL"]

SIZE_STEP: Final = 10_000
"""Sizes of orders, and dollars of market orders, have two decimals (in micros)."""
FINEST_TICK: Final = Price(100)

SHARE_STEPS: Final[dict[int, int]] = {
    100_000: 1_000,
    10_000: 100,
    5_000: 10,
    2_500: 1,
    1_000: 10,
    100: 1,
}
"""By tick, in micros: the step to which the other amount of a market order is rounded down.

SDK `_ROUNDING_BY_TICK`, 2026-10-21: 3, 4, 5, 6, 5 and 6 decimals. There is no other tick.
"""


class Amounts(NamedTuple):
    """What the maker of an order gives and what it takes, in micros.

    A BUY gives dollars for shares, a SELL shares for dollars.
    """

    maker: int
    taker: int


def limit_amounts(side: Side, price: Price, size: Size, tick: Price) -> Amounts:
    """Return the amounts of a limit order; `size` is rounded down to two decimals.

    Raises `OrderError` where nothing is left of it, or the price is none.

    >>> limit_amounts("BUY", Price(290_000), Size(5_000_000), Price(10_000))
    Amounts(maker=1450000, taker=5000000)
    """
    on_grid(price, tick)
    shares = _stepped(size, "a size")
    # Exact: a size has two decimals and a price at most four, which makes six.
    dollars = shares * price // MICROS
    return Amounts(dollars, shares) if _is_buy(side) else Amounts(shares, dollars)


def market_amounts(side: Side, price: Price, amount: int, tick: Price) -> Amounts:
    """Return the amounts of a market order that goes no further than `price`.

    `amount` is dollars for a BUY and shares for a SELL, in micros, rounded down to two decimals.
    Raises `OrderError` where nothing is left of it, or the price is none.

    >>> market_amounts("BUY", Price(290_000), 5_000_000, Price(10_000))
    Amounts(maker=5000000, taker=17241300)
    """
    on_grid(price, tick)
    given = _stepped(amount, "an amount")
    # The clients round up to four more decimals first, which changes nothing: what is left over is
    # a fraction with the price in ticks below the line, and that is less than ten thousand.
    taken = given * MICROS // price if _is_buy(side) else given * price // MICROS
    return Amounts(given, taken - taken % SHARE_STEPS[tick])


def keeps_limit(side: Side, price: Price, amounts: Amounts) -> bool:
    """Tell whether an order cannot trade beyond its limit, even on the finest of all ticks.

    A small market BUY can, as its shares are rounded down; so the official client refuses it.

    >>> cent = market_amounts("BUY", Price(300_000), 10_000, Price(100_000))
    >>> cent, keeps_limit("BUY", Price(300_000), cent)  # 0.01 / 0.033 is 0.30303
    (Amounts(maker=10000, taker=33000), False)
    """
    if min(amounts) <= 0:
        return False
    if _is_buy(side):
        return amounts.maker * MICROS < amounts.taker * (price + FINEST_TICK)
    return amounts.taker * MICROS > amounts.maker * (price - FINEST_TICK)


def on_grid(price: Price, tick: Price) -> Price:
    """Return a price that the venue takes: a multiple of the tick, from one tick to 1 - tick.

    Raises `OrderError`, as for a tick that the venue does not have.
    """
    if tick not in SHARE_STEPS:
        known = ", ".join(to_text(each) for each in SHARE_STEPS)
        raise OrderError(f"wanted a tick of {known}, found {to_text(tick)}: read the market anew")
    if price % tick or not tick <= price <= MICROS - tick:
        raise OrderError(
            f"wanted a price in steps of {to_text(tick)} from {to_text(tick)} to"
            f" {to_text(MICROS - tick)}, found {to_text(price)}"
        )
    return price


def _stepped(amount: int, name: str) -> int:
    stepped = amount - amount % SIZE_STEP
    if stepped <= 0:
        raise OrderError(f"wanted {name} of at least 0.01, found {to_text(amount)}")
    return stepped


def _is_buy(side: str) -> bool:
    if side not in ("BUY", "SELL"):
        raise OrderError(f"wanted a side of BUY or SELL, found {side!r}")
    return side == "BUY"
