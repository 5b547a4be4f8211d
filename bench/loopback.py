"""One run on loopback: a server in a process of its own, and who listens to it here.

Listeners hear the same bytes: our whole feed as `pr3dict watch` has it, with either transport;
and a bare picows listener that does nothing but look at the clock.
"""

import asyncio
import subprocess
import sys
import threading
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic_ns
from typing import Any, Final, NamedTuple

from bench.frames import Corpus
from bench.setting import Setting
from pr3dict.app.system import System
from pr3dict.config import Config
from pr3dict.core import Books

PATIENCE_S: Final = 30.0
"""How long a run may take before the row is given up."""

OnBooks = Callable[[tuple[str, ...]], None]


class Run(NamedTuple):
    """A feed on loopback: the frames, how many, how fast, and into what."""

    setting: Setting
    corpus: Corpus
    frames: int
    per_s: int = 0
    """Frames a second; 0 is flat out."""
    transport: str = "picows"
    prove: bool = False


class Server:
    """The server's process."""

    def __init__(self, run: Run, report: Path) -> None:
        corpus = str(run.setting.directory / "changes")
        self._report = report
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.server", corpus, str(run.frames), str(run.per_s), report],
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


def frames_a_second(run: Run, listen: Callable[[Books, Callable[[], None]], OnBooks]) -> float:
    """Return what our feed takes, from the first frame sent to the last callback.

    `listen` makes the callback, which calls what it is given once for each frame.
    """
    with serving(run) as server, _subscribed(run, server.url) as system:
        heard, done = count(1), threading.Event()
        ended = 0

        def hear() -> None:
            nonlocal ended
            if next(heard) == run.frames:
                ended = monotonic_ns()
                done.set()

        system.engine.tap(listen(system.books, hear))
        server.go()
        assert done.wait(PATIENCE_S), f"wanted {run.frames} callbacks, found {next(heard) - 1}"
        began = server.sent()[0]
        _check(run, system)
    return run.frames * 1_000_000_000 / (ended - began)


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
    return [at - left for at, left in zip(heard, sent, strict=True)]


def bare_latencies(run: Run) -> list[int]:
    """Return the same for a picows listener that keeps no book."""
    import uvloop  # noqa: PLC0415 - an optional dependency

    with serving(run) as server, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        heard = runner.run(_listen_bare(run, server))
        sent = server.sent()
    return [at - left for at, left in zip(heard, sent, strict=True)]


async def _listen_bare(run: Run, server: Server) -> list[int]:
    import picows  # noqa: PLC0415 - an optional dependency

    heard: list[int] = []
    opened, done = asyncio.Event(), asyncio.Event()
    opening = len(run.corpus.segments[0].before)

    class Listener(picows.WSListener):  # type: ignore[misc,unused-ignore]
        """Looks at the clock."""

        def on_ws_frame(self, transport: Any, frame: Any) -> None:  # noqa: ANN401, ARG002
            heard.append(monotonic_ns())
            if len(heard) == opening:
                opened.set()
            elif len(heard) == opening + run.frames:
                done.set()

    async with asyncio.timeout(PATIENCE_S):
        transport, _ = await picows.ws_connect(Listener, server.url)
        transport.send(picows.WSMsgType.TEXT, b"{}")
        await opened.wait()
        server.go()
        await done.wait()
        transport.disconnect()
    return heard[opening:]


@contextmanager
def _subscribed(run: Run, url: str) -> Iterator[System]:
    """Give our feed with all books open."""
    config = Config(
        polymarket_market_ws_url=url,
        rest=False,
        core=run.setting.engine,  # type: ignore[arg-type]
        transport=run.transport,  # type: ignore[arg-type]
        prove=run.prove,
    )
    system = System(config)
    system.start()
    try:
        system.subscribe(run.corpus.tokens).result(PATIENCE_S)
        system.wait_for(run.corpus.tokens).done.result(PATIENCE_S)
        yield system
    finally:
        system.stop()


def _check(run: Run, system: System) -> None:
    """A feed that loses frames, or doubts its books, is not measured."""
    counters = system.books.counters()
    expected = len(run.corpus.segments[0].before) + run.frames
    found = counters["frames.applied"]
    assert found == expected, f"wanted {expected} frames applied, found {found}"
    failed = {name: times for name, times in counters.items() if "failed" in name and times}
    assert not failed, f"wanted no doubt about any book, found {failed}"
