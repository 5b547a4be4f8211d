"""The live data of the simulated venue: one client's talk, without a socket, then over one."""

import json
from typing import Any

import pytest
from tests.sim.client import quiet
from tests.sim.streams import messages, send, shape, talk, texts, told, vector, venue

from pr3dict.sim.live.rtds import QUIET_MS, Rtds
from pr3dict.sim.live.wing import RtdsWing, described
from pr3dict.sim.truth.prices import Prices

BTC = '{"symbol":"btc/usd"}'


def stream(**config: Any) -> tuple[Rtds, Any]:
    books = quiet(**config)
    made = Rtds(books, Prices(1, books.now_ms), described(books))
    made.joined(1, books.now_ms)
    list(made.due(books.now_ms))
    return made, books


def item(topic: str, kind: str = "*", filters: str = "") -> dict[str, str]:
    return {"topic": topic, "type": kind} | ({"filters": filters} if filters else {})


def request(*items: dict[str, Any], action: str = "subscribe") -> str:
    return json.dumps({"action": action, "subscriptions": items})


def follow(made: Rtds, now_ms: int, *items: dict[str, Any], **members: str) -> list[dict[str, Any]]:
    return messages(made.heard(1, request(*items, **members), now_ms))


def heard(made: Rtds, now_ms: int) -> list[dict[str, Any]]:
    return messages(made.due(now_ms))


def play(made: Rtds, books: Any, steps: int = 200) -> list[dict[str, Any]]:
    return [each for _ in range(steps) for each in messages(made.told(books.advance()))]


def test_the_greeting_is_an_empty_text():
    books = quiet()
    made = Rtds(books, Prices(1, books.now_ms), described(books))
    assert [""] == texts(made.joined(1, books.now_ms))


@pytest.mark.parametrize("ping", ["PING", "ping"])
def test_a_ping_is_answered_with_an_empty_text_or_with_nothing(ping):
    made, books = stream()
    assert [""] == texts(made.heard(1, ping, books.now_ms))
    made.answer = None
    assert [] == texts(made.heard(1, ping, books.now_ms))


def test_who_stops_to_ping_hears_nothing_after_six_minutes_and_never_again():
    made, books = stream()
    start_ms = books.now_ms
    follow(made, start_ms, item("crypto_prices", "update"))
    assert heard(made, start_ms + QUIET_MS)
    assert [] == heard(made, start_ms + QUIET_MS + 2000)
    made.heard(1, "ping", start_ms + QUIET_MS + 2500)
    assert [] == heard(made, start_ms + QUIET_MS + 4000)


def test_who_pings_hears_on():
    made, books = stream()
    follow(made, books.now_ms, item("crypto_prices", "update"))
    made.heard(1, "PING", books.now_ms + QUIET_MS - 1000)

    assert heard(made, books.now_ms + QUIET_MS + 60_000)


def test_one_bad_topic_silences_the_whole_array():
    made, books = stream()
    good, bad = item("crypto_prices", "update"), item("weather", "update")

    assert [401] == [each["statusCode"] for each in follow(made, books.now_ms, good, bad)]
    assert [] == heard(made, books.now_ms + 5000)
    follow(made, books.now_ms, good)
    assert heard(made, books.now_ms + 10_000)


@pytest.mark.parametrize("topic", ["clob_market", "clob_user", "rfq"])
def test_retired_topics_are_bad_ones_today(topic):
    made, books = stream()
    answers = follow(made, books.now_ms, item("activity"), item(topic, filters='["1"]'))

    assert [401] == [each["statusCode"] for each in answers]
    assert [] == play(made, books)


def test_back_fill_comes_to_who_names_a_symbol_then_updates_of_it():
    made, books = stream()
    past = follow(made, books.now_ms, item("crypto_prices", "update", "btcusdt,solusdt"))

    assert ["btcusdt", "solusdt"] == [each["payload"]["symbol"] for each in past]
    assert {"subscribe"} == {each["type"] for each in past}
    assert {"btcusdt", "solusdt"} == {
        each["payload"]["symbol"] for each in heard(made, books.now_ms + 3000)
    }


def test_without_a_filter_there_is_no_back_fill_and_every_symbol():
    made, books = stream()
    assert [] == follow(made, books.now_ms, item("crypto_prices", "update"))
    assert 4 == len({each["payload"]["symbol"] for each in heard(made, books.now_ms + 3000)})


def test_a_space_in_a_filter_gives_back_fill_and_then_nothing():
    made, books = stream()
    spaced = item("crypto_prices_chainlink", "*", '{"symbol": "btc/usd"}')

    assert 1 == len(follow(made, books.now_ms, spaced))
    assert [] == heard(made, books.now_ms + 10_000)


