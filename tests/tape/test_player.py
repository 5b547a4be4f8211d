"""Play, pause, speed and seek, in exact arithmetic."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pr3dict.model.units import NS_PER_S
from pr3dict.tape.apply import FOREVER
from pr3dict.tape.player import Pace

TAPE = 1_000 * NS_PER_S
NOW = 50 * NS_PER_S


def playing(speed=1.0):
    pace = Pace(TAPE, NOW, speed)
    pace.resume(NOW)
    return pace


def test_it_begins_paused():
    pace = Pace(TAPE, NOW)
    assert TAPE == pace.position(NOW + NS_PER_S)
    assert pace.due(TAPE + 1, NOW) is None


def test_at_speed_one_a_second_is_a_second():
    pace = playing()
    assert TAPE + 7 == pace.position(NOW + 7)
    assert NOW + NS_PER_S == pace.due(TAPE + NS_PER_S, NOW)


def test_at_speed_ten_a_second_is_a_tenth():
    pace = playing(10)
    assert TAPE + 10 * NS_PER_S == pace.position(NOW + NS_PER_S)
    assert NOW + NS_PER_S // 10 == pace.due(TAPE + NS_PER_S, NOW)


def test_at_infinite_speed_everything_is_due_at_once():
    pace = playing(math.inf)
    assert FOREVER == pace.position(NOW)
    assert NOW + 3 == pace.due(TAPE + NS_PER_S, NOW + 3)


def test_what_is_overdue_is_due_now():
    assert NOW + 9 == playing().due(TAPE + 2, NOW + 9)


def test_a_pause_stops_the_tape_and_not_the_clock():
    pace = playing()
    pace.pause(NOW + 5)
    assert TAPE + 5 == pace.position(NOW + 1000)
    assert pace.due(TAPE + 6, NOW + 1000) is None
    pace.resume(NOW + 1000)
    assert TAPE + 6 == pace.position(NOW + 1001)


def test_a_change_of_speed_does_not_move_the_head():
    pace = playing()
    pace.set_speed(100, NOW + 5)
    assert TAPE + 5 == pace.position(NOW + 5)
    assert TAPE + 105 == pace.position(NOW + 6)


def test_a_pause_at_infinite_speed_stands_where_was_played_last():
    pace = playing(math.inf)
    pace.played(TAPE + 40)
    pace.pause(NOW)
    assert TAPE + 40 == pace.position(NOW + 9)
    pace.set_speed(1, NOW + 9)
    pace.resume(NOW + 9)
    assert TAPE + 41 == pace.position(NOW + 10)


def test_seek_moves_the_head_and_keeps_a_pause():
    pace = playing()
    pace.seek(TAPE - 100, NOW + 5)
    assert TAPE - 99 == pace.position(NOW + 6)
    pace.pause(NOW + 6)
    pace.seek(TAPE, NOW + 7)
    assert TAPE == pace.position(NOW + 8)


@pytest.mark.parametrize("speed", [0, -1, math.nan])
def test_a_speed_that_leads_nowhere_is_refused(speed):
    with pytest.raises(ValueError, match="wanted a speed above 0"):
        Pace(TAPE, NOW, speed)


@given(
    speed=st.floats(1e-3, 1e6),
    ahead=st.integers(1, 10**15),
    elapsed=st.integers(0, 10**12),
)
def test_what_is_due_at_a_time_is_reached_at_that_time_and_not_before(speed, ahead, elapsed):
    pace = playing(speed)
    now = NOW + elapsed
    due = pace.due(TAPE + ahead, now)
    assert pace.position(due) >= TAPE + ahead
    assert due == now or pace.position(due - 1) < TAPE + ahead
