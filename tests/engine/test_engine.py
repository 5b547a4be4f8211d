"""The engine tells everyone and is harmed by nobody."""

import asyncio
import logging

import pytest

from pr3dict.core import BOOKS, EVENTS
from pr3dict.engine.engine import Engine, TapDetached
from pr3dict.model.events import ControlReceived, FeedLost, StateChanged
from pr3dict.model.states import BookState, Cause

PONG = ControlReceived(1, "PONG", 5)


class OneFrame:
    """The part of `Books` that says what the last frame changed."""

    def __init__(self, tokens=(), events=()):
        self._tokens = tokens
        self._events = list(events)

    def touched(self):
        return self._tokens

    def take(self):
        events, self._events = self._events, []
        return events


class Kept:
    def __init__(self):
        self.told = []

    def books(self, tokens):
        self.told.append(tokens)

    def events(self, events):
        self.told.append(tuple(events))


def broken(*_):
    raise RuntimeError("broken consumer")


def test_tells_the_books_and_events_of_a_frame():
    engine = Engine(OneFrame(("a", "b"), [PONG]))
    sink = Kept()
    engine.attach(sink)
    engine.changed(BOOKS | EVENTS)

    assert [("a", "b"), (PONG,)] == sink.told
    assert {"ControlReceived": 1} == engine.events


def test_takes_nothing_that_the_flags_do_not_promise():
    engine = Engine(OneFrame(("a",), [PONG]))
    sink = Kept()
    engine.attach(sink)
    engine.changed(0)

    assert [] == sink.told


def test_taps_come_before_everyone_else():
    engine = Engine(OneFrame(("a",)))
    order = []
    engine.on_books(lambda _: order.append("sink"))
    engine.tap(lambda _: order.append("first tap"))
    engine.tap(lambda _: order.append("second tap"))
    engine.changed(BOOKS)

    assert ["first tap", "second tap", "sink"] == order


def test_who_has_left_is_told_nothing():
    engine = Engine(OneFrame(("a",), [PONG]))
    sink = Kept()
    engine.attach(sink)
    engine.detach(sink)
    engine.changed(BOOKS | EVENTS)

    assert [] == sink.told


def test_one_that_raises_does_not_keep_the_others_from_being_told(caplog):
    engine = Engine(OneFrame(("a",), [PONG]))
    engine.on_books(broken)
    engine.on_events(broken)
    sink = Kept()
    engine.attach(sink)
    with caplog.at_level(logging.ERROR):
        engine.changed(BOOKS | EVENTS)
        engine.changed(BOOKS)

    assert [("a",), (PONG,), ("a",)] == sink.told
    assert {"broken": 3} == engine.failures
    assert 1 == len(caplog.records)


def test_a_tap_that_raises_three_times_in_a_row_is_detached_and_told():
    engine = Engine(OneFrame(("a",)))
    sink = Kept()
    engine.on_events(sink.events)
    engine.tap(broken)
    for _ in range(5):
        engine.changed(BOOKS)

    assert 3 == engine.failures["broken"]
    assert [(TapDetached("broken", "RuntimeError: broken consumer"),)] == sink.told


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, asyncio.CancelledError])
def test_what_is_no_exception_does_not_end_the_feed_either(error):
    def leaving(*_):
        raise error

    engine = Engine(OneFrame(("a",), [PONG]))
    engine.tap(leaving)
    engine.on_events(leaving)
    sink = Kept()
    engine.attach(sink)
    for _ in range(4):
        engine.changed(BOOKS | EVENTS)
    engine.settle()

    assert 4 == sink.told.count(("a",))
    assert (PONG,) in sink.told
    assert 1 == engine.events["TapDetached"]


def test_a_tap_that_raises_now_and_then_stays():
    engine = Engine(OneFrame(("a",)))
    calls = []

    def moody(_):
        calls.append(1)
        if len(calls) % 3:
            raise RuntimeError

    engine.tap(moody)
    for _ in range(30):
        engine.changed(BOOKS)

    assert 30 == len(calls)


def test_a_change_of_state_without_a_frame_reaches_the_consumers_of_books():
    silent = StateChanged("a", BookState.LIVE, BookState.SUSPECT, Cause.SILENT, 5)
    lost = FeedLost(1, 1, Cause.LINK_DOWN, ("a", "b"), 5)
    engine = Engine(OneFrame((), [silent, lost]))
    sink = Kept()
    engine.attach(sink)
    engine.settle()

    assert [("a", "b"), (silent, lost)] == sink.told


def test_publishes_events_that_are_not_the_cores():
    engine = Engine(OneFrame())
    sink = Kept()
    engine.attach(sink)
    engine.publish(PONG)

    assert [(PONG,)] == sink.told


class Departing:
    """A consumer whose comparison makes another leave once: a finalizer, in the middle of it."""

    def __init__(self, leave):
        self._leave = leave

    def __call__(self, _):
        """Take what is told."""

    def __eq__(self, _):
        leave, self._leave = self._leave, int
        leave()
        return False

    def __hash__(self):
        raise AssertionError("unreachable")


def test_whoever_leaves_in_the_middle_of_a_change_leaves_after_it():
    engine = Engine(OneFrame(("a",)))
    kept, other, gone = Kept(), Kept(), Kept()
    for told in other.books, gone.books, Departing(lambda: engine.leave(other.books)), kept.books:
        engine.on_books(told)
    engine.leave(gone.books)
    engine.changed(BOOKS)

    assert ([("a",)], [], []) == (kept.told, other.told, gone.told)
    assert not engine.failures
