"""The clock of the machine."""
# ruff: noqa: TID251 - it is compared with the machine's

import time

import pytest

from pr3dict.net.clock import SystemClock


def test_shows_the_wall_time():
    before, now, after = time.time_ns(), SystemClock().now(), time.time_ns()
    slack = 50_000_000
    assert before - slack <= now <= after + slack


def test_never_goes_backwards():
    clock = SystemClock()
    times = [clock.now() for _ in range(1000)]
    assert sorted(times) == times


def test_is_carried_by_the_monotonic_clock_when_the_wall_clock_is_set(monkeypatch):
    clock = SystemClock()
    before = clock.now()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert 0 <= clock.now() - before < 10**9


def test_tells_what_the_machine_says_now(monkeypatch):
    clock = SystemClock()
    monkeypatch.setattr(time, "time_ns", lambda: 5)
    assert 5 == clock.wall()


def test_both_clocks_advance_alike():
    clock = SystemClock()
    gap = clock.now() - clock.monotonic()
    assert clock.now() - clock.monotonic() == pytest.approx(gap, abs=10**8)
