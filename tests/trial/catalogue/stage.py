"""A small stage for one scenario: the feed, a venue in memory, virtual time, and a script.

A test strikes one fault exactly, lets virtual time pass and looks. The oracle watches all the
while: whatever else a scenario asks, no invariant may break, and in the end every book is the
venue's again.
"""

import asyncio
import inspect
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from pr3dict.app.feed import Feed
from pr3dict.app.parts import Parts
from pr3dict.app.world import World
from pr3dict.config import Config
from pr3dict.core import View, load
from pr3dict.engine.engine import Engine
from pr3dict.engine.history import TradeHistory
from pr3dict.model.events import BookReset, Event, FeedLost, StateChanged
from pr3dict.model.links import LinkStatus
from pr3dict.model.records import Kind
from pr3dict.model.states import BookState, Cause
from pr3dict.model.units import NS_PER_MS, NS_PER_S, Nanos
from pr3dict.ports import Connect, OnMessage, OnOpen, Transport
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue
from pr3dict.trial.oracle import Oracle
from pr3dict.trial.time import START, VirtualClock, VirtualLoop, run
from pr3dict.trial.venue import REST_URL, URL, MemoryVenue
from pr3dict.trial.wire import Parcel, Wire

LOOK_S = 0.05
"""Between two looks of `until`, virtual."""
CONVERGE_S = 15.0
"""In which everything is well again once trouble is over."""
BUSY = 0.5
"""Orders of a market come every second or so."""
QUIET = 1e-6
"""Nobody trades: what happens is in the script."""

_E = TypeVar("_E", bound=Event)


