"""What the monitor reads of a running system, once a second: plain values, read on any thread."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from pr3dict.app.events import BooksMissing, ClockStepped, FeedFailed, HashDrifted, TapeHalted
from pr3dict.app.replay import Replay
from pr3dict.app.stats import Running, stats
from pr3dict.core import Books, View
from pr3dict.model.events import (
    Event,
    FeedLost,
    FeedOpened,
    FrameRejected,
    MarketCreated,
    MarketResolved,
    StateChanged,
    TickSizeChanged,
    Trade,
)
from pr3dict.model.links import LinkStatus
from pr3dict.model.states import BookState
from pr3dict.monitor.labels import NAMELESS, Labels, brief
from pr3dict.monitor.words import clean, price

KEPT: Final = 64
"""Trades and notices that are kept for the eye; more than a screen holds."""
BUY: Final = "BUY"


class BookSample(msgspec.Struct, frozen=True):
    """One token."""

    view: View
    link: int
    """Which connection carries it; 0 unknown."""
    no_book: bool
    """Whether the venue said that it has none."""
    buys: int
    sells: int
    last_trade: Trade | None


class LinkSample(msgspec.Struct, frozen=True):
    """One connection."""

    status: LinkStatus
    data_ns: int
    """When it last delivered data (PONG is none); 0 never."""
    frames: int
    """Frames that it delivered, PONG included."""


class Notice(msgspec.Struct, frozen=True):
    """Something that somebody watching wants to know."""

    local_ns: int
    bad: bool
    words: str
    loss: bool = False
    """Whether it tells the loss of a connection, which is also how every recording ends."""


class Sample(msgspec.Struct, frozen=True):
    """Everything at one moment. `now` is our clock, that of the tape in a replay."""

    now: int
    stats: dict[str, Any]
    live: bool
    """Whether this is a feed and no recording."""
    over: bool
    """Whether the recording has come to its end."""
    offset_ns: int
    """The clock offset that every latency was corrected by."""
    books: tuple[BookSample, ...]
    links: tuple[LinkSample, ...]
    trades: tuple[Trade, ...]
    """The newest of all tokens, the newest first."""
    notices: tuple[Notice, ...]
    """Likewise."""


class Ear:
    """Hears every event of a system on the feed's thread, and keeps what the monitor shows."""

    def __init__(self, labels: Labels = NAMELESS) -> None:
        """`labels`: what tokens are called in notices."""
        self._labels = labels
        self.buys: Counter[str] = Counter()
        self.sells: Counter[str] = Counter()
        self.last: dict[str, Trade] = {}
        self.trades: deque[Trade] = deque(maxlen=KEPT)
        self.notices: deque[Notice] = deque(maxlen=KEPT)
        self._now = 0

    def events(self, events: Sequence[Event]) -> None:
        """Hear what happened; must not wait."""
        for event in events:
            self._now = getattr(event, "local_ns", self._now)
            if isinstance(event, Trade):
                self._traded(event)
            elif (said := _said(event, self._labels)) is not None:
                self.notices.append(Notice(self._now, *said, _is_loss(event)))

    def _traded(self, trade: Trade) -> None:
        self.trades.append(trade)
        self.last[trade.token] = trade
        (self.buys if trade.side == BUY else self.sells)[trade.token] += 1


def take(running: Running, ear: Ear) -> Sample:
    """Read a system and what was heard of it."""
    books = running.books
    replaying = isinstance(running, Replay)
    feed = None if isinstance(running, Replay) else running.feed
    found = []
    for token in books.tracked():
        view = books.view(token, 1)
        if view is None:  # untracked a moment ago
            continue
        link = (feed.link_of(token) or 0) if feed is not None else 0
        found.append(
            BookSample(
                view,
                link,
                running.has_no_book(token),
                ear.buys[token],
                ear.sells[token],
                ear.last.get(token),
            )
        )
    links = [_link(status, books) for status in running.statuses()]
    return Sample(
        now=running.clock.now(),
        stats=stats(running),
        live=not replaying,
        over=isinstance(running, Replay) and running.finished.is_set(),
        offset_ns=round(running.config.clock_offset_ms * 1_000_000),
        books=tuple(found),
        links=tuple(links),
        trades=tuple(reversed(ear.trades.copy())),
        notices=tuple(reversed(ear.notices.copy())),
    )


def _link(status: LinkStatus, books: Books) -> LinkSample:
    """Read a connection; of those that race for a link the books know nothing apart."""
    race = status.race
    if race is not None:
        return LinkSample(status, race.data_ns, race.frames)
    return LinkSample(status, books.last_data_ns(status.link), books.heard(status.link)[0])


def _said(event: Event, labels: Labels) -> tuple[bool, str] | None:
    """Return whether an event is bad news, and its words; None where it is no news."""
    if isinstance(event, StateChanged):
        return _changed(event, brief(event.token, labels))
    if isinstance(event, TickSizeChanged):
        return _regridded(event, brief(event.token, labels))
    say = _SAYINGS.get(type(event))
    return say(event) if say is not None else None


def _is_loss(event: Event) -> bool:
    if isinstance(event, StateChanged):
        return event.now == BookState.STALE
    return isinstance(event, FeedLost)


def _changed(event: StateChanged, name: str) -> tuple[bool, str] | None:
    if event.now in _TOLD:
        bad = event.now != BookState.CLOSED
        return bad, f"{name} {event.now.name} {event.cause.name.lower()}"
    if event.was == BookState.SUSPECT:
        return False, f"{name} {event.now.name} again"
    return None


def _regridded(event: TickSizeChanged, name: str) -> tuple[bool, str]:
    return False, f"{name} tick {price(event.old_tick)} to {price(event.new_tick)}"


_TOLD: Final = frozenset({BookState.SUSPECT, BookState.STALE, BookState.CLOSED})

_SAYINGS: Final[dict[type[Event], Callable[[Any], tuple[bool, str] | None]]] = {
    MarketCreated: lambda e: (False, f"new market: {clean(e.question, 40)}"),
    FeedOpened: lambda e: (False, f"link {e.link} open, epoch {e.epoch}"),
    FeedLost: lambda e: (True, f"link {e.link} lost, {len(e.tokens)} books stale"),
    FrameRejected: lambda e: (True, f"frame rejected ({e.reason}): {clean(e.detail, 40)}"),
    MarketResolved: lambda e: (False, f"market resolved: {clean(e.winning_outcome, 40)}"),
    BooksMissing: lambda e: (True, f"no book yet of {len(e.tokens)} tokens"),
    ClockStepped: lambda e: (
        True,
        f"the clock of this machine was set by {e.step_ns / 1e9:+.1f} s",
    ),
    HashDrifted: lambda e: (
        True,
        f"the venue's hash has changed ({len(e.tokens)} books): proof is off",
    ),
    TapeHalted: lambda e: (True, f"recording stopped: {clean(e.cause)}"),
    FeedFailed: lambda e: (True, f"the feed failed: {clean(e.error)}"),
}
"""In which words each event is told that is of no single token; others are no news."""
