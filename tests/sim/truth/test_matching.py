"""Orders of accounts in the true books, beside those of the crowd."""

import pytest
from tests.sim.client import quiet

from pr3dict.sim.truth.venue import Venue

SHARE = 1_000_000


def top(venue: Venue, token: str) -> tuple[int, int]:
    return venue.levels(token)[0][0]


def test_an_order_rests_on_either_token_as_seen_in_a_mirror():
    venue = quiet(markets=1, ticks=("0.01",))
    yes, no = venue.tokens
    price, size = top(venue, yes)
    venue.rest(no, "SELL", 1_000_000 - price, 5 * SHARE, venue.now_ms)

    assert (price, size + 5 * SHARE) == top(venue, yes)


def test_more_than_rests_cannot_be_taken_away():
    venue = quiet(markets=1)
    token = venue.tokens[0]
    price, size = top(venue, token)
    venue.rest(token, "BUY", price, 5 * SHARE, venue.now_ms)
    venue.rest(token, "BUY", price, -5 * SHARE, venue.now_ms)

    assert (price, size) == top(venue, token)
    with pytest.raises(ValueError, match="found 0"):
        venue.rest(token, "BUY", price, -1, venue.now_ms)


def test_a_taker_gets_the_best_levels_first_and_no_worse_than_its_limit():
    venue = quiet(markets=1)
    token = venue.tokens[0]
    asks = venue.levels(token)[1]
    step, got = venue.take(token, "BUY", asks[1][0], asks[0][1] + asks[1][1] + 1, venue.now_ms)

    assert asks[:2] == got
    assert asks[2:] == venue.levels(token)[1]
    assert [(token, "BUY", asks[1][0], asks[0][1] + asks[1][1])] == [
        (trade.token, trade.side, trade.price, trade.size) for trade in step.trades
    ]


def test_nothing_happens_where_nothing_matches():
    venue = quiet(markets=1)
    token = venue.tokens[0]
    price, _ = top(venue, token)

    step, got = venue.take(token, "BUY", price, SHARE, venue.now_ms)
    assert ((), (), []) == (step.frames, step.trades, got)


def test_the_crowd_never_takes_an_order_away_but_trades_with_it_after_its_own():
    venue = quiet(markets=1, trade_share=0.5, seed=3)
    token = venue.tokens[0]
    price, _ = top(venue, token)
    venue.rest(token, "BUY", price, 1_000 * SHARE, venue.now_ms)
    left = 1_000 * SHARE
    for _ in range(20_000):
        step = venue.advance()
        assert step is not None
        for made in step.made:
            assert (token, price) == (made.token, made.price)
            assert step.trades
            left -= made.size
        held = dict(venue.levels(token)[0]).get(price, 0)
        assert held >= left
        if not left:
            break

    assert 0 == left


def test_the_crowd_sets_its_own_size_beside_that_of_accounts():
    venue = quiet(markets=1, trade_share=0.0)
    token = venue.tokens[0]
    price, _ = top(venue, token)
    own = 1_000_000 * SHARE
    venue.rest(token, "BUY", price, own, venue.now_ms)
    held = set()
    for _ in range(500):
        venue.advance()
        held.add(dict(venue.levels(token)[0])[price])

    assert len(held) > 2
    assert min(held) >= own


def test_a_settled_market_has_no_orders_of_accounts_left():
    venue = quiet(markets=2)
    token = venue.tokens[0]
    rules = venue.rules(token)
    price, _ = top(venue, token)
    venue.rest(token, "BUY", price, SHARE, venue.now_ms)
    venue.settle(token)
    step = venue.advance()

    assert rules is not None
    assert step is not None
    assert rules.condition == step.settled
    with pytest.raises(ValueError, match="found 0"):
        venue.rest(token, "BUY", price, -1, venue.now_ms)
