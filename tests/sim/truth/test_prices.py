"""Walks of prices: the same from the same seed, each source with its own grain."""

from itertools import pairwise

import pytest

from pr3dict.sim.truth.prices import (
    BINANCE,
    BINANCE_CENT,
    CHAINLINK,
    PYTH,
    UNIT,
    Prices,
    decimal,
    last_trading_second,
    number,
)

START_S = 1_790_000_000
START_MS = START_S * 1000
MONDAY_1413 = START_S
MONDAY_1330 = 1_789_997_400
FRIDAY_2000 = MONDAY_1330 - 3 * 86_400 + 23_400
TUESDAY_0300 = MONDAY_1330 + 13 * 3600 + 1800


def test_the_same_seed_gives_the_same_prices_in_whatever_order_one_asks():
    seconds = range(START_S, START_S + 50)
    one, two, other = Prices(1, START_MS), Prices(1, START_MS), Prices(2, START_MS)
    forwards = [one.at("btc", second, PYTH) for second in seconds]
    backwards = [two.at("btc", second, PYTH) for second in reversed(seconds)]

    assert forwards == backwards[::-1]
    assert forwards != [other.at("btc", second, PYTH) for second in seconds]


def test_a_price_moves_little_in_a_second_and_does_move():
    walk = Prices(1, START_MS)
    seen = [walk.at("eth", second, CHAINLINK) for second in range(START_S, START_S + 500)]

    assert all(abs(b - a) * 1000 < a for a, b in pairwise(seen))
    assert 490 < len(set(seen))


def test_sources_see_one_walk_each_in_its_grain():
    walk = Prices(1, START_MS)
    binance, chainlink, pyth = (walk.at("btc", START_S, s) for s in (BINANCE, CHAINLINK, PYTH))

    assert 3 == len({binance, chainlink, pyth})
    assert max(binance, chainlink, pyth) - min(binance, chainlink, pyth) < binance // 1000
    assert 0 == binance % BINANCE_CENT == pyth % 10**10
    assert 0 != chainlink % 10**10


def test_an_average_is_that_of_its_seconds():
    walk = Prices(1, START_MS)
    seen = [walk.at("sol", START_S - ago, CHAINLINK) for ago in range(60)]

    assert sum(seen) // 60 == walk.mean("sol", START_S, 60)


def test_an_unknown_asset_has_no_price():
    with pytest.raises(KeyError):
        Prices(1, START_MS).at("doge", START_S, PYTH)


def test_chainlink_misses_some_seconds_and_not_many():
    walk = Prices(1, START_MS)
    missing = [s for s in range(START_S, START_S + 1000) if not walk.reported("btc", s, "spot")]

    assert 10 < len(missing) < 60


def test_numbers_are_for_display_and_decimals_are_exact():
    price = 64_123 * UNIT + UNIT // 2
    assert (64_123.5, "64123.50000000") == (number(price), decimal(price))
    assert "64123.500000000000000001" == decimal(price + 1)


@pytest.mark.parametrize(
    ("second", "traded"),
    [
        (MONDAY_1413, MONDAY_1413),
        (MONDAY_1330, MONDAY_1330),
        (MONDAY_1330 - 1, FRIDAY_2000),
        (FRIDAY_2000 + 3600, FRIDAY_2000),
        (TUESDAY_0300, MONDAY_1330 + 23_400),
    ],
)
def test_shares_trade_on_weekdays_in_the_afternoon(second, traded):
    assert traded == last_trading_second(second)
