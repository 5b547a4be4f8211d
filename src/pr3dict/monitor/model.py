"""The view model: samples in, a board of rows out. Pure; it decides what is fresh, quiet or ill.

Quiet is not stale. A book without updates is quiet while its connection delivers data; it is
silent when the whole connection does not, and stale only when a loss is known.
"""

import math
from collections import Counter, deque
from collections.abc import Callable
from enum import Enum, IntEnum
from typing import Any, Final

import msgspec

from pr3dict.core import View
from pr3dict.model.events import Trade
from pr3dict.model.links import LinkStatus, Phase
from pr3dict.model.states import BookState, Cause, Proof, Source
from pr3dict.model.units import NS_PER_S
from pr3dict.monitor.labels import NAMELESS, Labels
from pr3dict.monitor.sample import BookSample, LinkSample, Notice, Sample

QUIET_NS: Final = 10 * NS_PER_S
"""A book without updates for longer is flagged."""
DEAD_NS: Final = 30 * NS_PER_S
"""No message for longer is an alert."""
LATENCY_GOOD_MS: Final = 5.0
"""An average below is good, up to twice as much a warning, beyond an alert."""
LATENCY_BAD_MS: Final = 10.0
WINDOW: Final = 6
"""Samples over which rates are taken: five seconds of them."""


class Tone(Enum):
    """What a text means; the program has a colour for each."""

    PLAIN = "plain"
    DIM = "dim"
    HEAD = "head"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Health(IntEnum):
    """How a book is, the worst last: its state, and for a LIVE one whether it moves."""

    LIVE = 0
    QUIET = 1
    """LIVE, no update for 10 s, and its connection delivers data: nothing happens there."""
    CLOSED = 2
    EMPTY = 3
    SYNCING = 4
    SILENT = 5
    """LIVE, but its whole connection has delivered nothing for 10 s."""
    NO_BOOK = 6
    STALE = 7
    SUSPECT = 8


ALERTING: Final = frozenset({Health.SILENT, Health.NO_BOOK, Health.STALE, Health.SUSPECT})
ENDED: Final = frozenset({Health.SILENT, Health.STALE})
"""What every book comes to when its recording is over."""
HEALTHY: Final = frozenset({Health.LIVE, Health.QUIET, Health.CLOSED})

TONES: Final = {
    Health.LIVE: Tone.GOOD,
    Health.QUIET: Tone.DIM,
    Health.CLOSED: Tone.DIM,
    Health.EMPTY: Tone.WARN,
    Health.SYNCING: Tone.WARN,
    Health.SILENT: Tone.WARN,
    Health.NO_BOOK: Tone.BAD,
    Health.STALE: Tone.BAD,
    Health.SUSPECT: Tone.BAD,
}


class Row(msgspec.Struct, frozen=True):
    """One book. Prices in micros, times in nanoseconds; -1 is an age that is not known."""

    token: str
    market: str
    health: Health
    cause: Cause
    proof: Proof
    bid: int
    ask: int
    tick: int
    """The price grid; 0 unknown."""
    spread_bps: float
    """nan where a side is empty."""
    age_ns: int
    verified_age_ns: int
    updates_per_s: float
    """nan before the second sample."""
    source: Source
    link: int
    buys: int
    sells: int
    last_trade: Trade | None
    over: bool = False
    """Whether it is of a recording that has come to its end."""
    label: str = ""
    """Its outcome and its market in words; `""`: not known."""


class Board(msgspec.Struct, frozen=True):
    """Everything that is on the screen, in no colour and no layout."""

    now: int
    live: bool
    over: bool
    engine: str
    healths: dict[Health, int]
    """All books by their health, whatever the filter."""
    rows: tuple[Row, ...]
    """Sorted and filtered."""
    links: tuple[LinkSample, ...]
    stats: dict[str, Any]
    offset_ns: int
    messages_per_s: float
    data_age_ns: int
    """Since any connection delivered data; -1: none ever did."""
    latency_tone: Tone
    trades: tuple[Trade, ...]
    notices: tuple[Notice, ...]
    alerts: tuple[str, ...]
    """What is wrong now, the worst first; empty when all is well."""
    sort: str
    pattern: str
    labels: Labels = NAMELESS
    """What tokens are called."""


