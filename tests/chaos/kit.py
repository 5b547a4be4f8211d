"""A venue, the chaos proxy before it, and our client behind: real sockets, one loop and one thread.

The venue and the proxy live on the loop of the test, the client on its own thread. What it tells is
witnessed there: a loss must find every one of its books STALE, and a book that came back must have
been lost before.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from tests.chaos.proxy import ChaosProxy
from tests.engine.waiting import until

from pr3dict.app.system import System
from pr3dict.config import Config
from pr3dict.model.events import BookReset, Event, FeedLost
from pr3dict.model.links import LinkStatus
from pr3dict.model.states import BookState
from pr3dict.net.clock import SystemClock
from pr3dict.sim.server import SimServer
from pr3dict.sim.truth.config import Pace, SimConfig
from pr3dict.sim.truth.venue import Venue

TRANSPORTS: Final = ("picows", "websockets")
MIB: Final = 1 << 20
QUICK: Final[dict[str, Any]] = {
    "core": os.environ.get("PR3DICT_CORE", "auto"),
    "connect_spacing_s": 0.001,
    "connect_timeout_s": 5.0,
    "close_timeout_s": 0.3,
    "backoff_base_s": 0.01,
    "backoff_cap_s": 0.05,
    "backoff_slow_s": 0.2,
    "ping_every_s": 0.1,
    "pong_timeout_s": 10.0,
    "silence_s": 0.0,
    "first_book_s": 0.5,
    "audit_every_s": 0.3,
    "rest_per_s": 50.0,
}
"""Settings with which a client heals at a test's pace, and suspects nobody of being dead."""


class Witness:
    """Notes what a system tells, and holds it against the books at that moment."""

    def __init__(self, system: System) -> None:
        self.events: list[Event] = []
        self.lies: list[str] = []
        """Books that were called LIVE while a loss was known."""
        self._books = system.books
        system.engine.on_events(self._told)

    def of(self, *kinds: type[Event]) -> list[Any]:
        return [event for event in list(self.events) if isinstance(event, kinds)]

    def lost(self) -> list[FeedLost]:
        return self.of(FeedLost)

    def unmended(self) -> set[str]:
        """Return the tokens whose last loss was not followed by a `BookReset`."""
        open_gaps: set[str] = set()
        for event in list(self.events):
            if isinstance(event, FeedLost):
                open_gaps |= set(event.tokens)
            elif isinstance(event, BookReset):
                open_gaps.discard(event.token)
        return open_gaps

    def _told(self, events: Sequence[Event]) -> None:
        self.events += events
        for lost in events:
            for token in lost.tokens if isinstance(lost, FeedLost) else ():
                view = self._books.view(token, 1)
                if view is not None and view.state == BookState.LIVE:
                    self.lies.append(f"{token} is LIVE though its connection was lost")


class Client:
    """A system, seen from outside."""

    def __init__(self, system: System) -> None:
        self.system: Final = system
        self.books: Final = system.books

    def state(self, token: str) -> BookState:
        view = self.books.view(token, 1)
        return BookState.EMPTY if view is None else BookState(view.state)

    def states(self) -> set[BookState]:
        return {self.state(token) for token in self.books.tracked()}

    def all_live(self) -> bool:
        return {BookState.LIVE} == self.states()

    def status(self) -> LinkStatus:
        """Return what is known of the only link."""
        (status,) = self.system.statuses()
        return status

    def losses(self) -> Counter[str]:
        """Return how often links failed or ended, by the name of the verdict."""
        return sum((Counter(status.lost) for status in self.system.statuses()), Counter[str]())

    def rejected(self) -> list[str]:
        """Return the reasons for which frames were rejected."""
        start, counters = "frames.rejected.", self.books.counters()
        return [
            name.removeprefix(start) for name in counters if name[:16] == start and counters[name]
        ]

    def account(self) -> None:
        """Hold what was received against what became of it, frames and entries."""
        counters = self.books.counters()
        for what in ("frames", "entries"):
            sorted_out = sum(
                count
                for name, count in counters.items()
                if name == f"{what}.applied"
                or name.startswith((f"{what}.ignored.", f"{what}.rejected."))
            )
            assert counters[f"{what}.received"] == sorted_out, (what, counters)


class Witnessed(Client):
    """A system of which every event is kept."""

    def __init__(self, system: System) -> None:
        super().__init__(system)
        self.witness: Final = Witness(system)


@asynccontextmanager
async def client(config: Config, tokens: Sequence[str]) -> AsyncIterator[Witnessed]:
    """Run a system that follows these tokens; it is accounted for, and stopped, in the end."""
    running = Witnessed(System(config))
    await asyncio.to_thread(running.system.start)
    try:
        await asyncio.wrap_future(running.system.subscribe(tokens))
        yield running
        assert [] == running.witness.lies
        running.account()
    finally:
        await asyncio.to_thread(running.system.stop)


class Stage:
    """Everything that plays in a scenario."""

    def __init__(self, server: SimServer, proxy: ChaosProxy, running: Witnessed) -> None:
        self.server = server
        self.proxy = proxy
        self.client = running
        self.witness = running.witness

    async def settled(self) -> None:
        """Let the venue rest, and wait until every book is LIVE and the venue's to the last level.

        Each loss that was told must have found its end by then.
        """
        await until(self.client.all_live)
        self.server.pause()
        await self.server.drained()
        want = self.server.digest()
        await until(lambda: self.client.books.digest() == want and self.client.all_live())
        await until(lambda: not self.witness.unmended())


@asynccontextmanager
async def stage(
    transport: str, *, shape: dict[str, Any] | None = None, **settings: Any
) -> AsyncIterator[Stage]:
    """Play: a venue of two markets at 200 frames a second, unless `shape` says otherwise.

    Yields when every book is LIVE.
    """
    habits = {
        "markets": 2,
        "rate": Pace(frames_per_s=200.0),
        "start_ms": SystemClock().now() // 1_000_000,
        "created_per_hour": 0.0,
        "resolved_per_hour": 0.0,
    }
    venue = Venue(SimConfig(**(habits | (shape or {}))))
    async with (
        SimServer(venue) as server,
        ChaosProxy(port_of(server)) as proxy,
        client(pointed_at(proxy, server, transport, **settings), server.tokens) as found,
    ):
        await until(found.all_live)
        yield Stage(server, proxy, found)


def pointed_at(proxy: ChaosProxy, server: SimServer, transport: str, **settings: Any) -> Config:
    """Return settings that lead through the proxy; REST has its own way."""
    places = {
        "polymarket_market_ws_url": proxy.url,
        "polymarket_clob_url": server.rest_url,
        "transport": transport,
    }
    return Config(**(places | QUICK | settings))


def port_of(server: SimServer) -> int:
    return int(server.rest_url.rpartition(":")[2])
