"""Check a tape offline: that these are the bytes, all of them, and that they give these books.

Everything is replayed into fresh books, so that every hash that the venue sent is held against
them again; at the end each book is compared with what the live run said of it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from pr3dict.core import Core
from pr3dict.tape.audit import Audit
from pr3dict.tape.jsonl import import_jsonl, refuse_foreign
from pr3dict.tape.reader import Problem, TapeReader
from pr3dict.tape.report import Report, RunReport
from pr3dict.tape.words import counted

CAPTURES: Final = frozenset({".json", ".jsonl"})
"""Files of these names are captures by others, not tapes of ours."""

OnProgress = Callable[[int, int], object]
"""Told (bytes done, bytes in all)."""


def verify(path: str | Path, core: Core, on_progress: OnProgress | None = None) -> Report:
    """Replay a tape (a directory, a segment, or a jsonl capture) and report what was found.

    Raises `TapeError` when there is no tape at that path; everything else is in the report.
    """
    path = Path(path)
    if path.suffix in CAPTURES and path.is_file():
        return _verify_capture(path, core, on_progress)
    reader = TapeReader(path, core)
    total = sum(segment.size for segment in reader.segments())
    done = _Progress(total, on_progress)
    runs: list[RunReport] = []
    for run in reader.runs():
        audit = Audit(core, core.new_books())
        sizes = (block.packed_size for one in reader.segments(run) for block in one.blocks)
        for block in reader.blocks(run):
            audit.block(block.raw)
            done.add(next(sizes, 0))
        runs.append(audit.report(run))
    done.finish()
    problems = tuple(reader.judged())
    return Report(
        path=str(path),
        engine=core.NAME,
        ok=all(run.ok for run in runs) and not any(problem.corrupt for problem in problems),
        complete=all(run.complete for run in runs) and not problems,
        capture=False,
        segments=len(reader.segments()),
        problems=problems,
        runs=tuple(runs),
    )


def _verify_capture(path: Path, core: Core, on_progress: OnProgress | None) -> Report:
    refuse_foreign(path)
    done = _Progress(path.stat().st_size, on_progress)
    audit = Audit(core, core.new_books(adopt=True))
    for record in import_jsonl(path):
        audit.record(record)
        done.add(len(record.payload))
    audit.settle()
    done.finish()
    run = audit.report(path.name)
    problems = tuple(_all_rejected(run))
    return Report(
        path=str(path),
        engine=core.NAME,
        ok=run.ok and not problems,
        complete=False,
        capture=True,
        segments=0,
        problems=problems,
        runs=(run,),
    )


def _all_rejected(run: RunReport) -> Iterator[Problem]:
    """Say that there was nothing to check: not a single frame could be read."""
    frames = run.counters.get("frames.received", 0)
    rejected = sum(n for name, n in run.counters.items() if name.startswith("frames.rejected."))
    if rejected == frames:
        yield Problem(run.run_id, f"{counted(frames, 'frame')}, and all rejected", corrupt=True)


class _Progress:
    """Counts bytes for whoever watches."""

    def __init__(self, total: int, told: OnProgress | None) -> None:
        self._total = total
        self._done = 0
        self._told = told

    def add(self, size: int) -> None:
        self._done += size
        if self._told is not None:
            self._told(min(self._done, self._total), self._total)

    def finish(self) -> None:
        self.add(self._total - self._done)
