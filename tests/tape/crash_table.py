"""Kill the recorder at each of its system calls, and tell what was lost: nothing that was acked.

`python -m tests.tape.crash_table` prints one JSON object: `points`, `acked_lost` (records that were
acknowledged and are gone: must be 0), `wrong` (other promises of docs/tape.md that did not hold:
must be 0), `scenarios` (the same by scenario) and `rows`, a row a crash point. Where strace is
missing `skipped` tells so and there are no points.
"""

import json
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from tests.tape.child import BATCH
from tests.tape.crash import can_strace, frames, record, strace
from tests.tape.kit import START, SteadyClock, payloads

from pr3dict.core import load
from pr3dict.model.errors import TapeError
from pr3dict.model.records import Kind
from pr3dict.model.units import NS_PER_S
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.verify import verify
from pr3dict.tape.writer import TapeWriter

NO_STRACE: Final = "strace is not here or may not trace: crash points are NOT tested"
DAYS: Final = ("20261121", "20261122")
BEFORE_MIDNIGHT: Final = START - 3 * NS_PER_S // 2
LATER: Final = START + 60 * NS_PER_S
_CALL: Final = re.compile(r"^(\d+) +(\w+)\(", re.MULTILINE)


class Row(NamedTuple):
    """What one crash cost."""

    scenario: str
    call: str
    """The system call at which the recorder was killed."""
    at: int
    """The how manieth of its kind."""
    acked: int
    recovered: int
    lost: int
    """Records that were acked and are gone."""
    wrong: str
    """What else did not hold; `""`: everything did."""


class Scenario(NamedTuple):
    """What is recorded while it is killed."""

    name: str
    names: tuple[str, ...]
    """The segments concerned, without suffix."""
    told: dict[str, object]
    begin: Callable[[Path], int]
    """Prepare a directory; return how many frames are acked in it."""


def empty(directory: Path) -> int:
    """Begin with nothing."""
    directory.mkdir()
    return 0


def dead(directory: Path) -> int:
    """Begin with what a recorder left that was killed in the middle of a block."""
    directory.mkdir()
    path = directory / DAYS[1] / "00-run-0000.open"
    return record(directory, *strace([path], "write:signal=SIGKILL:when=8")).acked


SCENARIOS: Final = (
    Scenario("recording", ("00-run-0000",), {}, empty),
    Scenario("midnight", ("23-run-0000", "00-run-0001"), {"start": BEFORE_MIDNIGHT}, empty),
    Scenario("recovery", ("00-run-0000", "00-after-0000"), {"start": LATER, "run": "after"}, dead),
)


def paths(directory: Path, scenario: Scenario) -> list[Path]:
    """Return everything on disk that a scenario concerns."""
    folders = [directory / day for day in DAYS]
    segments = [name + suffix for name in scenario.names for suffix in (".open", ".p3l")]
    return [directory, *folders, *(folder / name for folder in folders for name in segments)]


def crash_points(scenario: Scenario, where: Path) -> list[tuple[str, int]]:
    """Return each call that an undisturbed recorder makes, and the how manieth it is."""
    directory, log = where / "tape", where / "log"
    scenario.begin(directory)
    record(directory, *strace(paths(directory, scenario), "", str(log)), **scenario.told)
    made = Counter(_CALL.findall(log.read_text("utf-8")))  # strace counts for each thread
    most: dict[str, int] = {}
    for (_, call), times in made.items():
        most[call] = max(most.get(call, 0), times)
    return [(call, at) for call, times in sorted(most.items()) for at in range(1, times + 1)]


def crash(scenario: Scenario, where: Path, call: str, at: int) -> Row:
    """Kill a recorder at a call and look at what is left."""
    directory = where / f"{call}-{at}"
    acked = scenario.begin(directory)
    before = acked
    kill = f"{call}:signal=SIGKILL:when={at}"
    ran = record(directory, *strace(paths(directory, scenario), kill), **scenario.told)
    acked += ran.acked
    found, wrong = frames_left(directory, before)
    wrong = wrong or ("the recorder was not killed" if ran.report else "")
    wrong = wrong or after(directory, found)
    shutil.rmtree(directory)
    lost = max(acked - len(found), 0)
    return Row(scenario.name, call, at, acked, len(found), lost, wrong)


def frames_left(directory: Path, before: int) -> tuple[list[bytes], str]:
    """Return the frames of a tape, and what is wrong with them."""
    try:
        reader = TapeReader(directory, load())
    except TapeError:
        return [], ""
    found, wrong = [], ""
    for run in reader.runs():
        more = [record.payload for record in reader.records(run) if record.kind == Kind.IN]
        found += more
        if frames(len(more)) != more:
            wrong = f"the frames of {run} are not those it was given"
        if run == "run" and not before <= len(more) <= before + BATCH and before:
            wrong = f"{len(more)} frames of the run before, of which {before} were acked"
    return found, wrong


def after(directory: Path, found: list[bytes]) -> str:
    """Let the next recorder come; return what does not hold then."""
    core, clock = load(), SteadyClock(LATER + 60 * NS_PER_S)
    left = [path for path in directory.glob("*/*.open") if path.stat().st_size]
    with TapeWriter(directory, core, clock=clock, run_id="zz") as writer:
        writer.append(Kind.IN, 1, clock.now(), b"next")
    if payloads(TapeReader(directory, core)) != [*found, b"next"]:
        return "the next recorder changed what was there"
    report = verify(directory, core)
    if not report.ok:
        return f"verify is not ok: {report.problems}"
    if list(directory.glob("*/*.open")):
        return "a segment was left open"
    if len(left) != len(report.runs[-1].recovered):
        return f"left {len(left)} segments open, told of {report.runs[-1].recovered}"
    return ""


def table() -> list[Row]:
    """Return a row for each crash point of each scenario."""
    with TemporaryDirectory() as name, ThreadPoolExecutor(2) as pool:
        jobs = []
        for scenario in SCENARIOS:
            where = Path(name) / scenario.name
            where.mkdir()
            jobs += [(scenario, where, *point) for point in crash_points(scenario, where)]
        return list(pool.map(lambda job: crash(*job), jobs))


def summary(rows: list[Row]) -> dict[str, Any]:
    """Return the figures of a table."""
    return {
        "points": len(rows),
        "acked_lost": sum(row.lost for row in rows),
        "wrong": sum(bool(row.wrong) for row in rows),
    }


def main() -> int:
    """Print the table as JSON; return 0 if every promise was kept."""
    skipped = "" if can_strace() else NO_STRACE
    rows = [] if skipped else table()
    scenarios = {
        one.name: summary([r for r in rows if r.scenario == one.name]) for one in SCENARIOS
    }
    told = {
        **summary(rows),
        "skipped": skipped,
        "scenarios": scenarios,
        "rows": [row._asdict() for row in rows],
    }
    sys.stdout.write(json.dumps(told, indent=1) + "\n")
    return 1 if told["acked_lost"] or told["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
