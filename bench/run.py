"""The whole run: frames first, then round after round, each part in a process of its own.

Parts are measured in turn, and every second round in the opposite order, so that no row has the
machine at its best or its worst for all of its rounds.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from bench import frames, machine, measured
from bench.machine import Machine
from bench.measured import Line, Measured
from bench.rows import CORPORA, ROWS, Row, name_of

ROOT: Final = Path(__file__).resolve().parents[1]
PART_S: Final = 180.0
"""How long a part may take for one round before it is given up."""

Tell = Callable[[str], object]
"""Called with what begins now."""


class Table(msgspec.Struct, frozen=True):
    """What a run has found."""

    machine: Machine
    engine: str
    rounds: int
    quick: bool
    captured: bool
    """Whether the real capture was there."""
    lines: list[Line]
    failures: dict[str, str]
    """What could not be measured, and why, by the name of the part."""


def run(names: Iterable[str], engine: str, *, rounds: int, quick: bool, tell: Tell) -> Table:
    """Measure these rows."""
    found = machine.look()
    wanted = {name: ROWS[name] for name in names}
    told: dict[str, list[list[Measured]]] = {}
    failures: dict[str, str] = {}
    with TemporaryDirectory(prefix="pr3dict-bench-") as held:
        directory = Path(held)
        _make_frames(directory, wanted.values(), tell, quick=quick)
        parts = [name_of(part) for row in wanted.values() for part in row.parts]
        for number in range(rounds):
            for part in parts if number % 2 == 0 else reversed(parts):
                tell(f"round {number + 1} of {rounds}: {part}")
                try:
                    figures = measured_by_child(part, directory, engine, quick=quick)
                except ChildFailed as failure:
                    failures[part] = str(failure)
                else:
                    told.setdefault(part, []).append(figures)
        asked = "capture" in _corpora(wanted.values())
        captured = not asked or (directory / "capture").exists()
    return Table(found, engine, rounds, quick, captured, _lines(wanted, told), failures)


class ChildFailed(Exception):
    """A process that measures did not end well; the message is its last word."""


def steps(names: Iterable[str], rounds: int) -> int:
    """Return how often `run` will call `tell`."""
    rows = [ROWS[name] for name in names]
    return len(_corpora(rows)) + rounds * sum(len(row.parts) for row in rows)


def measured_by_child(part: str, directory: Path, engine: str, *, quick: bool) -> list[Measured]:
    """Measure a part in a new process. Raises `ChildFailed`."""
    paths = [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    command = [sys.executable, "-m", "bench.worker", part, str(directory), engine]
    try:
        child = subprocess.run(  # noqa: S603 - our own interpreter and module
            [*command, "quick" if quick else "full"],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
            capture_output=True,
            timeout=PART_S,
            check=True,
        )
    except subprocess.TimeoutExpired as late:
        raise ChildFailed(f"did not end within {PART_S:.0f} s") from late
    except subprocess.CalledProcessError as failed:
        last = failed.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise ChildFailed(last[0] if last else f"exit code {failed.returncode}") from failed
    return msgspec.json.decode(child.stdout, type=list[Measured])


def _make_frames(directory: Path, rows: Iterable[Row], tell: Tell, *, quick: bool) -> None:
    for name in _corpora(rows):
        tell(f"making frames: {name}")
        recipe = CORPORA[name]
        corpus = recipe.make(recipe.quick_frames if quick else recipe.frames)
        if corpus is not None:
            frames.store(directory, name, corpus)


def _corpora(rows: Iterable[Row]) -> list[str]:
    return sorted({name for row in rows for name in row.corpora})


def _lines(rows: dict[str, Row], told: dict[str, list[list[Measured]]]) -> list[Line]:
    return [
        line
        for name, row in rows.items()
        for part in map(name_of, row.parts)
        for line in measured.lines(name, told.get(part, []))
    ]
