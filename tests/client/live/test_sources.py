"""The sessions behind a live-data client, without a thread: the streams are only started by it."""

import pytest

from pr3dict.app.streams import Streams
from pr3dict.client.live.routes import Source
from pr3dict.client.live.sources import Sources
from pr3dict.client.live.subscriptions import (
    create_crypto_prices_subscription,
    create_rfq_subscription,
    create_sports_subscription,
    create_user_subscription,
)
from pr3dict.config import Config
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import ConfigError, CredentialsError
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket.live.types import Message, Subscription

CREDS = ClobApiKeyCreds("k", "s", "p")
BTC = create_crypto_prices_subscription(["btcusdt"]).subscriptions


def sources(creds=None):
    return Sources("ws://127.0.0.1/rtds", Nanos(5 * NS_PER_S), creds)


def price(symbol="btcusd", source="pyth"):
    payload = {"symbol": symbol, "source": source}
    return Message(topic="price.crypto", type="update", timestamp=1, payload=payload)


def test_where_nothing_is_wanted_yet_the_live_data_are_opened():
    found = sources()
    found.begin(Streams(Config()))
    assert ["RTDS"] == list(found.stats())


def test_each_source_has_one_session():
    found = sources(CREDS)
    found.add(
        [
            *BTC,
            *create_crypto_prices_subscription().subscriptions,
            *create_sports_subscription().subscriptions,
            *create_user_subscription(CREDS).subscriptions,
            *create_rfq_subscription().subscriptions,
        ]
    )
    found.begin(Streams(Config()))
    assert {"RTDS", "PolyBolt", "the sports stream", "the user channel"} == set(found.stats())
    assert ["crypto_prices"] == found.stats()["RTDS"]["topics"]
    assert ["price.crypto btcusd"] == found.stats()["PolyBolt"]["topics"]
    assert ["rfq"] == list(found.unserved())


def test_what_is_wanted_no_more_is_left():
    found = sources(CREDS)
    sports = create_sports_subscription().subscriptions
    found.add([*BTC, *sports])
    streams = Streams(Config())
    found.begin(streams)
    found.serve((), found.remove([*BTC, *sports]))
    assert {"PolyBolt"} == set(found.stats())
    assert [] == found.stats()["PolyBolt"]["topics"]


def test_a_message_of_the_successor_is_told_under_the_name_that_was_asked_for():
    found = sources(CREDS)
    found.add(BTC)
    (told,) = found.expand(price())
    assert ("crypto_prices", "PolyBolt price.crypto") == (told.topic, told.served_from)
    assert [] == found.expand(price("ethusd"))


def test_prices_of_chainlink_are_not_told_as_those_of_binance():
    found = sources(CREDS)
    found.add([*BTC, *create_crypto_prices_subscription(["btc/usd"], "chainlink").subscriptions])
    (told,) = found.expand(price())
    assert "crypto_prices" == told.topic
    (told,) = found.expand(price(source="chainlink"))
    assert "crypto_prices_chainlink" == told.topic


def test_one_client_hears_of_one_account():
    found = sources()
    found.add(create_user_subscription(CREDS, "order").subscriptions)
    found.add(create_user_subscription(CREDS, "trade").subscriptions)
    other = create_user_subscription(ClobApiKeyCreds("k2", "s", "p")).subscriptions
    with pytest.raises(CredentialsError, match="another client"):
        found.add(other)
    found.remove(found.of(Source.USER))
    assert list(other) == found.add(other)


def test_openings_are_promised_by_who_keeps_them():
    found = sources(CREDS)
    found.add([*BTC, Subscription("crypto_prices_chainlink"), Subscription("activity")])
    assert {("crypto_prices", "btcusd"), ("crypto_prices_chainlink", "")} == found.openings()


def test_a_key_is_asked_for_where_one_is_needed():
    with pytest.raises(CredentialsError, match="PolyBolt"):
        sources().add([Subscription("price.crypto", "*", "btcusd")])
    with pytest.raises(CredentialsError, match="create_user_subscription"):
        sources().add([Subscription("clob_user")])


def test_more_symbols_than_the_venue_takes_are_refused_before_any_is_asked_for():
    found = sources(CREDS)
    many = create_crypto_prices_subscription([f"c{n}usdt" for n in range(65)])
    with pytest.raises(ConfigError, match="at most 64"):
        found.add(many.subscriptions)
    assert [] == found.of(Source.POLYBOLT)


def test_what_is_wanted_twice_is_asked_for_once():
    found = sources(CREDS)
    assert list(BTC) == found.add(BTC)
    assert [] == found.add(BTC)
