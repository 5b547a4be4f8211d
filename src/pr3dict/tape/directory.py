"""A directory of tapes: one writer at a time, room for its last words, and what a crash left.

The lock is flock's, so it dies with its process. The ballast is a file that is given back when
the disk is full, so that the tape can still say that it stopped.
"""

import contextlib
import os
from pathlib import Path
from typing import Final

from pr3dict.core import Core
from pr3dict.model.errors import TapeError
from pr3dict.model.records import Kind
from pr3dict.tape.apply import apply
from pr3dict.tape.files import DISK, Files, make_directories
from pr3dict.tape.payloads import Recovered
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.scan import scan
from pr3dict.tape.segment import CLOSED, OPEN
from pr3dict.tape.words import in_words

LOCK: Final = "writer.lock"
BALLAST: Final = "writer.ballast"


class Claim:
    """The hold that one writer has on a directory."""

    def __init__(self, directory: Path, ballast_size: int, files: Files = DISK) -> None:
        """Make the directory where it is missing and lock it, or raise `TapeError`."""
        try:
            make_directories(directory, files)
        except OSError as failure:
            raise TapeError(
                f"wanted to record in {directory}: {in_words(failure, directory)}"
            ) from failure
        self._directory = directory
        self._handle = _lock(directory)
        self._ballast = directory / BALLAST
        try:
            _fill(self._ballast, ballast_size)
        except OSError as failure:
            self.release()
            raise TapeError(
                f"wanted {ballast_size:,} bytes of room in {directory}:"
                f" {in_words(failure, directory)}"
            ) from failure

    def spend_ballast(self) -> None:
        """Give the room of the ballast back to the disk."""
        with contextlib.suppress(OSError):
            self._ballast.unlink(missing_ok=True)

    def release(self) -> None:
        """Let the next writer in."""
        self.spend_ballast()
        os.close(self._handle)


class Footprint:
    """What a recorder leaves in a directory, so that a start that came to nothing is undone."""

    def __init__(self, directory: Path) -> None:
        """Look at the directory before the recorder comes."""
        self._directory = directory
        self._missing = [path for path in (directory, *directory.parents) if not path.exists()]
        self._locked_before = (directory / LOCK).exists()
        self._known = {path.with_suffix("") for path in _segments(directory)}

    def undo(self, core: Core) -> None:
        """Remove what came since, unless it tells anything or somebody records there."""
        if self._directory.is_dir():
            with contextlib.suppress(TapeError, OSError):
                self._remove(core)
        for path in self._missing:
            with contextlib.suppress(OSError):
                path.rmdir()

    def _remove(self, core: Core) -> None:
        handle = _lock(self._directory)
        try:
            new = [p for p in _segments(self._directory) if p.with_suffix("") not in self._known]
            if any(_tells_something(path, core) for path in new):
                return
            for path in new:
                path.unlink()
                with contextlib.suppress(OSError):
                    path.parent.rmdir()
            if not self._locked_before:
                (self._directory / LOCK).unlink()
        finally:
            os.close(handle)


def _segments(directory: Path) -> list[Path]:
    return [path for suffix in (CLOSED, OPEN) for path in directory.glob(f"*/*{suffix}")]


def _tells_something(path: Path, core: Core) -> bool:
    """Return whether a segment holds more than what frames without content and we ourselves said.

    Such a frame is the empty answer to a subscription: the books ignore it.
    """
    books = core.new_books()
    reader = TapeReader(path, core)
    for record in reader.records():
        apply(books, record)
        counters = books.counters()
        empty = sum(counters.get(f"frames.ignored.{sort}", 0) for sort in ("empty", "pong"))
        if counters.get("frames.received", 0) > empty or record.kind in {Kind.RECOVERED, Kind.GAP}:
            return True
    return bool(reader.problems)


def _lock(directory: Path) -> int:
    import fcntl  # noqa: PLC0415 absent on Windows, where tapes can be read but not written

    handle = -1
    try:
        handle = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as taken:
        owner = os.read(handle, 32).decode(errors="replace").strip()
        os.close(handle)
        raise TapeError(
            f"wanted to be the only recorder in {directory}, found process {owner} recording"
            " there: stop it or choose another directory"
        ) from taken
    except OSError as failure:
        if handle >= 0:
            os.close(handle)
        raise TapeError(
            f"wanted to record in {directory}: {in_words(failure, directory)}"
        ) from failure
    os.ftruncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())
    return handle


def _fill(path: Path, size: int) -> None:
    """Write the ballast out: a hole in a file holds no room."""
    with path.open("wb") as file:
        file.write(os.urandom(size))
        file.flush()
        os.fsync(file.fileno())


def refuse_known_run(directory: Path, run_id: str) -> None:
    """Raise `TapeError` when this directory holds segments of a run of that name."""
    for suffix in (CLOSED, OPEN):
        for path in directory.glob(f"*/*-{run_id}-*{suffix}"):
            if path.stem[3:].rpartition("-")[0] == run_id:
                raise TapeError(
                    f"wanted a new run id, found {run_id} used in {path}: choose another"
                )


def left_open(directory: Path, core: Core, files: Files = DISK) -> list[Recovered]:
    """Return what dead runs left open, by the names that `close_left` will give.

    A file in which nothing was ever written is removed. No byte of any other is touched: the
    readable part stays readable, what is torn stays behind it.
    """
    found = []
    for path in sorted(directory.glob(f"*/*{OPEN}")):
        if path.stat().st_size == 0:
            files.remove(path)
            continue
        segment = scan(path, core)
        found.append(
            Recovered(
                segment=path.with_suffix(CLOSED).relative_to(directory).as_posix(),
                records=sum(block.records for block in segment.blocks),
                last_ns=segment.blocks[-1].last_ns if segment.blocks else 0,
                readable_bytes=segment.readable_size,
                torn_bytes=segment.size - segment.readable_size,
            )
        )
    return found


def close_left(directory: Path, found: list[Recovered], files: Files = DISK) -> None:
    """Give their final names to segments that were left open.

    Only once what was found of them is on the disk: a closed name without an end mark that no
    record tells of is what somebody else has cut.
    """
    for one in found:
        final = directory / one.segment
        files.rename(final.with_suffix(OPEN), final)
        files.sync_directory(final.parent)
