"""The table, for people: on a terminal, and as Markdown for the README."""

from collections.abc import Callable, Iterable
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from bench.measured import Line, Spread
from bench.rows import ROWS
from bench.run import Table

BUSY: Final = 0.5
"""A load before the run above which the figures are doubted."""
HEADS: Final = (
    "work", "by", "proof", "simulated frames", "real capture", "reach", "",
)  # fmt: skip
_VERDICTS: Final = {True: "reached", False: "missed", None: ""}
_STYLES: Final = {True: "green", False: "bold red", None: ""}


def on_terminal(table: Table, console: Console) -> None:
    """Print the table."""
    console.print(_grid(table))
    for note in notes(table):
        console.print(note, highlight=False)


def markdown(table: Table) -> str:
    """Return the table as Markdown."""
    rows = [f"| {' | '.join(HEADS)} |", "|---|---|---|--:|--:|--:|---|"]
    for name, lines in _by_row(table.lines):
        rows.append(f"| **{ROWS[name].title}** | | | | | | |")
        rows += [f"| {' | '.join(cells(line))} |" for line in lines]
    return "\n".join([*rows, "", *(f"{note}  " for note in notes(table))]) + "\n"


def cells(line: Line) -> tuple[str, ...]:
    """Return the texts of a line, in the order of `HEADS`."""
    return (
        line.what,
        line.by,
        line.proof,
        _range(line.simulated, line.unit),
        _range(line.capture, line.unit),
        target(line),
        _VERDICTS[line.reached],
    )


def target(line: Line) -> str:
    """Return what must be reached, `""` for nothing."""
    if line.at_most:
        return f"≤ {number(line.at_most, line.unit)}"
    return f"≥ {number(line.at_least, line.unit)}" if line.at_least else ""


def number(value: float, unit: str) -> str:
    """Return a value with its unit, in three figures.

    >>> number(0.4567, "µs"), number(1_234_567, "frames/s"), number(0.55, "x")
    ('0.457 µs', '1.23 M/s', '0.55x')
    """
    if unit == "frames/s":
        return f"{_three(value / 1e6)} M/s" if value >= 1e6 else f"{_three(value / 1e3)} k/s"
    return f"{value:.2f}x" if unit == "x" else f"{_three(value)} {unit}"


def notes(table: Table) -> Iterable[str]:
    """Return the sentences below the table."""
    yield (
        f"Engine: {table.engine}. Median of {table.rounds} rounds (lowest–highest); a round is the"
        " median of many short batches."
    )
    yield f"Machine: {table.machine.sentence()}."
    if table.quick:
        yield "A quick run: few frames, short rounds."
    if not table.captured:
        yield "The real capture is not here: its column is empty."
    if table.machine.load > BUSY:
        yield "The machine was busy with other work before the run: the figures may be too bad."
    for part, why in table.failures.items():
        yield f"Not measured: {part}: {why}"


def _grid(table: Table) -> RenderableType:
    grid = Grid(box=None, pad_edge=False)
    for head in HEADS:
        right: Callable[[str], bool] = lambda name: name.startswith(("sim", "real", "reach"))  # noqa: E731
        grid.add_column(head, justify="right" if right(head) else "left")
    for name, lines in _by_row(table.lines):
        grid.add_row()
        grid.add_row(Text(ROWS[name].title, style="bold"))
        for line in lines:
            *plain, verdict = cells(line)
            grid.add_row(*plain, Text(verdict, style=_STYLES[line.reached]))
    return Group(grid, "")


def _by_row(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    held: dict[str, list[Line]] = {}
    for line in lines:
        held.setdefault(line.row, []).append(line)
    return list(held.items())


def _range(found: Spread | None, unit: str) -> str:
    if found is None:
        return ""
    low, high = number(found.low, unit), number(found.high, unit)
    return f"{number(found.median, unit)} ({low.split()[0]}–{high.split()[0]})"


def _three(value: float) -> str:
    """Return a number with three significant figures, or whole."""
    return f"{value:.3g}" if value < 1_000 else f"{value:,.0f}"  # noqa: PLR2004
