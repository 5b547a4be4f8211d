"""RTDS without sockets and without a clock."""

import json
from decimal import Decimal

import msgspec
import pytest
from tests.venues.polymarket.live_vectors import after, compact, messages

from pr3dict.core import EVENTS
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.events import ControlReceived, FeedLost, FeedOpened, FrameRejected
from pr3dict.model.links import Closed, Pace
from pr3dict.model.states import Cause
from pr3dict.venues.polymarket.live.rtds import RtdsSession
from pr3dict.venues.polymarket.live.types import Message, StreamRefused, Subscription, TopicSilent

BTC = Subscription("crypto_prices", "update", "btcusdt")
DEEP = b'{"topic":"crypto_prices","type":"update","payload":' + b"[" * 100_000
TRADES = Subscription("activity", "trades")


def opened(*subscriptions):
    session = RtdsSession(1, "ws://127.0.0.1/rtds")
    session.subscribe(subscriptions, after(0))
    session.opened(after(0))
    return session


def price(second, topic="crypto_prices", kind="update"):
    payload = {"symbol": "btcusdt", "timestamp": second * 1000, "value": 61035.86}
    if kind == "subscribe":
        payload = {"symbol": "btcusdt", "data": [{"timestamp": second * 1000, "value": 61035.86}]}
    return compact({"topic": topic, "type": kind, "timestamp": second * 1000, "payload": payload})


def said(session):
    return [json.loads(frame) for frame in session.frames() if frame != b"PING"]


def told(session, kind):
    return [event for event in session.take() if isinstance(event, kind)]


def balanced(session):
    counts = session.stats()
    ignored, rejected = sum(counts["ignored"].values()), sum(counts["rejected"].values())
    return counts["received"] == counts["applied"] + ignored + rejected


def test_what_is_known_goes_in_one_frame_and_all_else_alone():
    odd, odder = Subscription("weather"), Subscription("crypto_prices", "typo")
    session = opened(BTC, odd, TRADES, odder)
    frames = said(session)
    assert [["crypto_prices", "activity"], ["weather"], ["crypto_prices"]] == [
        [one["topic"] for one in frame["subscriptions"]] for frame in frames
    ]
    assert {"topic": "crypto_prices", "type": "update", "filters": "btcusdt"} == frames[0][
        "subscriptions"
    ][0]


def test_frames_are_those_of_the_vectors():
    session = opened(
        Subscription("comments", "*", '{"parentEntityID":100,"parentEntityType":"Event"}'),
        Subscription("activity", "*", '{"event_slug":"slug"}'),
    )
    assert [messages("rtds", "client->server")["subscribe"]] == said(session)
    session.unsubscribe([Subscription("activity", "*", '{"event_slug":"slug"}')], after(1))
    (frame,) = said(session)
    assert "unsubscribe" == frame["action"]


def test_the_back_fill_of_chainlink_that_comes_under_the_topic_of_binance_is_chainlinks():
    session = opened(Subscription("crypto_prices_chainlink", "*", '{"symbol":"btc/usd"}'))
    payload = {"data": [{"timestamp": 1788608387000, "value": 79639.2}], "symbol": "btc/usd"}
    frame = {"payload": payload, "timestamp": 1788608446826, "topic": "crypto_prices"}
    session.feed(1, compact(frame | {"type": "subscribe"}), after(1))
    (message,) = told(session, Message)
    assert ("crypto_prices_chainlink", True) == (message.topic, message.backfill)


def test_the_messages_of_the_vectors_are_told():
    for kind, message in messages("rtds").items():
        topic = message["topic"]
        session = opened(Subscription(topic))
        assert EVENTS == session.feed(1, compact(message), after(1)), kind
        (found,) = told(session, Message)
        assert (topic, message["type"], message["timestamp"]) == (
            found.topic,
            found.type,
            found.timestamp,
        )
        assert found.backfill == (message["type"] == "subscribe")
        assert found.typed is not None
        assert balanced(session)


