"""A recording played through the same books, engine and consumers as a live feed.

The player has a thread of its own, so that consumers are served just as live. Its clock is that of
the tape: ages and latencies are those of the day of the recording. To go back it forgets all books
and plays from the beginning, at full speed, up to the time wanted; nothing else is exact.
"""

import logging
import math
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Final, TypeVar

from pr3dict.app.events import FeedFailed
from pr3dict.app.guard import shared
from pr3dict.app.handover import handover
from pr3dict.config import Config
from pr3dict.core import BOOKS, EVENTS, Core, load
from pr3dict.engine.awaited import Awaited, await_books
from pr3dict.engine.engine import Engine
from pr3dict.engine.history import TradeHistory
from pr3dict.model.errors import FeedError, Pr3dictError, TapeError
from pr3dict.model.events import Event
from pr3dict.model.links import LinkStatus
from pr3dict.model.records import Kind
from pr3dict.model.units import NS_PER_MS, NS_PER_S, Nanos
from pr3dict.net.clock import SystemClock
from pr3dict.tape.apply import FOREVER, apply_block
from pr3dict.tape.jsonl import import_jsonl, refuse_foreign
from pr3dict.tape.payloads import Record
from pr3dict.tape.player import Pace
from pr3dict.tape.reader import Block, Problem, TapeReader
from pr3dict.tape.words import in_words

CALL_S: Final = 5.0
"""How long a command may wait for the player, which obeys between two blocks."""
STOP_S: Final = 1.5
REST_NS_MAX: Final = 3_600 * NS_PER_S
"""How long the player sleeps at a stretch: at a speed near 0 a record is due beyond any timer."""
JSONL_RECORDS: Final = 512
"""Frames of a capture that are played as one block."""

_T = TypeVar("_T")
_Run = Iterator[Block]
_log = logging.getLogger(__name__)


class TapeClock:
    """The wall clock of the recording: as far as it was played."""

    ahead: Final = Nanos(0)

    def __init__(self) -> None:
        self.at = Nanos(0)

    def now(self) -> Nanos:
        """Return the time of the tape in nanoseconds since the epoch."""
        return self.at

    def monotonic(self) -> Nanos:
        """Return the same: the tape has no other."""
        return self.at


