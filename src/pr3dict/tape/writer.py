"""Record: the feed hands over, a thread of the tape writes, and nothing of it can hurt the feed.

Every `commit_every_s` what has come in is packed, written and thereby safe from the end of this
process; every `fsync_every_s` it is carried to the disk and thereby safe from the end of the
machine. When the disk fails the tape stops, says so, and the feed goes on.
"""

import re
import threading
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self

import msgspec

from pr3dict.core import Core
from pr3dict.model.errors import TapeError
from pr3dict.model.records import Kind
from pr3dict.model.units import Nanos
from pr3dict.ports import Clock
from pr3dict.tape.directory import Claim, close_left, left_open, refuse_known_run
from pr3dict.tape.files import DISK, Files
from pr3dict.tape.format import Header
from pr3dict.tape.intake import Intake
from pr3dict.tape.scribe import Scribe, TapeSettings
from pr3dict.tape.words import counted, in_words
from pr3dict.tape.zstd import Packer

_RUN_ID: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class TapeState(StrEnum):
    """What a recorder is doing."""

    RECORDING = "recording"
    HALTED = "halted"
    """The disk failed; see `cause`. Nothing more is recorded in this run."""
    CLOSED = "closed"


class TapeStats(msgspec.Struct, frozen=True):
    """Where a recorder stands."""

    state: str
    cause: str
    records: int
    lost: int
    """Records that are on no disk: dropped on a full buffer, refused, or left at a halt."""
    waiting_bytes: int
    written_bytes: int
    segments: int
    commits: int
    fsyncs: int


class Append(Protocol):
    """The feed's side of a tape (`ports.Recorder.append`): never raises, never waits for a disk."""

    def __call__(self, kind: int, link: int, now: Nanos, payload: bytes) -> None:  # noqa: D102
        ...


class TapeWriter:
    """A recorder of one run into a directory, which is its own until `close`."""

    append: Append
    """Record one thing, on any thread; `now` is wall time. What was lost is counted in `stats`."""

    def __init__(
        self,
        directory: str | Path,
        core: Core,
        *,
        clock: Clock,
        run_id: str,
        config_hash: str = "",
        settings: TapeSettings | None = None,
        on_halt: Callable[[str], object] | None = None,
        files: Files = DISK,
    ) -> None:
        """Claim the directory, recover what a crash left in it, and start to write.

        `on_halt` is called with the cause on the tape's thread when the disk fails. Raises
        `TapeError` when the directory cannot be written or is another's, or the run id is
        taken; `MissingExtra` without zstd.
        """
        if not _RUN_ID.fullmatch(run_id):
            raise TapeError(f"wanted a run id of 1 to 64 letters, digits or _.-, found {run_id!r}")
        self._directory = directory = Path(directory)
        self._settings = settings = settings or TapeSettings()
        Packer(settings.zstd_level)  # a missing zstd is told now, not by the thread
        self._clock = clock
        self._on_halt = on_halt
        self.state = TapeState.RECORDING
        self.cause = ""
        """Why the tape halted; `""` while it has not."""
        now = clock.now()
        wall_minus_mono = now - clock.monotonic()
        self._intake = Intake(
            core,
            seal_at=settings.block_bytes,
            size_max=settings.buffer_bytes,
            wall_minus_mono=wall_minus_mono,
        )
        self.append = self._intake.append
        self._scribe = Scribe(
            directory,
            core,
            self._intake,
            clock=clock,
            head=Header(run_id, 0, core.NAME, config_hash, now, now - wall_minus_mono),
            settings=settings,
            files=files,
        )
        self._claim = Claim(directory, settings.ballast_bytes, files)
        try:
            refuse_known_run(directory, run_id)
            self._recover(core, now, files)
        except OSError as failure:
            self._let_go()
            raise TapeError(
                f"wanted to record in {directory}: {in_words(failure, directory)}"
            ) from failure
        except BaseException:
            self._let_go()
            raise
        self._thread = threading.Thread(target=self._run, name="pr3dict-tape", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until everything appended so far has reached the operating system.

        False: it has not in time, or never will. Not for the feed's thread.
        """
        return self._intake.flush(timeout_s)

    def close(self, end: Mapping[str, Any] | None = None) -> None:
        """Write the END record, close the segment, let go of the directory. Again: nothing.

        `end` goes into the END record (docs/tape.md: `digest`, `digests`, `counters`). After a
        halt there is no END. Raises `TypeError` when `end` has no form as JSON.
        """
        if self._intake.closed:
            return
        told = msgspec.json.decode(msgspec.json.encode(dict(end or {})), type=dict[str, Any])

        def last(records: dict[str, int], lost: int) -> bytes:
            return msgspec.json.encode({**told, "records": records, "lost": lost})

        self._intake.close(self._clock.now(), last)
        self._thread.join(self._settings.close_timeout_s)
        if self._thread.is_alive():
            self.state = TapeState.HALTED
            self.cause = f"the disk did not answer in {self._settings.close_timeout_s:g} s"
            return  # the directory stays ours: that thread may still write
        if self.state is TapeState.RECORDING:
            self.state = TapeState.CLOSED
        self._claim.release()

    def stats(self) -> TapeStats:
        """Return where the recorder stands; on any thread."""
        scribe = self._scribe
        return TapeStats(
            state=self.state.value,
            cause=self.cause,
            records=sum(self._intake.counts().values()),
            lost=self._intake.lost,
            waiting_bytes=self._intake.waiting,
            written_bytes=scribe.written_bytes,
            segments=scribe.segments,
            commits=scribe.commits,
            fsyncs=scribe.fsyncs,
        )

    def _recover(self, core: Core, now: Nanos, files: Files) -> None:
        """Tell of what a crash left, see that on the disk, and only then give it its names.

        In this order, or a crash at the wrong moment would leave a segment that nobody tells of.
        """
        found = left_open(self._directory, core, files)
        if not found:
            return
        for one in found:
            self.append(Kind.RECOVERED, 0, now, msgspec.json.encode(one))
        self._scribe.commit()
        self._scribe.sync()
        close_left(self._directory, found, files)

    def _let_go(self) -> None:
        """Undo a start that failed."""
        self._scribe.abandon()
        self._claim.release()

    def _run(self) -> None:
        """Write until the end, or until the disk fails. The whole life of the tape's thread."""
        try:
            while not self._intake.closed:
                self._intake.wait(self._settings.commit_every_s)
                self._scribe.commit()
            self._scribe.finish()
        except Exception as failure:  # noqa: BLE001 whatever it is, it must not end in silence
            self._halt(failure)

    def _halt(self, failure: Exception) -> None:
        """Stop recording: count what is lost, say so on the tape if it can be had, tell."""
        self.cause = in_words(failure, self._directory)
        self.state = TapeState.HALTED
        waiting = self._intake.halt(self.cause)
        self._claim.spend_ballast()
        self._scribe.last_words(
            f"recording stopped ({self.cause}): up to {counted(waiting, 'record')} that waited, and"
            " everything after this, are not on the tape"
        )
        if self._on_halt is not None:
            self._on_halt(self.cause)