def test_numbers_are_never_floats():
    session = opened(BTC)
    session.feed(1, price(5), after(1))
    (found,) = told(session, Message)
    assert Decimal("61035.86") == found.payload["value"]
    assert isinstance(found.payload["value"], Decimal)


def test_pings_every_five_seconds_and_not_before():
    session = opened(BTC)
    session.frames()
    session.woken(after(4.999))
    assert [] == session.frames()
    session.woken(after(5))
    assert [b"PING"] == session.frames()
    assert session.wake_at() == after(10)


@pytest.mark.parametrize("text", [b"", b"\n", b"PONG", b"pong"])
def test_the_answer_to_a_ping_is_no_data(text):
    session = opened(BTC)
    assert 0 == session.feed(1, text, after(1))
    assert 0 == session.last_data()
    assert balanced(session)


@pytest.mark.parametrize(
    "frame", [b"{", b"<html>", b"\xff", b'{"topic":"\xff"}', DEEP, b'{"topic":']
)
def test_what_is_no_json_is_counted_and_told_and_harms_nobody(frame):
    session = opened(BTC)
    assert EVENTS == session.feed(1, frame, after(1))
    (rejected,) = told(session, FrameRejected)
    assert "malformed" == rejected.reason
    assert EVENTS == session.feed(1, price(5), after(2))
    assert balanced(session)


@pytest.mark.parametrize(
    "frame", [b'{"message":"Internal server error"}', b"[]", b"5", b'{"topic":5}']
)
def test_json_that_is_no_message_is_told_as_a_text(frame):
    session = opened(BTC)
    session.feed(1, frame, after(1))
    (text,) = told(session, ControlReceived)
    assert frame.decode() in text.text
    assert balanced(session)


def test_a_topic_that_the_venue_does_not_know_is_refused_by_name():
    session = opened(BTC)
    why = "leger GetTopics error: rpc error: code = NotFound topic: nope and type: * not found"
    frame = msgspec.json.encode({"body": {"message": why}, "statusCode": 401})
    assert EVENTS == session.feed(1, frame, after(1))
    (refused,) = told(session, StreamRefused)
    assert ("nope", "unknown_topic") == (refused.topic, refused.code)
    assert "nope: the venue serves no topic of this name with the type *" == refused.sentence
    assert {"refused": 1} == session.stats()["ignored"]
    assert balanced(session)


def test_another_refusal_is_told_by_its_cause_on_one_line():
    session = opened(BTC)
    why = "invalid Subscriptions[0]: no | caused by: invalid\nFilters: no match " + "x" * 900
    frame = msgspec.json.encode({"body": {"message": why}, "statusCode": 400})
    session.feed(1, frame, after(1))
    (refused,) = told(session, StreamRefused)
    assert ("", "400") == (refused.topic, refused.code)
    sentence = "the venue refuses a subscription: invalid Filters: no match xx"
    assert refused.sentence.startswith(sentence)
    assert len(refused.sentence) < 400


def test_a_refusal_without_a_name_means_what_is_not_proved():
    session = opened(BTC, Subscription("activity", "trades", "{{"))
    refusal = {"body": {"message": "no | caused by: no match"}, "statusCode": 400}
    session.feed(1, msgspec.json.encode(refusal), after(1))
    (refused,) = told(session, StreamRefused)
    assert "activity" == refused.topic


def test_the_same_frame_twice_is_one_message():
    session = opened(BTC)
    session.feed(1, price(5), after(1))
    assert 0 == session.feed(1, price(5), after(1.1))
    assert 1 == len(told(session, Message))
    assert {"repeated": 1} == session.stats()["ignored"]
    session.closed(Cause.LINK_DOWN, after(2))
    session.opened(after(3))
    assert EVENTS == session.feed(1, price(5), after(4))


def test_what_nobody_asked_for_is_left_out():
    session = opened(TRADES)
    session.feed(1, price(5), after(1))
    assert {"unwanted": 1} == session.stats()["ignored"]