class Replay:
    """A player that looks like a `System` to whoever reads books or consumes events."""

    def __init__(
        self,
        path: str | Path,
        config: Config | None = None,
        *,
        speed: float = math.inf,
        paused: bool = False,
        end_ns: int = FOREVER,
    ) -> None:
        """`path`: a tape (a directory or a segment) or a capture `*.jsonl`.

        `speed`: seconds of tape a second. `end_ns`: nothing later is played. Raises `TapeError`,
        `CoreUnavailable`, `ValueError`.
        """
        end_ns = _time("end_ns", end_ns)
        self.config: Final = config or Config()
        self.core: Final = load(self.config.core)
        self.clock: Final = TapeClock()
        path = Path(path)
        capture = path.suffix in {".jsonl", ".json"}
        self._reader = None if capture else TapeReader(path, self.core)
        self._runs = _capture(path, self.core) if self._reader is None else _tape(self._reader)
        next(iter(self._runs()), None)  # what cannot be read is told now
        self.books: Final = shared(
            self.core, self.core.new_books(prove=self.config.prove, adopt=capture)
        )
        self.books.set_clock_offset(round(self.config.clock_offset_ms * NS_PER_MS))
        self.engine: Final = Engine(self.books)
        self.history: Final = TradeHistory(self.config.max_trade_history)
        self.engine.on_events(self.history.events)
        self.finished: Final = threading.Event()
        """Set at the end of the recording, cleared when the player goes back."""
        self._time = SystemClock()
        self._pace = Pace(0, self._time.monotonic(), speed)
        self._paused = paused
        self._goal: int | None = None
        """Where a seek wants to be; played up to at full speed."""
        self._end_ns = end_ns
        self._cut = False
        """Whether there is more on the recording than is to be played."""
        self._rewind = False
        self._stopped = False
        self._commands: deque[Callable[[], None]] = deque()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pr3dict-replay", daemon=True)

    @property
    def live(self) -> bool:
        """Whether this is a feed from a venue: it is not."""
        return False

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the files of the tape, as far as it was read; of a capture nothing."""
        return () if self._reader is None else tuple(self._reader.judged())

    @property
    def running(self) -> bool:
        """Whether the player takes commands; it does so at the end of the recording too."""
        return self._thread.is_alive() and not self._stopped

    def start(self) -> None:
        """Begin to play, unless made `paused`."""
        self._thread.start()

    def stop(self, timeout_s: float = STOP_S) -> None:
        """Stop playing; the books stay as they are. Again: nothing."""
        self._stopped = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the end of the recording; False: it has not come in time."""
        return self.finished.wait(timeout_s)

    def pause(self) -> None:
        """Stand still."""
        self.call(lambda: self._pace.pause(self._time.monotonic())).result(CALL_S)

    def resume(self) -> None:
        """Go on."""
        self.call(lambda: self._pace.resume(self._time.monotonic())).result(CALL_S)

    def set_speed(self, speed: float) -> None:
        """Play so many seconds of tape a second from here on; raises `ValueError`."""
        self.call(lambda: self._pace.set_speed(speed, self._time.monotonic())).result(CALL_S)

    def seek(self, wall_ns: int) -> None:
        """Go to a time of the tape, forward or back; returns before it is reached.

        A time before the tape is its beginning, one after it its end. Raises `ValueError`.
        """
        goal = _time("wall_ns", wall_ns)
        self.call(lambda: self._seek(goal)).result(CALL_S)

    def subscribe(self, _: Sequence[str]) -> Future[None]:
        """Do nothing: a recording holds what it holds."""
        return self.call(lambda: None)

    def unsubscribe(self, _: Sequence[str]) -> Future[None]:
        """Do nothing, likewise."""
        return self.call(lambda: None)

    def wait_for(self, tokens: Sequence[str]) -> Awaited:
        """Return what is done when each of these has a book."""
        return self.call(
            lambda: await_books(self.books, self.engine, tokens, self.has_no_book)
        ).result(CALL_S)

    def publish(self, event: Event) -> None:
        """Tell an event to everyone who listens, on the player's thread."""
        self.call(lambda: self.engine.publish(event))

    def call(self, what: Callable[[], _T]) -> Future[_T]:
        """Do something on the player's thread, between two blocks."""
        if not self.running:
            raise FeedError("the replay is not running: start it first", name="not_running")
        future, do = handover(what)
        self._commands.append(do)
        self._wake.set()
        return future

    def statuses(self) -> list[LinkStatus]:
        """Return the connections: a recording has none."""
        return []

    def has_no_book(self, _: str) -> bool:
        """Whether the venue said that it has no book: a recording does not tell."""
        return False

    def _seek(self, wall_ns: int) -> None:
        self._goal = wall_ns
        self._rewind = wall_ns < self.clock.at

    def _run(self) -> None:
        """Play, and then wait for commands: the whole life of the player's thread."""
        if not self._paused:
            self._pace.resume(self._time.monotonic())
        while not self._stopped:
            self._rewind = self._cut = False
            self.finished.clear()
            try:
                if all(map(self._play_run, self._runs())) or self._cut:
                    self._end()
            except (Pr3dictError, OSError) as error:
                self._failed(in_words(error) if isinstance(error, OSError) else str(error))
            except Exception as error:  # noqa: BLE001 - whatever it is, it must be told
                _log.exception("the replay ended by a fault of this program")
                self._failed(f"{type(error).__name__}: {error}")
            while not self._stopped and not self._rewind:
                self._rest(None)

    def _failed(self, why: str) -> None:
        """Tell that nothing more can be played; the player goes on to take commands."""
        self._goal = None
        self.engine.publish(FeedFailed(why))
        self.finished.set()

    def _play_run(self, run: _Run) -> bool:
        """Play a run to its end; False: there is reason to leave it.

        Nothing that is counted or kept of one run knows of the run before.
        """
        self.books.reset()
        self.engine.events.clear()
        self.history.clear()
        self.clock.at = Nanos(0)
        for block in run:
            if not self.clock.at:
                # While it is paused not even the first record is due.
                before = block.first_ns - 1 if self._pace.paused else block.first_ns
                self._pace.seek(before, self._time.monotonic())
                if self._goal is not None:
                    self._goal = max(self._goal, before)
            if not self._play_block(block):
                return False
        return True

    def _play_block(self, block: Block) -> bool:
        offset = 0
        while True:
            self._obey()
            if self._stopped or self._rewind:
                return False
            until = min(self._until(), self._end_ns)
            self.clock.at = max(self.clock.at, Nanos(min(until, block.last_ns)))
            offset = apply_block(
                self.books,
                self.core,
                block.raw,
                offset=offset,
                until_ns=until,
                on_frame=self.engine.changed,
                on_record=self._recorded,
            )
            found = self.core.read_record(block.raw, offset)
            if found is None:
                self._pace.played(block.last_ns)
                return True
            if found[2] > self._end_ns <= until:
                self._cut = True
                return False
            self._wait_for(found[2])

    def _until(self) -> int:
        """Return the time of the tape up to which everything is to be played now."""
        if self._goal is not None:
            return self._goal
        return self._pace.position(self._time.monotonic())

    def _wait_for(self, wall_ns: int) -> None:
        """Wait until the next record, which is of this time, is due; or for a command."""
        now = self._time.monotonic()
        if self._goal is not None:
            self._pace.seek(self._goal, now)
            self._goal = None
        self._rest(self._pace.due(wall_ns, now))

    def _rest(self, until: Nanos | None) -> None:
        """Wait until a time, or without end, for a command; then obey."""
        if until is not None:
            left_ns = min(until - self._time.monotonic(), REST_NS_MAX)
            self._wake.wait(max(left_ns, 0) / NS_PER_S)
        else:
            self._wake.wait()
        self._obey()

    def _obey(self) -> None:
        self._wake.clear()
        while self._commands:
            self._commands.popleft()()

    def _recorded(self, record: Record) -> None:
        """Tell what a record that is no frame has changed."""
        if record.kind == Kind.REST:
            self.engine.changed(BOOKS | EVENTS)
        else:
            self.engine.settle()

    def _end(self) -> None:
        """Close the claims that a timer would have closed; what is to be played is over."""
        while 0 < self.books.wake_at <= (self._end_ns if self._cut else FOREVER):
            self.engine.changed(self.books.wake(self.books.wake_at))
        if self._cut:
            self.clock.at = Nanos(self._end_ns)
        self._goal = None
        self.finished.set()


