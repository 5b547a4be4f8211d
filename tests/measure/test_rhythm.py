"""When silence is odd."""

from pr3dict.measure.rhythm import Rhythm
from pr3dict.model.units import NS_PER_S, Nanos

LEAST, MOST = Nanos(15 * NS_PER_S), Nanos(60 * NS_PER_S)


def paced(*windows: tuple[int, int]) -> Rhythm:
    """Return a rhythm after windows of (seconds, frames)."""
    rhythm, at, frames = Rhythm(LEAST, MOST), 0, 0
    rhythm.begin(Nanos(0), 0)
    for seconds, came in windows:
        at, frames = at + seconds, frames + came
        rhythm.heard(Nanos(at * NS_PER_S), frames)
    return rhythm


def test_before_anything_is_known_we_are_patient():
    assert MOST == paced().patience(others_flow=True)


def test_a_busy_connection_is_odd_after_the_least():
    assert LEAST == paced((10, 1000)).patience(others_flow=False)


def test_a_slow_one_may_be_silent_as_long_as_we_ever_wait():
    assert MOST == paced((10, 2)).patience(others_flow=False)


def test_in_between_it_is_the_pace_that_counts():
    assert 37 * NS_PER_S == paced((10, 10)).patience(others_flow=False)


def test_where_others_flow_half_of_it_is_enough():
    assert round(18.5 * NS_PER_S) == paced((10, 10)).patience(others_flow=True)


def test_silence_does_not_teach_patience():
    assert 37 * NS_PER_S == paced((10, 10), (10, 0), (10, 0)).patience(others_flow=False)


def test_the_bounds_may_be_narrower_than_the_least():
    rhythm = Rhythm(LEAST, Nanos(NS_PER_S))
    rhythm.begin(Nanos(0), 0)
    rhythm.heard(Nanos(NS_PER_S), 1000)
    assert NS_PER_S == rhythm.patience(others_flow=False)
