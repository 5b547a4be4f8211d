"""The table of books: which columns fit into a width, and what stands in each. Pure."""

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from pr3dict.model.states import Cause, Proof, Source
from pr3dict.monitor import words
from pr3dict.monitor.lines import Line, Piece, fit
from pr3dict.monitor.model import HEALTHY, Health, Row, Tone, tone_of
from pr3dict.monitor.sample import BUY

NAME_LEAST: Final = 24
"""Cells of an outcome's name where there is little room …"""
NAME_ROOMY: Final = 30
"""… before less important columns are added …"""
NAME_MOST: Final = 60
"""… and where there is much."""
KEPT_LEAST: Final = 5
"""Columns that are shown however narrow it is: name, health, proof, bid, ask."""
ROOMY: Final = 100

CAUSES: Final = {
    Cause.NONE: "",
    Cause.CROSSED: "cross",
    Cause.UNPARSABLE: "unread",
    Cause.LINK_DOWN: "link",
    Cause.RESOLVED: "",
    Cause.NO_BOOK: "",
    Cause.REQUESTED: "asked",
}
"""Words for causes whose name is too long for the column, none where the health says it all."""

PROOFS: Final = {
    Proof.NONE: (words.NOTHING, Tone.DIM),
    Proof.PROVED: ("proved", Tone.GOOD),
    Proof.PENDING: ("pending", Tone.DIM),
    Proof.UNVERIFIED: ("unverif", Tone.WARN),
    Proof.FAILED: ("FAILED", Tone.BAD),
    Proof.OFF: ("off", Tone.DIM),
}


class Column(NamedTuple):
    """One column of the table of books."""

    title: str
    width: int
    align: str
    """`<` left, `>` right."""
    cell: Callable[[Row], Piece]


def columns(width: int, *, named: bool = False) -> tuple[list[Column], int]:
    """Return the columns that fit into a width, and the cells between two of them.

    `named`: whether outcomes have names, which then take the room of less important columns.
    """
    if named:
        return _named_columns(width)
    gap = 2 if _width_of(COLUMNS, 2) <= width else 1
    shown = list(COLUMNS)
    for column in MORE_COLUMNS:
        if _width_of([*shown, column], gap) <= width:
            shown.append(column)
    return shown, gap


def _named_columns(width: int) -> tuple[list[Column], int]:
    gap = 2 if width >= ROOMY else 1
    shown = [_name_column(NAME_LEAST), *COLUMNS[1:]]
    while len(shown) > KEPT_LEAST and _width_of(shown, gap) > width:
        shown.pop()
    for column in MORE_COLUMNS[:-1]:
        if _width_of([*shown, column], gap) + NAME_ROOMY - NAME_LEAST <= width:
            shown.append(column)
    spare = max(0, width - 1 - _width_of(shown, gap))  # a cell of margin, as on the left
    shown[0] = _name_column(min(NAME_MOST, NAME_LEAST + spare))
    return shown, gap


def _name_column(width: int) -> Column:
    return Column(
        "outcome and market",
        width,
        "<",
        lambda row: (words.squeeze(row.label or words.short(row.token), width), Tone.PLAIN),
    )


def header(width: int, *, named: bool = False) -> Line:
    """Return the names of the columns."""
    shown, gap = columns(width, named=named)
    return _joined([(column.title, Tone.DIM) for column in shown], shown, gap, width)


def row_line(row: Row, width: int, *, named: bool = False) -> Line:
    """Return one book."""
    shown, gap = columns(width, named=named)
    return _joined([column.cell(row) for column in shown], shown, gap, width)


def _health(row: Row) -> Piece:
    cause = CAUSES.get(row.cause, row.cause.name.lower())
    said = row.health.name.replace("_", " ")
    tone = tone_of(row.health, over=row.over)
    return (f"{said} {cause}" if cause and row.health is not Health.QUIET else said), tone


def _proof(row: Row) -> Piece:
    """Return what was proved: of a book that is ill it is history."""
    word, tone = PROOFS[row.proof]
    return word, tone if row.health in HEALTHY or tone is Tone.BAD else Tone.DIM


def _spread(row: Row) -> Piece:
    return (words.NOTHING if math.isnan(row.spread_bps) else f"{row.spread_bps:.0f}"), Tone.PLAIN


def _age(age_ns: int) -> str:
    return words.span(age_ns) if age_ns >= 0 else words.NOTHING


def _aged(row: Row) -> Piece:
    tone = Tone.PLAIN if row.health in HEALTHY else tone_of(row.health, over=row.over)
    return _age(row.age_ns), tone


def _source(row: Row) -> Piece:
    known = row.source != Source.NONE
    return (row.source.name.lower() if known else words.NOTHING), Tone.DIM


def _flow(row: Row) -> Piece:
    if not row.buys + row.sells:
        return words.NOTHING, Tone.DIM
    return f"{words.count(row.buys)}/{words.count(row.sells)}", Tone.PLAIN


def _last(row: Row) -> Piece:
    trade = row.last_trade
    if trade is None:
        return words.NOTHING, Tone.DIM
    return words.price(trade.price, row.tick), Tone.GOOD if trade.side == BUY else Tone.WARN


COLUMNS: Final[Sequence[Column]] = (
    Column("token", 9, "<", lambda row: (words.short(row.token), Tone.PLAIN)),
    Column("health", 14, "<", _health),
    Column("proof", 7, "<", _proof),
    Column("bid", 6, "<", lambda row: (words.price(row.bid, row.tick), Tone.PLAIN)),
    Column("ask", 6, "<", lambda row: (words.price(row.ask, row.tick), Tone.PLAIN)),
    Column("bps", 6, ">", _spread),
    Column("age", 5, ">", _aged),
    Column("verif", 5, ">", lambda row: (_age(row.verified_age_ns), Tone.PLAIN)),
    Column("upd/s", 5, ">", lambda row: (words.rate(row.updates_per_s), Tone.PLAIN)),
    Column("b/s", 6, ">", _flow),
)
MORE_COLUMNS: Final[Sequence[Column]] = (
    Column("last", 6, "<", _last),
    Column("src", 4, "<", _source),
    Column("market", 9, "<", lambda row: (words.short(row.market), Tone.DIM)),
)
"""In the order in which they are added while there is room."""


def _width_of(shown: Sequence[Column], gap: int) -> int:
    return 1 + sum(column.width for column in shown) + gap * (len(shown) - 1)


def _joined(pieces: Sequence[Piece], shown: Sequence[Column], gap: int, width: int) -> Line:
    line: Line = [(" ", Tone.PLAIN)]
    for number, ((text, tone), column) in enumerate(zip(pieces, shown, strict=True)):
        shown_text = words.clip(text, column.width)
        air = " " * (column.width - words.cells(shown_text))
        cell = shown_text + air if column.align == "<" else air + shown_text
        line.append((" " * gap + cell if number else cell, tone))
    return fit(line, width)
