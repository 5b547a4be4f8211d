"""The price topics of the live data, held against real messages of the venue."""

import pytest
from tests.sim.streams import shape, vector

from pr3dict.sim.live.rtds_prices import RtdsPrices, asset, symbols
from pr3dict.sim.live.rtds_topics import BINANCE_TOPIC, CHAINLINK_TOPIC, EQUITY_TOPIC, WINDOWS, Told
from pr3dict.sim.truth.prices import Prices, decimal, number

START_MS = 1_790_000_000_000
SATURDAY_MS = START_MS + 5 * 86_400_000
ALL = (BINANCE_TOPIC, CHAINLINK_TOPIC, EQUITY_TOPIC, *WINDOWS)


def topics(start_ms: int = START_MS) -> RtdsPrices:
    return RtdsPrices(Prices(1, start_ms), start_ms)


def updates(topic: str, seconds: int = 10, start_ms: int = START_MS) -> list[Told]:
    made = topics(start_ms)
    list(made.due(start_ms))
    return [told for told in made.due(start_ms + seconds * 1000) if told.topic == topic]


def backfill(topic: str, symbol: str) -> Told:
    told = topics().backfill(topic, symbol, START_MS)
    assert told is not None
    return told


@pytest.mark.parametrize(
    ("topic", "name"), [(BINANCE_TOPIC, "crypto_prices"), (EQUITY_TOPIC, "equity_prices")]
)
def test_updates_and_back_fill_have_the_members_of_the_real_ones(topic, name):
    real = vector("rtds_messages.json", f"rtds_{name}_update")
    assert shape(real["payload"]) == shape(updates(topic)[0].payload)
    real = vector("rtds_messages.json", f"rtds_{name}_subscribe")
    assert shape(real["payload"]) == shape(backfill(topic, symbols(topic)[0]).payload)


@pytest.mark.parametrize("topic", ALL)
def test_each_symbol_is_told_once_a_second_but_chainlink_misses_some(topic):
    told = updates(topic, seconds=60)
    whole = 60 * len(symbols(topic))

    assert len(told) == len({(t.payload["symbol"], t.payload["timestamp"]) for t in told})
    assert len(told) == whole or topic not in {BINANCE_TOPIC, EQUITY_TOPIC}
    assert whole * 0.9 < len(told) <= whole


def test_binance_writes_plain_decimals_and_chainlink_integers_of_18_places():
    for told in updates(BINANCE_TOPIC):
        assert told.payload["value"] == float(told.payload["full_accuracy_value"])
    for topic in (CHAINLINK_TOPIC, *WINDOWS):
        for told in updates(topic):
            assert told.payload["value"] == number(int(told.payload["full_accuracy_value"]))


def test_averages_name_their_window_and_only_their_back_fill_is_exact():
    for topic, window in WINDOWS.items():
        assert {window} == {told.payload["window_s"] for told in updates(topic)}
        past = backfill(topic, "btc/usd")
        assert (topic, window) == (past.topic, past.payload["window_s"])
        assert {"timestamp", "value", "full_accuracy_value"} == past.payload["data"][0].keys()


def test_the_back_fill_of_chainlink_comes_under_the_topic_of_binance():
    past = backfill(CHAINLINK_TOPIC, "btc/usd")

    assert (BINANCE_TOPIC, "btc/usd") == (past.topic, past.payload["symbol"])
    assert 50 <= len(past.payload["data"]) <= 60
    assert 120 == len(backfill(BINANCE_TOPIC, "btcusdt").payload["data"])


def test_back_fill_ends_where_updates_begin():
    made = topics()
    list(made.due(START_MS))
    past = made.backfill(BINANCE_TOPIC, "btcusdt", START_MS)
    assert past is not None
    first = next(t for t in made.due(START_MS + 2000) if t.payload["symbol"] == "btcusdt")

    assert past.payload["data"][-1]["timestamp"] + 1000 == first.payload["timestamp"]


def test_a_symbol_of_another_topic_has_no_back_fill():
    assert topics().backfill(BINANCE_TOPIC, "btc/usd", START_MS) is None
    assert topics().backfill("activity", "btcusdt", START_MS) is None


def test_on_a_saturday_the_last_price_of_friday_is_carried_forward():
    told = updates(EQUITY_TOPIC, start_ms=SATURDAY_MS)
    apple = [each.payload for each in told if each.payload["symbol"] == "aapl"]

    assert {True} == {payload["is_carried_forward"] for payload in apple}
    assert 1 == len({(payload["timestamp"], payload["value"]) for payload in apple})
    assert apple[0]["timestamp"] < SATURDAY_MS < apple[0]["received_at"]


def test_both_spellings_of_a_symbol_are_the_same_coin():
    assert "btc" == asset("btcusdt") == asset("btc/usd")
    assert "0.50000000" == decimal(5 * 10**17)
