"""The topics of RTDS and how they behave."""

import pytest

from pr3dict.venues.polymarket.live.topics import is_proved, pulse
from pr3dict.venues.polymarket.live.types import Subscription


@pytest.mark.parametrize(
    ("topic", "kind", "filters"),
    [
        ("crypto_prices", "*", ""),
        ("crypto_prices", "update", "btcusdt,ethusdt"),
        ("crypto_prices_chainlink", "*", '{"symbol":"btc/usd"}'),
        ("activity", "trades", '{"event_slug":"slug"}'),
        ("comments", "reaction_removed", '{"parentEntityID":100,"parentEntityType":"Event"}'),
    ],
)
def test_what_is_known_to_be_served_may_share_a_frame(topic, kind, filters):
    assert is_proved(Subscription(topic, kind, filters))


@pytest.mark.parametrize(
    ("topic", "kind", "filters"),
    [
        ("crypto_price", "*", ""),
        ("crypto_prices", "updates", ""),
        ("rfq", "*", ""),
        ("clob_market", "*", '["1"]'),
        ("crypto_prices_chainlink", "*", "btc/usd"),
        ("crypto_prices_chainlink", "*", '{"symbol":'),
        ("activity", "*", "[]"),
    ],
)
def test_what_may_silence_others_goes_alone(topic, kind, filters):
    assert not is_proved(Subscription(topic, kind, filters))


def test_silence_is_a_sign_where_a_topic_speaks_by_the_second():
    assert pulse(Subscription("crypto_prices")) is not None
    assert pulse(Subscription("activity")) is not None
    assert pulse(Subscription("activity", "*", '{"event_slug":"quiet"}')) is None
    assert pulse(Subscription("comments")) is None
    nightly = pulse(Subscription("equity_prices"))
    assert nightly is not None
    assert nightly.backfill_is_life
