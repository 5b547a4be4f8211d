"""One segment on its way to disk: an append-only file, named `.open` until it is closed.

Plain calls, no thread and no clock. What `write` was given has reached the operating system when
it returns, and can be read back from there; `sync` carries it to the disk.
"""

import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pr3dict.model.units import NS_PER_S
from pr3dict.tape import format as form
from pr3dict.tape.files import DISK, Files, make_directories
from pr3dict.tape.zstd import Packer

OPEN: Final = ".open"
CLOSED: Final = ".p3l"
HOUR_NS: Final = 3600 * NS_PER_S


def segment_path(directory: Path, header: form.Header) -> Path:
    """Return where a segment is written: its UTC day and hour, its run, its number."""
    hour = datetime.fromtimestamp(header.wall_ns // NS_PER_S, UTC)
    name = f"{hour:%H}-{header.run_id}-{header.number:04d}{OPEN}"
    return directory / f"{hour:%Y%m%d}" / name


class SegmentFile:
    """A segment being written. Every call may raise `OSError`."""

    def __init__(
        self, directory: Path, header: form.Header, level: int, files: Files = DISK
    ) -> None:
        """Create the file. `level` is zstd's."""
        self.path = segment_path(directory, header)
        self.hour = header.wall_ns // HOUR_NS
        self.size = 0
        self.records = 0
        self.block_size = 0
        """Raw bytes in the open block."""
        self.block_first_ns = 0
        self._files = files
        self._level = level
        self._blocks = 0
        self._raw_size = 0
        self._packer: Packer | None = None
        self._rest = b""
        self.ended = False
        """Whether it has its end mark, or was given one: nothing may follow."""
        self._block_records = 0
        self._block_last_ns = 0
        self._packed_size = 0
        self._packed_crc = 0
        make_directories(self.path.parent, files)
        self._handle = files.create(self.path)
        try:
            self._put(form.pack_header(header))
            files.sync(self._handle)
            files.sync_directory(self.path.parent)
            files.sync_directory(directory)
        except OSError:
            self.abandon()
            files.remove(self.path)
            raise

    def write(self, raw: bytes, records: int, first_ns: int, last_ns: int) -> None:
        """Append whole records to the open block."""
        if self._packer is None:
            self._packer = Packer(self._level)
            self.block_first_ns = first_ns
        self.block_size += len(raw)
        self._block_records += records
        self._block_last_ns = last_ns
        packed = self._packer.add(raw)
        self._packed_size += len(packed)
        self._packed_crc = zlib.crc32(packed, self._packed_crc)
        self._put(packed)

    def end_block(self) -> None:
        """End the open block, if there is one, and put its trailer behind it."""
        if self._packer is None:
            return
        packed = self._packer.end()
        self._packer = None
        trailer = form.Trailer(
            raw_size=self.block_size,
            packed_size=self._packed_size + len(packed),
            packed_crc=zlib.crc32(packed, self._packed_crc),
            records=self._block_records,
            first_ns=self.block_first_ns,
            last_ns=self._block_last_ns,
        )
        self._blocks += 1
        self.records += self._block_records
        self._raw_size += self.block_size
        self._begin_block()
        self._put(packed + form.pack_trailer(trailer))

    def sync(self) -> None:
        """Carry what was written to the disk."""
        self._files.sync(self._handle)

    def close(self) -> Path:
        """End the segment cleanly: end mark, sync, final name; return it."""
        self.end_block()
        self.ended = True
        self._put(form.pack_end(form.End(self._blocks, self.records, self._raw_size, self.size)))
        self._files.sync(self._handle)
        self.abandon()
        path = self.path.with_suffix(CLOSED)
        self._files.rename(self.path, path)
        self._files.sync_directory(path.parent)
        return path

    def last_words(self, raw: bytes, now: int) -> None:
        """After a failure: finish the write that failed, then add one record and end the block."""
        rest, self._rest = self._rest, b""
        self._put(rest)
        if self.ended:
            return
        self.write(raw, 1, now, now)
        self.end_block()

    def abandon(self) -> None:
        """Let go of the file as it is; the next writer of the directory names it."""
        if self._handle >= 0:
            handle, self._handle = self._handle, -1
            self._files.close(handle)

    def _begin_block(self) -> None:
        self.block_size = 0
        self._block_records = 0
        self._block_last_ns = 0
        self._packed_size = 0
        self._packed_crc = 0

    def _put(self, data: bytes) -> None:
        """Append all of it, however many calls that takes; remember what a failure left over."""
        self._rest = data
        while self._rest:
            written = self._files.append(self._handle, self._rest)
            self.size += written
            self._rest = self._rest[written:]
