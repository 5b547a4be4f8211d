"""A board laid out in lines of toned text for a width. Pure: no colour, no terminal, no Textual."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from pr3dict.model.events import Trade
from pr3dict.model.states import Cause, Proof, Source
from pr3dict.model.units import to_text
from pr3dict.monitor import words
from pr3dict.monitor.model import (
    HEALTHY,
    TONES,
    Board,
    Row,
    Tone,
    age_tone,
    link_age,
    phase_tone,
)
from pr3dict.monitor.sample import BUY, LinkSample, Notice

Piece = tuple[str, Tone]
Line = list[Piece]

LABEL: Final = 9
"""Cells of the word that opens a line of figures."""
TWO_COLUMNS: Final = 112
"""From this width on two lines of figures stand side by side."""

CAUSES: Final = {
    Cause.NONE: "",
    Cause.UNPARSABLE: "unread",
    Cause.LINK_DOWN: "link",
    Cause.NO_BOOK: "",
    Cause.REQUESTED: "asked",
}
"""Words for the causes whose own name is too long for a column."""

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


def title(board: Board, where: str, width: int, *, paused: bool = False) -> Line:
    """Return the first line: who, where, whether all is well, what time it is."""
    time = words.clock_time(board.now)
    right = [("PAUSED  ", Tone.WARN)] if paused else []
    right += [("over  ", Tone.DIM)] if board.over else []
    right.append((f"{time} UTC ", Tone.DIM))
    left: Line = [(" PR3DICT", Tone.HEAD), (f"  {where} · {board.engine} engine", Tone.DIM)]
    if board.alerts:
        left.append(("   ! " + " · ".join(board.alerts), Tone.BAD))
    elif board.healths:
        left.append(("   all well", Tone.GOOD))
    return spread(left, right, width)


def link_line(link: LinkSample, now: int, width: int) -> Line:
    """Return the state of one connection."""
    status, age = link.status, link_age(link, now)
    lost = sum(status.lost.values())
    line = _figures(
        f"link {status.link}",
        [
            (f"{status.phase.value:<10}", phase_tone(status)),
            _figure("epoch", str(status.opened)),
            _figure("tries", str(status.attempts)),
            _figure("lost", str(lost), Tone.WARN if lost else Tone.PLAIN),
            _figure("data", words.span(age) if age >= 0 else "never", age_tone(age)),
            _figure("frames", words.count(status.frames_in)),
        ],
    )
    if status.last_error:
        line.append((f"  last error: {words.clean(status.last_error)}", Tone.DIM))
    return fit(line, width)


def links(board: Board, width: int, lines_max: int) -> list[Line]:
    """Return the connections; those in trouble first where there are too many for the lines."""
    if not board.links:
        return []
    if len(board.links) <= lines_max:
        return [link_line(link, board.now, width) for link in board.links]
    ill = sorted(board.links, key=lambda link: phase_tone(link.status) is not Tone.BAD)
    shown, rest = ill[: lines_max - 1], len(board.links) - lines_max + 1
    is_open = sum(1 for link in board.links if phase_tone(link.status) is Tone.GOOD)
    more: Line = [(f" … and {rest} more; {is_open} of {len(board.links)} open", Tone.DIM)]
    return [*(link_line(link, board.now, width) for link in shown), fit(more, width)]


def figures(board: Board, width: int) -> list[Line]:
    """Return latency, clock, proofs, witnesses and the health of all books in figures."""
    lines = [_latency(board), _proofs(board), _clock(board), _witnesses(board), _healths(board)]
    if width < TWO_COLUMNS:
        return [fit(line, width) for line in lines]
    half = width // 2
    pairs = [(lines[0], lines[1]), (lines[2], lines[3]), (lines[4], [])]
    return [fit([*pad(fit(a, half), half), *b], width) for a, b in pairs]


def columns(width: int) -> tuple[list[Column], int]:
    """Return the columns that fit into a width, and the cells between two of them."""
    gap = 2 if _width_of(COLUMNS, 2) <= width else 1
    shown = list(COLUMNS)
    for column in MORE_COLUMNS:
        if _width_of([*shown, column], gap) <= width:
            shown.append(column)
    return shown, gap


def header(width: int) -> Line:
    """Return the names of the columns."""
    shown, gap = columns(width)
    return _joined([(column.title, Tone.DIM) for column in shown], shown, gap, width)


def row_line(row: Row, width: int) -> Line:
    """Return one book."""
    shown, gap = columns(width)
    return _joined([column.cell(row) for column in shown], shown, gap, width)


def trades(board: Board, width: int, lines_max: int) -> list[Line]:
    """Return how trade flows: the sums, then the newest trades."""
    buys, sells = sum(row.buys for row in board.rows), sum(row.sells for row in board.rows)
    head = _figures("trades", [_figure("buys", words.count(buys)), _figure("sells", str(sells))])
    return [fit(head, width), *(_trade(one, width) for one in board.trades[: lines_max - 1])]


def notices(board: Board, width: int, lines_max: int) -> list[Line]:
    """Return what happened to books and connections, the newest first."""
    head: Line = [(" notices", Tone.DIM)]
    return [fit(head, width), *(_notice(one, width) for one in board.notices[: lines_max - 1])]


def keys(board: Board, width: int) -> Line:
    """Return the last line: the keys."""
    line: Line = []
    told = (("q", "quit"), ("p", "pause"), ("s", f"sort: {board.sort}"), ("/", "filter"))
    for key, does in told:
        line += [(f" {key} ", Tone.HEAD), (f"{does}  ", Tone.DIM)]
    if board.pattern:
        shown = f"{len(board.rows)} of {sum(board.healths.values())} books: {board.pattern}"
        line.append((shown, Tone.WARN))
    return fit(line, width)


def plain(line: Line) -> str:
    """Return a line without its tones.

    >>> plain([("a ", Tone.DIM), ("b", Tone.BAD)])
    'a b'
    """
    return "".join(text for text, _ in line)


def fit(line: Line, width: int) -> Line:
    """Return a line cut to a width."""
    kept: Line = []
    for text, tone in line:
        used = sum(words.cells(piece) for piece, _ in kept)
        if used + words.cells(text) > width:
            kept.append((words.clip(text, width - used), tone))
            return [piece for piece in kept if piece[0]] if width > used else kept[:-1]
        kept.append((text, tone))
    return kept


def pad(line: Line, width: int) -> Line:
    """Return a line filled up to a width."""
    missing = width - sum(words.cells(text) for text, _ in line)
    return [*line, (" " * missing, Tone.PLAIN)] if missing > 0 else line


def spread(left: Line, right: Line, width: int) -> Line:
    """Return a line with one part at each end."""
    used = sum(words.cells(text) for text, _ in right)
    return fit([*pad(fit(left, width - used), width - used), *right], width)


def _latency(board: Board) -> Line:
    stats = board.stats
    named = ("avg", "p50", "p95", "p99", "max")
    shown = [_figure(one, words.milliseconds(stats[f"latency_{one}_ms"])) for one in named]
    shown[0] = _figure("avg", words.milliseconds(stats["latency_avg_ms"]), board.latency_tone)
    return [*_figures("latency", shown), (" ms", Tone.DIM)]


def _clock(board: Board) -> Line:
    negative = board.stats["latency_negative"]
    rejected = sum(board.stats["messages"]["rejected"].values())
    return _figures(
        "feed",
        [
            _figure("messages/s", words.rate(board.messages_per_s)),
            _counted("rejected", rejected),
            _figure("clock offset", words.offset(board.offset_ns) + " ms"),
            _counted("negative", negative, Tone.WARN),
        ],
    )


def _proofs(board: Board) -> Line:
    proofs = board.stats["proofs"]
    return _figures(
        "proofs",
        [
            _figure("proved", words.count(proofs.get("proved", 0)), Tone.GOOD),
            _counted("failed", proofs.get("failed", 0)),
            _figure("unverified", words.count(proofs.get("unverified", 0))),
        ],
    )


def _witnesses(board: Board) -> Line:
    heard = board.stats["witnesses"]
    shown = [
        _counted("best", heard["best.failed"]),
        _counted("mirror", heard["mirror.failed"]),
        _figure("of", words.count(heard["mirror.compared"])),
    ]
    audit = board.stats.get("audit")
    if audit is not None:
        shown.append(_figure("REST agreed", words.count(audit.get("agreed", 0))))
        shown.append(_counted("doubted", audit.get("doubted", 0)))
    return _figures("against", shown)


def _healths(board: Board) -> Line:
    shown = [
        _figure(health.name.replace("_", " "), words.count(number), TONES[health], first=True)
        for health, number in board.healths.items()
    ]
    return _figures("books", shown)


def _figures(label: str, shown: Iterable[Piece | Line]) -> Line:
    line: Line = [(f" {label:<{LABEL}}", Tone.DIM)]
    for number, figure in enumerate(shown):
        if number:
            line.append(("  ", Tone.PLAIN))
        line += figure if isinstance(figure, list) else [figure]
    return line


def _figure(name: str, value: str, tone: Tone = Tone.PLAIN, *, first: bool = False) -> Line:
    """Return a name with its value, or the value first."""
    pieces: Line = [(f"{name} ", Tone.DIM), (value, tone)]
    return [(f"{value} ", tone), (name, Tone.DIM)] if first else pieces


def _counted(name: str, number: int, tone: Tone = Tone.BAD) -> Line:
    """Return a count of what should not be: plain while it is 0."""
    return _figure(name, words.count(number), tone if number else Tone.PLAIN)


def _trade(trade: Trade, width: int) -> Line:
    buys = trade.side == BUY
    line: Line = [
        (f" {words.clock_time(trade.local_ns)} ", Tone.DIM),
        (f"{words.short(trade.token):<9} ", Tone.PLAIN),
        ("BUY  " if buys else "SELL ", Tone.GOOD if buys else Tone.WARN),
        (f"{words.price(trade.price):<6}", Tone.PLAIN),
        (f"{to_text(trade.size):>10}", Tone.DIM),
    ]
    return fit(line, width)


def _notice(notice: Notice, width: int) -> Line:
    time: Piece = (f" {words.clock_time(notice.local_ns)} ", Tone.DIM)
    return fit([time, (notice.words, Tone.WARN if notice.bad else Tone.PLAIN)], width)


def _health(row: Row) -> Piece:
    cause = CAUSES.get(row.cause, row.cause.name.lower())
    said = row.health.name.replace("_", " ")
    tone = TONES[row.health]
    return (f"{said} {cause}" if cause and row.health != row.health.QUIET else said), tone


def _spread(row: Row) -> Piece:
    return (words.NOTHING if math.isnan(row.spread_bps) else f"{row.spread_bps:.0f}"), Tone.PLAIN


def _age(age_ns: int) -> str:
    return words.span(age_ns) if age_ns >= 0 else words.NOTHING


def _aged(row: Row) -> Piece:
    return _age(row.age_ns), Tone.PLAIN if row.health in HEALTHY else TONES[row.health]


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
    return words.price(trade.price), Tone.GOOD if trade.side == BUY else Tone.WARN


COLUMNS: Final[Sequence[Column]] = (
    Column("token", 9, "<", lambda row: (words.short(row.token), Tone.PLAIN)),
    Column("health", 15, "<", _health),
    Column("proof", 7, "<", lambda row: PROOFS[row.proof]),
    Column("bid", 6, ">", lambda row: (words.price(row.bid), Tone.PLAIN)),
    Column("ask", 6, ">", lambda row: (words.price(row.ask), Tone.PLAIN)),
    Column("bps", 6, ">", _spread),
    Column("age", 5, ">", _aged),
    Column("verif", 5, ">", lambda row: (_age(row.verified_age_ns), Tone.PLAIN)),
    Column("upd/s", 5, ">", lambda row: (words.rate(row.updates_per_s), Tone.PLAIN)),
)
MORE_COLUMNS: Final[Sequence[Column]] = (
    Column("b/s", 6, ">", _flow),
    Column("last", 6, ">", _last),
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


def stats_line(board: Board, seconds: int) -> str:
    """Return what the monitor says where there is no terminal: one line a second."""
    stats: dict[str, Any] = board.stats
    healths = " ".join(f"{n} {health.name}" for health, n in board.healths.items())
    proofs = stats["proofs"]
    average, high = (words.milliseconds(stats[f"latency_{one}_ms"]) for one in ("avg", "p99"))
    told = (
        f"{seconds:>4} s",
        f"{sum(board.healths.values())} books: {healths or 'none yet'}",
        f"{words.rate(board.messages_per_s)} messages/s",
        f"latency avg {average} ms p99 {high} ms",
        f"{proofs.get('proved', 0):,} proved {proofs.get('failed', 0):,} failed",
        *(f"! {alert}" for alert in board.alerts),
    )
    return " · ".join(told)