SortKey = Callable[[Row], Any]

SORTS: Final[dict[str, SortKey]] = {
    "trouble": lambda row: -row.health if row.health not in HEALTHY else 0,
    "token": lambda row: (len(row.token), row.token),
    "updates": lambda row: -row.updates_per_s if row.updates_per_s > 0 else 0.0,
    "spread": lambda row: -row.spread_bps if not math.isnan(row.spread_bps) else math.inf,
    "age": lambda row: -row.age_ns,
    "trades": lambda row: -(row.buys + row.sells),
}
"""How rows may be sorted; rows that are equal keep the order in which they were tracked."""


class Model:
    """Remembers the last few samples, for rates; makes a board of the newest."""

    def __init__(self, labels: Labels = NAMELESS) -> None:
        """`labels`: what tokens are called."""
        self._labels = labels
        self.sort = "trouble"
        self.pattern = ""
        """Only rows whose token, label, market, health or cause holds this text."""
        self._samples: deque[tuple[Sample, dict[str, int]]] = deque(maxlen=WINDOW)

    def add(self, sample: Sample) -> None:
        """Take in what was read now."""
        versions = {book.view.token: book.view.version for book in sample.books}
        self._samples.append((sample, versions))

    def next_sort(self) -> None:
        """Go on to the next way to sort."""
        names = list(SORTS)
        self.sort = names[(names.index(self.sort) + 1) % len(names)]

    def board(self) -> Board:
        """Return what is to be shown; call `add` first."""
        sample, versions = self._samples[-1]
        first, before = self._samples[0]
        seconds = (sample.now - first.now) / NS_PER_S
        heard = _last_heard(sample)

        def updates(token: str) -> float:
            if seconds <= 0 or token not in before:
                return math.nan
            return max(0, versions[token] - before[token]) / seconds

        rows = [
            _row(book, sample, heard, updates(book.view.token), self._labels)
            for book in sample.books
        ]
        shown = [row for row in rows if _matches(row, self.pattern)]
        seen = {row.token for row in shown}
        healths = Counter(row.health for row in rows)
        received = [one.stats["messages"]["received"] for one in (first, sample)]
        tone = latency_tone(sample.stats["latency_avg_ms"])
        age = _age(sample.now, max(heard.values(), default=0))
        return Board(
            now=sample.now,
            live=sample.live,
            over=sample.over,
            engine=sample.stats["engine"],
            healths={health: healths[health] for health in Health if healths[health]},
            rows=tuple(sorted(shown, key=SORTS[self.sort])),
            links=sample.links,
            stats=sample.stats,
            offset_ns=sample.offset_ns,
            messages_per_s=(received[1] - received[0]) / seconds if seconds > 0 else math.nan,
            data_age_ns=age,
            latency_tone=tone,
            trades=tuple(one for one in sample.trades if not self.pattern or one.token in seen),
            notices=sample.notices,
            alerts=tuple(_alerts(sample, healths, age, tone)),
            sort=self.sort,
            pattern=self.pattern,
            labels=self._labels,
        )


def held(stats: dict[str, Any]) -> int:
    """Return how many proofs held: those of snapshots, and those at the ends of batches."""
    return int(stats["proofs"].get("proved", 0) + stats["snapshots"].get("proved", 0))


def latency_tone(average_ms: float) -> Tone:
    """Return what an average latency means: good below 5 ms, alert above 10 ms."""
    if math.isnan(average_ms):
        return Tone.DIM
    if average_ms < LATENCY_GOOD_MS:
        return Tone.GOOD
    return Tone.WARN if average_ms <= LATENCY_BAD_MS else Tone.BAD


def tone_of(health: Health, *, over: bool = False) -> Tone:
    """Return what a health means; that nothing more comes is no news when a recording is over."""
    return Tone.DIM if over and health in ENDED else TONES[health]


def age_tone(age_ns: int) -> Tone:
    """Return what the time since the last message of a connection means."""
    if age_ns < 0 or age_ns > DEAD_NS:
        return Tone.BAD
    return Tone.WARN if age_ns > QUIET_NS else Tone.GOOD


def phase_tone(status: LinkStatus) -> Tone:
    """Return what the phase of a connection means."""
    if status.phase is Phase.OPEN:
        return Tone.GOOD
    return Tone.DIM if status.phase is Phase.IDLE else Tone.WARN if not status.lost else Tone.BAD


