"""A clock that somebody sets is noticed, once for each time."""

import pytest

from pr3dict.measure.steps import STEP_NS, Steps
from pr3dict.model.units import NS_PER_S, Nanos

NOW = Nanos(1_790_000_000 * NS_PER_S)
HOUR = 3_600 * NS_PER_S


@pytest.mark.parametrize("step", [HOUR, -HOUR, STEP_NS, -STEP_NS])
def test_a_step_is_told_once_and_added_up(step):
    steps = Steps(NOW, Nanos(NOW + 5))
    assert step == steps.seen(NOW, Nanos(NOW + 5 + step))
    assert 0 == steps.seen(NOW, Nanos(NOW + 5 + step))
    assert step == steps.total


def test_the_steady_hand_of_ntp_is_no_step():
    steps = Steps(NOW, NOW)
    assert 0 == steps.seen(NOW, Nanos(NOW + STEP_NS - 1))
    assert 0 == steps.total


def test_back_and_forth_adds_up_to_nothing():
    steps = Steps(NOW, NOW)
    steps.seen(NOW, Nanos(NOW + HOUR))
    assert -HOUR == steps.seen(NOW, NOW)
    assert 0 == steps.total
