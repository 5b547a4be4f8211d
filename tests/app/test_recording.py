"""The tape of a run, as the settings want it."""

from pr3dict.app.recording import both, run_id, tape
from pr3dict.config import Config
from pr3dict.core import load
from pr3dict.net.clock import SystemClock
from pr3dict.tape import TapeReader


def test_later_runs_have_later_names():
    assert run_id(1_766_481_546_000_000_007) < run_id(1_766_481_546_000_000_008)


def test_a_tape_is_written_as_the_settings_want_it(tmp_path):
    config, clock = Config(core="reference"), SystemClock()
    writer = tape(tmp_path, config, load("reference"), clock, on_halt=lambda cause: None)
    writer.append(1, 7, clock.now(), b"{}")
    writer.close()
    records = TapeReader(tmp_path, load("reference")).records()
    assert (7, b"{}") in [(record.link, record.payload) for record in records]


class Notes:
    def __init__(self, name, told):
        self.name, self.told = name, told

    def append(self, kind, link, now, payload):
        self.told.append((self.name, payload))


def test_two_recorders_hear_the_same_in_order():
    told = []
    first, second = Notes("first", told), Notes("second", told)
    heard = both(first, second)
    assert heard is not None
    heard.append(1, 1, 1, b"x")
    assert [("first", b"x"), ("second", b"x")] == told


def test_who_is_alone_hears_alone():
    only = Notes("only", [])
    assert only is both(only, None)
    assert only is both(None, only)
    assert both(None, None) is None
