"""The engine: after each frame it tells taps and mailboxes what changed, and never waits.

It runs on the feed's thread between two frames. A tap is called first, as part of the feed, so
its time is the feed's time; everyone else (mailboxes, sinks) only notes what there is to fetch.
Nothing that a consumer does reaches the feed: what raises is counted (`SystemExit` too, and a
`CancelledError`: nobody awaits here, so it is the callback's own), and a tap that raises three
times in a row is detached and told as `TapDetached`.
"""

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from pr3dict.core import BOOKS, EVENTS
from pr3dict.model.events import Event, FeedLost, StateChanged
from pr3dict.ports import Sink

TAP_FAILURES_MAX: Final = 3
"""A tap that raises as often in a row is detached: it slows the feed and does no work."""

OnBooks = Callable[[tuple[str, ...]], object]
"""Called with the tokens whose books the frame changed; reads them with `Books.top` or `view`."""

OnEvents = Callable[[Sequence[Event]], object]
"""Called with what happened, in order."""

_log = logging.getLogger(__name__)


class TapDetached(Event, frozen=True, gc=False):
    """A tap raised three times in a row and is called no more."""

    tap: str
    error: str


class Changing(Protocol):
    """What the engine asks after a frame: `Books`, or streams that keep none."""

    def touched(self) -> tuple[str, ...]:
        """Return the tokens whose books changed since the last call."""

    def take(self) -> Sequence[Event]:
        """Return what happened since the last call, in order."""


class Engine:
    """Tells everyone what the last frame changed.

    `changed`, `settle` and `publish` are called on the feed's thread, the rest on any.
    """

    def __init__(self, books: Changing) -> None:
        self._books = books
        self._lock = threading.Lock()
        self._leaving: deque[OnBooks | OnEvents] = deque()
        self._taps: tuple[OnBooks, ...] = ()
        self._on_books: tuple[OnBooks, ...] = ()
        """The taps, then everyone else: a frame walks one tuple."""
        self._on_events: tuple[OnEvents, ...] = ()
        self._touched = books.touched
        self._in_a_row: dict[int, int] = {}
        """Failures since the last success, by identity of what raised."""
        self._logged: set[tuple[str, type[BaseException]]] = set()
        self.events: Counter[str] = Counter()
        """Events told, by name."""
        self.failures: Counter[str] = Counter()
        """Exceptions of those who were told, by the name of what raised."""

    def changed(self, flags: int) -> None:
        """Tell what the last call of feed, feed_rest or wake changed: once a frame, so in line."""
        if flags & BOOKS and (told := self._on_books):
            tokens = self._touched()
            for tell in told:
                try:
                    tell(tokens)
                except BaseException as error:  # noqa: BLE001 - whoever is told may raise anything
                    self._failed(tell, error)
                else:
                    if self._in_a_row:
                        self._in_a_row.pop(id(tell), None)
        if flags & EVENTS:
            self._tell_events(self._books.take())

    def settle(self) -> None:
        """Tell what a call without flags changed: open_link, close_link, suspect."""
        events = self._books.take()
        tokens = tuple(dict.fromkeys(token for event in events for token in _tokens_of(event)))
        for tell in self._on_books if tokens else ():
            try:
                tell(tokens)
            except BaseException as error:  # noqa: BLE001 - likewise
                self._failed(tell, error)
        if events:
            self._tell_events(events)

    def publish(self, event: Event) -> None:
        """Tell an event that does not come from the books."""
        self._tell_events((event,))

    def tap(self, call: OnBooks) -> None:
        """Call this after each frame that changed a book, before all others."""
        with self._lock:
            self._on_books = (*self._taps, call, *self._on_books[len(self._taps) :])
            self._taps = (*self._taps, call)
        self._let_go()

    def on_books(self, call: OnBooks) -> None:
        """Call this with the tokens that a frame changed."""
        with self._lock:
            self._on_books = (*self._on_books, call)
        self._let_go()

    def on_events(self, call: OnEvents) -> None:
        """Call this with the events of a frame, in order."""
        with self._lock:
            self._on_events = (*self._on_events, call)
        self._let_go()

    def leave(self, call: OnBooks | OnEvents) -> None:
        """Call this no more; nothing happens if it was not called.

        It never waits: a finalizer calls it in the middle of anything, also of a change here.
        """
        self._leaving.append(call)
        self._let_go()

    def attach(self, sink: Sink) -> None:
        """Tell this sink of books and events from the next frame on."""
        self.on_books(sink.books)
        self.on_events(sink.events)

    def detach(self, sink: Sink) -> None:
        """Tell this sink no more."""
        self.leave(sink.books)
        self.leave(sink.events)

    def _let_go(self) -> None:
        """Drop those who leave; where a change is under way, whoever makes it does so after it."""
        while self._leaving and self._lock.acquire(blocking=False):
            try:
                while self._leaving:
                    self._drop(self._leaving.popleft())
            finally:
                self._lock.release()

    def _drop(self, call: OnBooks | OnEvents) -> None:
        self._taps = tuple(held for held in self._taps if held != call)
        self._on_books = tuple(held for held in self._on_books if held != call)
        self._on_events = tuple(told for told in self._on_events if told != call)

    def _tell_events(self, events: Sequence[Event]) -> None:
        for event in events:
            self.events[type(event).__name__] += 1
        for tell in self._on_events:
            try:
                tell(events)
            except BaseException as error:  # noqa: BLE001 - whoever is told may raise anything
                self._failed(tell, error)

    def _failed(self, tell: Any, error: BaseException) -> None:  # noqa: ANN401 - any callable
        name = getattr(tell, "__qualname__", repr(tell))
        self.failures[name] += 1
        if (name, type(error)) not in self._logged:
            self._logged.add((name, type(error)))
            _log.exception("%s raised; more of this kind are counted only", name, exc_info=error)
        if tell not in self._taps:
            return
        times = self._in_a_row[id(tell)] = self._in_a_row.get(id(tell), 0) + 1
        if times == TAP_FAILURES_MAX:
            del self._in_a_row[id(tell)]
            self.leave(tell)
            self.publish(TapDetached(name, f"{type(error).__name__}: {error}"))


def _tokens_of(event: Event) -> tuple[str, ...]:
    """Return the books whose state this event tells a change of."""
    if isinstance(event, StateChanged):
        return (event.token,)
    return event.tokens if isinstance(event, FeedLost) else ()
