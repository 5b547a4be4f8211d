"""Which of several connections was first with a frame, and how late the others were."""

import pytest

from pr3dict.engine import window
from pr3dict.engine.window import AGE_NS, Window


@pytest.fixture
def two() -> Window:
    return Window(2)


def test_the_first_is_not_late_and_the_second_is_by_the_time_between(two):
    assert two.lateness(0, b"frame", 100) is None
    assert 7 == two.lateness(1, b"frame", 107)
    assert two.lateness(1, b"other", 108) is None
    assert 0 == two.lateness(0, b"other", 108)


def test_what_is_said_twice_on_one_connection_is_twice_the_news(two):
    assert two.lateness(0, b"x", 1) is None
    assert two.lateness(0, b"x", 2) is None
    assert 1 == two.lateness(1, b"x", 3)
    assert 2 == two.lateness(1, b"x", 4)
    assert two.lateness(1, b"x", 5) is None
    assert 1 == two.lateness(0, b"x", 6)


def test_each_of_three_copies_is_counted_for_itself():
    three = Window(3)
    assert three.lateness(2, b"x", 1) is None
    assert 1 == three.lateness(0, b"x", 2)
    assert 2 == three.lateness(1, b"x", 3)
    assert three.lateness(1, b"x", 4) is None


def test_the_window_ends_by_age():
    three = Window(3)
    assert three.lateness(0, b"x", 1) is None
    assert three.lateness(0, b"y", AGE_NS + 2) is None
    assert AGE_NS + 2 == three.lateness(1, b"x", AGE_NS + 3)
    assert three.lateness(0, b"z", 2 * AGE_NS + 4) is None
    assert three.lateness(2, b"x", 2 * AGE_NS + 5) is None


def test_the_window_ends_by_count(two, monkeypatch):
    monkeypatch.setattr(window, "FRAMES_MAX", 10)
    for n in range(1000):
        assert two.lateness(0, b"%d" % n, n) is None
        assert len(two) <= 20
    assert 9 == two.lateness(1, b"990", 999)
    assert two.lateness(1, b"900", 999) is None


def test_nothing_is_late_in_a_window_that_was_cleared(two):
    two.lateness(0, b"x", 1)
    two.clear()
    assert 0 == len(two)
    assert two.lateness(1, b"x", 2) is None