def test_envelopes_are_the_real_ones_and_only_live_ones_name_the_connection():
    made, books = stream()
    (past,) = follow(made, books.now_ms, item("crypto_prices", "*", "btcusdt"))
    live = heard(made, books.now_ms + 2000)[0]

    assert shape(vector("rtds_messages.json", "rtds_crypto_prices_subscribe")) == shape(past)
    assert live.pop("connection_id")
    assert shape(vector("rtds_messages.json", "rtds_crypto_prices_update")) == shape(live)


def test_unsubscribing_from_one_type_leaves_the_others():
    made, books = stream(trade_share=0.5)
    follow(made, books.now_ms, item("activity"))
    follow(made, books.now_ms, item("activity", "trades"), action="unsubscribe")

    assert {"orders_matched"} == {each["type"] for each in play(made, books)}


def test_unsubscribing_with_a_filter_drops_that_filter_only():
    made, books = stream()
    chainlink, eth = "crypto_prices_chainlink", '{"symbol":"eth/usd"}'
    follow(made, books.now_ms, item(chainlink, "*", BTC), item(chainlink, "*", eth))
    follow(made, books.now_ms, item(chainlink, "*", eth), action="unsubscribe")

    assert {"btc/usd"} == {e["payload"]["symbol"] for e in heard(made, books.now_ms + 5000)}


def test_trades_of_the_books_are_told_and_can_be_filtered_by_market():
    made, books = stream(trade_share=0.5)
    about = described(books)(books.tokens[0])
    assert about is not None
    follow(made, books.now_ms, item("activity", "trades", f'{{"market_slug":"{about.slug}"}}'))
    rows = [each["payload"] for each in play(made, books)]

    assert rows
    assert {about.condition} == {row["conditionId"] for row in rows}
    assert {row["asset"] for row in rows} <= set(about.tokens)


def test_comments_come_in_time_and_can_be_filtered_by_an_event_of_the_catalogue():
    made, books = stream(markets=10)
    events = {listing.name.event.id for listing in books.listings}
    event = min(events)
    wanted = f'{{"parentEntityID":{event},"parentEntityType":"Event"}}'
    follow(made, books.now_ms, item("comments", "*", wanted))
    made.heard(1, "ping", books.now_ms + 600_000)
    comments = [e for e in heard(made, books.now_ms + 900_000) if "comment" in e["type"]]

    assert comments
    assert {event} == {each["payload"]["parentEntityID"] for each in comments}


def test_old_clients_get_books_by_token_with_the_whole_book_first():
    made, books = stream(trade_share=0.3)
    made.legacy = True
    token = books.tokens[0]
    (book,) = follow(made, books.now_ms, item("clob_market", "*", json.dumps([token])))
    assert ("agg_orderbook", token) == (book["type"], book["payload"]["asset_id"])
    seen = play(made, books)

    assert {"price_change", "agg_orderbook", "last_trade_price"} <= {e["type"] for e in seen}
    assert all(
        token in json.dumps(each["payload"]) for each in seen if each["type"] != "last_trade_price"
    )


def test_an_account_hears_of_its_own_orders_in_the_old_topic():
    made, books = stream()
    made.legacy = True
    made.accepts = lambda key, secret, passphrase: (key, secret, passphrase) == ("k", "s", "p")
    order = {"id": "0x1", "status": "LIVE"}
    wrong = {"topic": "clob_user", "type": "*", "clob_auth": {"key": "k", "secret": "s"}}
    follow(made, books.now_ms, wrong)
    assert [] == made.tell_user("k", "order", order, books.now_ms)
    wrong["clob_auth"]["passphrase"] = "p"  # type: ignore[index]
    follow(made, books.now_ms, wrong)

    assert [order] == [e["payload"] for e in messages(made.tell_user("k", "order", order, 1))]
    assert [] == made.tell_user("other", "order", order, books.now_ms)


def test_who_left_is_told_nothing():
    made, books = stream()
    follow(made, books.now_ms, item("crypto_prices"))
    made.left(1)
    assert [] == heard(made, books.now_ms + 5000)


async def test_over_a_socket_prices_follow_the_time_of_the_venue():
    async with venue() as hand, talk(hand.server.rtds_url) as client:
        assert "" == await client.recv()
        await send(client, "PING")
        assert "" == await client.recv()
        await send(client, request(item("crypto_prices", "*", "btcusdt")))
        past = await told(client)
        hand.passes(1.5)
        first = await told(client)

        assert ("subscribe", "update") == (past["type"], first["type"])
        newest = past["payload"]["data"][-1]["timestamp"]
        assert newest + 1000 == first["payload"]["timestamp"]


async def test_over_a_socket_the_switch_for_old_clients_serves_books():
    async with venue() as hand, talk(hand.server.rtds_url) as client:
        hand.server.wing(RtdsWing).stream.legacy = True
        token = hand.server.tokens[0]
        await send(client, request(item("clob_market", "*", json.dumps([token]))))
        assert token == (await told(client))["payload"]["asset_id"]
        hand.passes(30)
        change = await told(client, lambda message: message["type"] == "price_change")

        assert token in {entry["a"] for entry in change["payload"]["pc"]}
