"""Read a tape back: segment by segment, block by block, record by record.

Nothing that is found on disk raises: a damaged segment gives what is right before the damage, the
rest of it is skipped, and the damage is told in `problems`. Blocks are unpacked when they are
wanted: a thread that does it ahead of time loses more by waiting for the GIL than it gains.
"""

from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pr3dict.core import Core
from pr3dict.model.errors import TapeCorrupt, TapeError
from pr3dict.model.records import Kind
from pr3dict.tape.payloads import Record, Recovered, read_recovered
from pr3dict.tape.scan import BlockAt, Segment, load, reading, records_of, scan
from pr3dict.tape.segment import CLOSED, OPEN
from pr3dict.tape.words import in_words


class Problem(NamedTuple):
    """Something on disk that is not as it was written, or is missing."""

    where: str
    what: str
    corrupt: bool
    """False where bytes merely end too early: a crash, or a recorder that is still writing."""
    behind: int = 0
    """Where the block begins that is not what was written; 0: it is something else."""

    def sentence(self) -> str:
        """Return it for people."""
        return f"{'corrupt' if self.corrupt else 'crash'}: {self.where}: {self.what}"


class Block(NamedTuple):
    """The records of one block, back to back, and the wall times of its first and last."""

    first_ns: int
    last_ns: int
    raw: bytes


class TapeReader:
    """A tape: one segment, or all segments below a directory, in the order of their writing."""

    def __init__(self, path: str | Path, core: Core) -> None:
        """Look at every segment; raises `TapeError` when there is no tape at that path."""
        self.path = Path(path)
        self.problems: list[Problem] = []
        """What was found so far; reading on may find more."""
        self._core = core
        self._since_ns = 0
        try:
            self._segments = _in_order([scan(one, core) for one in _files(self.path)])
        except OSError as failure:
            raise TapeError(
                f"wanted to read {self.path}: {in_words(failure, self.path)}"
            ) from failure
        if all(segment.foreign for segment in self._segments):
            first = self._segments[0]
            where = "" if first.path == self.path else f"{self.name(first)}: "
            raise TapeError(f"{self.path} is no tape: {where}{first.fault}")
        for segment in self._segments:
            if segment.fault:
                self._note(segment, segment.fault, corrupt=segment.damaged)
        for run in self.runs():
            self._note_missing(run)

    def segments(self, run: str | None = None) -> tuple[Segment, ...]:
        """Return the segments, of one run or of all."""
        return tuple(one for one in self._segments if run is None or _run(one) == run)

    def runs(self) -> tuple[str, ...]:
        """Return the ids of the runs in the order in which they began.

        A run is one life of a recorder: books of one know nothing of the run before.
        """
        return tuple(dict.fromkeys(_run(one) for one in self._segments if one.header))

    def seek(self, wall_ns: int) -> None:
        """Let `blocks` begin with the block, and `records` with the record, of this wall time."""
        self._since_ns = wall_ns

    def blocks(self, run: str | None = None) -> Generator[Block]:
        """Give the blocks."""
        for segment in self.segments(run):
            wanted = [one for one in segment.blocks if one.last_ns >= self._since_ns]
            for block, raw, fault in _unpacked(segment, wanted, self._core):
                if raw:
                    last_ns = self._last_ns(raw) if fault else block.last_ns
                    yield Block(block.first_ns, last_ns, raw)
                if fault:
                    self._note(segment, fault, corrupt=True, behind=block.offset)
                    break

    def records(self, run: str | None = None) -> Iterator[Record]:
        """Give the records, from the time of `seek` on."""
        for block in self.blocks(run):
            for record in records_of(self._core, block.raw):
                if record.wall_ns >= self._since_ns:
                    yield record

    def name(self, segment: Segment) -> str:
        """Return the path of a segment below the directory of the tape."""
        base = self.path if self.path.is_dir() else self.path.parent
        return segment.path.relative_to(base).as_posix()

    def judged(self) -> list[Problem]:
        """Return the problems, crashes told from corruption by what the recorder said of them.

        A closed name without an end mark that no later run tells of was cut by somebody else; a
        tail that is as torn as it was found then is what the crash left, whatever its bytes are.
        """
        recovered = self._recovered() if self.problems else {}
        segments = {self.name(segment): segment for segment in self._segments}
        order = list(segments)
        problems = sorted(self.problems, key=lambda problem: order.index(problem.where))
        return [self._judge(one, segments[one.where], recovered) for one in problems]

    def _recovered(self) -> dict[str, Recovered]:
        """Return what the recorder told of its dead predecessors, by the name of the segment."""
        found: dict[str, Recovered] = {}
        first = [one for one in self._segments if one.header and one.header.number == 0]
        for segment in first:
            with suppress(TapeCorrupt):
                for _, raw, _ in _unpacked(segment, list(segment.blocks[:1]), self._core):
                    for record in records_of(self._core, raw):
                        if record.kind != Kind.RECOVERED:
                            break
                        told = read_recovered(record.payload)
                        found[told.segment] = told
        return found

    def _judge(
        self, problem: Problem, segment: Segment, recovered: dict[str, Recovered]
    ) -> Problem:
        found = recovered.get(problem.where)
        right = segment.readable_size if problem.what == segment.fault else problem.behind
        torn = (right, segment.size - right)
        if not right and problem.what != segment.fault:
            return problem
        if found is not None and (found.readable_bytes, found.torn_bytes) == torn:
            return problem._replace(corrupt=False)
        if segment.path.suffix == CLOSED and self.path.is_dir():
            return problem._replace(corrupt=True)
        return problem

    def _last_ns(self, raw: bytes) -> int:
        """Return the time of the last record that is left of a damaged block."""
        return max(record.wall_ns for record in records_of(self._core, raw))

    def _note(self, segment: Segment, what: str, *, corrupt: bool, behind: int = 0) -> None:
        problem = Problem(self.name(segment), what, corrupt, behind)
        if problem not in self.problems:
            self.problems.append(problem)

    def _note_missing(self, run: str) -> None:
        """Tell of segments that were written, as the next one's number shows, and are not here."""
        expected = 0
        for segment in self.segments(run):
            number = segment.header.number if segment.header else expected
            if number != expected:
                last = number - 1
                gone = f"segment {last}" if last == expected else f"segments {expected} to {last}"
                verb = "is" if last == expected else "are"
                what = f"{gone} of run {run} {verb} missing before it"
                self._note(segment, what, corrupt=True)
            expected = number + 1


