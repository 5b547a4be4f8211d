"""The sports stream without sockets and without a clock."""

import pytest
from tests.venues.polymarket.live_vectors import after, compact, messages

from pr3dict.core import CONTROL, EVENTS
from pr3dict.model.events import ControlReceived, FeedLost, FeedOpened, FrameRejected
from pr3dict.model.links import Closed, Pace
from pr3dict.model.states import Cause
from pr3dict.venues.polymarket.live.sports import SportsSession
from pr3dict.venues.polymarket.live.types import Message, SportsResult

GAME = {"gameId": 7, "leagueAbbreviation": "nfl", "status": "InProgress", "score": "3-16"}


def opened():
    session = SportsSession(1, "ws://127.0.0.1/sports/ws")
    session.opened(after(0))
    session.take()
    return session


def test_nothing_is_subscribed():
    session = opened()
    assert [] == session.frames()
    assert ("sports",) == session.tokens()


def test_a_game_of_the_vectors_is_told():
    session = opened()
    for message in messages("sports").values():
        if message == "ping":
            continue
        assert EVENTS == session.feed(1, compact(message), after(1))
        (found,) = session.take()
        assert isinstance(found, Message)
        assert ("sports", "sport_result") == (found.topic, found.type)
        assert isinstance(found.typed, SportsResult)
        assert message["gameId"] == found.typed.game_id


@pytest.mark.parametrize("text", [b"ping", b"PING", b"ping\n"])
def test_a_ping_by_text_is_answered_at_once(text):
    session = opened()
    assert session.feed(1, text, after(1)) & CONTROL
    session.control(text)
    assert [b"pong"] == session.frames()


def test_a_venue_that_pings_by_text_is_missed_after_half_a_minute():
    session = opened()
    session.feed(1, b"ping", after(5))
    assert after(35) == session.wake_at()
    assert session.expired(after(34)) is None
    assert session.expired(after(35)) is not None


def test_a_venue_that_does_not_is_missed_after_ten_minutes():
    session = opened()
    assert session.expired(after(599)) is None
    assert session.expired(after(600)) is not None


def test_several_games_may_come_in_one_frame_and_one_frame_twice():
    session = opened()
    session.feed(1, compact([GAME, {**GAME, "gameId": 8}]), after(1))
    assert [7, 8] == [game.typed.game_id for game in session.take()]
    assert 0 == session.feed(1, compact([GAME, {**GAME, "gameId": 8}]), after(2))


@pytest.mark.parametrize(
    ("frame", "told"),
    [(b"{half", FrameRejected), (b"\xff", FrameRejected), (b"5", ControlReceived)],
)
def test_what_is_no_game_is_counted_and_told(frame, told):
    session = opened()
    session.feed(1, frame, after(1))
    assert [told] == [type(event) for event in session.take()]
    counts = session.stats()
    assert 1 == sum(counts["ignored"].values()) + sum(counts["rejected"].values())


def test_a_loss_and_a_return_are_told():
    session = opened()
    session.closed(Cause.LINK_DOWN, after(1))
    assert session.wake_at() is None
    session.opened(after(2))
    assert [FeedLost, FeedOpened] == [type(event) for event in session.take()]
    assert Pace.QUICK is session.verdict(Closed(1001, "")).pace
