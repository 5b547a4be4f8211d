"""PolyBolt's filters and frames, held against the venue's documents."""

import pytest
from tests.sim.streams import shape, vector

from pr3dict.sim.live.polybolt_wire import (
    Pair,
    Refused,
    answer,
    asset,
    data,
    pair_of,
    parsed,
    snapshot,
    update,
)
from pr3dict.sim.truth.prices import Prices

START_S = 1_790_000_000
SATURDAY_S = START_S + 5 * 86_400
FILE = "polybolt_messages.json"
BTC = Pair("price.crypto", "btcusd")


def walks(start_s: int = START_S) -> Prices:
    return Prices(1, start_s * 1000)


def test_data_have_the_members_of_the_documented_ones():
    live = parsed(data(BTC.channel, 2, 1, update(walks(), BTC, START_S), snapshot=False))
    past = parsed(data(BTC.channel, 1, 1, snapshot(walks(), BTC, START_S), snapshot=True))

    assert shape(vector(FILE, "update")) == shape(live)
    assert shape(vector(FILE, "snapshot")) == shape(past)


@pytest.mark.parametrize("kind", ["authed", "ack", "error", "pong"])
def test_answers_are_the_documented_ones(kind):
    members = dict(vector(FILE, kind))
    op = members.pop("op")
    request = {"rid": members.pop("rid")} if "rid" in members else {}

    assert vector(FILE, kind) == parsed(answer(op, request, **members))


def test_a_snapshot_is_two_minutes_oldest_first_and_meets_the_next_update():
    made = walks()
    points = snapshot(made, BTC, START_S)["data"]

    assert list(range(START_S - 119, START_S + 1)) == [p["timestamp"] // 1000 for p in points]
    assert points[-1]["value"] == update(made, BTC, START_S)["value"]


def test_exact_values_are_plain_decimals_from_every_provider():
    for pair in (
        BTC,
        Pair("price.crypto", "btcusd", "chainlink"),
        Pair("price.crypto.twap", "ethusd"),
    ):
        point = update(walks(), pair, START_S)
        assert float(point["full_accuracy_value"]) == point["value"]
        assert point["source"] == pair.source


def test_averages_tell_their_window_and_shares_their_market():
    twap = update(walks(), Pair("price.crypto.twap", "btcusd"), START_S)
    share = update(walks(), Pair("price.equity", "aapl"), START_S)
    closed = update(walks(SATURDAY_S), Pair("price.equity", "aapl"), SATURDAY_S)

    assert ("chainlink", 60) == (twap["source"], twap["window_seconds"])
    assert ("open", False) == (share["market_status"], share["is_carried_forward"])
    assert ("closed", True) == (closed["market_status"], closed["is_carried_forward"])
    assert "market_status" not in twap


@pytest.mark.parametrize(
    ("channel", "wanted", "code"),
    [
        ("price.weather", {"symbol": "btcusd"}, "bad_channel"),
        (None, {"symbol": "btcusd"}, "bad_channel"),
        ("price.crypto", None, "bad_filter"),
        ("price.crypto", {"symbol": "btc"}, "bad_filter"),
        ("price.crypto", {"symbol": "dogeusd"}, "bad_filter"),
        ("price.crypto", {"symbol": "btcusd", "provider": "binance"}, "bad_filter"),
        ("price.crypto", {"symbol": "btcusd", "window_seconds": 60}, "bad_filter"),
        ("price.crypto.twap", {"symbol": "btcusd"}, "bad_filter"),
        ("price.crypto.twap", {"symbol": "btcusd", "window_seconds": 30}, "bad_filter"),
        ("price.equity", {"symbol": "btcusd"}, "bad_filter"),
        ("price.polymarket", {"asset_id": "0x1"}, "bad_filter"),
    ],
)
def test_what_cannot_be_served_has_a_code(channel, wanted, code):
    with pytest.raises(Refused, match=code):
        pair_of(channel, wanted)


@pytest.mark.parametrize(
    ("channel", "wanted", "pair"),
    [
        ("price.crypto", {"symbol": "BTCUSD"}, BTC),
        (
            "price.equity",
            {"symbol": "xauusd", "provider": "pyth"},
            ("price.equity", "xauusd", "pyth"),
        ),
        (
            "price.equity.twap",
            {"symbol": "aapl", "window_seconds": 60},
            ("price.equity.twap", "aapl", ""),
        ),
        ("price.polymarket", {"asset_id": "12"}, ("price.polymarket", "12", "")),
    ],
)
def test_what_can_be_served_is_a_pair(channel, wanted, pair):
    assert pair == pair_of(channel, wanted)


def test_a_coin_is_quoted_in_dollars_and_a_share_by_its_name():
    assert ("btc", "aapl", None) == (
        asset("price.crypto", "btcusd"),
        asset("price.equity", "aapl"),
        asset("price.crypto", "aaplusd"),
    )


def test_what_is_no_object_is_an_empty_request():
    assert {} == parsed("nonsense") == parsed("[1]") == parsed("[" * 20_000)


def test_a_frame_tells_what_was_left_out_before_it():
    assert 3 == parsed(data("c", 9, 1, {}, 3, snapshot=False))["dropped"]
    assert "dropped" not in parsed(data("c", 9, 1, {}, snapshot=False))