class Stage:
    """What a scenario may look at and strike."""

    def __init__(
        self,
        *,
        markets: int = 2,
        seed: int = 1,
        activity: float = BUSY,
        rest: bool = True,
        core: str = "auto",
        around: Callable[[Connect, VirtualClock], Connect] | None = None,
        **settings: Any,
    ) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        self.loop, self.clock = loop, VirtualClock(loop)
        source = Venue(
            SimConfig(
                markets=markets,
                seed=seed,
                activity=activity,
                levels=(4, 10),
                ticks=("0.01",),
                first_bid=480_000,
                created_per_hour=0.0,
                resolved_per_hour=0.0,
                start_ms=START // NS_PER_MS,
            )
        )
        self.venue = MemoryVenue(source, random.Random(f"{seed} network"))
        self.source, self.faults, self.struck = source, self.venue.faults, self.venue.struck
        self.core = load(core)
        self.books = self.core.new_books()
        self.oracle = Oracle(self.books, source, self.clock.now)
        self.venue.on_arrived = self._arrived
        self.told: list[Event] = []
        self.outgoing: list[tuple[float, bytes]] = []
        """What the feed sent, and when."""
        self.attempts: list[float] = []
        """When a socket was asked for."""
        self.asked: list[tuple[float, str]] = []
        """When REST was asked, and for what."""
        engine = Engine(self.books)
        engine.on_events(self._hear)
        options: dict[str, Any] = {
            "polymarket_market_ws_url": URL,
            "polymarket_clob_url": REST_URL,
            "tokens_per_link": 4,
        }
        self.config = Config(**(options | settings))
        self.parts = Parts(self.config, self.core, self.books, engine, self.clock, self)
        connect: Connect = self._connect
        if around is not None:
            connect = around(connect, self.clock)
        http = self if rest else None
        world = World(connect, http, "on", random.Random(f"{seed} user"), _nothing)
        self.feed = Feed(self.parts, TradeHistory(10), world)

    # -- what a scenario asks --------------------------------------------------------------------

    @property
    def tokens(self) -> list[str]:
        return self.source.tokens

    @property
    def now_s(self) -> float:
        return self.loop.time()

    def view(self, token: str) -> View:
        view = self.books.view(token)
        assert view is not None
        return view

    def state(self, token: str) -> BookState:
        return BookState(self.view(token).state)

    def states(self, tokens: Sequence[str] | None = None) -> set[BookState]:
        return {self.state(token) for token in (self.tokens if tokens is None else tokens)}

    def equal(self, token: str) -> bool:
        """Tell whether a book is the venue's, level by level."""
        return self.oracle.equal(token, self.view(token))

    def well(self, tokens: Sequence[str] | None = None) -> bool:
        """Tell whether these books are LIVE, and the venue's wherever nothing is under way."""
        return all(
            self.state(token) == BookState.LIVE and (self.equal(token) or self._busy(token))
            for token in (self.tokens if tokens is None else tokens)
        )

    def of(self, kind: type[_E], token: str | None = None) -> list[_E]:
        """Return what was told of one kind, of one token or of all."""
        found = [event for event in self.told if isinstance(event, kind)]
        return [each for each in found if token is None or getattr(each, "token", "") == token]

    def causes(self, token: str) -> list[Cause]:
        """Return why a book was SUSPECT, each time."""
        changes = self.of(StateChanged, token)
        return [Cause(change.cause) for change in changes if change.now == BookState.SUSPECT]

    def gaps(self, token: str) -> list[str]:
        """Return the losses of a token and their ends, in order: `lost`, `reset`."""
        found = []
        for event in self.told:
            if isinstance(event, FeedLost) and token in event.tokens:
                found.append("lost")
            elif isinstance(event, BookReset) and event.token == token:
                found.append("reset")
        return found

    def wire(self, token: str) -> Wire:
        """Return the open connection that follows a token."""
        (found,) = [w for w in self.venue.open_wires() if token in self.venue.following(w)]
        return found

    def link(self, token: str) -> LinkStatus:
        """Return what is known of the link that carries a token."""
        number = self.feed.link_of(token)
        (found,) = [each for each in self.feed.statuses() if each.link == number]
        return found

    def counter(self, name: str) -> int:
        return self.books.counters()[name]

    @property
    def healing(self) -> Counter[str]:
        keeper = self.feed.keeper
        return keeper.heal.counters + keeper.audit.counters

    # -- time ------------------------------------------------------------------------------------

    async def passes(self, seconds: float) -> None:
        """Let virtual time pass; no invariant may break meanwhile."""
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            await asyncio.sleep(min(1.0, until_s - self.now_s))
            self.oracle.everything()
            assert not self.oracle.broken, self.oracle.broken

    async def until(self, true: Callable[[], object], within: float) -> float:
        """Wait for something to be so; return how long that took, in virtual seconds."""
        began = self.now_s
        while not true():
            assert self.now_s - began <= within, f"not so within {within} s"
            await asyncio.sleep(LOOK_S)
            self.oracle.everything()
            assert not self.oracle.broken, self.oracle.broken
        return self.now_s - began

    async def until_well(self, within: float = CONVERGE_S) -> float:
        return await self.until(self.well, within)

    # -- the script ------------------------------------------------------------------------------

    def place(self, token: str, price: int, size: int) -> None:
        """Let an order of this size rest at a bid of a token, now."""
        self.source.place(token, price, size, (self.clock.now() + NS_PER_MS) // NS_PER_MS)
        self.play()

    def play(self) -> None:
        """Let the venue look at its agenda again: something was put on it."""
        self.venue.stop()
        self.venue.play()

    def best(self, token: str) -> tuple[int, int]:
        """Return the best bid of a token at the venue, as (price, size)."""
        return self.source.levels(token)[0][0]

    def say(self, token: str, frame: bytes, *tokens: str) -> None:
        """Let the venue say this on the connection of a token."""
        self.wire(token).deliver(Parcel(frame, tokens, "said"))

    # -- what the parts call ---------------------------------------------------------------------

    async def _connect(self, url: str, on_open: OnOpen, on_message: OnMessage) -> Transport:
        self.attempts.append(self.now_s)
        return await self.venue.connect(url, on_open, on_message)

    async def get(self, url: str) -> tuple[int, bytes]:
        self.asked.append((self.now_s, url))
        return await self.venue.get(url)

    async def post(self, url: str, body: bytes) -> tuple[int, bytes]:
        self.asked.append((self.now_s, body.decode()))
        return await self.venue.post(url, body)

    def append(self, kind: int, link: int, now: Nanos, payload: bytes) -> None:
        if kind == Kind.OUT:
            self.outgoing.append(((now - START) / NS_PER_S, payload))

    def _hear(self, events: Sequence[Event]) -> None:
        self.told += events
        self.oracle.events(events)

    def _arrived(self, wire: Wire, parcel: Parcel) -> None:
        del wire
        self.oracle.arrived(parcel, busy=self._busy)

    def _busy(self, token: str) -> bool:
        return any(wire.under_way[token] for wire in self.venue.open_wires())


@asynccontextmanager
async def playing(*, wanted: bool = True, **options: Any) -> AsyncIterator[Stage]:
    """Run a feed before a venue until the end of the block."""
    stage, started = Stage(**options), asyncio.Event()
    feeding = asyncio.ensure_future(stage.feed.run(lambda _: started.set()))
    await started.wait()
    stage.venue.play()
    try:
        if wanted:
            stage.feed.subscribe(stage.tokens)
            await stage.until_well()
        yield stage
    finally:
        stage.feed.end()
        stage.venue.stop()
        await feeding
    assert not stage.oracle.broken, stage.oracle.broken


def on_stage(
    *, ends_well: bool = True, **options: Any
) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., None]]:
    """Make a scenario a test: its books are there when it begins, and well after its end."""

    def staged(scenario: Callable[..., Awaitable[None]]) -> Callable[..., None]:
        async def perform(**parameters: Any) -> None:
            async with playing(**options) as stage:
                await scenario(stage, **parameters)
                if ends_well:
                    await stage.until_well()

        def test(**parameters: Any) -> None:
            run(perform(**parameters))

        signature = inspect.signature(scenario)
        _, *others = signature.parameters.values()  # pytest gives all but the stage
        test.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        test.__name__, test.__doc__ = scenario.__name__, scenario.__doc__
        test.__module__ = scenario.__module__
        return test

    return staged


async def _nothing() -> None:
    """Leave nothing."""
