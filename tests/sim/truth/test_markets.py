"""Markets come into the world as the real ones are."""

from random import Random

import pytest

from pr3dict.sim.truth.config import TICKS, SimConfig
from pr3dict.sim.truth.markets import new_market


@pytest.mark.parametrize("grid", TICKS)
def test_a_new_book_is_on_its_grid_and_not_crossed(grid):
    rng = Random(1)
    for number in range(30):
        market = new_market(SimConfig(ticks=(grid,)), number, 0, rng)
        bid, ask = market.best(0)

        assert 0 < bid < ask < 1_000_000
        assert all(0 == price % TICKS[grid] for ladder in market.ladders for price in ladder.prices)


def test_ids_are_those_of_the_venue():
    market = new_market(SimConfig(), 0, 0, Random(2))

    assert 66 == len(market.rules.condition)
    assert market.rules.condition.startswith("0x")
    assert all(token.isdigit() and len(token) in {77, 78} for token in market.rules.tokens)


def test_markets_differ_in_rules():
    rng = Random(3)
    rules = [new_market(SimConfig(), number, 0, rng).rules for number in range(100)]

    assert {"5", "15"} == {each.min_order_size for each in rules}
    assert {True, False} == {each.neg_risk for each in rules}
    assert {"0.01", "0.001"} == {each.tick_size for each in rules}


def test_a_fine_grid_has_as_many_levels_as_asked_for():
    config = SimConfig(ticks=("0.001",), levels=(14, 110), first_bid=500_000)
    rng = Random(4)
    counts = [
        len(ladder.prices)
        for number in range(50)
        for ladder in new_market(config, number, 0, rng).ladders
    ]

    assert 14 <= min(counts) < 30
    assert 95 < max(counts) <= 110


def test_the_first_bid_can_be_said():
    assert (480_000, 490_000) == new_market(
        SimConfig(ticks=("0.01",), first_bid=480_000), 0, 0, Random(5)
    ).best(0)
