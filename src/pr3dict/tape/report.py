"""What `verify` found, as plain values and as sentences. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import msgspec

from pr3dict.model.records import Kind
from pr3dict.model.units import NS_PER_S
from pr3dict.tape.reader import Problem
from pr3dict.tape.words import counted

LINES_MAX: Final = 10
"""Sentences of one sort that are printed; all of them are in the JSON."""


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """One run, from its first record to its END. Times are wall times in nanoseconds."""

    run_id: str
    ok: bool
    """Nothing in it contradicts the venue, itself, or the live run."""
    complete: bool
    """It was ended cleanly and lost nothing on the way."""
    records: dict[str, int]
    """How many of each kind."""
    first_ns: int
    last_ns: int
    counters: dict[str, int]
    """The counters of the replayed books."""
    failed: int
    """Proofs that failed."""
    failures: tuple[str, ...]
    gaps: tuple[str, ...]
    recovered: tuple[str, ...]
    """What this run found of runs that had died before it."""
    backwards: int
    """Records of a link whose monotonic time lies before that of the record before."""
    steps: int
    """Times the wall clock was set."""
    clock: tuple[str, ...]
    """Sentences about both."""
    ended: bool
    compared: int
    """Digests compared with those of the live run."""
    differences: tuple[str, ...]
    """Where the replay and the END record disagree."""
    unreadable: str
    """Why the replay could not go on; `""`: it could."""
    digest: str
    digests: dict[str, str]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that `verify` found."""

    path: str
    engine: str
    ok: bool
    complete: bool
    """A capture by others never is: it does not tell what it lacks."""
    capture: bool
    segments: int
    problems: tuple[Problem, ...]
    """What is wrong with files; those that are not `corrupt` are what crashes leave."""
    runs: tuple[RunReport, ...]

    def lines(self) -> list[str]:
        """Return the report for people."""
        return list(_report(self))


def when(wall_ns: int) -> str:
    """Return a wall time for people, to the millisecond.

    >>> when(1_772_279_170_115_000_000)
    '2026-02-28 11:46:10.115'
    """
    seconds, rest = divmod(wall_ns, NS_PER_S)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}.{rest // 1_000_000:03d}"


def _report(report: Report) -> Iterator[str]:
    kind = "capture" if report.capture else f"tape of {counted(report.segments, 'segment')}"
    yield f"{report.path}: {kind}, replayed by the {report.engine} engine"
    for problem in report.problems[:LINES_MAX]:
        yield f"  {problem.sentence()}"
    yield from _more(len(report.problems))
    for run in report.runs:
        yield from _run(run)
    if not report.ok:
        yield "not ok"
    else:
        lacks = [] if report.complete or report.capture else ["not complete"]
        if not any(run.records.get(Kind.IN.name) for run in report.runs):
            lacks.append("not a single frame is on it")
        yield f"ok as far as it goes: {', '.join(lacks)}" if lacks else "ok"


def _run(run: RunReport) -> Iterator[str]:
    records = ", ".join(f"{count:,} {kind}" for kind, count in run.records.items())
    span = f"{when(run.first_ns)} to {when(run.last_ns)}"
    yield f"run {run.run_id}: {span}: {records or 'no records'}"
    proved = run.counters.get("proofs.proved", 0) + run.counters.get("snapshots.proved", 0)
    rejected = sum(n for name, n in run.counters.items() if name.startswith("frames.rejected."))
    yield (
        f"  {counted(len(run.digests), 'book')}; {counted(proved, 'proof')} held,"
        f" {run.failed:,} failed; {counted(rejected, 'frame')} rejected"
    )
    for sort, found, count in (
        ("proof failed", run.failures, run.failed),
        ("gap", run.gaps, len(run.gaps)),
        ("recovered", run.recovered, len(run.recovered)),
        ("clock", run.clock, run.backwards + run.steps),
        ("different", run.differences, len(run.differences)),
    ):
        yield from (f"  {sort}: {sentence}" for sentence in found[:LINES_MAX])
        yield from _more(count)
    if run.unreadable:
        yield f"  the replay stopped: {run.unreadable}"
    if run.compared:
        yield f"  digests compared with the live run: {run.compared:,}"
    else:
        yield "  no digests of a live run to compare with"
    yield f"  digest {run.digest}"


def _more(count: int) -> Iterator[str]:
    if count > LINES_MAX:
        yield f"  … and {count - LINES_MAX:,} more"