def link_age(link: LinkSample, now: int) -> int:
    """Return how long a connection has delivered nothing; -1 where it never did."""
    return _age(now, link.data_ns)


def health_of(view: View, now: int, heard_ns: int, *, no_book: bool) -> Health:
    """Return how a book is; `heard_ns` is when its connection last delivered data."""
    if view.state == BookState.LIVE:
        if now - view.local_ns <= QUIET_NS:
            return Health.LIVE
        return Health.QUIET if now - heard_ns <= QUIET_NS else Health.SILENT
    if view.state in {BookState.EMPTY, BookState.SYNCING} and no_book:
        return Health.NO_BOOK
    return Health[BookState(view.state).name]


def spread_bps(bid: int, ask: int) -> float:
    """Return the spread in ten-thousandths of the mid price; nan where a side is empty.

    >>> round(spread_bps(520_000, 530_000), 1)
    190.5
    """
    return (ask - bid) * 20_000 / (ask + bid) if bid and ask else math.nan


def _row(
    book: BookSample, sample: Sample, heard: dict[int, int], updates: float, labels: Labels
) -> Row:
    view = book.view
    label = labels.get(view.token)
    heard_ns = heard.get(book.link, view.local_ns)
    bid, _, ask, _ = view.top()
    return Row(
        token=view.token,
        market=view.market,
        health=health_of(view, sample.now, heard_ns, no_book=book.no_book),
        cause=Cause(view.cause),
        proof=Proof(view.proof),
        bid=bid,
        ask=ask,
        tick=view.tick_size,
        spread_bps=spread_bps(bid, ask),
        age_ns=_age(sample.now, view.local_ns),
        verified_age_ns=_age(sample.now, view.verified_ns),
        updates_per_s=updates,
        source=Source(view.source),
        link=book.link,
        buys=book.buys,
        sells=book.sells,
        last_trade=book.last_trade,
        over=sample.over,
        label="" if label is None else f"{label.outcome} {label.market}",
    )


def _last_heard(sample: Sample) -> dict[int, int]:
    """Return when each connection last delivered data; a recording counts as one connection."""
    if sample.live:
        heard: dict[int, int] = {}
        for one in sample.links:  # several where connections race for a link
            heard[one.status.link] = max(heard.get(one.status.link, 0), one.data_ns)
        return heard
    return {0: max((book.view.local_ns for book in sample.books), default=0)}


def _matches(row: Row, pattern: str) -> bool:
    wanted = pattern.lower()
    fields = (row.token, row.market, row.label, row.health.name, row.cause.name, row.proof.name)
    return any(wanted in field.lower() for field in fields)


def _age(now: int, then: int) -> int:
    return max(0, now - then) if then else -1


def _alerts(sample: Sample, healths: Counter[Health], age_ns: int, tone: Tone) -> list[str]:
    """Say what is wrong now. A market where nothing happens is not."""
    found = []
    down = [one for one in sample.links if one.status.phase in {Phase.WAITING, Phase.CONNECTING}]
    if down:
        found.append(f"{len(down)} of {len(sample.links)} connections down")
    elif sample.live and age_ns > DEAD_NS:
        found.append(f"no message for {age_ns // NS_PER_S} s")
    alerting = ALERTING - ENDED if sample.over else ALERTING
    ill = [health for health in reversed(Health) if health in alerting and healths[health]]
    found += [
        f"{healths[health]} {health.name.replace('_', ' ')}{_why(health, sample)}" for health in ill
    ]
    if tone is Tone.BAD:
        found.append(f"latency above {LATENCY_BAD_MS:.0f} ms")
    negative, counted = sample.stats["latency_negative"], sample.stats["latency_count"]
    if negative * 2 > counted:
        found.append("our clock is behind the venue's")
    return found


def _why(health: Health, sample: Sample) -> str:
    """Return why books are in doubt where it is no error: the venue changed their price grid."""
    if health is not Health.SUSPECT:
        return ""
    causes = {book.view.cause for book in sample.books if book.view.state == BookState.SUSPECT}
    return " until their next proof: the price grid changed" if causes == {Cause.TICK} else ""
