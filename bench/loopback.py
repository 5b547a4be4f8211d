"""One run on loopback: a server in a process of its own, and who listens to it here.

Listeners hear the same bytes: our whole feed as `pr3dict watch` has it, with either transport;
and a bare picows listener that takes the bytes and looks at the clock.
"""

import asyncio
import subprocess
import sys
import threading
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic_ns
from typing import Any, Final, NamedTuple

from bench.frames import LINK
from bench.setting import Setting
from bench.stopwatch import SECOND
from pr3dict.app.system import System
from pr3dict.config import Config, TransportName
from pr3dict.engine.engine import Engine

PATIENCE_S: Final = 30.0
"""How long a run may take before the row is given up."""


class Run(NamedTuple):
    """A feed on loopback: what is sent, how much, how fast, and into what.

    The frames themselves are the server's alone: they would weigh on the client's memory.
    """

    setting: Setting
    tokens: list[str]
    opening: int
    """Frames that fill the books before the run."""
    frames: int
    per_s: int = 0
    """Frames a second; 0 is flat out."""
    transport: TransportName = "picows"
    prove: bool = False
    copies: int = 1
    """Connections that race; each brings everything."""


def run_of(setting: Setting, frames: int, per_s: int = 0) -> Run:
    """Return a run of the simulated changes, of as many frames as there are at most."""
    corpus = setting.corpus("changes")
    segment = corpus.segments[0]
    frames = min(frames, len(segment.frames))
    return Run(setting, corpus.tokens, len(segment.before), frames, per_s)


class Server:
    """The server's process."""

    def __init__(self, run: Run, report: Path) -> None:
        corpus = str(run.setting.directory / "changes")
        self._report = report
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [
                *(sys.executable, "-m", "bench.server", corpus),
                *(str(run.frames), str(run.per_s), str(report), str(run.copies)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = f"ws://127.0.0.1:{self._line()}/ws/market"

    def go(self) -> None:
        """Let the frames come."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def sent(self) -> list[int]:
        """Return when each frame was sent, once the last one was."""
        assert self._line() == "sent", "the server ended before it had sent everything"
        return array("q", self._report.read_bytes()).tolist()

    def end(self) -> None:
        """End the process; it ends by itself when its client leaves."""
        with self._process:
            try:
                self._process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def serving(run: Run) -> Iterator[Server]:
    """Give the server of a run."""
    with TemporaryDirectory() as directory:
        server = Server(run, Path(directory) / "sent")
        try:
            yield server
        finally:
            server.end()


def frames_a_second(run: Run, *, reads: bool) -> float:
    """Return what our feed takes, from the first frame sent to the last callback.

    `reads`: the callback reads the best bid and ask of the books that the frame changed.
    """
    with serving(run) as server, _subscribed(run, server.url) as system:
        done, top = threading.Event(), system.books.top
        left, ended = run.frames, 0

        def tap(tokens: tuple[str, ...]) -> None:
            nonlocal left, ended
            if reads:
                for token in tokens:
                    top(token)
            left -= 1
            if not left:
                ended = monotonic_ns()
                done.set()

        system.engine.tap(tap)
        server.go()
        assert done.wait(PATIENCE_S), f"wanted {run.frames} callbacks, {left} did not come"
        began = server.sent()[0]
        _check(run, system)
    return run.frames * SECOND / (ended - began)


def latencies(run: Run) -> list[int]:
    """Return for each frame the nanoseconds from the wire to the callback of our feed."""
    with serving(run) as server, _subscribed(run, server.url) as system:
        heard: list[int] = []
        done = threading.Event()

        def tap(_: tuple[str, ...]) -> None:
            heard.append(monotonic_ns())
            if len(heard) == run.frames:
                done.set()

        system.engine.tap(tap)
        server.go()
        assert done.wait(PATIENCE_S), f"wanted {run.frames} callbacks, found {len(heard)}"
        sent = server.sent()
        _check(run, system)
        # Before the end, of which the callback is told as well.
        return [at - left for at, left in zip(heard, sent, strict=True)]


def bare_latencies(run: Run, *, feeds: bool = False) -> list[int]:
    """Return the same for a picows listener that keeps no book; `feeds`: that only feeds books."""
    import uvloop  # noqa: PLC0415 - an optional dependency

    with serving(run) as server, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        heard = runner.run(_listen_bare(run, server, feeds=feeds))
        sent = server.sent()
    return [at - left for at, left in zip(heard, sent, strict=True)]


def bare_frames_a_second(run: Run) -> float:
    """Return what a picows listener takes that feeds the same books and calls the same callback.

    Nothing subscribes, watches, heals, audits or counts: what is left is the bare path.
    """
    import uvloop  # noqa: PLC0415 - an optional dependency

    with serving(run) as server, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        heard = runner.run(_listen_bare(run, server, feeds=True, tells=True))
        return run.frames * SECOND / (heard[-1] - server.sent()[0])


async def _listen_bare(run: Run, server: Server, *, feeds: bool, tells: bool = False) -> list[int]:
    import picows  # noqa: PLC0415 - an optional dependency

    heard: list[int] = []
    books = run.setting.core.new_books(prove=run.prove)
    engine = Engine(books)
    engine.tap(lambda _: None)
    for token in run.tokens:
        books.track(token, LINK)
    books.open_link(LINK, monotonic_ns())
    feed = books.feed
    opened, done = asyncio.Event(), asyncio.Event()

    class Listener(picows.WSListener):  # type: ignore[misc,unused-ignore]
        """Takes the bytes of each frame and looks at the clock."""

        def on_ws_frame(self, transport: Any, frame: Any) -> None:  # noqa: ANN401, ARG002
            text = frame.get_payload_as_bytes()
            flags = feed(LINK, text, monotonic_ns()) if feeds else 0
            if tells and flags:
                engine.changed(flags)
            heard.append(monotonic_ns())
            if len(heard) == run.opening:
                opened.set()
            elif len(heard) == run.opening + run.frames:
                done.set()

    async with asyncio.timeout(PATIENCE_S):
        transport, _ = await picows.ws_connect(Listener, server.url)
        transport.send(picows.WSMsgType.TEXT, b"{}")
        await opened.wait()
        server.go()
        await done.wait()
        transport.disconnect()
    return heard[run.opening :]


@contextmanager
def _subscribed(run: Run, url: str) -> Iterator[System]:
    """Give our feed with all books open."""
    config = Config(
        polymarket_market_ws_url=url,
        rest=False,
        core=run.setting.engine,
        transport=run.transport,
        prove=run.prove,
        copies=run.copies,
        connect_spacing_s=0.001,
    )
    system = System(config)
    system.start()
    try:
        system.subscribe(run.tokens).result(PATIENCE_S)
        system.wait_for(run.tokens).done.result(PATIENCE_S)
        yield system
    finally:
        system.stop()


def _check(run: Run, system: System) -> None:
    """Refuse to measure a feed that loses frames or doubts its books."""
    counters = system.books.counters()
    expected = run.opening + run.frames
    found = counters["frames.applied"]
    assert found == expected, f"wanted {expected} frames applied, found {found}"
    failed = {name: times for name, times in counters.items() if "failed" in name and times}
    assert not failed, f"wanted no doubt about any book, found {failed}"