def test_a_topic_that_falls_silent_is_asked_for_anew_although_others_flow_and_pongs_come():
    session = opened(BTC, TRADES)
    session.frames()
    session.feed(1, price(0), after(0.5))
    second = 0
    while not session.renewed:
        second += 1
        session.feed(1, b"PONG", after(second))
        trade = {"topic": "activity", "type": "trades", "payload": {"n": second}}
        session.feed(1, compact(trade), after(second))
        session.woken(after(second))
        assert session.expired(after(second)) is None
    assert 15 <= second <= 31
    (silent,) = told(session, TopicSilent)
    assert ("crypto_prices", after(0.5)) == (silent.topic, silent.since_ns)
    assert ["unsubscribe", "subscribe"] == [frame["action"] for frame in said(session)]
    session.feed(1, price(9, kind="subscribe"), after(second + 1))
    assert session.expired(after(second + 9)) is None
    why = session.expired(after(second + 10))
    assert why is not None
    assert "crypto_prices is silent" in why


def test_a_topic_that_speaks_again_is_alive():
    session = opened(BTC)
    session.feed(1, price(0), after(0))
    session.woken(after(30))
    assert 1 == session.renewed
    session.feed(1, price(30), after(35))
    assert session.expired(after(45)) is None
    session.woken(after(66))
    assert 2 == session.renewed


def test_a_market_that_is_closed_is_asked_again_and_again_but_not_given_up():
    session = opened(Subscription("equity_prices"))
    session.feed(1, price(0, "equity_prices"), after(0))
    for minute in range(1, 30):
        session.woken(after(61 * minute))
        assert session.expired(after(61 * minute)) is None
        session.feed(1, price(minute, "equity_prices", "subscribe"), after(61 * minute + 0.5))
    assert session.renewed > 20


def test_a_topic_that_says_nothing_at_all_is_told_once_and_costs_the_others_nothing():
    session = opened(Subscription("weather"), Subscription("comments"))
    for second in range(0, 300, 5):
        session.woken(after(second))
        assert session.expired(after(second)) is None
    assert [("weather", 0)] == [(s.topic, s.since_ns) for s in told(session, TopicSilent)]


def test_a_connection_on_which_nothing_comes_is_given_up_after_ten_minutes():
    session = opened(Subscription("comments"))
    assert session.expired(after(599)) is None
    assert "nothing came for 600 s" == session.expired(after(600))


def test_what_was_asked_is_asked_again_on_the_next_connection():
    session = opened(BTC)
    first = said(session)
    session.closed(Cause.LINK_DOWN, after(1))
    assert session.wake_at() is None
    session.subscribe([TRADES], after(2))
    assert [] == session.frames()
    session.opened(after(3))
    assert first[0]["subscriptions"][0] in said(session)[0]["subscriptions"]
    assert [FeedOpened, FeedLost, FeedOpened] == [type(event) for event in session.take()]


def test_an_old_silence_is_nothing_to_a_new_connection():
    session = opened(BTC)
    session.feed(1, price(0), after(0))
    session.woken(after(30))
    session.closed(Cause.LINK_DOWN, after(31))
    session.opened(after(1000))
    session.woken(after(1001))
    assert session.expired(after(1001)) is None
    assert 1 == session.renewed


def test_credentials_are_sent_but_never_written_down():
    creds = ClobApiKeyCreds("my-key", "my-secret", "my-passphrase")
    session = opened(Subscription("clob_user", clob_auth=creds))
    (frame,) = session.frames()
    assert b"my-secret" in frame
    shown = session.redacted(frame)
    assert b"my-" not in shown
    assert b"clob_user" in shown
    assert "my-secret" not in repr(Subscription("clob_user", clob_auth=creds))
    assert b"PING" == session.redacted(b"PING")


def test_a_close_has_a_meaning():
    assert Pace.QUICK is opened(BTC).verdict(Closed(1006, "")).pace
    assert Pace.SLOW is opened(BTC).verdict(Closed(1008, "")).pace
