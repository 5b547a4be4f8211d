"""How a book that cannot be trusted is made whole again. Pure: events and `now` in, remedies out.

A SUSPECT book is asked for anew on its own connection, after a grace that depends on the cause;
when no snapshot comes it is read by REST; after three rounds it moves to another connection. A
book that stays SYNCING was asked for and not delivered: it is read by REST first. A book that falls
ill again and again though REST cured it moves as well: its connection is mute. Waits double
from round to round, a book that falls ill again soon after a cure waits longer before it is
treated (not one that was told whole and is wrong at once: that was no cure), and REST is asked at
most once a second: a venue in trouble is not stormed.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

import msgspec

from pr3dict.model.events import BookReset, Event, FeedLost, FeedOpened, ProofFailed, StateChanged
from pr3dict.model.states import BookState, Cause, Source
from pr3dict.model.units import NS_PER_S

GRACE_NS: Final = {Cause.TICK: NS_PER_S, Cause.UNPARSABLE: NS_PER_S}
"""How long a book may prove itself again before it is asked for anew; none for other causes."""
PATIENCE_NS: Final = 5 * NS_PER_S
"""How long a remedy may take to work, in the first round."""
WAIT_NS_MAX: Final = 8 * NS_PER_S
"""No wait between two remedies, or two attempts of REST in trouble, is longer (but for the patience
itself): a book would be distrusted, or a silent loss not found, long after the trouble is over."""
ROUNDS_MAX: Final = 3
"""Rounds on one connection before the book moves to another."""
RELAPSE_NS: Final = 60 * NS_PER_S
"""A book that falls ill this soon after a cure is treated later than at once."""
FETCH_MAX: Final = 50
"""Books in one REST request: about 200 KB of answer."""
NO_BOOK_NS: Final = 60 * NS_PER_S
"""A token without a book at the venue is looked for again this much later."""

_RESUBSCRIBE, _FETCH = 0, 1


class Budget:
    """At most one REST request at a time, and one in each `every_ns`; fewer after failures."""

    def __init__(self, every_ns: int = NS_PER_S) -> None:
        self._every_ns = every_ns
        self._failures = 0
        self._in_flight = False
        self._free_at = 0

    def free_at(self) -> int | None:
        """Return when the next request may go out; None while one is under way."""
        return None if self._in_flight else self._free_at

    def ready(self, now: int) -> bool:
        """Whether a request may go out now."""
        return not self._in_flight and now >= self._free_at

    def spend(self, now: int) -> None:
        """Tell that a request goes out."""
        self._in_flight = True
        self._free_at = now + self._every_ns

    def answered(self) -> None:
        """Tell that it was answered."""
        self._in_flight = False
        self._failures = 0

    def failed(self, now: int) -> None:
        """Tell that it was not answered, or refused: the next one waits twice as long."""
        self._in_flight = False
        self._failures += 1
        wait = min(self._every_ns << min(self._failures, 16), WAIT_NS_MAX)
        self._free_at = now + max(wait, self._every_ns)


class Remedies(msgspec.Struct):
    """What to do now. A token is in at most one of the lists."""

    resubscribe: list[str] = []
    fetch: list[str] = []
    """One REST request; `answered` or `failed` must follow."""
    move: list[str] = []


class _Case(msgspec.Struct):
    """A book under treatment, or one that was cured a short while ago (`due` is 0)."""

    step: int
    """Even steps resubscribe, odd ones fetch; two are a round."""
    due: int
    relapses: int = 0
    cured_ns: int = 0
    spared: int = 0
    """When it was to be asked for anew, had the cure not come before."""
    opening: bool = False
    """It waits for its first book and was never ill: when that comes, nothing was cured."""
    undelivered: int = 0
    """Cures in a row that REST brought, and not the connection that should have."""


class Heal:
    """Treats books by the events of the core.

    `rest` tells whether REST can be asked at all, `tokens_of` which tokens a link carries.
    """

    def __init__(
        self,
        budget: Budget,
        tokens_of: Callable[[int], Iterable[str]],
        *,
        rest: bool,
        patience_ns: int = PATIENCE_NS,
    ) -> None:
        self._budget = budget
        self._tokens_of = tokens_of
        self._rest = rest
        self._patience_ns = patience_ns
        self._closed: set[str] = set()
        self._cases: dict[str, _Case] = {}
        self._timers: list[tuple[int, str]] = []
        self._queue: dict[str, None] = {}
        self.no_book: set[str] = set()
        """Tokens for which the venue said that it has no book."""
        self.counters: Counter[str] = Counter()

    def heard(self, events: Sequence[Event]) -> None:
        """Learn from the events of the core which books fell ill and which got well."""
        for event in events:
            if isinstance(event, StateChanged):
                self._state_changed(event)
            elif isinstance(event, BookReset):
                self._filled(event)
            elif isinstance(event, ProofFailed):
                self._refuted(event)
            elif isinstance(event, FeedOpened):
                self.asked_for(self._tokens_of(event.link), event.local_ns)
            elif isinstance(event, FeedLost):
                for token in event.tokens:
                    self._dismiss(token)

    def asked_for(self, tokens: Iterable[str], now: int) -> None:
        """Wait for the books of these tokens: they were subscribed on an open connection."""
        for token in tokens:
            if token not in self._closed:
                if token not in self._cases:
                    self._cases[token] = _Case(_FETCH, 0, opening=True)
                self._plan(token, self._case(token, now), _FETCH, now + self._patience_ns)

    def forget(self, token: str) -> None:
        """Tell that a token is tracked no more."""
        self._dismiss(token)
        self._closed.discard(token)

    def ill(self) -> int:
        """Return how many books are under treatment; on any thread."""
        return sum(1 for case in list(self._cases.values()) if case.due)

    def due(self, now: int) -> Remedies:
        """Return what is to be done by now."""
        remedies = Remedies()
        while self._timers and self._timers[0][0] <= now:
            due, token = heapq.heappop(self._timers)
            case = self._cases.get(token)
            if case is not None and case.due == due:
                self._treat(token, case, remedies, now)
        if self._queue and self._budget.ready(now):
            self._budget.spend(now)
            remedies.fetch = list(self._queue)[:FETCH_MAX]
            for token in remedies.fetch:
                del self._queue[token]
            self.counters["fetched"] += len(remedies.fetch)
        return remedies

    def wake_at(self) -> int | None:
        """Return when `due` will have something to do; None if nothing is planned."""
        self._drop_dead_timers()
        times = [self._timers[0][0]] if self._timers else []
        if self._queue and (free_at := self._budget.free_at()) is not None:
            times.append(free_at)
        return min(times, default=None)

    def answered(self, asked: Sequence[str], found: Collection[str], now: int) -> list[Event]:
        """Hear what REST said; return the event that tells of each token without a book.

        Called after the answer was fed to the books: what it cured is cured already.
        """
        self._budget.answered()
        news: list[Event] = []
        for token in asked:
            case = self._cases.get(token)
            if token in found or case is None or not case.due:
                continue
            self._plan(token, case, _FETCH, now + NO_BOOK_NS)
            if token not in self.no_book:
                self.no_book.add(token)
                self.counters["no_book"] += 1
                news.append(_no_book(token, now))
        return news

    def failed(self, asked: Sequence[str], now: int) -> None:
        """REST did not answer: the same tokens are asked for again when the budget allows."""
        self._budget.failed(now)
        self.counters["fetch_failed"] += 1
        self._queue.update(dict.fromkeys(token for token in asked if self._treated(token)))

    def _dismiss(self, token: str) -> None:
        self._cases.pop(token, None)
        self._queue.pop(token, None)
        self.no_book.discard(token)

    def _state_changed(self, event: StateChanged) -> None:
        token, now = event.token, event.local_ns
        if event.now == BookState.LIVE:
            self._cure(token, now)
        elif event.now == BookState.SUSPECT:
            self._admit(token, Cause(event.cause), now)
        elif event.now == BookState.SYNCING:
            self.asked_for((token,), now)
        else:
            self._dismiss(token)
            if event.now == BookState.CLOSED:
                self._closed.add(token)

    def _admit(self, token: str, cause: Cause, now: int) -> None:
        case = self._case(token, now)
        if case.due:
            return
        if case.spared and case.cured_ns == now:
            self.counters["cured"] -= 1
            self._plan(token, case, case.step, case.spared)
            return
        grace = GRACE_NS.get(cause, 0)
        if case.cured_ns:
            case.relapses += 1
            grace = max(grace, min(NS_PER_S << min(case.relapses, 16), WAIT_NS_MAX))
        turn = min(case.undelivered, ROUNDS_MAX)  # REST must not hide a connection that is mute
        self._plan(token, case, 2 * turn + _RESUBSCRIBE, now + grace)

    def _cure(self, token: str, now: int) -> None:
        self.no_book.discard(token)
        self._queue.pop(token, None)
        case = self._cases.get(token)
        if case is not None and case.opening:
            del self._cases[token]
        elif case is not None and case.due:
            case.spared = case.due if case.step % 2 == _RESUBSCRIBE else 0
            case.due, case.cured_ns = 0, now
            self.counters["cured"] += 1

    def _refuted(self, event: ProofFailed) -> None:
        """Ask sooner: the stream speaks of the book again, so what was asked in vain may come."""
        self._sooner(event.token, event.local_ns + WAIT_NS_MAX)

    def _filled(self, event: BookReset) -> None:
        case = self._cases.get(event.token)
        if case is None:
            return
        is_rest = event.source == Source.REST
        case.undelivered = case.undelivered + 1 if is_rest else 0
        if is_rest:  # it has a book and no stream: the doubled waits are for one that has neither
            self._sooner(event.token, event.gap_to_ns + PATIENCE_NS)

    def _sooner(self, token: str, soon: int) -> None:
        """Ask for a book under treatment anew by then, if it was to wait for longer."""
        case = self._cases.get(token)
        if case is not None and case.due > soon:
            self._plan(token, case, 2 * (case.step // 2), soon)

    def _case(self, token: str, now: int) -> _Case:
        """Return the case of a token, a new one where the last cure lies long enough back."""
        case = self._cases.get(token)
        if case is None or (case.cured_ns and now - case.cured_ns > RELAPSE_NS):
            case = self._cases[token] = _Case(_RESUBSCRIBE, 0)
        return case

    def _treat(self, token: str, case: _Case, remedies: Remedies, now: int) -> None:
        case.opening = False
        turn, kind = divmod(case.step, 2)
        wait = min(self._patience_ns << min(turn, 16), max(self._patience_ns, WAIT_NS_MAX))
        if turn >= ROUNDS_MAX:
            remedies.move.append(token)
            self.counters["moved"] += 1
            self._plan(token, case, _FETCH, now + wait)
            return
        if kind == _RESUBSCRIBE:
            remedies.resubscribe.append(token)
            self.counters["resubscribed"] += 1
        elif self._rest:
            self._queue[token] = None
        else:
            wait = 0
        self._plan(token, case, case.step + 1, now + wait)
        if not wait:
            self._treat(token, case, remedies, now)

    def _plan(self, token: str, case: _Case, step: int, due: int) -> None:
        case.step, case.due, case.cured_ns = step, due, 0
        heapq.heappush(self._timers, (due, token))
        if len(self._timers) > 64 + 4 * len(self._cases):  # a book that flaps leaves dead timers
            alive = [(case.due, token) for token, case in self._cases.items() if case.due]
            self._timers = sorted(alive)

    def _treated(self, token: str) -> bool:
        case = self._cases.get(token)
        return case is not None and case.due > 0

    def _drop_dead_timers(self) -> None:
        while self._timers:
            due, token = self._timers[0]
            case = self._cases.get(token)
            if case is not None and case.due == due:
                return
            heapq.heappop(self._timers)


def _no_book(token: str, now: int) -> StateChanged:
    """Return the event that says: asked for, and the venue knows no such book."""
    return StateChanged(token, BookState.SYNCING, BookState.SYNCING, Cause.NO_BOOK, now)
