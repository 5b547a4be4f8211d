"""One scenario for one client: a venue of its own, the driver's process, and what both tell."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic_ns
from typing import Any, Final

import msgspec

from bench.peers import install, judge
from bench.peers.catalogue import HERE, HOME, ROOT, Peer
from bench.peers.drivers.telling import LOOK_S, Task
from bench.peers.kalshi import KalshiServer
from bench.peers.recording import Recording
from bench.peers.scenarios import Scenario, Served, Stage
from bench.peers.venue import CONFIG, QUIET, Watched
from pr3dict.sim.server import SimServer

START_S: Final = 20.0
"""How long a client may take until every book is right."""
BEFORE_NS: Final = 10_000_000
"""A fault that was armed before counts from right before the first connection."""
END_S: Final = 3.0
COMPLAINT: Final = 300
"""Characters of what a client wrote to standard error, shown where it does not start."""


class Playing:
    """A client's process while it plays: the lines that it has told so far."""

    def __init__(self, process: Process) -> None:
        self.lines: list[dict[str, Any]] = []
        self.complaint = b""
        self._process = process

    async def listen(self) -> None:
        """Take the lines of the driver until it ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            with suppress(msgspec.DecodeError):  # what a client itself prints
                told = msgspec.json.decode(line)
                if isinstance(told, dict) and "kind" in told:
                    self.lines.append(told)

    async def hear_complaints(self) -> None:
        """Keep the end of what it writes to standard error."""
        assert self._process.stderr is not None
        while more := await self._process.stderr.read(4096):
            self.complaint = (self.complaint + more)[-4096:]

    def order(self, text: str) -> None:
        """Send an order to the driver."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n".encode())

    @property
    def end(self) -> str:
        """How the process ended, in words; a negative number is a signal."""
        return f"its process ended with {self._process.returncode}"

    @property
    def ended(self) -> bool:
        """Whether the process is over."""
        return self._process.returncode is not None


async def play(scenario: Scenario, peer: Peer, *, shortened: bool = True) -> Recording:
    """Play a scenario for a client, and return what was seen."""
    venue = Watched(QUIET if scenario.quiet else CONFIG)
    serves = KalshiServer(venue) if peer.protocol == "kalshi" else SimServer(venue)
    async with serves as server, asyncio.TaskGroup() as group:
        task = Task(server.ws_url, server.rest_url, server.tokens, shortened, scenario.calls)
        process = await asyncio.create_subprocess_exec(
            *command(peer, task), stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=ROOT, env=_environ()
        )
        playing = Playing(process)
        group.create_task(playing.listen())
        group.create_task(playing.hear_complaints())
        connects: list[int] = []
        watch = group.create_task(_watch(server, connects))
        try:
            stage = Stage(server, venue, playing.order)
            return await _perform(scenario, peer, stage, playing, connects)
        finally:
            watch.cancel()
            await _end(process)


def command(peer: Peer, task: Task) -> Sequence[str]:
    """Return the command that starts a client's driver."""
    text = msgspec.json.encode(task).decode()
    if peer.kind == "node":
        return "node", str(HERE / "drivers" / peer.driver), text, str(HOME)
    python = sys.executable if peer.kind == "ours" else str(install.python())
    return python, "-m", peer.driver, text


async def _perform(
    scenario: Scenario, peer: Peer, stage: Stage, playing: Playing, connects: list[int]
) -> Recording:
    tokens = stage.server.tokens
    victims = tokens if scenario.everybody else stage.first
    if scenario.before is not None:
        scenario.before(stage)
    wanted = tokens if scenario.before is None else [t for t in tokens if t not in victims]
    recording = Recording(
        scenario=scenario.key,
        peer=peer.name,
        tokens=tokens,
        victims=victims,
        struck=0,
        ended=0,
        truth=stage.venue.diary,
        lines=playing.lines,
        connects=connects,
    )
    if not await _started(recording, playing, wanted):
        return _trouble(recording, playing, f"not every book was right within {START_S:.0f} s")
    if playing.ended:
        return _trouble(recording, playing, playing.end)
    _note_connections(stage.server, connects)  # it may have got everything within a look
    struck = monotonic_ns() if scenario.before is None else connects[0] - BEFORE_NS
    try:
        async with asyncio.timeout(scenario.bound_s):
            struck = await scenario.strike(stage) or struck
    except TimeoutError:
        return _trouble(recording, playing, f"no occasion within {scenario.bound_s:.0f} s")
    left_ns = struck + round(scenario.bound_s * judge.NS) - monotonic_ns()
    await asyncio.sleep(left_ns / judge.NS)
    if playing.ended:
        return _trouble(recording, playing, playing.end)
    return msgspec.structs.replace(
        recording, struck=struck, ended=monotonic_ns(), lines=[*playing.lines]
    )


async def _started(recording: Recording, playing: Playing, wanted: list[str]) -> bool:
    """Wait until the client shows every book right, or ends; tell whether it came to that."""
    with suppress(TimeoutError):
        async with asyncio.timeout(START_S):
            while not (playing.ended or _all_right(recording, wanted)):  # noqa: ASYNC110 - it polls
                await asyncio.sleep(LOOK_S)
            return True
    return False


def _all_right(recording: Recording, wanted: list[str]) -> bool:
    """Tell whether the newest line about each token shows the newest true book, or nearly."""
    now = monotonic_ns()
    moment = range(now, now + 1)
    return bool(recording.lines) and all(
        next(judge.kinds_at(recording, token, moment)) == "right" for token in wanted
    )


def _trouble(recording: Recording, playing: Playing, what: str) -> Recording:
    said = playing.complaint.decode("utf-8", "replace").strip()[-COMPLAINT:]
    return msgspec.structs.replace(recording, trouble=f"{what}: {said}" if said else what)


async def _watch(server: Served, connects: list[int]) -> None:
    """Note when the venue accepts a connection."""
    while True:
        _note_connections(server, connects)
        await asyncio.sleep(0.02)


def _note_connections(server: Served, connects: list[int]) -> None:
    while len(connects) < server.accepted:
        connects.append(monotonic_ns())


async def _end(process: Process) -> None:
    """End a driver: first by the end of its input, then by force."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(END_S):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _environ() -> dict[str, str]:
    """Return the environment of a driver: no setting of ours, no proxy, no credential."""
    kept = ("HOME", "LANG", "PATH", "SYSTEMROOT", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}