def replay(
    path: str | Path,
    *,
    config: Config | None = None,
    speed: float = math.inf,
    paused: bool = False,
    end_ns: int = FOREVER,
) -> Replay:
    """Return a player of a tape or of a capture `*.jsonl`; `start` it. Errors as in `Replay`."""
    return Replay(path, config, speed=speed, paused=paused, end_ns=end_ns)


def _time(name: str, wall_ns: int) -> int:
    """Return a time as it is, if it can be one."""
    if isinstance(wall_ns, bool) or not isinstance(wall_ns, int) or wall_ns < 0:
        raise ValueError(
            f"{name}: wanted whole nanoseconds since the UNIX epoch, found {wall_ns!r:.80}"
        )
    return wall_ns


def _tape(reader: TapeReader) -> Callable[[], Iterable[_Run]]:
    return lambda: (reader.blocks(run) for run in reader.runs())


def _capture(path: Path, core: Core) -> Callable[[], Iterable[_Run]]:
    if not path.is_file():
        raise TapeError(f"wanted a capture, found no file at {path}")
    refuse_foreign(path)
    return lambda: (_blocks(import_jsonl(path), core),)


def _blocks(records: Iterable[Record], core: Core) -> _Run:
    """Give the frames of a capture as blocks of a tape."""
    buffer = core.new_record_buffer()
    times: list[int] = []
    for kind, link, wall_ns, mono_ns, payload in records:
        buffer.append(kind, link, wall_ns, mono_ns, payload)
        times.append(wall_ns)
        if len(times) == JSONL_RECORDS:
            yield Block(times[0], times[-1], buffer.take())
            times.clear()
    if times:
        yield Block(times[0], times[-1], buffer.take())
