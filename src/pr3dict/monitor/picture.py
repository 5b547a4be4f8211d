"""The picture of the monitor in the docs, made from the running program on the simulated venue."""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from pr3dict.app.system import System
from pr3dict.config import Config
from pr3dict.model.errors import FeedError
from pr3dict.monitor.app import Monitor
from pr3dict.monitor.labels import Labels
from pr3dict.monitor.live import labels_of
from pr3dict.monitor.screen import yielding

SIZE: Final = (120, 36)
VENUE: Final = ("--markets", "9", "--activity", "2", "--seed", "47")
"""A calm venue, on which a market opens before the picture is taken."""
READINGS: Final = 12
"""Seconds of watching before the picture is taken: rates are known then, and trades were seen."""
PATIENCE_S: Final = 30.0


class Addresses(msgspec.Struct):
    """What `sim --json` says first."""

    tokens: list[str]
    settings: dict[str, str]
    """Those of a `Config` that lead to every service of the venue."""


async def paint(size: tuple[int, int] = SIZE) -> str:
    """Return the monitor as SVG, with ids that do not change from picture to picture.

    The venue is a process of its own, as in the demo, or its latencies would be ours.
    """
    async with simulated() as venue, asyncio.timeout(PATIENCE_S):
        config = msgspec.structs.replace(Config(), **venue.settings)
        labels = await asyncio.to_thread(labels_of, venue.tokens, config)
        system = System(config)
        try:
            with yielding():
                return await _watch(system, venue.tokens, labels, size)
        finally:
            await asyncio.to_thread(system.stop)


@asynccontextmanager
async def simulated() -> AsyncIterator[Addresses]:
    """Give the addresses of a venue in a process of its own, which ends with this block."""
    command = (sys.executable, "-m", "pr3dict", "sim", "--json", "--leash", *VENUE)
    child = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        first = await child.stdout.readline()
        if not first:
            raise FeedError("the simulated venue did not start", name="not_running")
        yield msgspec.json.decode(first, type=Addresses)
    finally:
        child.stdin.close()
        await child.communicate()


async def _watch(system: System, tokens: list[str], labels: Labels, size: tuple[int, int]) -> str:
    """Let the program run for a few seconds of its own; return its picture."""
    monitor = Monitor(system, "simulated venue", labels=labels)
    async with monitor.run_test(size=size) as pilot:
        system.start()
        system.subscribe(tokens)
        for _ in range(READINGS):
            await pilot.pause(1.0)
        monitor.read()
        if not monitor.board.healths:
            raise FeedError("wanted books in the picture, found none")
        await pilot.pause()
        return settled(monitor.export_screenshot(title="pr3dict demo"))


def settled(svg: str) -> str:
    """Return a picture whose ids do not change, and which fetches no font.

    >>> settled('<g class="terminal-123-matrix">')
    '<g class="terminal-matrix">'
    """
    without_fonts = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(r"terminal-\d+-", "terminal-", without_fonts)


def save(path: str) -> None:
    """Paint the picture into a file."""
    Path(path).write_text(asyncio.run(paint()) + "\n", "utf-8")
