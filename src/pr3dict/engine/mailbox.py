"""Mailboxes: what stands between the feed and a consumer that may be slow, or dead.

The feed puts, one consumer takes; neither waits for the other and they share no lock: one thread
writes and one thread reads, through a deque. Of a book only the fact that it changed is kept, so
the latest wins and a slow consumer reads fewer states of it, never older ones. Events are kept in
order up to a bound; what falls out at the old end shows as one `Lagged` in its place.
"""

import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import Final

from pr3dict.model.events import Event, Lagged

EVENTS_MAX: Final = 10_000
"""Events kept for a consumer that does not take them: some minutes of a busy market."""

Wake = Callable[[], object]
"""Wakes the consumer. Called on the feed's thread, once until the consumer answers."""


class Bell:
    """Rings once, however often it is struck, until the consumer says it is awake.

    The consumer calls `awake` *before* it takes: whatever is put after that rings again.
    """

    def __init__(self, wake: Wake) -> None:
        self._wake = wake
        self._rung = False

    def strike(self) -> None:
        """Wake the consumer unless that is under way."""
        if not self._rung:
            self._rung = True
            self._wake()

    def awake(self) -> None:
        """Tell that the consumer is about to take."""
        self._rung = False


class BookMailbox:
    """Tokens whose book changed, each at most once: updates of one book are conflated."""

    def __init__(self, wake: Wake, tokens: Collection[str] | None = None) -> None:
        self.bell = Bell(wake)
        self._wanted = None if tokens is None else frozenset(tokens)
        self._waiting: set[str] = set()
        self._queue: deque[str] = deque()
        self.conflated = 0
        """Changes that found their token waiting already."""

    def put(self, tokens: Sequence[str]) -> None:
        """Note that these books changed."""
        waiting, wanted = self._waiting, self._wanted
        for token in tokens:
            if token in waiting:
                self.conflated += 1
            elif wanted is None or token in wanted:
                waiting.add(token)
                self._queue.append(token)
        if self._queue:
            self.bell.strike()

    def take(self) -> str | None:
        """Return the token that has waited longest, or None.

        Read its book after this: a change from here on puts the token in again.
        """
        try:
            token = self._queue.popleft()
        except IndexError:
            return None
        self._waiting.discard(token)
        return token

    def __len__(self) -> int:
        return len(self._queue)


class EventMailbox:
    """Events in order; when the consumer is too slow the oldest fall out and are counted."""

    def __init__(
        self,
        wake: Wake,
        wanted: Callable[[Event], bool] | None = None,
        size_max: int = EVENTS_MAX,
    ) -> None:
        assert size_max > 0
        self.bell = Bell(wake)
        self._wanted = wanted
        self._queue: deque[tuple[int, Event]] = deque(maxlen=size_max)
        self._number = 0
        self._next = 0
        self._held: Event | None = None
        self._told = 0
        """Events that fell out, as far as the consumer has been told."""
        self._taking = threading.RLock()
        """Between who takes and who asks what fell out; the feed never waits for it."""

    @property
    def dropped(self) -> int:
        """Events that fell out so far; on any thread."""
        with self._taking:
            try:
                oldest, _ = self._queue[0]
            except IndexError:  # nothing falls out of what is not full
                return self._told
            return self._told + oldest - self._next

    def put(self, events: Sequence[Event]) -> None:
        """Add events; where the mailbox is full the oldest fall out."""
        for event in events:
            if self._wanted is None or self._wanted(event):
                self._queue.append((self._number, event))
                self._number += 1
        if self._queue:
            self.bell.strike()

    def take(self) -> Event | None:
        """Return the oldest event, or `Lagged` where some fell out before it, or None."""
        if self._held is not None:
            event, self._held = self._held, None
            return event
        with self._taking:
            try:
                number, event = self._queue.popleft()
            except IndexError:
                return None
            missing, self._next = number - self._next, number + 1
            self._told += missing
        if not missing:
            return event
        self._held = event
        return Lagged(missing)

    def __len__(self) -> int:
        return len(self._queue) + (self._held is not None)
