"""Books whose connection is down are read by REST until it is back. Pure: events and `now` in.

They stay STALE, for nothing is delivered; but what they hold is no older than the last answer, and
their source says where it is from. The stream takes over with its next snapshot.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from pr3dict.engine.heal import FETCH_MAX, Budget
from pr3dict.model.events import Event, FeedLost, FeedOpened, StateChanged
from pr3dict.model.states import BookState
from pr3dict.model.units import NS_PER_S

FALLBACK_EVERY_NS: Final = 2 * NS_PER_S
"""A book is read this often; the first time this long after the loss, which most losses are not."""


class Fallback:
    """Which books to ask REST for, and when.

    `tokens_of` tells which tokens a link carries. `every_ns` 0: none is ever asked for.
    """

    def __init__(
        self,
        budget: Budget,
        tokens_of: Callable[[int], Iterable[str]],
        *,
        every_ns: int = FALLBACK_EVERY_NS,
    ) -> None:
        self._budget = budget
        self._tokens_of = tokens_of
        self._every_ns = every_ns
        self._due: dict[str, int] = {}
        """When each is due; all wait equally long, so the first is the next."""
        self.counters: Counter[str] = Counter()

    def heard(self, events: Sequence[Event]) -> None:
        """Learn from the events of the core which connections are down."""
        for event in events:
            if isinstance(event, FeedLost):
                self.down(event.tokens, event.local_ns)
            elif isinstance(event, FeedOpened):
                for token in self._tokens_of(event.link):
                    self.forget(token)
            elif isinstance(event, StateChanged) and event.now != BookState.STALE:
                self.forget(event.token)

    def down(self, tokens: Iterable[str], now: int) -> None:
        """Tell that no connection delivers these."""
        if self._every_ns:
            for token in tokens:
                self._due.setdefault(token, now + self._every_ns)

    def forget(self, token: str) -> None:
        """Tell that a token is delivered again, or wanted no more."""
        self._due.pop(token, None)

    def down_now(self) -> int:
        """Return how many books are read in this way; on any thread."""
        return len(self._due)

    def due(self, now: int) -> list[str]:
        """Return the tokens of one REST request, which `answered` or `failed` must follow."""
        if not self._due or not self._budget.ready(now):
            return []
        asked = [token for token, due in list(self._due.items())[:FETCH_MAX] if due <= now]
        if asked:
            self._budget.spend(now)
            self.counters["asked"] += len(asked)
            for token in asked:  # to the end of the row
                del self._due[token]
                self._due[token] = now + self._every_ns
        return asked

    def wake_at(self) -> int | None:
        """Return when `due` will have something to ask; None while it cannot."""
        free_at = self._budget.free_at()
        if not self._due or free_at is None:
            return None
        return max(next(iter(self._due.values())), free_at)

    def answered(self, asked: Sequence[str]) -> bool:
        """Hear that REST answered; tell whether its books may be taken in.

        They may not once the connection of one of them is back: what it delivers is to come first.
        """
        self._budget.answered()
        still = all(token in self._due for token in asked)
        self.counters["read" if still else "overtaken"] += len(asked)
        return still

    def failed(self, now: int) -> None:
        """Hear that REST did not answer; what was asked for comes again in its turn."""
        self._budget.failed(now)
        self.counters["failed"] += 1
