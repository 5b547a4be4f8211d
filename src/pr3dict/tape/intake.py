"""Where the feed leaves its records: bounded memory between the feed's thread and the tape's.

`append` is on the way of every frame, so it only copies bytes into a buffer, under a lock that
nobody holds while waiting for a disk. Full buffers ("chunks") are handed over, not copied. When
the writer falls too far behind, records are dropped and counted until it has caught up; the loss
becomes a GAP record at the place where it happened.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from pr3dict.core import Core, RecordBuffer
from pr3dict.model.records import Kind
from pr3dict.tape.words import counted

_IN: Final = int(Kind.IN)
_NAMES: Final = {int(kind): kind.name for kind in Kind}
_FULL: Final = "the buffer was full: the disk is too slow"
_CLOSED: Final = "the tape was closed"


class Chunk(NamedTuple):
    """Records on their way to disk."""

    buffer: RecordBuffer
    size: int
    records: int
    last_ns: int


class Loss(NamedTuple):
    """Records in a row that were not taken; none of them is on the tape yet as a GAP."""

    records: int
    size: int
    first_ns: int
    last_ns: int
    why: str


_NO_LOSS: Final = Loss(0, 0, 0, 0, "")


class Intake:
    """The bounded buffer of a tape. Every method may be called on any thread."""

    def __init__(self, core: Core, *, seal_at: int, size_max: int, wall_minus_mono: int) -> None:
        """Hand over chunks of `seal_at` bytes; hold at most `size_max`, and one record more."""
        self._core = core
        self._seal_at = min(seal_at, size_max)
        self._size_max = size_max
        self._offset = wall_minus_mono
        self._lock = threading.Lock()
        self._acquire = self._lock.acquire
        self._release = self._lock.release
        self._progress = threading.Condition(self._lock)
        self._wake = threading.Event()
        self._spares: list[RecordBuffer] = []
        self._sealed: deque[Chunk] = deque()
        self._sealed_count = 0
        self._written_count = 0
        self.waiting = 0
        """Bytes handed over and not yet written."""
        self._shut = ""
        self.closed = False
        self._halted = False
        self._sealed_records = 0
        self._others: dict[int, int] = {}
        self.lost = 0
        """Records lost since the start."""
        self._loss = _NO_LOSS
        self._last_ns = wall_minus_mono
        """Wall time of the last record taken; before the first one, of the start of the machine."""
        self._begin(core.new_record_buffer())

    def append(self, kind: int, link: int, now: int, payload: bytes) -> None:
        """Take one record. Never raises and never waits for a disk."""
        self._acquire()  # twice as fast as `with`, and this is called for every frame
        try:
            if self._shut:
                self._lose(now, len(payload), self._shut)
                return
            self._held = held = self._add(kind, link, now, now - self._offset, payload)
            self._records += 1
            self._last_ns = now
            if kind != _IN:
                self._others[kind] = self._others.get(kind, 0) + 1
            if held >= self._seal_at:
                self._seal()
                self._wake.set()
        except Exception as refused:  # noqa: BLE001 a bad record must not end the feed
            self._lose(self._last_ns, 0, f"refused ({type(refused).__name__}: {refused})")
        finally:
            self._release()

    def take(self) -> list[Chunk]:
        """Return everything that waits, oldest first; tell each back by `written`."""
        with self._lock:
            self._tell_loss()
            self._seal()
            return list(self._sealed)

    def written(self, chunk: Chunk) -> None:
        """Tell that a chunk has reached the operating system; its buffer is empty again."""
        with self._lock:
            self._sealed.popleft()
            self._spares.append(chunk.buffer)
            self._written_count += 1
            self.waiting -= chunk.size
            if self._shut == _FULL and self.waiting <= self._size_max // 2:
                self._shut = ""
                self._tell_loss()
            self._progress.notify_all()

    def flush(self, timeout_s: float) -> bool:
        """Wait until what was taken so far is written; False: it is not, or the disk failed."""
        with self._lock:
            self._tell_loss()
            self._seal()
            wanted = self._sealed_count
            self._wake.set()
            done = self._progress.wait_for(
                lambda: self._written_count >= wanted or self._halted, timeout_s
            )
            return done and self._written_count >= wanted and not self._halted

    def wait(self, timeout_s: float) -> None:
        """Wait for a reason to write: a full chunk, a flush, the end, or the timeout."""
        self._wake.wait(timeout_s)
        self._wake.clear()

    def close(self, now: int, end: Callable[[dict[str, int], int], bytes]) -> None:
        """Take the END record, made from (records by kind, lost), and nothing after it."""
        with self._lock:
            if not self._stopped():
                self._shut = ""
                self._tell_loss()
                self._put(Kind.END, now, end(self._counts(), self.lost))
                self._seal()
                self._shut = _CLOSED
            self.closed = True
            self._wake.set()

    def halt(self, cause: str) -> int:
        """Take nothing more; forget what waits; return how many records were lost by that."""
        with self._lock:
            waiting = sum(chunk.records for chunk in self._sealed) + self._records
            self.lost += waiting
            self._sealed.clear()
            self._sealed_records += self._records
            self._begin(self._core.new_record_buffer())
            self.waiting = 0
            self._shut = cause
            self._halted = True
            self._progress.notify_all()
            return waiting

    def counts(self) -> dict[str, int]:
        """Return how many records were taken, by the name of their kind."""
        with self._lock:
            return self._counts()

    def _counts(self) -> dict[str, int]:
        others = {_NAMES.get(kind, str(kind)): n for kind, n in sorted(self._others.items())}
        return {"IN": self._sealed_records + self._records - sum(others.values()), **others}

    def _stopped(self) -> bool:
        return self._shut not in {"", _FULL}

    def _put(self, kind: Kind, now: int, payload: bytes) -> None:
        """Add a record of our own."""
        self._held = self._add(kind, 0, now, now - self._offset, payload)
        self._records += 1
        self._last_ns = now
        self._others[kind] = self._others.get(kind, 0) + 1

    def _lose(self, now: int, size: int, why: str) -> None:
        loss = self._loss
        self.lost += 1
        now = max(now, self._last_ns)  # a refused record may have had any time
        first_ns = loss.first_ns if loss.records else now
        self._loss = Loss(loss.records + 1, loss.size + size, first_ns, now, why)

    def _tell_loss(self) -> None:
        """Write the loss down where it happened, unless it is still going on."""
        loss = self._loss
        if not loss.records or self._shut:
            return
        self._loss = _NO_LOSS
        what = f"{counted(loss.records, 'record')} ({counted(loss.size, 'byte')})"
        span = f"{what}, {loss.first_ns} to {loss.last_ns}"
        told_ns = max(loss.last_ns, self._last_ns)  # times of a tape do not go back
        self._put(Kind.GAP, told_ns, f"{span}: {loss.why}".encode())

    def _begin(self, buffer: RecordBuffer) -> None:
        self._buffer = buffer
        self._add = buffer.append
        self._records = 0
        self._held = 0

    def _seal(self) -> None:
        if not self._records:
            return
        self._sealed.append(Chunk(self._buffer, self._held, self._records, self._last_ns))
        self._sealed_count += 1
        self._sealed_records += self._records
        self.waiting += self._held
        self._begin(self._spares.pop() if self._spares else self._core.new_record_buffer())
        if self.waiting > self._size_max and not self._shut:
            self._shut = _FULL
