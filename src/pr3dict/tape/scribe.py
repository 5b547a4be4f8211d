"""What the tape's thread does, one call at a time: take from the intake, write, sync, rotate.

No thread here and no waiting, so that it can be tested step by step. Whatever a disk does wrong
comes out as `OSError`, and is final.
"""

import contextlib
from pathlib import Path

import msgspec

from pr3dict.core import Core
from pr3dict.model.records import Kind
from pr3dict.model.units import NS_PER_S
from pr3dict.ports import Clock
from pr3dict.tape.files import DISK, Files
from pr3dict.tape.format import Header
from pr3dict.tape.intake import Chunk, Intake
from pr3dict.tape.segment import HOUR_NS, SegmentFile


class TapeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a tape is written; times in seconds, sizes in bytes."""

    commit_every_s: float = 0.05
    """What the end of this process may cost."""
    fsync_every_s: float = 1.0
    """What the end of the machine may cost."""
    block_bytes: int = 1 << 20
    """A block ends at this raw size; smaller ones seek finer and pack worse."""
    block_every_s: float = 10.0
    """A block ends after this long, however little it holds."""
    segment_bytes: int = 256 << 20
    """A segment ends at this size on disk, and at the end of an hour (UTC)."""
    buffer_bytes: int = 64 << 20
    """What may wait for a slow disk; more is lost and becomes a GAP."""
    ballast_bytes: int = 1 << 20
    """Room kept for the last words on a full disk."""
    close_timeout_s: float = 5.0
    """How long `close` waits for the disk."""
    zstd_level: int = 1
    """The higher ones pack frames no better and are slower."""


class Scribe:
    """Writes the chunks of an intake into segments."""

    def __init__(
        self,
        directory: Path,
        core: Core,
        intake: Intake,
        *,
        clock: Clock,
        head: Header,
        settings: TapeSettings,
        files: Files = DISK,
    ) -> None:
        """`head` is the header of every segment but for its number and its times."""
        self.segments = 0
        self.commits = 0
        self.fsyncs = 0
        self._directory = directory
        self._core = core
        self._intake = intake
        self._clock = clock
        self._head = head
        self._settings = settings
        self._files = files
        self._segment: SegmentFile | None = None
        self._closed_bytes = 0
        self._block_since = 0
        self._synced_at = 0
        self._unsynced = False
        self._finished = False

    @property
    def written_bytes(self) -> int:
        """Bytes that have reached the operating system."""
        segment = self._segment
        return self._closed_bytes + (segment.size if segment else 0)

    def commit(self) -> None:
        """Write everything that waits; end the block, sync and rotate where that is due."""
        for chunk in self._intake.take():
            self._write(chunk)
            self._intake.written(chunk)
            self.commits += 1
        segment, now = self._segment, self._clock.monotonic()
        if segment is None:
            return
        if (
            segment.block_size
            and now - self._block_since >= self._settings.block_every_s * NS_PER_S
        ):
            segment.end_block()
        if self._unsynced and now - self._synced_at >= self._settings.fsync_every_s * NS_PER_S:
            self.sync()

    def sync(self) -> None:
        """Carry what was written to the disk."""
        if self._segment is None:
            return
        self._segment.sync()
        self.fsyncs += 1
        self._synced_at = self._clock.monotonic()
        self._unsynced = False

    def finish(self) -> None:
        """Write what is left and close the segment."""
        self.commit()
        self._finished = True
        self._close_segment()

    def last_words(self, text: str) -> None:
        """After a failure: try to leave a GAP record behind, then let go of the segment."""
        buffer, now = self._core.new_record_buffer(), self._clock.now()
        buffer.append(Kind.GAP, 0, now, self._clock.monotonic(), text.encode())
        words = buffer.take()
        with contextlib.suppress(OSError):
            segment = self._segment or self._open_segment(now)
            segment.last_words(words, now)
            if segment.ended and not self._finished:  # it failed while it was closed for the next
                segment.abandon()
                self._open_segment(now).last_words(words, now)
        self.abandon()

    def abandon(self) -> None:
        """Let go of the segment as it is."""
        if self._segment is not None:
            self._segment.abandon()

    def _write(self, chunk: Chunk) -> None:
        raw = chunk.buffer.take()
        first_ns = int.from_bytes(raw[8:16], "little")  # wall_ns of the first record
        segment = self._segment
        if segment is not None and first_ns // HOUR_NS > segment.hour:
            self._close_segment()
            segment = None
        if segment is None:
            segment = self._open_segment(first_ns)
        if not segment.block_size:
            self._block_since = self._clock.monotonic()
        segment.write(raw, chunk.records, first_ns, chunk.last_ns)
        self._unsynced = True
        if segment.block_size >= self._settings.block_bytes:
            segment.end_block()
        if segment.size >= self._settings.segment_bytes:
            self._close_segment()

    def _open_segment(self, first_ns: int) -> SegmentFile:
        mono_ns = first_ns - self._head.wall_ns + self._head.mono_ns
        header = msgspec.structs.replace(
            self._head, number=self.segments, wall_ns=first_ns, mono_ns=mono_ns
        )
        self._segment = SegmentFile(self._directory, header, self._settings.zstd_level, self._files)
        self.segments += 1
        self._synced_at = self._clock.monotonic()
        return self._segment

    def _close_segment(self) -> None:
        if self._segment is None:
            return
        self._segment.close()
        self._closed_bytes += self._segment.size
        self._segment = None
        self._unsynced = False
