"""The trades kept for those who ask later."""

import pytest

from pr3dict.engine.history import TradeHistory
from pr3dict.model.events import ControlReceived, Trade


def trade(number, token="a"):
    return Trade(token, "0x1", 500_000, number, "BUY", 0, number, "")


def test_keeps_the_newest_of_each_token_in_order():
    history = TradeHistory(2)
    history.events([trade(1), trade(2, "b"), ControlReceived(1, "PONG", 0)])
    history.events([trade(3), trade(4)])

    assert [trade(3), trade(4)] == history.of("a")
    assert [trade(2, "b")] == history.of("b")
    assert 4 == history.seen


def test_knows_nothing_of_a_token_without_trades():
    assert [] == TradeHistory(2).of("a")


def test_a_smaller_bound_takes_effect_at_once():
    history = TradeHistory(10)
    history.events([trade(number) for number in range(5)])
    history.size_max = 2
    assert [trade(3), trade(4)] == history.of("a")

    history.events([trade(5), trade(6, "b"), trade(7, "b"), trade(8, "b")])
    assert [trade(4), trade(5)] == history.of("a")
    assert [trade(7, "b"), trade(8, "b")] == history.of("b")


def test_a_negative_bound_is_refused():
    with pytest.raises(ValueError, match="not negative, found -1"):
        TradeHistory(10).size_max = -1


def test_forgets_a_token():
    history = TradeHistory(10)
    history.events([trade(1)])
    history.forget("a")

    assert [] == history.of("a")
