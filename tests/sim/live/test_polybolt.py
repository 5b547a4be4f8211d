"""PolyBolt of the simulated venue: credentials, pairs, numbers, limits and closes."""

import json
from typing import Any

import pytest
from tests.sim.client import ending, quiet
from tests.sim.streams import messages, parsed, send, talk, told, vector, venue

from pr3dict.sim.desk.accounts import TEST_KEY
from pr3dict.sim.live.polybolt import FRAME_MAX, PAIRS_MAX, Polybolt
from pr3dict.sim.live.stream import Ended, Pinged
from pr3dict.sim.live.wing import PolyboltWing
from pr3dict.sim.truth.prices import Prices

AUTH = {"op": "auth", "rid": "a", "auth": TEST_KEY.told()}
BTC = {"channel": "price.crypto", "filter": {"symbol": "btcusd"}}
ETH = {"channel": "price.crypto", "filter": {"symbol": "ethusd"}}
TWAP = {"channel": "price.crypto.twap", "filter": {"symbol": "btcusd", "window_seconds": 60}}


def stream(*, authed: bool = True, **config: Any) -> tuple[Polybolt, Any]:
    books = quiet(**config)
    made = Polybolt(books, Prices(1, books.now_ms))
    made.joined(1, books.now_ms)
    if authed:
        made.heard(1, json.dumps(AUTH), books.now_ms)
    return made, books


def asks(
    made: Polybolt, now_ms: int, *items: dict[str, Any], op: str = "subscribe"
) -> list[dict[str, Any]]:
    text = json.dumps({"op": op, "rid": "s", "subscriptions": items})
    return messages(made.heard(1, text, now_ms))


def heard(made: Polybolt, now_ms: int) -> list[dict[str, Any]]:
    return messages(made.due(now_ms))


def test_the_documented_requests_are_understood():
    made, books = stream(authed=False)
    said = []
    for kind in ("auth", "subscribe", "subscribe twap", "subscribe pinned provider", "ping"):
        text = json.dumps(vector("polybolt_messages.json", kind))
        said += messages(made.heard(1, text, books.now_ms))

    assert ["authed", "subscribed", None, "subscribed", None, "subscribed", None, "pong"] == [
        each.get("op") for each in said
    ]
    assert "pyth" == said[5]["provider"]


def test_a_subscription_is_acknowledged_then_shown_then_told_of_each_second():
    made, books = stream()
    ack, past = asks(made, books.now_ms, BTC)
    live = heard(made, books.now_ms + 3000)

    assert {"op": "subscribed", "channel": "price.crypto", "rid": "s"} == ack
    assert (True, 1) == (past["snapshot"], past["seq"])
    assert [2, 3, 4] == [each["seq"] for each in live]
    assert past["payload"]["data"][-1]["timestamp"] + 1000 == live[0]["payload"]["timestamp"]


def test_one_channel_and_filter_may_stand_at_the_top_of_a_request():
    made, books = stream()
    said = messages(made.heard(1, json.dumps({"op": "subscribe", **BTC}), books.now_ms))
    assert [{"op": "subscribed", "channel": "price.crypto"}] == said[:1]


def test_numbers_count_a_channel_of_a_connection_over_all_its_symbols():
    made, books = stream()
    asks(made, books.now_ms, BTC, ETH, TWAP)
    live = heard(made, books.now_ms + 2000)
    spot = [each["seq"] for each in live if each["channel"] == "price.crypto"]
    twap = [each["seq"] for each in live if each["channel"] == "price.crypto.twap"]

    assert ([3, 4, 5, 6], [2, 3]) == (spot, twap)


def test_subscribing_again_is_acknowledged_only():
    made, books = stream()
    asks(made, books.now_ms, BTC)
    assert ["subscribed"] == [each["op"] for each in asks(made, books.now_ms, BTC)]


def test_who_unsubscribed_is_told_no_more():
    made, books = stream()
    asks(made, books.now_ms, BTC)
    ack = asks(made, books.now_ms, BTC, op="unsubscribe")

    assert [("unsubscribed", "price.crypto")] == [(each["op"], each["channel"]) for each in ack]
    assert [] == heard(made, books.now_ms + 3000)


def test_prices_need_credentials_and_tops_of_books_do_not():
    made, books = stream(authed=False)
    public = {"channel": "price.polymarket", "filter": {"asset_id": books.tokens[0]}}
    first, second = asks(made, books.now_ms, BTC, public)

    error = vector("polybolt_messages.json", "error") | {"rid": "s"}
    assert error == {**first, "rid": "s"}
    assert ("subscribed", "price.polymarket") == (second["op"], second["channel"])


def test_each_item_of_a_request_is_answered_in_its_order():
    made, books = stream()
    bad = {"channel": "price.crypto", "filter": {"symbol": "nope"}}
    said = asks(made, books.now_ms, bad, BTC, {"channel": "nope"}, {})

    assert ["bad_filter", None, None, "bad_channel", "bad_channel"] == [e.get("code") for e in said]


@pytest.mark.parametrize("text", ["{", "[]", '{"op":"dance","rid":"x"}'])
def test_an_unknown_request_is_a_bad_op(text):
    made, books = stream()
    assert ["bad_op"] == [each["code"] for each in messages(made.heard(1, text, books.now_ms))]


