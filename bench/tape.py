"""Rows about recordings: a tape as the recorder writes it, read back and fed.

Read as users read it: blocks are unpacked ahead on a thread, every checksum is verified, and
Python is called after each frame.
"""

import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic_ns, perf_counter_ns
from typing import Final

from bench.frames import LAG_NS, LINK, Corpus
from bench.measured import Measured
from bench.setting import Setting
from bench.stopwatch import SECOND
from pr3dict.app.replay import Replay
from pr3dict.config import Config
from pr3dict.core import Books, Core
from pr3dict.model.records import Kind
from pr3dict.model.units import NS_PER_MS, Nanos
from pr3dict.tape.apply import apply_block
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.writer import TapeWriter

CALLBACK: Final = "raw frames, a Python callback a frame"
PLAY_S: Final = 60.0
"""How long a replay may take before the row is given up."""
_TIME: Final = re.compile(rb'"timestamp": ?"(\d+)"')

Callback = Callable[[int], object]


class _ThenClock:
    """The clock of a recorder that ran when the frames arrived."""

    def __init__(self, now: Nanos) -> None:
        self.ahead = Nanos(now - monotonic_ns())

    def now(self) -> Nanos:
        return Nanos(monotonic_ns() + self.ahead)

    def monotonic(self) -> Nanos:
        return Nanos(monotonic_ns())

    def wall(self) -> Nanos:
        return self.now()


def replay(setting: Setting) -> Iterator[Measured]:
    """Read a tape with the reader and feed it block by block."""
    core = setting.core
    for captured, corpus in setting.columns():
        with TemporaryDirectory() as directory:
            frames = _record(Path(directory), core, corpus)
            for what, listen, prove, at_least in (
                (CALLBACK, _counting, False, 1_200_000),
                (CALLBACK, _counting, True, 0),
                ("a callback that reads the best of the books touched", _reading, False, 0),
            ):
                taken = [
                    _read(Path(directory), core, listen, prove=prove) / frames
                    for _ in range(setting.runs)
                ]
                yield Measured(
                    what=what,
                    unit="frames/s",
                    by=core.NAME,
                    proof="on" if prove else "off",
                    value=SECOND / min(taken),
                    capture=captured,
                    at_least=at_least,
                )


def app_replay(setting: Setting) -> Iterator[Measured]:
    """Play a tape through the engine, as `pr3dict replay` does, with a tap on the books."""
    core = setting.core
    for captured, corpus in setting.columns():
        with TemporaryDirectory() as directory:
            frames = _record(Path(directory), core, corpus)
            for prove in False, True:
                taken = [
                    _play(Path(directory), setting, frames, prove=prove) / frames
                    for _ in range(setting.runs)
                ]
                yield Measured(
                    what="through the engine, an inline callback a frame",
                    unit="frames/s",
                    by=core.NAME,
                    proof="on" if prove else "off",
                    value=SECOND / min(taken),
                    capture=captured,
                )


def _record(directory: Path, core: Core, corpus: Corpus) -> int:
    """Write a corpus as the recorder would have; return the number of frames."""
    frames = list(chain.from_iterable((one.before + one.frames) for one in corpus.segments))
    now = _arrival(frames[0])
    with TapeWriter(directory, core, clock=_ThenClock(now), run_id="bench") as tape:
        for token in corpus.tokens:
            tape.append(Kind.TRACK, LINK, now, token.encode())
        tape.append(Kind.OPENED, LINK, now, b"ws://127.0.0.1/ws/market")
        for frame in frames:
            now = max(now, _arrival(frame))
            tape.append(Kind.IN, LINK, now, frame)
        assert tape.flush(PLAY_S), "the tape was not written in time"
        stats = tape.stats()
        assert stats.lost == 0, f"the recorder lost records: {stats}"
    return len(frames)


def _arrival(frame: bytes) -> Nanos:
    told = _TIME.findall(frame)
    return Nanos(int(told[-1]) * NS_PER_MS + LAG_NS)


def _read(
    directory: Path, core: Core, listen: Callable[[Books, list[int]], Callback], *, prove: bool
) -> int:
    """Return the nanoseconds from the first block to the last."""
    books, heard = core.new_books(prove=prove), [0]
    on_frame = listen(books, heard)
    reader = TapeReader(directory, core)
    began = perf_counter_ns()
    for block in reader.blocks():
        apply_block(books, core, block.raw, on_frame=on_frame)
    taken = perf_counter_ns() - began
    _check(books, heard[0])
    return taken


def _counting(_: Books, heard: list[int]) -> Callback:
    def on_frame(_: int) -> None:
        heard[0] += 1

    return on_frame


def _reading(books: Books, heard: list[int]) -> Callback:
    touched, top = books.touched, books.top

    def on_frame(_: int) -> None:
        heard[0] += 1
        for token in touched():
            top(token)

    return on_frame


def _play(directory: Path, setting: Setting, frames: int, *, prove: bool) -> int:
    """Return the nanoseconds from the start of a player to the end of the tape."""
    heard = [0]

    def tap(_: tuple[str, ...]) -> None:
        heard[0] += 1

    player = Replay(directory, Config(core=setting.engine, prove=prove))
    player.engine.tap(tap)
    began = perf_counter_ns()
    player.start()
    ended = player.wait(PLAY_S)
    taken = perf_counter_ns() - began
    player.stop()
    assert ended, f"wanted {frames} frames played in {PLAY_S} s, found {heard[0]}"
    _check(player.books, heard[0])
    return taken


def _check(books: Books, heard: int) -> None:
    """Refuse to measure a replay that loses frames."""
    fed = books.counters()["frames.applied"]
    assert heard >= fed > 0, f"wanted a callback for each of {fed} frames, found {heard}"
