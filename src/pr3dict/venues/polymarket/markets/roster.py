"""Which markets there are, by the word of the stream and of the catalogue together. Pure.

The stream tells of new markets with few of their rules, and of the end of a market minutes late or
never (protocol, section 1.4); the catalogue (Gamma) knows both, and lags. So what the stream tells
is looked up, and a followed market is looked up from time to time whether or not it was told of: a
question can be answered long before its time is over. Each change is told once.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from pr3dict.model.events import Event, MarketCreated, MarketResolved
from pr3dict.model.units import NS_PER_S
from pr3dict.venues.polymarket.markets.market import Market

ASKED_MAX: Final = 100
"""Markets in one request (protocol, section 4.1)."""
FIRST_LOOK_NS: Final = 2 * NS_PER_S
"""The catalogue needs a moment longer than the stream."""
WAIT_NS_MAX: Final = 60 * NS_PER_S
"""Looks become rarer up to this; an open market is looked up as often."""
LOOKS_MAX: Final = 12
"""After so many looks in vain a new market is given up, and the end of another is believed."""


class MarketListed(msgspec.Struct, frozen=True):
    """A new market that was wanted, with all its rules."""

    market: Market


class MarketSettled(msgspec.Struct, frozen=True):
    """A followed market is over."""

    market: Market
    winner: str
    """The label of the outcome that came true; `""`: neither says."""
    disputed: bool = False
    """The stream named another one than the catalogue."""


Change = MarketListed | MarketSettled


class Ask(msgspec.Struct, frozen=True):
    """What to ask the catalogue for, by condition ids: among its open markets and its closed ones.

    `answered` or `failed` must follow.
    """

    open: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


class _Look(msgspec.Struct):
    due: int
    looks: int = 0
    told: str | None = None
    """Who won, by the stream; None: it has told of no end."""


class Roster:
    """The markets that are followed, and those that may come to be. `wanted` chooses new ones."""

    def __init__(self, wanted: Callable[[MarketCreated], bool]) -> None:
        self._wanted = wanted
        self._new: dict[str, _Look] = {}
        self._known: dict[str, tuple[Market, _Look]] = {}
        self.counters: Counter[str] = Counter()

    def follow(self, market: Market, now: int) -> None:
        """Tell when this market is over."""
        self._known.setdefault(market.condition_id, (market, _Look(_quiet_until(market, now))))
        self._new.pop(market.condition_id, None)

    def forget(self, condition: str) -> None:
        """Tell nothing of this market any more."""
        self._known.pop(condition, None)

    def markets(self) -> list[Market]:
        """Return the markets that are followed."""
        return [market for market, _ in self._known.values()]

    def heard(self, events: Iterable[Event]) -> None:
        """Learn from the stream which markets are new, and which are over."""
        for event in events:
            if isinstance(event, MarketCreated):
                if event.market not in self._known and self._wanted(event):
                    self._new.setdefault(event.market, _Look(event.local_ns + FIRST_LOOK_NS))
            elif isinstance(event, MarketResolved) and event.market in self._known:
                _, look = self._known[event.market]
                if look.told is None:
                    look.told, look.looks = event.winning_outcome, 0
                    look.due = event.local_ns + FIRST_LOOK_NS

    def due(self, now: int) -> Ask | None:
        """Return what to ask now; None: nothing yet."""
        new = tuple(each for each, look in self._new.items() if look.due <= now)
        over = tuple(each for each, (_, look) in self._known.items() if look.due <= now)
        return Ask(new[:ASKED_MAX], over[:ASKED_MAX]) if new or over else None

    def wake_at(self) -> int | None:
        """Return when `due` will have something to ask; None: nobody waits for anything."""
        looks = [*self._new.values(), *(look for _, look in self._known.values())]
        return min((look.due for look in looks), default=None)

    def answered(self, ask: Ask, found: Sequence[Market], now: int) -> list[Change]:
        """Hear what the catalogue said; return what has changed."""
        by_id = {market.condition_id: market for market in found}
        changes: list[Change] = []
        for condition in ask.open:
            market = by_id.get(condition)
            if market is not None:
                self.follow(market, now)
                changes.append(MarketListed(market))
            elif condition in self._new and not _later(self._new[condition], now):
                del self._new[condition]
                self.counters["never listed"] += 1
        for condition in ask.closed:
            changes += self._over(condition, by_id.get(condition), now)
        return changes

    def failed(self, ask: Ask, now: int) -> None:
        """Ask again, a while later: the catalogue did not answer."""
        self.counters["failed"] += 1
        for condition in ask.open:
            if condition in self._new:
                self._new[condition].due = now + WAIT_NS_MAX
        for condition in ask.closed:
            if condition in self._known:
                self._known[condition][1].due = now + WAIT_NS_MAX

    def _over(self, condition: str, found: Market | None, now: int) -> list[Change]:
        """Return the end of a market that the catalogue has closed, or that only the stream has."""
        if condition not in self._known:
            return []
        market, look = self._known[condition]
        if found is None or not found.closed:
            if look.told is None and now < _end_ns(market):
                look.due = _quiet_until(market, now)
                return []
            if _later(look, now) or look.told is None:
                return []
            self.counters["ended by the stream alone"] += 1
            found = market
        del self._known[condition]
        winner = found.winner or look.told or ""
        return [MarketSettled(found, winner, disputed=bool(look.told) and look.told != winner)]


def _end_ns(market: Market) -> int:
    """Return when the time of a market is over; 0: nobody says."""
    return 0 if market.end is None else round(market.end.timestamp()) * NS_PER_S


def _quiet_until(market: Market, now: int) -> int:
    """Return when to look at a market of which nothing is told: at its end, or before."""
    wait_until, end = now + WAIT_NS_MAX, _end_ns(market)
    return min(wait_until, max(end, now) + FIRST_LOOK_NS) if end else wait_until


def _later(look: _Look, now: int) -> bool:
    """Plan the next look; False where there have been enough."""
    look.due = now + min(FIRST_LOOK_NS << min(look.looks, 16), WAIT_NS_MAX)
    look.looks += 1
    return look.looks < LOOKS_MAX
