"""Heals, audits, falls back: carries what pure machines decide to the connections and to REST.

One task on the feed's loop with one timer, which also closes the claims that are due in the books.
REST is a help, never a need: where it is off or fails, books heal by their connections alone.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, NamedTuple, Protocol

from pr3dict.app.events import ClockStepped, HashDrifted
from pr3dict.app.parts import Parts
from pr3dict.core import View
from pr3dict.engine.audit import Ask, Audit, Reading
from pr3dict.engine.drift import Drift
from pr3dict.engine.fallback import Fallback
from pr3dict.engine.heal import Budget, Heal, Remedies
from pr3dict.measure.steps import Steps
from pr3dict.model.errors import FeedError, UnknownTokenError
from pr3dict.model.events import Event
from pr3dict.model.records import Kind
from pr3dict.model.states import Cause
from pr3dict.model.units import NS_PER_MS, NS_PER_S, Nanos
from pr3dict.ports import Http
from pr3dict.tape.payloads import Rules, pack_offset, pack_rules, pack_suspect
from pr3dict.venues.polymarket import rest

STALLED: Final = NS_PER_S // 2
"""A look that comes so much later than planned tells that the loop stood still."""
TICK_S: Final = 0.1
"""The longest sleep: a frame may have left a claim to be closed, which no event tells."""
NAP_S: Final = 0.001
"""The shortest sleep, so that whatever is decided the feed has its turn."""
LINK_DOUBTED: Final = 3
"""So many books of one link in doubt, or all of them, put the link itself in doubt."""
FUTURE_NS: Final = 60 * NS_PER_S
"""A book this much ahead of our clock is not believed while nothing else speaks of it: by its time
it would forbid the true one."""
_OK: Final = 200
_CLIENT_ERRORS: Final = range(400, 500)
_log = logging.getLogger(__name__)


class Links(Protocol):
    """What healing asks of the connections."""

    def resubscribe(self, tokens: Sequence[str]) -> None:
        """Ask for fresh books on the connections that carry these tokens."""

    def move(self, token: str) -> None:
        """Give a token to another connection."""

    def link_of(self, token: str) -> int | None:
        """Return which connection carries a token."""

    def tokens_of(self, link: int) -> Sequence[str]:
        """Return the tokens of a connection."""

    def reconnect(self, link: int, why: str) -> None:
        """Give up a connection and open it anew."""


class Answer(NamedTuple):
    """An answer of REST that could be read, and what it says of each token."""

    body: bytes
    tokens: tuple[str, ...]
    readings: dict[str, Reading]


class Keeper:
    """Runs on the feed's loop. `http` is None where REST is off."""

    def __init__(self, parts: Parts, links: Links, http: Http | None) -> None:
        config = parts.config
        self._parts = parts
        self._links = links
        self._http = http
        budget = Budget(round(NS_PER_S / config.rest_per_s))
        self.heal = Heal(
            budget,
            links.tokens_of,
            rest=http is not None,
            patience_ns=round(config.first_book_s * NS_PER_S),
        )
        self.audit = Audit(budget, every_ns=round(config.audit_every_s * NS_PER_S))
        every_ns = round(config.fallback_every_s * NS_PER_S) if http is not None else 0
        self.fallback = Fallback(budget, links.tokens_of, every_ns=every_ns)
        self._looked = parts.clock.now()
        self._polled = False
        """Whether the fallback asked last: it and the audit take turns, or one would starve."""
        self._drift = Drift(lambda: parts.books.counters()["proofs.proved"])
        self._steps = Steps(parts.clock.now(), parts.clock.wall())
        self._nudge = asyncio.Event()

    def heard(self, events: Sequence[Event]) -> None:
        """Learn what happened to the books; called by the engine on the feed's thread."""
        self.heal.heard(events)
        self.audit.heard(events)
        self.fallback.heard(events)
        if tokens := self._drift.heard(events):
            self._stop_proving(tokens)
        self._nudge.set()

    def asked_for(self, tokens: Sequence[str], now: int) -> None:
        """Tell that these were subscribed on a connection that is open."""
        self.heal.asked_for(tokens, now)
        self._nudge.set()

    def wanted(self, tokens: Sequence[str], now: int) -> None:
        """Tell that these are wanted on a connection that is not open."""
        self.fallback.down(tokens, now)
        self._nudge.set()

    def forget(self, token: str) -> None:
        """Tell that a token is tracked no more."""
        self.fallback.forget(token)
        self.heal.forget(token)
        self.audit.forget(token)

    def told(self, body: bytes) -> None:
        """Take in the books that somebody else has asked REST for; what is newer stays."""
        now = self._parts.clock.now()
        answer = self._understood(body, now)
        if answer is not None and not _is_ahead(answer, now):
            self._take_in(body, now)

    async def run(self) -> None:
        """Do what is due, for ever."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._once(group)
                await self._nap()

    def _once(self, group: asyncio.TaskGroup) -> None:
        now = self._parts.clock.now()
        books = self._parts.books
        if now - self._looked > STALLED:
            self.audit.overslept()
        self._looked = now
        if 0 < books.wake_at <= now:
            self._parts.engine.changed(books.wake(now))
        if step := self._steps.seen(now, self._parts.clock.wall()):
            self._clock_stepped(step, now)
        remedies = self.heal.due(now)
        self._apply(remedies)
        if remedies.fetch:
            fetched = remedies.fetch
            failed = partial(self.heal.failed, fetched)
            group.create_task(self._help(self._fetch(fetched), failed))
        if self._http is None:
            return
        turns = (self._poll_next, self._audit_next)
        for turn in reversed(turns) if self._polled else turns:
            turn(now, group)

    def _poll_next(self, now: Nanos, group: asyncio.TaskGroup) -> None:
        """Read the next books whose connection is down, if it is time."""
        if tokens := self.fallback.due(now):
            self._polled = True
            group.create_task(self._help(self._poll(tokens), self.fallback.failed))

    def _audit_next(self, now: Nanos, group: asyncio.TaskGroup) -> None:
        """Compare the next quiet books, if it is time."""
        if (ask := self.audit.due(now, self._look)) is not None:
            self._polled = False
            work = self._read(ask.tokens) if ask.tokens else self._rule(ask)
            group.create_task(self._help(work, self.audit.failed))

    async def _help(self, work: Awaitable[None], failed: Callable[[Nanos], object]) -> None:
        """Do something with REST; a fault of ours in it is told, and ends neither feed nor help."""
        try:
            await work
        except Exception:  # noqa: BLE001 - whatever it is, the feed goes on
            _log.exception("REST could not help, by a fault of this program; the feed goes on")
            failed(self._parts.clock.now())

    async def _nap(self) -> None:
        now = self._parts.clock.now()
        planned = [self.heal.wake_at(), self.fallback.wake_at()]
        planned += [self.audit.wake_at() if self._http is not None else None]
        wake_at = min((at for at in planned if at is not None), default=now + NS_PER_S)
        await asyncio.sleep(NAP_S)
        try:
            async with asyncio.timeout(min(max((wake_at - now) / NS_PER_S, 0), TICK_S)):
                await self._nudge.wait()
        except TimeoutError:
            pass
        self._nudge.clear()

    def _clock_stepped(self, step: int, now: Nanos) -> None:
        """Let latencies follow the wall clock; nothing else was ever timed by it."""
        offset = round(self._parts.config.clock_offset_ms * NS_PER_MS) - self._steps.total
        _log.warning("the clock of this machine was set by %+.3f s", step / NS_PER_S)
        self._parts.record(Kind.CLOCK_STEP, 0, now, pack_offset(offset))
        self._parts.books.set_clock_offset(offset)
        self._parts.engine.publish(ClockStepped(step, now))

    def _stop_proving(self, tokens: tuple[str, ...]) -> None:
        """Trust the venue's hash no more, and say so once."""
        now = self._parts.clock.now()
        shown = ", ".join(token[:8] for token in tokens)
        _log.error(
            "the venue's hash has changed (books %s): no book is proved by it any more", shown
        )
        self._parts.record(Kind.PROOF_OFF, 0, now, shown.encode())
        self._parts.books.stop_proving()
        self._parts.engine.publish(HashDrifted(tokens, now))

    def _look(self, token: str) -> View | None:
        return self._parts.books.view(token, 1)

    def _apply(self, remedies: Remedies) -> None:
        if remedies.resubscribe:
            self._links.resubscribe(remedies.resubscribe)
        given_up = self._doubt_links(remedies.move, "did not come though asked for again and again")
        for token in remedies.move:
            if self._links.link_of(token) not in given_up:
                self._links.move(token)

    def _doubt_links(self, tokens: Sequence[str], why: str) -> set[int]:
        """Give up the connections that fail too many of their books; return which."""
        given_up = set()
        for link, count in Counter(map(self._links.link_of, tokens)).items():
            if link is not None and count >= min(LINK_DOUBTED, len(self._links.tokens_of(link))):
                self._links.reconnect(link, f"{count} books {why}")
                given_up.add(link)
        return given_up

    async def _fetch(self, tokens: Sequence[str]) -> None:
        """Seed books by REST."""
        answer = await self._books(tokens)
        now = self._parts.clock.now()
        if answer is None:
            self.heal.failed(tokens, now)
            return
        self._take_in(answer.body, now)
        for event in self.heal.answered(tokens, answer.tokens, now):
            self._parts.engine.publish(event)

    async def _poll(self, tokens: Sequence[str]) -> None:
        """Read books whose connection is down."""
        answer = await self._books(tokens)
        now = self._parts.clock.now()
        if answer is None or _is_ahead(answer, now):
            self.fallback.failed(now)
        elif self.fallback.answered(tokens):
            self._take_in(answer.body, now)

    def _take_in(self, body: bytes, now: Nanos) -> None:
        """Fill books with what REST said."""
        self._parts.record(Kind.REST, 0, now, body)
        self._parts.engine.changed(self._parts.books.feed_rest(0, body, now))

    async def _read(self, tokens: Sequence[str]) -> None:
        """Compare books with REST."""
        answer = await self._books(tokens)
        now = self._parts.clock.now()
        if answer is None:
            self.audit.failed(now)
            return
        doubted = self.audit.answered(answer.readings, now, self._look)
        for token in doubted:
            cause = Cause.SILENT if token in answer.readings else Cause.NO_BOOK
            link = self._links.link_of(token) or 0
            self._parts.record(Kind.SUSPECT, link, now, pack_suspect(cause, token))
            self._parts.books.suspect(token, cause, now)
        if doubted:
            self._parts.engine.settle()
            silent = [token for token in doubted if token in answer.readings]
            self._doubt_links(silent, "are not what REST shows, and no data came")

    async def _rule(self, ask: Ask) -> None:
        """Tell the books what the stream does not carry of one market."""
        assert self._http is not None
        try:
            request = rest.market(self._parts.config.polymarket_clob_url, ask.market)
        except UnknownTokenError:  # A market of such a name has no rules.
            self.audit.ruled(ask.market)
            return
        try:
            status, body = await self._http.get(request.url)
            if status == _OK:
                self._tell_rules(rest.read_market(body))
        except FeedError:
            self.audit.failed(self._parts.clock.now())
            return
        if status == _OK or status in _CLIENT_ERRORS:
            self.audit.ruled(ask.market)
        else:
            self.audit.failed(self._parts.clock.now())

    def _tell_rules(self, found: rest.MarketRules) -> None:
        now = self._parts.clock.now()
        for token in found.tokens:
            link = self._links.link_of(token)
            if link is None:
                continue
            rules = Rules(token, found.min_order_size, found.tick_size, found.neg_risk)
            self._parts.record(Kind.RULES, link, now, pack_rules(rules))
            self._parts.books.set_rules(
                token, found.min_order_size, found.tick_size, found.neg_risk
            )

    async def _books(self, tokens: Sequence[str]) -> Answer | None:
        """Ask REST for books; None where it does not answer, or nonsense."""
        assert self._http is not None
        (request,) = rest.books(self._parts.config.polymarket_clob_url, tokens)
        try:
            status, body = await self._http.post(request.url, request.body)
        except FeedError:
            return None
        return self._understood(body, self._parts.clock.now()) if status == _OK else None

    def _understood(self, body: bytes, now: Nanos) -> Answer | None:
        """Read an answer with books of its own, so that a bad one harms nothing."""
        books = self._parts.books
        theirs = self._parts.core.new_books(prove=False, adopt=True)
        theirs.feed_rest(0, body, now)
        told = tuple(theirs.tracked())
        if not told and not theirs.counters().get("frames.ignored.empty"):
            return None
        readings: dict[str, Reading] = {}
        for token in told:
            view = theirs.view(token, 1)
            if view is not None and self._links.link_of(token) is not None:
                same = theirs.digest(token) == books.digest(token)
                readings[token] = Reading(same, view.venue_ns)
        return Answer(body, told, readings)


def _is_ahead(answer: Answer, now: Nanos) -> bool:
    """Whether a book of an answer is from the future."""
    return any(reading.venue_ns > now + FUTURE_NS for reading in answer.readings.values())
