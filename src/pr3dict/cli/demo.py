"""`pr3dict demo`: a simulated venue in a process of its own, its feed, and the monitor."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from typing import IO, Final

import msgspec

from pr3dict.app.events import FeedFailed
from pr3dict.app.system import System
from pr3dict.cli.follow import board_json, follow
from pr3dict.cli.output import remark, say, say_json
from pr3dict.config import Config, from_environment
from pr3dict.core import load
from pr3dict.model.errors import ConfigError, FeedError
from pr3dict.monitor import screen
from pr3dict.monitor.live import labels_of, live
from pr3dict.monitor.model import Board, held
from pr3dict.monitor.summary import summary
from pr3dict.net.transport import chosen

SECONDS: Final = 30.0
"""How long it runs where there is no terminal."""
STOP_S: Final = 1.0
"""How long the venue may take to say goodbye."""


class Addresses(msgspec.Struct):
    """What `sim --json` says first."""

    ws_url: str
    rest_url: str
    tokens: list[str]
    settings: dict[str, str]
    """Those of a `Config` that lead to every service of the venue."""


def run(venue: Sequence[str], *, seconds: float | None, plain: bool, as_json: bool) -> int:
    """Show the venue that these options of `sim` describe; return the exit code.

    0 when books were proved and none failed, or somebody quit; 1 when nothing was proved.
    """
    settings = from_environment()
    on_screen = screen.is_terminal() and not plain and not as_json
    if on_screen:
        screen.load()
    with simulated(venue) as addresses:
        remark(_which_engine(settings))
        config = msgspec.structs.replace(settings, **addresses.settings)
        labels = labels_of(addresses.tokens, config)
        with live(config, addresses.tokens) as system:
            if on_screen:
                screen.show(system, "simulated venue", seconds=seconds, labels=labels)
                return 0
            board = follow(system, seconds=seconds or SECONDS, as_json=as_json)
            return _conclude(system, board, as_json=as_json)


@contextmanager
def simulated(options: Sequence[str]) -> Iterator[Addresses]:
    """Give the addresses of a venue that lives as long as this block, and no longer than we do."""
    command = [sys.executable, "-m", "pr3dict", "sim", "--json", "--leash", *options]
    complaints = TemporaryFile()  # noqa: SIM115 - closed below, with the rest
    child = subprocess.Popen(  # noqa: S603 - our own program, our own options
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        start_new_session=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        first = child.stdout.readline()
        if not first:
            with suppress(subprocess.TimeoutExpired):
                child.wait(STOP_S)
            raise _refused(complaints)
        yield msgspec.json.decode(first, type=Addresses)
    finally:
        child.stdin.close()
        try:
            child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()
        complaints.close()


def _refused(complaints: IO[bytes]) -> Exception:
    """Return why the venue did not start, in its own last words."""
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").splitlines()
    if not lines:
        return FeedError("the simulated venue did not start", name="not_running")
    return ConfigError(lines[-1].removeprefix("pr3dict: "))


def _which_engine(config: Config) -> str:
    name = load(config.core).NAME
    slower = "" if name == "native" else " (plain Python: the same answers, slower)"
    return f"engine: {name}{slower}; transport: {chosen(config)}; venue: simulated, 127.0.0.1"


def _conclude(system: System, board: Board, *, as_json: bool) -> int:
    if as_json:
        say_json({"summary": True, **board_json(board)})
    else:
        for line in summary(board):
            say(line)
    return 0 if held(board.stats) and not system.engine.events[FeedFailed.__name__] else 1
