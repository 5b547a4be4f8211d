"""PolyBolt without sockets and without a clock."""

import json
from decimal import Decimal

import pytest
from tests.venues.polymarket.live_vectors import after, compact, messages

from pr3dict.core import CONTROL, EVENTS
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.events import FrameRejected
from pr3dict.model.links import Closed, Pace
from pr3dict.model.states import Cause
from pr3dict.model.units import NS_PER_S
from pr3dict.venues.polymarket.live.polybolt import PolyBoltSession
from pr3dict.venues.polymarket.live.polybolt_wire import Channel
from pr3dict.venues.polymarket.live.types import Message, StreamGap, StreamRefused

CREDS = ClobApiKeyCreds("my-key", "my-secret", "my-passphrase")
BTC = Channel("price.crypto", "btcusd")
ETH = Channel("price.crypto", "ethusd")
NOPE = Channel("price.crypto", "nope")
GOLD = Channel("price.equity", "xauusd", provider="pyth")


def opened(*channels, creds=CREDS):
    session = PolyBoltSession(1, "ws://127.0.0.1/polybolt/ws", creds)
    session.subscribe(channels)
    session.opened(after(0))
    session.take()
    return session


def known(*channels):
    """Return a session that the venue has let in, and what it then sent."""
    session = opened(*channels)
    (auth,) = said(session)
    flags = session.feed(1, compact({"op": "authed", "rid": auth["rid"]}), after(0.1))
    assert flags & CONTROL
    return session, said(session)


def said(session):
    return [json.loads(frame) for frame in session.frames()]


def price(seq, channel="price.crypto", **more):
    payload = {"symbol": "btcusd", "value": 5.5, "timestamp": seq}
    return compact({"v": 1, "channel": channel, "seq": seq, "ts": seq, "payload": payload, **more})


def told(session, kind):
    return [event for event in session.take() if isinstance(event, kind)]


def test_credentials_go_first_and_subscriptions_when_they_are_accepted():
    session = opened(BTC, GOLD, Channel("price.crypto.twap", "btcusd", window_seconds=60))
    (auth,) = said(session)
    assert ("auth", {"apiKey": "my-key", "secret": "my-secret", "passphrase": "my-passphrase"}) == (
        auth["op"],
        auth["auth"],
    )
    session.feed(1, compact({"op": "authed", "rid": auth["rid"]}), after(1))
    (frame,) = said(session)
    assert [
        {"channel": "price.crypto", "filter": {"symbol": "btcusd"}},
        {"channel": "price.equity", "filter": {"symbol": "xauusd", "provider": "pyth"}},
        {"channel": "price.crypto.twap", "filter": {"symbol": "btcusd", "window_seconds": 60}},
    ] == frame["subscriptions"]


def test_frames_are_those_of_the_vectors():
    vectors = messages("polybolt", "client->server")
    for kind, channel in [
        ("subscribe", BTC),
        ("subscribe twap", Channel("price.crypto.twap", "btcusd", window_seconds=60)),
        ("subscribe pinned provider", GOLD),
    ]:
        _, (frame,) = known(channel)
        assert vectors[kind]["subscriptions"] == frame["subscriptions"]


def test_no_credential_is_written_down():
    session = opened(BTC)
    (auth,) = session.frames()
    assert b"my-" not in session.redacted(auth)
    assert b'"op":"auth"' in session.redacted(auth)
    ping = b'{"op":"ping"}'
    assert ping == session.redacted(ping)


def test_the_data_of_the_vectors_is_told_exactly():
    vectors = messages("polybolt")
    session, _ = known(BTC)
    for kind in ("ack", "snapshot", "update", "pong"):
        session.feed(1, compact(vectors[kind]), after(1))
    snapshot, update = session.take()
    assert isinstance(snapshot, Message)
    assert isinstance(update, Message)
    assert (True, 1, Decimal("64123.50000000")) == (
        snapshot.backfill,
        snapshot.seq,
        snapshot.typed.points[0].value,
    )
    assert (False, 2, Decimal("64126.00000000"), "pyth") == (
        update.backfill,
        update.seq,
        update.typed.value,
        update.typed.source,
    )


