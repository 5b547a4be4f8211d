"""The monitor on a terminal; on a real one it is started by tests/cli/test_watch.py."""

import subprocess
import sys

import pytest
from tests.monitor.kit import Market

from pr3dict.monitor import screen
from pr3dict.monitor.model import Board
from pr3dict.monitor.summary import summary

WITHOUT_TEXTUAL = """
import sys
sys.modules["textual"] = None
from pr3dict.model.errors import MissingExtra
from pr3dict.monitor.screen import show
try:
    show(None, "venue")
except MissingExtra as missing:
    print(missing)
"""


def test_without_textual_the_command_that_installs_it_is_told():
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", WITHOUT_TEXTUAL],
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert "textual is not installed: pip install 'pr3dict[tui]'\n" == done.stdout, done.stderr


class Quick:
    """A monitor that somebody quits at once."""

    failure = None
    return_code = 0
    interval = 0.0

    def __init__(self, market: Market, *_: object, **__: object) -> None:
        self.market = market

    def run(self) -> None:
        Quick.interval = sys.getswitchinterval()

    def last(self) -> Board:
        return self.market.board()


@pytest.fixture
def quick(monkeypatch) -> type[Quick]:
    monkeypatch.setattr(screen, "load", lambda: Quick)
    return Quick


def test_the_feed_gets_the_interpreter_quickly_while_the_monitor_paints(quick):
    before = sys.getswitchinterval()
    screen.show(opened(), "venue")
    assert 0.0005 == pytest.approx(quick.interval)
    assert before == sys.getswitchinterval()


def test_a_feed_leaves_its_summary_behind(quick, capsys):
    market = opened()
    screen.show(market, "venue")
    assert summary(market.board())[1:] == capsys.readouterr().out.splitlines()


def test_a_monitor_that_breaks_down_is_no_success(quick, monkeypatch):
    monkeypatch.setattr(quick, "return_code", 1)
    with pytest.raises(RuntimeError, match="the monitor broke down"):
        screen.show(opened(), "venue")


def opened() -> Market:
    market = Market()
    market.open()
    return market


def test_a_pipe_is_no_terminal():
    assert not screen.is_terminal()
