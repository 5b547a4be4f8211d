"""The tape of a run, as the settings want it."""

from pr3dict.app.recording import run_id, tape
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
