"""Heartbeats in venue time: armed by the first, broken by a pause, never disarmed."""

from random import Random

from tests.sim.client import quiet

from pr3dict.sim.desk.heartbeats import Heartbeats


class Ward:
    def __init__(self) -> None:
        self.venue = quiet(markets=1)
        self.broken: list[tuple[str, int]] = []
        self.beats = Heartbeats(self.venue, lambda *told: self.broken.append(told), Random(1))
        self.start = self.venue.now_ms

    def until(self, ms: int) -> None:
        while (due := self.venue.next_ms) is not None and due <= self.start + ms:
            self.venue.advance()


def test_nothing_is_expected_of_a_key_that_never_beat():
    ward = Ward()
    ward.until(30_000)
    assert [] == ward.broken


def test_a_missed_beat_is_noticed_after_ten_seconds_once():
    ward = Ward()
    ward.beats.beat("key", "", ward.start)
    ward.until(9_999)
    assert [] == ward.broken
    ward.until(60_000)
    assert [("key", ward.start + 10_000)] == ward.broken


def test_beats_in_time_keep_the_promise():
    ward = Ward()
    name = ""
    for second in range(0, 50, 5):
        right, name = ward.beats.beat("key", name, ward.start + second * 1_000)
        assert right
        ward.until(second * 1_000 + 5_000)
    assert [] == ward.broken


def test_a_stale_id_is_refused_and_the_expected_one_told():
    ward = Ward()
    _, name = ward.beats.beat("key", "", ward.start)
    assert (False, name) == ward.beats.beat("key", "", ward.start + 1)
    assert (False, "") == ward.beats.beat("another", "x", ward.start + 1)
    ward.until(60_000)
    assert [("key", ward.start + 10_000)] == ward.broken


def test_a_beat_after_the_break_arms_again():
    ward = Ward()
    _, name = ward.beats.beat("key", "", ward.start)
    ward.until(20_000)
    right, _ = ward.beats.beat("key", name, ward.start + 20_000)
    ward.until(60_000)
    assert right
    assert [ward.start + 10_000, ward.start + 30_000] == [at for _, at in ward.broken]
