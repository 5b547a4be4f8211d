"""Which stream serves a topic."""

import pytest

from pr3dict.client.live.routes import (
    Source,
    as_asked,
    route,
    sentence,
    symbols,
    tokens,
    topics_of,
)
from pr3dict.model.errors import ConfigError
from pr3dict.venues.polymarket.live.polybolt_wire import Channel
from pr3dict.venues.polymarket.live.types import Message, Subscription

BTC = Subscription("crypto_prices", "*", "btcusdt,ethusdt")


@pytest.mark.parametrize(
    ("topic", "source"),
    [
        ("clob_market", Source.MARKET),
        ("clob_user", Source.USER),
        ("rfq", Source.NOBODY),
        ("sports", Source.SPORTS),
        ("activity", Source.RTDS),
        ("comments", Source.RTDS),
        ("crypto_prices", Source.RTDS),
        ("weather", Source.RTDS),
    ],
)
def test_each_topic_has_its_stream(topic, source):
    assert source is route(Subscription(topic), has_key=True).source


def test_prices_come_from_polybolt_where_there_is_a_key_and_a_symbol():
    found = route(BTC, has_key=True)
    assert Source.POLYBOLT is found.source
    assert (Channel("price.crypto", "btcusd"), Channel("price.crypto", "ethusd")) == found.channels
    assert Source.RTDS is route(BTC, has_key=False).source


@pytest.mark.parametrize(
    ("topic", "filters", "channel"),
    [
        (
            "crypto_prices_chainlink",
            '{"symbol":"btc/usd"}',
            Channel("price.crypto", "btcusd", "chainlink"),
        ),
        (
            "crypto_prices_twap_sixty",
            "btcusd",
            Channel("price.crypto.twap", "btcusd", window_seconds=60),
        ),
        ("equity_prices", '{"symbol":"AAPL"}', Channel("price.equity", "aapl")),
    ],
)
def test_successors_have_names_of_their_own(topic, filters, channel):
    assert (channel,) == route(Subscription(topic, "*", filters), has_key=True).channels


def test_the_average_of_thirty_seconds_has_no_successor():
    topic = Subscription("crypto_prices_twap_thirty", "*", "btcusd")
    assert Source.RTDS is route(topic, has_key=True).source


@pytest.mark.parametrize("filters", ["{", "[1]", '{"symbol":5}', "", " , "])
def test_a_filter_without_symbols_names_none(filters):
    assert () == symbols(filters)


def test_the_names_of_a_market_subscription_are_a_list():
    assert ("1", "2") == tokens(Subscription("clob_market", "*", '["1","2"]'))


@pytest.mark.parametrize("filters", ["", "garbage", "[]", '"1"', "[1]", '{"1":2}', "[" * 20_000])
def test_a_market_subscription_without_names_is_refused(filters):
    with pytest.raises(ConfigError, match=r"^clob_market: wanted filters as a JSON list"):
        tokens(Subscription("clob_market", "*", filters))


def test_a_channel_of_polybolt_has_a_symbol_and_may_have_a_provider():
    named = Subscription("price.crypto", "*", '{"symbol":"BTCUSD","provider":"chainlink"}')
    assert (Channel("price.crypto", "btcusd", "chainlink"),) == route(named, has_key=True).channels
    with pytest.raises(ConfigError, match=r"^price\.crypto: wanted symbols as filters"):
        route(Subscription("price.crypto"), has_key=True)


def test_a_message_of_the_successor_says_where_it_is_from():
    said = Message(topic="price.crypto", type="snapshot", timestamp=1, payload={}, backfill=True)
    told = as_asked(said, "crypto_prices")
    assert ("crypto_prices", "subscribe", "PolyBolt price.crypto") == (
        told.topic,
        told.type,
        told.served_from,
    )
    assert said is as_asked(said, "price.crypto")


def told(source, symbol="btcusd"):
    payload = {"symbol": symbol, "source": source}
    return Message(topic="price.crypto", type="update", timestamp=1, payload=payload)


PLAIN = ("crypto_prices", Channel("price.crypto", "btcusd"))
CHAINLINK = ("crypto_prices_chainlink", Channel("price.crypto", "btcusd", "chainlink"))
PYTH = ("pinned", Channel("price.crypto", "btcusd", "pyth"))


@pytest.mark.parametrize(
    ("source", "asked", "topics"),
    [
        ("pyth", [PLAIN, CHAINLINK], ["crypto_prices"]),
        ("chainlink", [PLAIN, CHAINLINK], ["crypto_prices_chainlink"]),
        ("chainlink", [PLAIN], ["crypto_prices"]),  # the venue may choose whom it likes
        ("pyth", [CHAINLINK], []),
        ("pyth", [PLAIN, PYTH], ["crypto_prices", "pinned"]),
        (None, [PLAIN, CHAINLINK], ["crypto_prices", "crypto_prices_chainlink"]),
    ],
)
def test_prices_of_several_providers_are_told_apart(source, asked, topics):
    assert topics == topics_of(told(source), asked)
    assert [] == topics_of(told(source, "ethusd"), asked)


def test_only_what_is_not_what_it_seems_is_told():
    assert "the market channel" in sentence("clob_market", Source.MARKET)
    assert "nothing stands in" in sentence("rfq", Source.NOBODY)
    assert not sentence("activity", Source.RTDS)
    assert not sentence("price.crypto", Source.POLYBOLT)
