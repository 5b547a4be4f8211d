"""The session of the user channel in virtual time: no socket, no sleep."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues.polymarket.user_kit import (
    KEY,
    MARKET,
    OTHER_MARKET,
    PASSPHRASE,
    SECRET,
    START,
    at,
    creds,
    order_frame,
)

from pr3dict.core import CONTROL, EVENTS
from pr3dict.model.errors import UnknownTokenError
from pr3dict.model.events import ControlReceived, FrameRejected
from pr3dict.model.links import Closed, Pace
from pr3dict.model.states import Cause
from pr3dict.venues.polymarket.user.session import UNHEARD_MAX, UserSession
from pr3dict.venues.polymarket.user.types import UserOrder

URL = "wss://ws-subscriptions-clob.polymarket.com/ws/user"


def opened(markets=None):
    session = UserSession(3, URL, creds(), markets)
    session.opened(START)
    return session


def receive(session, frame, now=START):
    """Take a frame as the driver of the session does."""
    flags = session.feed(session.link, frame, now)
    if flags & CONTROL:
        session.control(frame)
    return flags


def lose(session, code=1006, reason=""):
    session.closed(Cause.LINK_DOWN, START)
    return session.verdict(Closed(code, reason))


def test_the_credentials_go_first_and_alone():
    (frame,) = opened().frames()
    auth = {"apiKey": KEY, "secret": SECRET, "passphrase": PASSPHRASE}
    assert {"type": "user", "auth": auth} == json.loads(frame)


def test_a_filter_goes_with_the_first_frame():
    (frame,) = opened([OTHER_MARKET, MARKET, MARKET]).frames()
    assert [MARKET, OTHER_MARKET] == json.loads(frame)["markets"]


def test_markets_come_and_go_while_it_is_open():
    session = opened([MARKET])
    session.subscribe([OTHER_MARKET])
    (first,) = session.frames()
    assert [MARKET, OTHER_MARKET] == json.loads(first)["markets"]
    session.unsubscribe([MARKET, MARKET])
    session.subscribe([OTHER_MARKET])
    frames = [json.loads(frame) for frame in session.frames()]
    assert [{"operation": "unsubscribe", "markets": [MARKET]}] == frames
    session.subscribe([MARKET])
    assert [{"operation": "subscribe", "markets": [MARKET]}] == [
        json.loads(frame) for frame in session.frames()
    ]
    assert (OTHER_MARKET, MARKET) == session.markets == session.tokens()


def test_who_hears_of_all_markets_needs_no_subscription():
    session = opened()
    session.frames()
    session.subscribe([MARKET])
    session.unsubscribe([MARKET])
    assert [] == session.frames()
    assert session.markets is None
    assert session.tokens()


def test_a_token_id_is_no_market():
    with pytest.raises(UnknownTokenError, match="wanted a condition id"):
        UserSession(3, URL, creds(), ["1234"])
    with pytest.raises(UnknownTokenError, match="wanted a condition id"):
        opened([MARKET]).subscribe(["1234"])


def test_a_new_connection_starts_with_the_credentials_again():
    session = opened([MARKET])
    session.frames()
    session.subscribe([OTHER_MARKET])
    session.closed(Cause.LINK_DOWN, START)
    assert [] == session.frames()
    session.opened(at(1))
    (frame,) = session.frames()
    assert [MARKET, OTHER_MARKET] == json.loads(frame)["markets"]


def test_it_pings_when_due_and_not_before():
    session = opened()
    session.frames()
    assert at(10) == session.wake_at()
    session.woken(at(9.999))
    assert [] == session.frames()
    session.woken(at(10))
    assert [b"PING"] == session.frames()


def test_a_connection_without_pong_is_dead_and_one_with_pong_may_be_silent_for_ever():
    session = opened()
    session.woken(at(10))
    assert session.expired(at(19.9)) is None
    assert "no PONG for 10 s" == session.expired(at(20))
    receive(session, b"PONG", at(15))
    assert session.expired(at(20)) is None
    assert at(15) == session.last_data()
    assert 1 == session.counts.pongs


def test_a_pong_may_queue_behind_data_but_not_for_ever():
    session = opened()
    session.woken(at(10))
    for seconds in range(11, 40):
        receive(session, order_frame(), at(seconds))
    assert session.expired(at(39.9)) is None
    assert session.expired(at(40)) is not None


def test_orders_wait_until_they_are_taken():
    session = opened()
    assert EVENTS == receive(session, b"[" + order_frame("a") + b"," + order_frame("b") + b"]")
    orders = [event.order_id for event in session.take() if isinstance(event, UserOrder)]
    assert ["a", "b"] == orders
    assert [] == session.take()


def test_what_is_received_is_told_ignored_or_rejected():
    session = opened()
    for frame in (
        order_frame(),
        b"[]",
        b"PONG",
        b"NO NEW ASSETS",
        b'{"event_type":"balance"}',
        b"[" + order_frame() + b',{"event_type":"balance"},' + order_frame(price="x") + b"]",
        b'{"event_type":"order"',
        b"<html>" + b"x" * 100,
        b"[1,2]",
        b"\xff" * 200,
    ):
        receive(session, frame)
    counts = session.counts
    assert {"control": 2, "balance": 2} == dict(counts.ignored)
    assert {"unreadable": 3, "not_json": 3} == dict(counts.rejected)
    assert 2 == counts.told
    assert counts.received == counts.told + counts.ignored.total() + counts.rejected.total()


def test_a_spoilt_frame_is_told_and_ends_nothing():
    session = opened()
    assert EVENTS == receive(session, b'{"event_type":"order"}', at(3))
    (event,) = session.take()
    assert isinstance(event, FrameRejected)
    assert ("unreadable", at(3)) == (event.reason, event.local_ns)
    assert "market" in event.detail or "id" in event.detail


def test_a_text_that_is_no_pong_is_told():
    session = opened()
    assert CONTROL | EVENTS == receive(session, b"INVALID OPERATION")
    assert [ControlReceived(3, "INVALID OPERATION", START)] == session.take()


@given(st.binary(max_size=120))
def test_no_frame_at_all_ends_the_session(frame):
    session = opened()
    receive(session, frame)
    receive(session, order_frame() + frame)
    session.take()
    counts = session.counts
    assert counts.received == counts.told + counts.ignored.total() + counts.rejected.total()


@pytest.mark.parametrize(
    ("code", "reason"),
    [(1008, "policy"), (4001, ""), (1000, "invalid auth"), (1006, "api key expired")],
)
def test_refused_credentials_are_told_in_a_sentence_and_tried_slowly(code, reason):
    verdict = lose(opened(), code, reason)
    assert ("credentials", Pace.SLOW) == (verdict.name, verdict.pace)
    assert "wrong, expired or deleted" in verdict.sentence
    assert str(code) in verdict.sentence


def test_the_last_text_before_a_close_tells_why():
    session = opened()
    receive(session, b'{"error":"Unauthorized: invalid api key"}')
    verdict = lose(session, 1000)
    assert Pace.SLOW is verdict.pace
    assert "Unauthorized: invalid api key" in verdict.sentence


def test_ends_without_a_word_are_suspicious_only_in_a_row():
    session = opened()
    for _ in range(UNHEARD_MAX - 1):
        assert Pace.QUICK is lose(session).pace
        session.opened(START)
    assert "credentials" == lose(session).name
    session.opened(START)
    receive(session, b"PONG")
    assert "dropped" == lose(session).name


def test_ends_without_a_word_accuse_nobody_where_rest_takes_the_credentials():
    session = opened()
    session.vouch()
    for _ in range(UNHEARD_MAX + 1):
        assert Pace.QUICK is lose(session).pace
        session.opened(START)


def test_a_refusal_after_data_is_no_matter_of_credentials():
    session = opened()
    receive(session, order_frame())
    assert "refused" == lose(session, 1008, "invalid subscription payload").name


def test_no_secret_is_shown_by_anything_but_the_first_frame():
    session = opened([MARKET])
    (frame,) = session.frames()
    receive(session, b"nonsense")
    session.woken(at(10))
    shown = [
        repr(session),
        str(session),
        str(vars(session)),
        repr(session.take()),
        repr(session.verdict(Closed(4001, "auth"))),
        session.redacted(frame).decode(),
        *(session.redacted(frame).decode() for frame in session.frames()),
    ]
    assert SECRET in frame.decode()
    for text in shown:
        assert SECRET not in text
        assert PASSPHRASE not in text
        assert KEY not in text


def test_other_frames_are_recorded_as_they_are():
    session = opened([MARKET])
    assert b"PING" == session.redacted(b"PING")