def _files(path: Path) -> list[Path]:
    """Return the segments at a path; raises `TapeError` when there are none."""
    if path.is_file():
        return [path]
    found = [*path.glob(f"**/*{CLOSED}"), *path.glob(f"**/*{OPEN}")]
    if not found:
        raise TapeError(f"wanted a tape, found no {CLOSED} file at {path}")
    return sorted(found)


def _in_order(segments: list[Segment]) -> list[Segment]:
    """Sort by the start of the run, then by number; first those that have lost their header."""
    started: dict[str, int] = {}
    for one in segments:
        if one.header:
            run_id, wall_ns = one.header.run_id, one.header.wall_ns
            started[run_id] = min(started.get(run_id, wall_ns), wall_ns)

    def order(segment: Segment) -> tuple[int, str, int]:
        header = segment.header
        return (started[header.run_id], header.run_id, header.number) if header else (0, "", 0)

    return sorted(segments, key=order)


def _run(segment: Segment) -> str:
    return segment.header.run_id if segment.header else ""


def _unpacked(
    segment: Segment, wanted: list[BlockAt], core: Core
) -> Iterator[tuple[BlockAt, bytes, str]]:
    """Give each block with its records and what is wrong with it."""
    with _open(segment.path) as file:
        read = reading(file)
        for block in wanted:
            try:
                raw, fault = load(read, block, core)
            except OSError as failure:
                raw, fault = b"", f"cannot be read: {in_words(failure, segment.path)}"
            yield block, raw, fault


def _open(path: Path) -> BinaryIO:
    """Open a segment, which its writer may have closed (renamed) since we looked."""
    try:
        return path.open("rb")
    except FileNotFoundError as gone:
        try:
            return path.with_suffix(CLOSED).open("rb")
        except OSError:
            raise TapeError(f"{path} was here a moment ago and is gone") from gone
    except OSError as failure:
        raise TapeError(f"wanted to read {path}: {in_words(failure, path)}") from failure
