"""The amounts of orders: every row of the vectors, and what must hold of any order."""

import json
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.real.shared import shared_file

from pr3dict.model.errors import OrderError
from pr3dict.model.units import MICROS, Money, Price, Size, to_micros
from pr3dict.venues.polymarket.signing import amounts
from pr3dict.venues.polymarket.signing.amounts import (
    Amounts,
    keeps_limit,
    limit_amounts,
    market_amounts,
)

CENT = Price(10_000)
SIDES = st.sampled_from(["BUY", "SELL"])
DECIMALS = {  # of price and amount by tick, protocol 5.4
    100_000: (1, 3),
    10_000: (2, 4),
    5_000: (3, 5),
    2_500: (4, 6),
    1_000: (3, 5),
    100: (4, 6),
}


@st.composite
def grids(draw):
    """Return a tick and a price on it."""
    tick = draw(st.sampled_from(sorted(DECIMALS)))
    return Price(tick), Price(tick * draw(st.integers(1, MICROS // tick - 1)))


SIZES = st.integers(amounts.SIZE_STEP, 10**13)


def two_steps(value: Fraction, decimals: int) -> int:
    """Round as the official client: up to four more decimals, then down; in micros."""
    with_more = Decimal(value.numerator) / Decimal(value.denominator)
    if -int(with_more.normalize().as_tuple().exponent) > decimals:
        up = with_more.quantize(Decimal(10) ** -(decimals + 4), ROUND_CEILING)
        with_more = up.quantize(Decimal(10) ** -decimals, ROUND_FLOOR)
    return int(with_more * MICROS)


def test_every_row_of_the_vectors_holds_those_where_the_old_client_is_wrong_included():
    vectors = json.loads(shared_file("vectors/polymarket/order_amounts.json").read_text("utf-8"))
    rows: list[Any] = [("size", limit_amounts, row) for row in vectors["limit"]]
    rows += [("amount", market_amounts, row) for row in vectors["market"]]
    wrong = [
        row
        for name, make, row in rows
        if Amounts(int(row["makerAmount"]), int(row["takerAmount"]))
        != make(*(row["side"], *(to_micros(row[key]) for key in ("price", name, "tick_size"))))
    ]
    assert [] == wrong
    assert 1_044 == len(rows)
    assert 36 == sum("py_clob_client_v2_float_result" in row for _, _, row in rows)


def test_the_ticks_are_those_of_the_vectors():
    vectors = json.loads(shared_file("vectors/polymarket/order_amounts.json").read_text("utf-8"))
    assert vectors["rounding"] == {
        str(Decimal(tick) / MICROS): {"price": price, "size": 2, "amount": amount}
        for tick, (price, amount) in DECIMALS.items()
    }
    steps = {tick: 10 ** (6 - amount) for tick, (_, amount) in DECIMALS.items()}
    assert steps == amounts.SHARE_STEPS


@given(SIDES, grids(), SIZES)
def test_a_limit_order_is_at_its_price_exactly(side, grid, size):
    tick, price = grid
    maker, taker = limit_amounts(side, price, Size(size), tick)
    dollars, shares = (maker, taker) if side == "BUY" else (taker, maker)
    assert Fraction(dollars, shares) == Fraction(price, MICROS)
    assert 0 <= size - shares < amounts.SIZE_STEP
    assert 0 == shares % amounts.SIZE_STEP
    assert keeps_limit(side, price, Amounts(maker, taker))


@given(grids(), SIZES)
def test_a_market_buy_reaches_the_ask_at_its_price_and_gets_no_share_too_many(grid, dollars):
    tick, price = grid
    maker, taker = market_amounts("BUY", price, Money(dollars), tick)
    assert maker * MICROS >= price * taker
    assert 0 <= Fraction(maker * MICROS, price) - taker < amounts.SHARE_STEPS[tick]
    assert two_steps(Fraction(maker, price), DECIMALS[tick][1]) == taker


@given(grids(), SIZES)
def test_a_market_sell_is_at_its_price_exactly(grid, size):
    tick, price = grid
    maker, taker = market_amounts("SELL", price, Size(size), tick)
    assert taker * MICROS == price * maker
    assert keeps_limit("SELL", price, Amounts(maker, taker))


@given(grids(), st.integers(amounts.SIZE_STEP, 10**8))
def test_a_market_buy_that_keeps_its_limit_cannot_lift_the_next_finer_ask(grid, dollars):
    tick, price = grid
    found = market_amounts("BUY", price, Money(dollars), tick)
    reaches = found.taker > 0 and Fraction(found.maker, found.taker) < Fraction(
        price + amounts.FINEST_TICK, MICROS
    )
    assert reaches == keeps_limit("BUY", price, found)


def test_a_cent_that_rounds_to_a_worse_price_does_not_keep_its_limit():
    cent = market_amounts("BUY", Price(300_000), Money(10_000), Price(100_000))
    assert not keeps_limit("BUY", Price(300_000), cent)
    assert not keeps_limit("BUY", Price(300_000), Amounts(10_000, 0))
    assert not keeps_limit("SELL", Price(300_000), Amounts(10_000, 2_999))


def test_the_old_clients_float_would_have_missed_the_ask():
    """py_clob_client_v2 1.2.1 signs this one at 0.28."""
    assert Amounts(5_000_000, 17_241_300) == market_amounts(
        "BUY", Price(290_000), Money(5_000_000), CENT
    )


@pytest.mark.parametrize("price", [0, -10_000, 5_000, 295_000, 1_000_000, 999_999])
def test_a_price_off_the_grid_is_refused(price):
    with pytest.raises(OrderError, match=r"wanted a price in steps of 0\.01 from 0\.01 to 0\.99"):
        limit_amounts("BUY", Price(price), Size(MICROS), CENT)


@pytest.mark.parametrize("tick", [0, 1, 20_000, 1_000_000])
def test_a_tick_that_the_venue_does_not_have_is_refused(tick):
    with pytest.raises(OrderError, match=r"wanted a tick of 0\.1, 0\.01, 0\.005, 0\.0025, 0\.001"):
        limit_amounts("BUY", Price(500_000), Size(MICROS), Price(tick))


@pytest.mark.parametrize("size", [0, -1, 9_999])
def test_a_size_of_which_nothing_is_left_is_refused(size):
    with pytest.raises(OrderError, match=r"wanted a size of at least 0\.01"):
        limit_amounts("SELL", Price(500_000), Size(size), CENT)
    with pytest.raises(OrderError, match=r"wanted an amount of at least 0\.01"):
        market_amounts("SELL", Price(500_000), Size(size), CENT)


def test_a_side_that_is_none_is_refused():
    with pytest.raises(OrderError, match="wanted a side of BUY or SELL, found 'buy'"):
        limit_amounts("buy", Price(500_000), Size(MICROS), CENT)
