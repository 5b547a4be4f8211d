"""What a measurement says, and what several rounds of it say together. Pure.

A round gives one value a figure: the median of many short batches, so that a batch during which
the machine did something else does not count; of what is timed as a whole (everything on, a
replay, a run flat out) the fastest of several. The table shows the median of the rounds and, as the
spread, the lowest and the highest of them. A ratio is taken within a round, never across rounds.
"""

from collections.abc import Iterable, Sequence
from statistics import median

import msgspec


class Measured(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One figure of one round."""

    what: str
    """The work, in words."""
    value: float
    unit: str
    """`µs`, `frames/s`, `x` (a ratio), `KB`."""
    by: str
    """Who does it: the engine, and the transport where there is one."""
    proof: str = ""
    """`on` or `off`; `""` where nothing could be proved."""
    capture: bool = False
    """Whether the frames are those of the real capture."""
    at_most: float = 0.0
    """What must be reached, 0: nothing."""
    at_least: float = 0.0


class Spread(msgspec.Struct, frozen=True):
    """Several rounds of one figure."""

    median: float
    low: float
    high: float
    rounds: int


class Line(msgspec.Struct, frozen=True):
    """One line of the table."""

    row: str
    what: str
    proof: str
    by: str
    unit: str
    simulated: Spread | None
    capture: Spread | None
    at_most: float
    at_least: float
    reached: bool | None
    """Judged by the median on simulated frames; None: there is no target."""


def lines(row: str, rounds: Sequence[Sequence[Measured]]) -> list[Line]:
    """Put the rounds of a row together, in the order in which the figures were told."""
    told: dict[tuple[str, str, str], list[Measured]] = {}
    for figure in (figure for figures in rounds for figure in figures):
        told.setdefault((figure.what, figure.proof, figure.by), []).append(figure)
    return [_line(row, figures) for figures in told.values()]


def spread(values: Iterable[float]) -> Spread | None:
    """Return median, lowest and highest; None of nothing.

    >>> spread([3.0, 1.0, 2.0])
    Spread(median=2.0, low=1.0, high=3.0, rounds=3)
    """
    held = sorted(values)
    return Spread(median(held), held[0], held[-1], len(held)) if held else None


def _line(row: str, figures: Sequence[Measured]) -> Line:
    first = figures[0]
    simulated = spread(figure.value for figure in figures if not figure.capture)
    return Line(
        row=row,
        what=first.what,
        proof=first.proof,
        by=first.by,
        unit=first.unit,
        simulated=simulated,
        capture=spread(figure.value for figure in figures if figure.capture),
        at_most=first.at_most,
        at_least=first.at_least,
        reached=_reached(first, simulated),
    )


def _reached(figure: Measured, found: Spread | None) -> bool | None:
    if found is None or not (figure.at_most or figure.at_least):
        return None
    if figure.at_most:
        return found.median <= figure.at_most
    return found.median >= figure.at_least
