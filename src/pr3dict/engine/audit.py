"""Quiet books are compared with REST, for a silent stream looks like a quiet market.

Pure: what a book says, what REST says and `now` in, doubts out. One difference proves nothing:
REST may be ahead by what is on its way to us, and it has shown ghosts. A book is doubted only
when REST differs twice, each time no older than the book, with no data from the stream in between;
or when it knows no such book any more, twice.
A book whose hash cannot be recomputed is read in its turn even while data comes, for nothing else
would show a level that was lost; it must not change while REST answers, but may between two reads.

The same reads bring the fields that the stream lacks (minimum order size, negative risk, tick)
for books whose hash cannot be recomputed without them, once a token.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from pr3dict.core import View
from pr3dict.engine.heal import FETCH_MAX, Budget
from pr3dict.model.events import Event, FeedLost, StateChanged
from pr3dict.model.states import BookState, Proof
from pr3dict.model.units import NS_PER_S

AUDIT_EVERY_NS: Final = 15 * NS_PER_S
"""A book is read by REST after so long without data or proof."""
SECOND_READ_NS: Final = 2 * NS_PER_S
"""The second read comes this much later: longer than frames are normally on their way."""
FIRST_LOOK_NS: Final = 2 * NS_PER_S
"""After so long a new book should be proved; if it cannot be, REST is asked for its rules."""

Look = Callable[[str], View | None]
"""Reads a book: `Books.view` with a depth of 1."""


class Reading(msgspec.Struct, frozen=True):
    """What REST said of one token."""

    same: bool
    """Whether the content equals that of our book, level by level."""
    venue_ns: int


class Ask(msgspec.Struct, frozen=True):
    """One REST request: the books of some tokens, or the rules of a market."""

    tokens: tuple[str, ...] = ()
    """`answered` or `failed` must follow."""
    market: str = ""
    """`ruled` or `failed` must follow."""


class Audit:
    """Chooses the books to compare and judges the answers. One request at a time."""

    def __init__(self, budget: Budget, *, every_ns: int = AUDIT_EVERY_NS) -> None:
        self._budget = budget
        self._every_ns = every_ns
        self._timers: list[tuple[int, str]] = []
        self._due: dict[str, int] = {}
        self._quiet: dict[str, None] = {}
        """Tokens whose turn has come."""
        self._unruled: dict[str, set[str]] = {}
        """Markets whose rules are wanted, and by which tokens."""
        self._ruled: set[str] = set()
        """Tokens whose rules were told: what is still unverified then stays so."""
        self._versions: dict[str, int] = {}
        """What was asked for, and the version of the book then."""
        self._read: dict[str, int] = {}
        """When each LIVE book was asked for last, or became LIVE."""
        self._doubts: dict[str, int] = {}
        """Books that differed once, and the version that did."""
        self.counters: Counter[str] = Counter()

    def heard(self, events: Sequence[Event]) -> None:
        """Learn which books are LIVE: only those are audited."""
        for event in events:
            if isinstance(event, StateChanged):
                if event.now == BookState.LIVE:
                    self._read[event.token] = event.local_ns
                    self._plan(event.token, event.local_ns + min(FIRST_LOOK_NS, self._every_ns))
                else:
                    self._leave(event.token)
            elif isinstance(event, FeedLost):
                for token in event.tokens:
                    self._leave(token)

    def forget(self, token: str) -> None:
        """Tell that a token is tracked no more."""
        self._leave(token)
        self._ruled.discard(token)

    def due(self, now: int, look: Look) -> Ask | None:
        """Return what to ask REST now, if anything."""
        if not self._budget.ready(now):
            return None
        self._look_at_due(now, look)
        if self._unruled:
            self._budget.spend(now)
            return Ask(market=next(iter(self._unruled)))
        for token in list(self._quiet)[:FETCH_MAX]:
            del self._quiet[token]
            if (view := look(token)) is not None:
                self._versions[token] = view.version
                self._read[token] = now
        if not self._versions:
            return None
        self._budget.spend(now)
        self.counters["asked"] += len(self._versions)
        return Ask(tokens=tuple(self._versions))

    def wake_at(self) -> int | None:
        """Return when `due` may have something to ask; None while it cannot."""
        while self._timers and self._due.get(self._timers[0][1]) != self._timers[0][0]:
            heapq.heappop(self._timers)
        free_at = self._budget.free_at()
        if free_at is None:
            return None
        if self._unruled or self._quiet:
            return free_at
        return max(self._timers[0][0], free_at) if self._timers else None

    def answered(self, readings: Mapping[str, Reading], now: int, look: Look) -> list[str]:
        """Hear what REST said of the tokens asked for; return those that are to be SUSPECT."""
        self._budget.answered()
        versions, self._versions = self._versions, {}
        doubted = []
        for token, version in versions.items():
            reading, view = readings.get(token), look(token)
            if view is None or token not in self._due:
                continue
            if reading is None:
                self.counters["missing"] += 1
                if view.version == version and self._wrong_again(token, view, now):
                    doubted.append(token)
            elif self._differs_again(token, reading, view, version, now):
                doubted.append(token)
        return doubted

    def ruled(self, market: str) -> None:
        """Tell that the rules of a market are known: it is not asked for again."""
        self._budget.answered()
        self._ruled |= self._unruled.pop(market, set())
        self.counters["ruled"] += 1

    def failed(self, now: int) -> None:
        """REST did not answer; what was asked for comes again in its turn."""
        self._budget.failed(now)
        self._unruled.clear()
        self._versions = {}
        self.counters["failed"] += 1

    def overslept(self) -> None:
        """Doubt nothing by what was read before this process stood still, or meanwhile.

        What the stream told in that time is still to be read, and REST may be ahead by all of it.
        """
        self.counters["overslept"] += 1
        self._versions = dict.fromkeys(self._versions, -1)  # no book is at that version
        self._doubts.clear()

    def _look_at_due(self, now: int, look: Look) -> None:
        while self._timers and self._timers[0][0] <= now:
            due, token = heapq.heappop(self._timers)
            view = look(token) if self._due.get(token) == due else None
            if view is None:
                continue
            if view.proof == Proof.UNVERIFIED and token not in self._ruled:
                self._unruled.setdefault(view.market, set()).add(token)
            again = self._again(token, view)
            if again <= now:
                self._quiet[token] = None
            self._plan(token, now + self._every_ns if again <= now else again)

    def _leave(self, token: str) -> None:
        """Audit a token no more: it is not LIVE."""
        self._due.pop(token, None)
        self._read.pop(token, None)
        self._quiet.pop(token, None)
        self._doubts.pop(token, None)

    def _again(self, token: str, view: View) -> int:
        """Return when this book is to be read; a time that has passed means now."""
        if self._doubts.get(token) == view.version or (token in self._doubts and _is_blind(view)):
            return 0
        if _is_blind(view):
            return self._read[token] + self._every_ns
        return max(view.local_ns, view.verified_ns) + self._every_ns

    def _differs_again(
        self, token: str, reading: Reading, view: View, version: int, now: int
    ) -> bool:
        if view.version != version:
            self.counters["overtaken"] += 1
            if _is_blind(view):
                self._plan(token, now + SECOND_READ_NS)
                self._read[token] = now + SECOND_READ_NS - self._every_ns
            return False
        if reading.same:
            self._doubts.pop(token, None)
            self.counters["agreed"] += 1
            return False
        if reading.venue_ns < view.venue_ns:
            self.counters["older"] += 1
            return False
        return self._wrong_again(token, view, now)

    def _wrong_again(self, token: str, view: View, now: int) -> bool:
        """Note that REST contradicts a book; tell whether it did so twice."""
        before = self._doubts.get(token)
        if before == view.version or (before is not None and _is_blind(view)):
            del self._doubts[token]
            self.counters["doubted"] += 1
            return True
        self._doubts[token] = view.version
        self.counters["differed"] += 1
        self._plan(token, now + SECOND_READ_NS)
        return False

    def _plan(self, token: str, due: int) -> None:
        if self._due.get(token) != due:
            self._due[token] = due
            heapq.heappush(self._timers, (due, token))
        if len(self._timers) > 64 + 4 * len(self._due):  # a book that flaps leaves dead timers
            self._timers = sorted((due, token) for token, due in self._due.items())


def _is_blind(view: View) -> bool:
    """Whether no hash speaks for the content of a book."""
    return view.proof in {Proof.UNVERIFIED, Proof.OFF}
