"""A board laid out in lines of toned text for a width. Pure: no colour, no terminal, no Textual."""

from collections.abc import Iterable
from typing import Any, Final

from pr3dict.model.events import Trade
from pr3dict.monitor import words
from pr3dict.monitor.labels import full
from pr3dict.monitor.lines import Line, Piece, fit, pad, spread
from pr3dict.monitor.model import (
    HEALTHY,
    SORTS,
    Board,
    Tone,
    age_tone,
    held,
    link_age,
    phase_tone,
    tone_of,
)
from pr3dict.monitor.sample import BUY, LinkSample, Notice

NAME: Final = 9
"""Cells of a token in a line of trades, at least …"""
NAME_MOST: Final = 40
REST: Final = 31
"""… and of all else in it."""
QUOTED_MAX: Final = 4
"""Books whose prices stand in a line of figures."""
LABEL: Final = 8
"""Cells of the word that opens a line of figures."""
ROOMY: Final = 100
"""In fewer cells alerts take the place of what is known anyhow."""
TWO_COLUMNS: Final = 112
"""From this width on two lines of figures stand side by side."""
KEYS: Final = {
    "q, Ctrl-C": "quit",
    "p": "hold the display, or let it go on; the feed always goes on",
    "s": "sort by the next thing: " + ", ".join(SORTS),
    "/": "filter by token, market, health, cause or proof; Enter keeps it",
    "Esc": "show all books again",
    "PgDn, PgUp, arrows": "scroll the books",
    "?, h": "these keys, or the books again",
}
"""What each key does."""


def title(board: Board, where: str, width: int, *, paused: bool = False) -> Line:
    """Return the first line: who, where, whether all is well, what time it is."""
    time = words.clock_time(board.now)
    right = [("PAUSED  ", Tone.WARN)] if paused else []
    right += [("end of recording  ", Tone.DIM)] if board.over else []
    right.append((f"{time} UTC ", Tone.DIM))
    left: Line = [(" PR3DICT", Tone.HEAD)]
    if not board.alerts or width >= ROOMY:
        left.append((f"  {where} · {board.engine} engine", Tone.DIM))
    if board.alerts:
        left.append(("   ! " + " · ".join(board.alerts), Tone.BAD))
    elif board.healths and not board.over:
        left.append(("   all well", Tone.GOOD))
    return spread(left, right, width)


def link_line(link: LinkSample, now: int, width: int) -> Line:
    """Return the state of one connection."""
    status, age = link.status, link_age(link, now)
    lost = sum(status.lost.values())
    line = _figures(
        f"link {status.link}.{status.copy}" if status.copy else f"link {status.link}",
        [
            (f"{status.phase.value:<10}", phase_tone(status)),
            _figure("epoch", str(status.opened)),
            _figure("tries", str(status.attempts)),
            _figure("lost", str(lost), Tone.WARN if lost else Tone.PLAIN),
            _figure("data", words.span(age) if age >= 0 else "never", age_tone(age)),
            _figure("frames", words.count(link.frames)),
        ],
    )
    if status.last_error and width >= ROOMY:
        line.append((f"  last error: {words.clean(status.last_error)}", Tone.DIM))
    return fit(line, width)


def error_line(link: LinkSample, width: int) -> Line:
    """Return why a connection is down, on a line of its own."""
    return fit(_figures("", [(words.clean(link.status.last_error), Tone.DIM)]), width)


def links(board: Board, width: int, lines_max: int) -> list[Line]:
    """Return the connections; those in trouble first where there are too many for the lines."""
    if not board.links:
        return []
    if len(board.links) <= lines_max:
        lines = [link_line(link, board.now, width) for link in board.links]
        down = [link for link in board.links if phase_tone(link.status) is Tone.BAD]
        errors = [error_line(link, width) for link in down] if width < ROOMY else []
        return [*lines, *errors[: lines_max - len(lines)]]
    ill = sorted(board.links, key=lambda link: phase_tone(link.status) is not Tone.BAD)
    shown, rest = ill[: lines_max - 1], len(board.links) - lines_max + 1
    is_open = sum(1 for link in board.links if phase_tone(link.status) is Tone.GOOD)
    more: Line = [(f" … and {rest} more; {is_open} of {len(board.links)} open", Tone.DIM)]
    return [*(link_line(link, board.now, width) for link in shown), fit(more, width)]


def figures(board: Board, width: int) -> list[Line]:
    """Return latency, clock, proofs, witnesses and the health of all books in figures."""
    left = [_latency(board), _feed(board), _healths(board)]
    right = [_proofs(board), _witnesses(board), _rest(board)]
    if width < TWO_COLUMNS:
        return [fit(line, width) for line in (*left, *right)]
    half = width * 11 // 20
    pairs = zip(left, right, strict=True)
    return [fit([*pad(fit(one, half), half), *other], width) for one, other in pairs]


def trades(board: Board, width: int, lines_max: int) -> list[Line]:
    """Return how trade flows: the sums, then the newest trades."""
    buys, sells = sum(row.buys for row in board.rows), sum(row.sells for row in board.rows)
    head = _figures("trades", [_figure("buys", words.count(buys)), _figure("sells", str(sells))])
    return [fit(head, width), *(_trade(one, board, width) for one in board.trades[: lines_max - 1])]


def notices(board: Board, width: int, lines_max: int) -> list[Line]:
    """Return what happened to books and connections, the newest first."""
    head: Line = [(" notices", Tone.DIM)]
    shown = board.notices[: lines_max - 1]
    return [fit(head, width), *(_notice(one, board, width) for one in shown)]