def test_wrong_credentials_may_be_tried_eight_times():
    made, books = stream(authed=False)
    made.accepts = lambda key, secret, passphrase: (
        (key, secret, passphrase) == (TEST_KEY.key, "s", "right")
    )
    said = [made.heard(1, json.dumps(AUTH), books.now_ms) for _ in range(9)]

    assert [["auth_invalid"]] * 8 == [[e["code"] for e in messages(outs)] for outs in said[:8]]
    *error, end = said[8]
    assert ["auth_attempts"] == [each["code"] for each in messages(error)]
    assert Ended(1, 4001, "auth attempts") == end


def test_the_service_of_credentials_may_be_away():
    made, books = stream(authed=False)
    made.auth_down = 1
    first, second = (messages(made.heard(1, json.dumps(AUTH), books.now_ms)) for _ in range(2))
    assert ("auth_unavailable", "authed") == (first[0]["code"], second[0]["op"])


def test_there_are_64_pairs_and_no_more():
    made, books = stream()
    tokens = [{"channel": "price.polymarket", "filter": {"asset_id": str(n)}} for n in range(65)]
    said = asks(made, books.now_ms, *tokens)

    assert [None] * PAIRS_MAX + ["sub_limit"] == [each.get("code") for each in said]


def test_there_are_20_changes_a_second_and_no_more():
    made, books = stream()
    said = [asks(made, books.now_ms, BTC, op="unsubscribe")[0] for _ in range(21)]

    assert [None] * 20 + ["rate_limited"] == [each.get("code") for each in said]
    assert "code" not in asks(made, books.now_ms + 1000, BTC, op="unsubscribe")[0]


def test_a_frame_of_more_than_64_kilobytes_is_the_last():
    made, books = stream()
    (end,) = made.heard(1, " " * (FRAME_MAX + 1), books.now_ms)
    assert Ended(1, 4008, "frame too large") == end


def test_two_missed_pongs_end_the_connection():
    made, books = stream()
    now_ms = books.now_ms
    outs = [list(made.due(now_ms + 25_000 * n)) for n in range(1, 4)]
    assert [[Pinged(1)], [Pinged(1)], [Ended(1, 4002, "pong timeout")]] == outs


def test_an_answered_ping_keeps_the_connection():
    made, books = stream()
    for n in range(1, 10):
        made.ponged(1, books.now_ms)
        assert [Pinged(1)] == list(made.due(books.now_ms + 25_000 * n))


@pytest.mark.parametrize(("numbered", "seq"), [(True, 5), (False, 2)])
def test_what_the_venue_leaves_out_is_told_with_the_next_frame(numbered, seq):
    made, books = stream()
    made.numbers_dropped = numbered
    asks(made, books.now_ms, BTC)
    made.lag(3)
    first, second = heard(made, books.now_ms + 5000)

    assert (3, seq) == (first["dropped"], first["seq"])
    assert "dropped" not in second


def test_tops_of_books_follow_the_books():
    made, books = stream()
    token = books.tokens[0]
    asks(made, books.now_ms, {"channel": "price.polymarket", "filter": {"asset_id": token}})
    said = [each for _ in range(50) for each in messages(made.told(books.advance()))]

    assert list(range(1, len(said) + 1)) == [each["seq"] for each in said]
    top, (bids, asked) = said[-1]["payload"], books.levels(token)
    assert (bids[0][0], asked[0][0]) == tuple(
        round(float(top[side]) * 1_000_000) for side in ("best_bid", "best_ask")
    )


def test_the_same_seed_says_the_same():
    one, two = stream()[0], stream()[0]
    now_ms = quiet().now_ms
    assert asks(one, now_ms, BTC, TWAP) == asks(two, now_ms, BTC, TWAP)
    assert heard(one, now_ms + 9000) == heard(two, now_ms + 9000)


async def test_over_a_socket_a_client_is_told_prices_and_sent_away_when_the_venue_drains():
    async with venue() as hand, talk(hand.server.polybolt_url) as client:
        await send(client, AUTH)
        assert {"op": "authed", "rid": "a"} == await told(client)
        await send(client, {"op": "subscribe", "rid": "s", "subscriptions": [BTC]})
        assert "subscribed" == (await told(client))["op"]
        assert (await told(client))["snapshot"]
        hand.passes(1)
        assert 2 == (await told(client))["seq"]
        hand.server.wing(PolyboltWing).drain()
        assert (4003, "draining") == await ending(client)


async def test_over_a_socket_expired_credentials_are_told_and_end_the_connection():
    async with venue() as hand, talk(hand.server.polybolt_url) as client:
        await send(client, AUTH)
        await told(client)
        hand.server.wing(PolyboltWing).expire()
        assert "auth_expired" == (await told(client))["code"]
        assert (4001, "auth expired") == await ending(client)


async def test_over_a_socket_numbers_begin_anew_with_each_connection():
    async with venue() as hand:
        for _ in range(2):
            async with talk(hand.server.polybolt_url) as client:
                await send(client, AUTH)
                await send(client, {"op": "subscribe", **BTC})
                assert 1 == (await told(client, lambda m: "seq" in m))["seq"]


async def test_over_a_socket_pings_are_answered_by_any_client_and_keep_it():
    async with venue() as hand, talk(hand.server.polybolt_url) as client:
        for _ in range(4):
            hand.passes(25)
            await send(client, {"op": "ping"})
            assert "pong" == (parsed(await client.recv()) or {})["op"]
