"""The table, for people: on a terminal, and as Markdown for the README."""

from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console, JustifyMethod
from rich.table import Table as Grid
from rich.text import Text

from bench.measured import Line, Spread
from bench.rows import ROWS
from bench.run import Table

BUSY: Final = 1.0
"""A load before the run above which the figures are doubted."""
MILLION: Final = 1e6
WIDE: Final = 130
"""Columns of a terminal that has room for the spreads."""
HEADS: Final = ("work", "by", "proof", "simulated frames", "real capture", "reach", "")
NUMBERS: Final = frozenset({"simulated frames", "real capture", "reach"})
_VERDICTS: Final = {True: "reached", False: "missed", None: ""}
_STYLES: Final = {True: "green", False: "bold red", None: ""}


def on_terminal(table: Table, console: Console) -> None:
    """Print the table, without the spreads where there is no room for them."""
    console.print(_grid(table, wide=console.width >= WIDE), "")
    for note in notes(table):
        console.print(note, highlight=False)


def markdown(table: Table) -> str:
    """Return the table as Markdown."""
    rows = [f"| {' | '.join(HEADS)} |", "|---|---|---|--:|--:|--:|---|"]
    for name, lines in _by_row(table.lines):
        rows.append(f"| **{ROWS[name].title}** | | | | | | |")
        rows += [f"| {' | '.join(cells(line))} |" for line in lines]
    return "\n".join([*rows, "", *(f"{note}  " for note in notes(table))]) + "\n"


def cells(line: Line, *, wide: bool = True) -> tuple[str, ...]:
    """Return the texts of a line, in the order of `HEADS`; `wide`: with the spreads."""
    return (
        line.what,
        line.by,
        line.proof,
        ranged(line.simulated, line.unit, wide=wide),
        ranged(line.capture, line.unit, wide=wide),
        target(line),
        _VERDICTS[line.reached],
    )


def target(line: Line) -> str:
    """Return what must be reached, `""` for nothing."""
    wanted = line.at_most or line.at_least
    return f"{'≤' if line.at_most else '≥'} {_scaled([wanted], line.unit)}" if wanted else ""


def ranged(found: Spread | None, unit: str, *, wide: bool = True) -> str:
    """Return median, lowest and highest with their unit; `""` of nothing.

    >>> ranged(Spread(1_234_567, 1_200_000, 1_300_000, 3), "frames/s")
    '1.23 (1.20-1.30) M/s'
    >>> ranged(Spread(0.4567, 0.45, 0.5, 3), "µs"), ranged(Spread(0.55, 0.5, 0.6, 3), "x")
    ('0.46 (0.45-0.50) µs', '0.55 (0.50-0.60) x')
    """
    if found is None:
        return ""
    return _scaled([found.median, found.low, found.high] if wide else [found.median], unit)


def _scaled(values: Sequence[float], unit: str) -> str:
    """Return values as texts of the same scale, which is that of the first."""
    divisor = 1.0
    if unit == "frames/s":
        divisor, unit = (1e6, "M/s") if values[0] >= MILLION else (1e3, "k/s")
    shown = [value / divisor for value in values]
    decimals = 2 if shown[0] < 10 else 1 if shown[0] < 100 else 0  # noqa: PLR2004
    first, *others = [f"{value:,.{decimals}f}" for value in shown]
    spread = f" ({'-'.join(others)})" if others else ""
    return f"{first}{spread} {unit}"


def notes(table: Table) -> Iterable[str]:
    """Return the sentences below the table."""
    yield (
        f"Engine: {table.engine}. Median of {table.rounds} rounds (lowest-highest); a round is the"
        " median of many short batches; of what is timed as a whole, the fastest."
    )
    yield f"Machine: {table.machine.sentence()}."
    if table.engine != "native":
        yield "The targets are those of the native engine, which does not run here."
    if table.quick:
        yield "A quick run: few frames, short rounds."
    if not table.captured:
        yield "The real capture is not here: its column is empty."
    if table.machine.load > BUSY:
        yield "The machine was busy with other work before the run: the figures may be too bad."
    for part, why in table.failures.items():
        yield f"Not measured: {part}: {why}"


def _grid(table: Table, *, wide: bool) -> Grid:
    """Return the table; where there is little room without spreads and without who did it."""
    grid = Grid(box=None, pad_edge=False)
    shown = [head for head in HEADS if wide or head != "by"]
    for head in shown:
        justify: JustifyMethod = "right" if head in NUMBERS else "left"
        title = head if wide else head.split()[0] if head else ""
        grid.add_column(title, justify=justify, no_wrap=head != "work", min_width=len(title))
    for name, lines in _by_row(table.lines):
        grid.add_row()
        grid.add_row(Text(ROWS[name].title, style="bold"))
        for line in lines:
            held = dict(zip(HEADS, cells(line, wide=wide), strict=True))
            work, *plain, verdict = (held[head] for head in shown)
            grid.add_row(f"  {work}", *plain, Text(verdict, style=_STYLES[line.reached]))
    return grid


def _by_row(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    held: dict[str, list[Line]] = {}
    for line in lines:
        held.setdefault(line.row, []).append(line)
    return list(held.items())
