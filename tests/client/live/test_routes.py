"""Which stream serves a topic."""

import pytest

from pr3dict.client.live.routes import (
    Source,
    as_asked,
    route,
    sentence,
    stands_for,
    symbols,
    tokens,
)
from pr3dict.venues.polymarket.live.polybolt import Channel
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
    assert () == tokens(Subscription("clob_market", "*", "garbage"))


def test_a_message_of_the_successor_says_where_it_is_from():
    said = Message(topic="price.crypto", type="snapshot", timestamp=1, payload={}, backfill=True)
    told = as_asked(said, "crypto_prices")
    assert ("crypto_prices", "subscribe", "PolyBolt price.crypto") == (
        told.topic,
        told.type,
        told.served_from,
    )
    assert said is as_asked(said, "price.crypto")


def test_providers_are_told_apart_where_one_was_asked_for():
    payload = {"symbol": "btcusd", "source": "pyth"}
    said = Message(topic="price.crypto", type="update", timestamp=1, payload=payload)
    assert stands_for(said, Channel("price.crypto", "btcusd"))
    assert not stands_for(said, Channel("price.crypto", "btcusd", "chainlink"))
    assert not stands_for(said, Channel("price.crypto", "ethusd"))


def test_only_what_is_not_what_it_seems_is_told():
    assert "the market channel" in sentence("clob_market", Source.MARKET)
    assert "nothing stands in" in sentence("rfq", Source.NOBODY)
    assert not sentence("activity", Source.RTDS)
    assert not sentence("price.crypto", Source.POLYBOLT)
