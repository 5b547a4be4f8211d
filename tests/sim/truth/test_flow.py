"""Orders are possible ones: on the grid, uncrossed at the end, and as deep as the real ones."""

from random import Random

from pr3dict.sim.truth.books import Market
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.flow import next_order, opening_prices
from pr3dict.sim.truth.markets import new_market

LEVELS = (14, 110)


def market(seed: int, grid: str = "0.01", first_bid: int = 0) -> Market:
    return new_market(SimConfig(ticks=(grid,), first_bid=first_bid), 0, 0, Random(seed))


def test_a_book_is_never_crossed_at_the_end_of_an_order():
    for seed in range(10):
        rng, made = Random(seed), market(seed)
        for now_ms in range(3_000):
            made.apply(next_order(made, LEVELS, 0.3, rng).changes, now_ms)
            bid, ask = made.best(0)
            assert bid < ask


def test_some_order_crosses_the_book_before_it_ends():
    rng, made, crossed = Random(1), market(1), 0
    for now_ms in range(20_000):
        for change in next_order(made, LEVELS, 0.5, rng).changes:
            made.apply([change], now_ms)
            bid, ask = made.best(0)
            crossed += bid >= ask

    assert crossed > 0


def test_every_change_is_on_the_grid_and_in_hundredths_of_a_share():
    rng, made = Random(2), market(2)
    for now_ms in range(5_000):
        order = next_order(made, LEVELS, 0.3, rng)
        assert all(
            0 == change.price % 10_000 and 0 == change.size % 10_000 for change in order.changes
        )
        assert all(0 < change.price < 1_000_000 for change in order.changes)
        made.apply(order.changes, now_ms)


def test_levels_stay_within_their_bounds_where_the_grid_has_room():
    rng, made = Random(3), market(3, "0.001", first_bid=500_000)
    for now_ms in range(20_000):
        made.apply(next_order(made, LEVELS, 0.1, rng).changes, now_ms)

    assert all(10 <= len(ladder.prices) <= 111 for ladder in made.ladders)


def test_a_trade_takes_from_the_best_level_and_tells_either_token():
    told = set()
    for seed in range(50):
        made = market(seed)
        order = next_order(made, LEVELS, 1.0, Random(seed))
        assert order.fill is not None
        last = next(change for change in order.changes if change.ladder == order.changes[-1].ladder)
        assert order.changes[-1].price == made.ladders[last.ladder].best
        assert order.maker_price in {order.fill.price, 1_000_000 - order.fill.price}
        told.add((order.fill.token == last.ladder, order.fill.side))

    assert {(True, "SELL"), (False, "BUY")} == told


def test_an_empty_market_fills_up_again():
    made = market(4)
    for ladder in made.ladders:
        for price in list(ladder.prices):
            ladder.put(price, 0)
    rng = Random(4)
    for now_ms in range(500):
        made.apply(next_order(made, LEVELS, 0.084, rng).changes, now_ms)

    assert all(ladder.prices for ladder in made.ladders)


def test_an_opening_ladder_ends_with_the_grid():
    assert {30_000, 20_000, 10_000} >= set(opening_prices(30_000, 10_000, 14, Random(1)))
