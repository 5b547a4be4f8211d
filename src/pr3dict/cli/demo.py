"""`pr3dict demo`: a simulated venue in a process of its own, its feed, and the monitor."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import msgspec

from pr3dict.app.events import FeedFailed
from pr3dict.app.system import System
from pr3dict.cli.follow import board_json, follow
from pr3dict.cli.output import is_terminal, remark, say, say_json
from pr3dict.config import Config, from_environment
from pr3dict.core import load
from pr3dict.model.errors import FeedError
from pr3dict.monitor.live import live
from pr3dict.monitor.model import Board, held
from pr3dict.monitor.screen import show
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


def run(venue: Sequence[str], *, seconds: float | None, plain: bool, as_json: bool) -> int:
    """Show the venue that these options of `sim` describe; return the exit code.

    0 when books were proved and none failed, or somebody quit; 1 when nothing was proved.
    """
    settings = from_environment()
    remark(_which_engine(settings))
    with simulated(venue) as addresses:
        config = msgspec.structs.replace(
            settings,
            polymarket_market_ws_url=addresses.ws_url,
            polymarket_clob_url=addresses.rest_url,
        )
        with live(config, addresses.tokens) as system:
            if is_terminal() and not plain and not as_json:
                show(system, "simulated venue", seconds=seconds)
                return 0
            board = follow(system, seconds=seconds or SECONDS, as_json=as_json)
            return _conclude(system, board, as_json=as_json)


@contextmanager
def simulated(options: Sequence[str]) -> Iterator[Addresses]:
    """Give the addresses of a venue that lives as long as this block, and no longer than we do."""
    command = [sys.executable, "-m", "pr3dict", "sim", "--json", "--leash", *options]
    child = subprocess.Popen(  # noqa: S603 - our own program, our own options
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        first = child.stdout.readline()
        if not first:
            raise FeedError("the simulated venue did not start", name="not_running")
        yield msgspec.json.decode(first, type=Addresses)
    finally:
        child.stdin.close()
        try:
            child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()


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


def summary(board: Board) -> list[str]:
    """Return what was seen and proved, in a few lines."""
    stats: dict[str, Any] = board.stats
    frames, proofs, witnesses = stats["messages"], stats["proofs"], stats["witnesses"]
    ignored, rejected = sum(frames["ignored"].values()), sum(frames["rejected"].values())
    healths = ", ".join(f"{number:,} {health.name}" for health, number in board.healths.items())
    total = sum(board.healths.values())
    received, applied = frames["received"], frames["applied"]
    failed = proofs.get("failed", 0)
    average, high = stats["latency_avg_ms"], stats["latency_p99_ms"]
    compared, differed = witnesses["mirror.compared"], witnesses["mirror.failed"]
    sums = f"{received:,} received = {applied:,} applied + {ignored:,} ignored"
    what = "the venue's hash over the whole book, at every batch end"
    return [
        "",
        f"frames    {sums} + {rejected:,} rejected",
        f"proofs    {held(stats):,} held, {failed:,} failed ({what})",
        f"mirrors   {compared:,} pairs of books compared, {differed:,} differed",
        f"latency   {average:.2f} ms on average, {high:.2f} ms for the slowest hundredth",
        f"books     {total:,}: {healths}",
        f"trades    {stats['trades']:,}",
    ]
