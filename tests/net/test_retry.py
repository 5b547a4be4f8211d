"""The waits of one link; the dice are seeded."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pr3dict.model.links import Pace
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net.retry import Backoff, RetryRules

S = NS_PER_S


class Highest(random.Random):
    """Dice that always show the most."""

    def randrange(self, start, stop=None, step=1):
        assert stop is None
        assert step == 1
        return start - 1


def most(*, rules: RetryRules | None = None) -> Backoff:
    return Backoff(Highest(), rules)


def test_doubles_up_to_the_cap():
    backoff = most()
    waits = [backoff.wait(Pace.QUICK) // S for _ in range(9)]
    assert [1, 2, 4, 8, 16, 32, 60, 60, 60] == waits


def test_never_outgrows_the_cap_however_long_it_lasts():
    backoff = most()
    waits = [backoff.wait(Pace.QUICK) for _ in range(10_000)]
    assert 60 * S == waits[-1]


@given(seed=st.integers(0, 2**32), failures=st.integers(1, 10))
def test_every_wait_lies_between_nothing_and_the_ceiling(seed, failures):
    backoff = Backoff(random.Random(seed))
    for number in range(failures):
        assert 0 <= backoff.wait(Pace.QUICK) <= min(60, 2**number) * S


def test_the_waits_of_many_links_differ():
    waits = {Backoff(random.Random(seed)).wait(Pace.QUICK) for seed in range(100)}
    assert 100 == len(waits)


def test_a_live_stretch_makes_the_next_failure_the_first():
    backoff = most()
    for _ in range(5):
        backoff.wait(Pace.QUICK)
    assert 32 * S == backoff.wait(Pace.QUICK, lived=30 * S - 1)
    assert 1 * S == backoff.wait(Pace.QUICK, lived=30 * S)


def test_a_patient_wait_is_never_nothing():
    backoff = most()
    assert [2, 3, 5] == [backoff.wait(Pace.PATIENT) // S for _ in range(3)]


@pytest.mark.parametrize("pace", [Pace.SLOW, Pace.IDLE])
def test_a_slow_wait_lasts_minutes_from_the_first_time(pace):
    backoff = Backoff(random.Random(1))
    assert all(300 * S <= backoff.wait(pace) <= 360 * S for _ in range(20))


def test_the_wait_that_the_other_side_asks_for_is_the_least():
    assert 90 * S + 1 * S == most().wait(Pace.QUICK, asked=90 * S)
    assert 300 * S + 1 * S == most().wait(Pace.SLOW, asked=90 * S)


def test_nobody_can_ask_for_more_than_an_hour():
    assert 3600 * S + 1 * S == most().wait(Pace.QUICK, asked=10**9 * S)


def test_the_bounds_are_settings():
    rules = RetryRules(base=Nanos(2), cap=Nanos(5), slow=Nanos(100), live_stretch=Nanos(7))
    backoff = most(rules=rules)
    assert [2, 4, 5, 5] == [backoff.wait(Pace.QUICK) for _ in range(4)]
    assert 105 == backoff.wait(Pace.SLOW)
    assert 2 == backoff.wait(Pace.QUICK, lived=7)


def test_a_venue_that_wants_its_clients_spread_gets_them_spread():
    backoff = Backoff(random.Random(0))
    waits = [backoff.wait(Pace.QUICK, lived=30 * S, spread=10 * S) for _ in range(1000)]
    assert min(waits) < 1 * S
    assert 9 * S < max(waits) <= 10 * S