def test_an_unknown_channel_goes_alone():
    _, frames = known(BTC, Channel("price.polymarket", "1"), ETH)
    assert [2, 1] == [len(frame["subscriptions"]) for frame in frames]


def test_missing_numbers_and_dropped_messages_are_told_before_the_message():
    session, _ = known(BTC)
    session.feed(1, price(1), after(1))
    session.feed(1, price(4, dropped=2), after(2))
    first, gap, second = session.take()
    assert isinstance(first, Message)
    assert StreamGap(1, "price.crypto", 2, 2, after(2)) == gap
    assert isinstance(second, Message)
    assert (2, 2) == (session.missed, session.dropped)


def test_channels_are_numbered_apart_and_anew_with_each_connection():
    session, _ = known(BTC, GOLD)
    session.feed(1, price(1), after(1))
    session.feed(1, price(1, "price.equity"), after(1))
    session.closed(Cause.LINK_DOWN, after(2))
    session.opened(after(3))
    session.feed(1, price(1), after(4))
    events = session.take()
    assert 3 == len([event for event in events if isinstance(event, Message)])
    assert [] == [event for event in events if isinstance(event, StreamGap)]


def test_a_message_twice_is_one():
    session, _ = known(BTC)
    session.feed(1, price(1), after(1))
    assert 0 == session.feed(1, price(1), after(1))
    assert {"ack": 1, "repeated": 1} == session.stats()["ignored"]


def test_an_error_of_the_vectors_is_told_in_a_sentence():
    session, (frame,) = known(BTC)
    error = {**messages("polybolt")["error"], "rid": frame["rid"]}
    assert EVENTS == session.feed(1, compact(error), after(1))
    (refused,) = told(session, StreamRefused)
    assert ("price.crypto", "auth_required") == (refused.topic, refused.code)
    assert "give credentials" in refused.sentence


@pytest.mark.parametrize("code", ["bad_channel", "bad_filter", "sub_limit", "news_to_us"])
def test_what_is_refused_is_not_asked_for_again(code):
    session, (frame,) = known(BTC, GOLD)
    error = {"op": "error", "code": code, "channel": "price.crypto", "rid": frame["rid"]}
    session.feed(1, compact(error), after(1))
    assert {"price.crypto btcusd": code} == session.stats()["refused"]
    session.subscribe([ETH])
    (more,) = said(session)
    assert ["ethusd"] == [one["filter"]["symbol"] for one in more["subscriptions"]]


def test_of_a_frame_with_many_symbols_only_the_refused_one_is_not_asked_for_again():
    session, (frame,) = known(BTC, NOPE, ETH)
    for answer in ({"op": "subscribed"}, {"op": "error", "code": "bad_filter"}):
        session.feed(
            1, compact({**answer, "channel": "price.crypto", "rid": frame["rid"]}), after(1)
        )
    (refused,) = told(session, StreamRefused)
    assert ("price.crypto", "nope") == (refused.topic, refused.symbol)
    assert refused.sentence.startswith("price.crypto nope: the venue does not take this filter")
    assert {NOPE: refused.sentence} == session.refused()
    session.closed(Cause.LINK_DOWN, after(2))
    session.opened(after(3))
    (auth,) = said(session)
    session.feed(1, compact({"op": "authed", "rid": auth["rid"]}), after(4))
    (again,) = said(session)
    assert ["btcusd", "ethusd"] == [one["filter"]["symbol"] for one in again["subscriptions"]]


def test_what_is_told_after_all_is_not_refused():
    session, (frame,) = known(BTC, NOPE)
    error = {"op": "error", "code": "bad_filter", "channel": "price.crypto", "rid": frame["rid"]}
    session.feed(1, compact(error), after(1))
    assert [BTC] == list(session.refused())
    session.feed(1, price(1), after(2))
    assert {} == session.refused()


