"""A running system: the feed on a thread and a loop of its own, and the way in for other threads.

Whatever a user's code does on its own loop or threads, the feed goes on. Reads go straight to the
books; what changes the feed is handed to its loop. `stop` leaves within two seconds, with every
file closed, even if something on the feed's thread never returns.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, TypeVar

from pr3dict.app.events import FeedFailed, TapeHalted
from pr3dict.app.feed import Feed
from pr3dict.app.guard import shared
from pr3dict.app.parts import Parts
from pr3dict.app.recording import both, tape
from pr3dict.app.worker import START_S, Worker
from pr3dict.app.world import real
from pr3dict.config import Config
from pr3dict.core import load
from pr3dict.engine.awaited import Awaited
from pr3dict.engine.engine import Engine
from pr3dict.engine.history import TradeHistory
from pr3dict.model.events import Event
from pr3dict.model.links import LinkStatus
from pr3dict.model.units import NS_PER_MS
from pr3dict.net.clock import SystemClock
from pr3dict.ports import Clock, Recorder
from pr3dict.tape.writer import TapeWriter
from pr3dict.venues.polymarket import rules

STOP_S: Final = 1.0
"""How long the feed's thread may take to say goodbye; what is left is for the tape."""

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class System:
    """Books, engine, connections and tape, built from settings. Start it once, stop it once."""

    def __init__(
        self, config: Config, *, record: str | Path | None = None, clock: Clock | None = None
    ) -> None:
        """Build what can be read before anything runs.

        `record`: a directory for the tape. Raises `CoreUnavailable`.
        """
        self.config: Final = config
        self.clock: Final = clock or SystemClock()
        self.core: Final = load(config.core)
        self.books: Final = shared(self.core, self.core.new_books(prove=config.prove))
        self.books.set_clock_offset(round(config.clock_offset_ms * NS_PER_MS))
        self.engine: Final = Engine(self.books)
        self.history: Final = TradeHistory(config.max_trade_history)
        self.tape: TapeWriter | None = None
        self.ear: Recorder | None = None
        """Hears what a tape would hear, on the feed's thread; set it before the start."""
        self._directory = None if record is None else Path(record)
        self.feed: Feed | None = None
        """What lives on the feed's loop; None before the start."""
        self._worker = Worker("the feed", "pr3dict-feed", self._live, self._failed, self.stop)

    @property
    def live(self) -> bool:
        """Whether this is a feed from a venue, and no replay."""
        return True

    @property
    def running(self) -> bool:
        """Whether the feed's thread runs."""
        return self._worker.running

    @property
    def failure(self) -> BaseException | None:
        """Why the feed ended by a fault of this program; None: it did not."""
        return self._worker.failure

    def start(self) -> None:
        """Open the tape, start the thread and return when the feed takes commands.

        Raises `TapeError`, `MissingExtra`.
        """
        if self._directory is not None:
            self.tape = self._record(self._directory)
        self._worker.start()

    def stop(self, timeout_s: float = STOP_S) -> None:
        """Close connections and files. Call it from any thread but the feed's; again: nothing."""
        if not self._worker.end(lambda: self._feed().end(), timeout_s):
            return
        if self.tape is not None:
            self.tape.close(self._end())

    def subscribe(self, tokens: Sequence[str]) -> Future[None]:
        """Want these tokens once more. Raises `UnknownTokenError` at once."""
        wanted = [rules.token_id(token) for token in tokens]
        return self.call(lambda feed: feed.subscribe(wanted))

    def unsubscribe(self, tokens: Sequence[str]) -> Future[None]:
        """Want these tokens once less."""
        wanted = list(tokens)
        return self.call(lambda feed: feed.unsubscribe(wanted))

    def wait_for(self, tokens: Sequence[str]) -> Awaited:
        """Return what is done when each of these has a book, or is known to have none."""
        return self.call(lambda feed: feed.wait_for(tokens)).result(START_S)

    def publish(self, event: Event) -> None:
        """Tell an event to everyone who listens, on the feed's thread."""
        self.call(lambda _: self.engine.publish(event))

    def call(self, what: Callable[[Feed], _T]) -> Future[_T]:
        """Do something on the feed's loop; raises `FeedError` when it does not run."""
        return self._worker.call(lambda: what(self._feed()))

    def statuses(self) -> list[LinkStatus]:
        """Return what is known of each connection."""
        return [] if self.feed is None else self.feed.statuses()

    def has_no_book(self, token: str) -> bool:
        """Whether the venue said that it has no book for this token."""
        return self.feed is not None and token in self.feed.keeper.heal.no_book

    def _feed(self) -> Feed:
        assert self.feed is not None, "commands are taken once there is a feed"
        return self.feed

    def _failed(self, cause: BaseException) -> None:
        self.engine.publish(FeedFailed(f"{type(cause).__name__}: {cause}"))

    async def _live(self) -> None:
        recorder = both(self.tape, self.ear)
        parts = Parts(self.config, self.core, self.books, self.engine, self.clock, recorder)
        world = real(self.config, self.clock)
        await Feed(parts, self.history, world).run(self._takes_commands)

    def _takes_commands(self, feed: Feed) -> None:
        self.feed = feed
        self._worker.takes_commands()

    def _record(self, directory: Path) -> TapeWriter:
        return tape(directory, self.config, self.core, self.clock, on_halt=self._tape_halted)

    def _tape_halted(self, cause: str) -> None:
        _log.error("the tape stopped: %s; the feed goes on", cause)
        self._worker.soon(lambda: self.engine.publish(TapeHalted(cause)))

    def _end(self) -> dict[str, Any]:
        """Return what the END record tells of the books (docs/tape.md)."""
        tokens = [token for token in self.books.tracked() if self.books.top(token) is not None]
        return {
            "digest": self.books.digest(),
            "digests": {token: self.books.digest(token) for token in tokens},
            "counters": self.books.counters(),
        }
