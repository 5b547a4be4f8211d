"""The memory of trades: consistent with the books, and bounded."""

import pytest
from tests.sim.client import quiet

from pr3dict.sim.truth import history as history_module
from pr3dict.sim.truth.history import History, Point, sampled
from pr3dict.sim.truth.venue import Venue
from pr3dict.sim.truth.wire import Trade

DOLLAR = 1_000_000


def listened(venue: Venue, steps: int) -> tuple[History, list[Trade]]:
    history, trades = History(venue), []
    for _ in range(steps):
        step = venue.advance()
        assert step is not None
        history.hear(step)
        trades += step.trades
    return history, trades


def test_every_trade_is_remembered_and_added_up():
    venue = quiet(markets=2, trade_share=0.5)
    history, trades = listened(venue, 500)

    assert trades
    assert trades == [deal.trade for deal in history.deals]
    assert sum(trade.size for trade in trades) == history.shares.total()
    assert list(range(1, len(trades) + 1)) == [deal.number for deal in history.deals]
    assert all(deal.taker != deal.maker for deal in history.deals)


def test_both_tokens_know_the_last_trade_as_seen_in_a_mirror():
    venue = quiet(markets=1, trade_share=1.0)
    history, trades = listened(venue, 50)
    last = trades[-1]
    other = next(token for token in venue.tokens if token != last.token)

    assert (last.price, last.side) == history.last(last.token)
    mirrored = {"BUY": "SELL", "SELL": "BUY"}[last.side]
    assert (DOLLAR - last.price, mirrored) == history.last(other)
    assert (DOLLAR // 2, "") == history.last("1")


def test_old_trades_are_forgotten(monkeypatch):
    monkeypatch.setattr(history_module, "TRADES_MAX", 5)
    history, trades = listened(quiet(markets=1, trade_share=1.0), 50)

    assert trades[-5:] == [deal.trade for deal in history.deals]


def test_accounts_are_named_in_their_own_trades_and_the_crowd_made_the_rest():
    venue = quiet(markets=1)
    history = History(venue)
    token = venue.tokens[0]
    step, got = venue.take(token, "SELL", 1, 5 * DOLLAR, venue.now_ms)
    history.hear(step)
    crowd = history.deals[-1].maker
    history.amend("0x0", "0xA", [])
    assert "0xa" != history.deals[-1].taker.wallet
    history.amend(step.trades[0].transaction, "0xA", [("0xB", 2 * DOLLAR)])

    assert got
    assert "0xa" == history.deals[-1].taker.wallet
    assert [("0xb", 2 * DOLLAR), (crowd.wallet, 3 * DOLLAR)] == [
        (maker.wallet, size) for maker, size in history.deals[-1].made
    ]


def test_a_bucket_of_time_keeps_its_last_price():
    points = [Point(1, 10), Point(59, 20), Point(60, 30), Point(200, 40)]

    assert [Point(0, 20), Point(60, 30), Point(180, 40)] == sampled(points, 60)


def test_nothing_is_known_of_a_token_that_never_was():
    assert [] == History(quiet()).points("1")
    with pytest.raises(KeyError):
        quiet().levels("1")