def keys(board: Board, width: int, *, paused: bool = False, seen: int | None = None) -> Line:
    """Return the last line: the keys, the filter, and how many books there is room for."""
    line: Line = []
    goes = "resume" if paused else "pause"
    told = {"q": "quit", "p": goes, "s": f"sort: {board.sort}", "/": "filter"}
    told |= {} if board.pattern else {"?": "keys"}
    for key, does in told.items():
        line += [(f" {key} ", Tone.HEAD), (f"{does}  ", Tone.DIM)]
    shown = len(board.rows)
    more = f"{seen} of {shown} books, PgDn" if seen is not None and seen < shown else ""
    if board.pattern:
        more = more and "PgDn  "
        found = f"{shown} of {sum(board.healths.values())} books: {board.pattern}"
        line += [(more, Tone.DIM), (found, Tone.WARN)]
        return fit(line, width)
    return spread(line, [(more, Tone.DIM)], width) if more else fit(line, width)


def explained(width: int) -> list[Line]:
    """Return what each key does."""
    return [
        fit([(f" {key:<20}", Tone.HEAD), (does, Tone.PLAIN)], width) for key, does in KEYS.items()
    ]


def _latency(board: Board) -> Line:
    stats = board.stats
    named = ("avg", "p50", "p95", "p99", "max")
    shown = [_figure(one, words.milliseconds(stats[f"latency_{one}_ms"])) for one in named]
    shown[0] = _figure("avg", words.milliseconds(stats["latency_avg_ms"]), board.latency_tone)
    return [*_figures("latency", shown), (" ms", Tone.DIM)]


def _feed(board: Board) -> Line:
    negative = board.stats["latency_negative"]
    rejected = sum(board.stats["messages"]["rejected"].values())
    return _figures(
        "feed",
        [
            _figure("messages/s", words.rate(board.messages_per_s)),
            _counted("rejected", rejected),
            _figure("offset", words.offset(board.offset_ns) + " ms"),
            _counted("negative", negative, Tone.WARN),
        ],
    )


def _proofs(board: Board) -> Line:
    proofs = board.stats["proofs"]
    return _figures(
        "proofs",
        [
            _figure("proved", words.count(held(board.stats)), Tone.GOOD),
            _counted("failed", proofs.get("failed", 0)),
            _figure("unverified", words.count(proofs.get("unverified", 0))),
        ],
    )


def _witnesses(board: Board) -> Line:
    heard = board.stats["witnesses"]
    return _figures(
        "mirrors",
        [
            _figure("compared", words.count(heard["mirror.compared"])),
            _counted("differed", heard["mirror.failed"]),
            _counted("best differed", heard["best.failed"]),
        ],
    )


def _rest(board: Board) -> Line:
    """Say what REST, the witness from outside, thinks; or why it is not asked."""
    state, audit = board.stats.get("rest", "not asked in a replay"), board.stats.get("audit", {})
    if state != "on":
        return _figures("rest", [(words.clean(state), Tone.DIM)])
    return _figures(
        "rest",
        [
            _figure("asked", words.count(audit.get("asked", 0))),
            _figure("agreed", words.count(audit.get("agreed", 0))),
            _counted("doubted", audit.get("doubted", 0)),
            _counted("failed", audit.get("failed", 0), Tone.WARN),
        ],
    )


def _healths(board: Board) -> Line:
    shown = [
        _figure(
            health.name.replace("_", " "),
            words.count(number),
            tone_of(health, over=board.over),
            first=True,
        )
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


def _quotes(board: Board) -> list[str]:
    """Return bid and ask of the books of one market, and the health of those that are ill."""
    if len(board.labels) > QUOTED_MAX or len({one.market for one in board.labels.values()}) != 1:
        return []
    rows = {row.token: row for row in board.rows}
    return [
        f"{one.outcome} {words.price(row.bid, row.tick)}/{words.price(row.ask, row.tick)}"
        + ("" if row.health in HEALTHY else f" {row.health.name}")
        for token, one in board.labels.items()
        if (row := rows.get(token)) is not None
    ]


def _trade(trade: Trade, board: Board, width: int) -> Line:
    buys = trade.side == BUY
    room = max(NAME, min(NAME_MOST, width - REST)) if board.labels else NAME
    line: Line = [
        (f" {words.clock_time(trade.local_ns)} ", Tone.DIM),
        (f"{full(trade.token, board.labels, room)}".ljust(room + 1), Tone.PLAIN),
        ("BUY  " if buys else "SELL ", Tone.GOOD if buys else Tone.WARN),
        (f"{words.price(trade.price):<6}", Tone.PLAIN),
        (f"{words.shares(trade.size):>9}", Tone.DIM),
    ]
    return fit(line, width)


def _notice(notice: Notice, board: Board, width: int) -> Line:
    bad = notice.bad and not (board.over and notice.loss)
    time: Piece = (f" {words.clock_time(notice.local_ns)} ", Tone.DIM)
    return fit([time, (notice.words, Tone.WARN if bad else Tone.PLAIN)], width)


def stats_line(board: Board, seconds: int) -> str:
    """Return what the monitor says where there is no terminal: one line a second."""
    stats: dict[str, Any] = board.stats
    healths = " ".join(f"{n} {health.name}" for health, n in board.healths.items())
    average, high = (words.milliseconds(stats[f"latency_{one}_ms"]) for one in ("avg", "p99"))
    told = (
        f"{seconds:>4} s",
        *_quotes(board),
        f"books: {healths or 'none yet'}",
        f"{words.rate(board.messages_per_s)} messages/s",
        f"latency avg {average} ms p99 {high} ms",
        f"{held(stats):,} proved {stats['proofs'].get('failed', 0):,} failed",
        *(f"! {alert}" for alert in board.alerts),
        *(["end of recording"] if board.over else []),
    )
    return " · ".join(told)
