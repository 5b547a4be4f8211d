"""What PolyBolt's refusals mean, and what is asked for as it writes it."""

import pytest

from pr3dict.model.links import Closed, Pace
from pr3dict.venues.polymarket.live.polybolt_wire import Channel, as_sent, sentence, verdict

BTC = Channel("price.crypto.twap", "btcusd", "chainlink", 60)


def test_a_filter_has_what_was_asked_for_and_nothing_else():
    wanted = {"symbol": "btcusd", "provider": "chainlink", "window_seconds": 60}
    assert {"channel": "price.crypto.twap", "filter": wanted} == as_sent(BTC)
    plain = {"channel": "price.crypto", "filter": {"symbol": "btcusd"}}
    assert plain == as_sent(Channel("price.crypto", "btcusd"))


@pytest.mark.parametrize("code", ["bad_filter", "sub_limit", "news_to_us"])
def test_a_refusal_names_what_is_refused(code):
    assert f"price.crypto.twap btcusd chainlink: {sentence(code)}" == sentence(code, BTC)


def test_a_close_of_its_own_has_a_meaning_and_any_other_that_of_every_stream():
    assert ("auth", Pace.SLOW) == (verdict(Closed(4001, "")).name, verdict(Closed(4001, "")).pace)
    assert "dropped" == verdict(Closed(1006, "")).name
