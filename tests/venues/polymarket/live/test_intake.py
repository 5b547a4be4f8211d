"""What one connection brought, sorted out."""

from tests.venues.polymarket.live_vectors import START, after

from pr3dict.core import EVENTS
from pr3dict.model.events import ControlReceived, FeedLost, FeedOpened, FrameRejected
from pr3dict.model.states import Cause
from pr3dict.venues.polymarket.live.intake import REMEMBERED_MAX, Intake, excerpt


def test_events_are_taken_once_and_in_order():
    intake = Intake(3)
    intake.opened(START)
    assert EVENTS == intake.apply(after(1), ControlReceived(3, "data", after(1)))
    intake.closed(Cause.LINK_DOWN, ("topic",), after(2))
    opened, data, lost = intake.take()
    assert FeedOpened(3, 1, START) == opened
    assert ControlReceived(3, "data", after(1)) == data
    assert FeedLost(3, 1, Cause.LINK_DOWN, ("topic",), after(2), after(1)) == lost
    assert [] == intake.take()


def test_what_is_ignored_in_silence_wakes_nobody():
    intake = Intake(3)
    assert 0 == intake.ignore("heartbeat")
    assert EVENTS == intake.ignore("other", ControlReceived(3, "hm", START))
    assert {"heartbeat": 1, "other": 1} == intake.stats()["ignored"]


def test_a_rejected_frame_is_shown_by_its_beginning_only():
    intake = Intake(3)
    assert EVENTS == intake.reject("malformed", "half of it", b"\xff" + b"x" * 500, START)
    (told,) = intake.take()
    assert isinstance(told, FrameRejected)
    assert ("malformed", "half of it", "\ufffd" + "x" * 119) == (
        told.reason,
        told.detail,
        told.excerpt,
    )
    assert 120 == len(excerpt(b"y" * 500))


def test_a_bounded_number_of_frames_is_remembered_until_the_next_connection():
    intake = Intake(3)
    assert not intake.repeats(b"first")
    assert intake.repeats(b"first")
    for n in range(REMEMBERED_MAX):
        intake.repeats(b"%d" % n)
    assert not intake.repeats(b"first")
    intake.opened(START)
    assert not intake.repeats(b"first")