def test_a_refused_key_refuses_everything_until_it_is_accepted():
    session = opened(BTC, GOLD)
    session.feed(1, compact({"op": "error", "code": "auth_expired", "rid": "1"}), after(1))
    assert {BTC, GOLD} == set(session.refused())
    session.feed(1, compact({"op": "authed", "rid": "1"}), after(2))
    assert {} == session.refused()


@pytest.mark.parametrize("code", ["auth_invalid", "auth_expired", "auth_attempts"])
def test_credentials_that_are_refused_are_not_sent_again_on_this_connection(code):
    session = opened(BTC)
    session.frames()
    session.feed(1, compact({"op": "error", "code": code, "rid": "1"}), after(1))
    for second in range(2, 100):
        session.feed(1, b'{"op":"pong"}', after(second))
        session.woken(after(second))
        assert session.expired(after(second)) is None
    assert {"ping"} == {frame["op"] for frame in said(session)}
    assert Pace.SLOW is session.verdict(Closed(4001, "auth")).pace


def test_what_is_put_off_is_asked_again_after_a_while():
    session, (frame,) = known(BTC)
    error = {"op": "error", "code": "rate_limited", "rid": frame["rid"]}
    session.feed(1, compact(error), after(1))
    session.woken(after(10.9))
    assert "subscribe" not in {one["op"] for one in said(session)}
    session.woken(after(11))
    assert "subscribe" in {one["op"] for one in said(session)}


def test_a_venue_that_cannot_judge_a_key_is_asked_again_after_a_while():
    session = opened(BTC)
    session.frames()
    session.feed(1, compact({"op": "error", "code": "auth_unavailable", "rid": "1"}), after(1))
    session.woken(after(11))
    assert "auth" in {one["op"] for one in said(session)}


def test_no_answer_to_a_key_or_a_ping_is_the_end():
    session = opened(BTC)
    assert "API key" in (session.expired(after(10)) or "")
    session, _ = known(BTC)
    session.woken(after(5))
    assert session.expired(after(14)) is None
    assert "ping" in (session.expired(after(15)) or "")


def test_a_pong_is_no_life_where_coins_were_told_by_the_second():
    session, _ = known(BTC)
    session.feed(1, price(1), after(1))
    session.feed(1, b'{"op":"pong"}', after(29))
    assert session.expired(after(30.9)) is None
    assert "no price" in (session.expired(after(31)) or "")


def test_shares_may_be_silent_at_night():
    session, _ = known(GOLD)
    session.feed(1, price(1, "price.equity"), after(1))
    assert session.expired(after(3600)) is None


@pytest.mark.parametrize("frame", [b"{", b"\xff", b'{"channel":"price.crypto","seq":1}'])
def test_what_cannot_be_read_is_counted_and_told(frame):
    session, _ = known(BTC)
    assert EVENTS == session.feed(1, frame, after(1))
    assert ["malformed"] == [event.reason for event in told(session, FrameRejected)]
    counts = session.stats()
    assert 2 == counts["received"] == sum(counts["ignored"].values()) + 1


@pytest.mark.parametrize(
    ("code", "name", "pace", "spread_s"),
    [
        (4001, "auth", Pace.SLOW, 0),
        (4002, "slow_consumer", Pace.PATIENT, 0),
        (4003, "draining", Pace.QUICK, 10),
        (4008, "policy", Pace.SLOW, 0),
        (1006, "dropped", Pace.QUICK, 0),
    ],
)
def test_each_close_has_a_meaning(code, name, pace, spread_s):
    verdict = opened().verdict(Closed(code, "why"))
    assert (name, pace, spread_s) == (verdict.name, verdict.pace, verdict.spread // NS_PER_S)


def test_more_symbols_than_a_connection_takes_are_refused_at_once():
    session = opened()
    with pytest.raises(ValueError, match="at most 64"):
        session.subscribe([Channel("price.crypto", f"c{n}") for n in range(65)])
    assert () == session.tokens()


def test_without_credentials_subscriptions_go_first():
    session = opened(BTC, creds=None)
    assert ["subscribe"] == [frame["op"] for frame in said(session)]
    session.unsubscribe([BTC])
    assert ["unsubscribe"] == [frame["op"] for frame in said(session)]
