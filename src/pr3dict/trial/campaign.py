"""One seed, one trial: trouble for a while, then none, and in the end every book as the venue's."""

import asyncio
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from pr3dict.app.feed import Feed
from pr3dict.app.parts import Parts
from pr3dict.app.world import World
from pr3dict.config import Config
from pr3dict.core import Books, load
from pr3dict.engine.engine import Engine
from pr3dict.engine.history import TradeHistory
from pr3dict.model.events import Event
from pr3dict.model.records import Kind
from pr3dict.model.states import BookState
from pr3dict.model.units import NS_PER_MS, NS_PER_S, Nanos
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue
from pr3dict.tape.apply import apply_block
from pr3dict.trial.conduct import Conduct
from pr3dict.trial.nemesis import Nemesis
from pr3dict.trial.oracle import Finding, Oracle
from pr3dict.trial.time import START, VirtualClock, VirtualLoop, run
from pr3dict.trial.venue import REST_URL, URL, MemoryVenue
from pr3dict.trial.wire import Parcel, Wire

SAFETY_S: Final = 120.0
"""Trouble."""
CONVERGE_S: Final = 15.0
"""I2: after trouble no book is ill for longer …"""
AUDITED_S: Final = 45.0
"""… and after so long all are equal, what nobody could notice included: 30 s to find it."""
MARKETS: Final = 5
ACTIVITY: Final = 0.25
TOKENS_PER_LINK: Final = 4
RAISES_EVERY: Final = 100
"""Of the calls of a callback, one fails."""
OnTrace = Callable[[int, str], object]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a seed."""

    seed: int
    broken: str
    """The invariant that did not hold; `""`: all held."""
    trace: str
    """SHA-256 of all that was heard, said and told, with the times: equal runs are equal here."""
    virtual_s: float
    frames: int
    struck: dict[str, int]
    findings: list[Finding]
    recovered_s: float
    """From the end of trouble until every book was LIVE and equal; -1: never."""
    checks: dict[str, int]
    counters: dict[str, int]
    healing: dict[str, int]
    """What healing and audit did: books asked for anew, fetched, moved, read, doubted."""


def try_seed(
    seed: int,
    *,
    core: str = "auto",
    only: Sequence[str] | None = None,
    safety_s: float = SAFETY_S,
    activity: float = ACTIVITY,
    on_trace: OnTrace | None = None,
    make_books: Callable[[Books], Books] | None = None,
    copies: int = 1,
    rotate_every_s: float = 0.0,
) -> Verdict:
    """Try one seed. `only` these faults; `on_trace` is told each line of the trace.

    `make_books` may wrap the books, to plant a fault in them. `copies` connections race for each
    link, and are renewed every so often (0: never).
    """
    settings = _settings(copies, rotate_every_s)
    return run(_Trial(seed, core, only, safety_s, activity, on_trace, make_books, settings).go())


class _Trial:
    """Everything of one seed."""

    def __init__(  # noqa: PLR0917 - the arguments of `try_seed`
        self,
        seed: int,
        core: str,
        only: Sequence[str] | None,
        safety_s: float,
        activity: float,
        on_trace: OnTrace | None,
        make_books: Callable[[Books], Books] | None,
        settings: Config,
    ) -> None:
        self._settings = settings
        self._seed, self._only, self._safety_s = seed, only, safety_s
        self._activity = activity
        self._core = load(core)
        books = self._core.new_books()
        self._books = books if make_books is None else make_books(books)
        self._on_trace = on_trace
        self._hash = hashlib.sha256()
        self._feed: Feed

    async def go(self) -> Verdict:
        """Run both phases; whatever breaks is in the verdict."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        self._clock = VirtualClock(loop)
        # One stream of chance each, so that one part's draws leave the others' as they are.
        source, network, nemesis, user = (random.Random(f"{self._seed} {what}") for what in "snfu")  # noqa: S311 - a seed must give the same run again
        config = SimConfig(
            markets=MARKETS,
            seed=source.getrandbits(32),
            activity=self._activity,
            levels=(4, 14),
            created_per_hour=20.0,
            resolved_per_hour=0.0,
            start_ms=START // NS_PER_MS,
        )
        self._venue = MemoryVenue(Venue(config), network)
        self._oracle = Oracle(self._books, self._venue.source, self._clock.now)
        self._venue.on_arrived = self._arrived
        self._venue.on_ghost = self._oracle.lied
        self._nemesis = Nemesis(self._venue, self, nemesis, loop)
        self._user = user
        self._buffer = self._core.new_record_buffer()
        engine = Engine(self._books)
        engine.on_events(self._told)
        engine.on_books(self._raise_now_and_then)
        self._called = 0
        parts = Parts(self._settings, self._core, self._books, engine, self._clock, self)
        world = World(self._venue.connect, self._venue, "on", user, _nothing)
        self._feed = Feed(parts, TradeHistory(10), world)
        self._conduct = Conduct(self._venue, self._feed.statuses, self._oracle.breaks)
        recovered_s = -1.0
        try:
            recovered_s = await self._both_phases()
        except BaseExceptionGroup as group:
            self._oracle.breaks("I0", "the feed", f"ended: {_cause(group)}")
        self._venue.stop()
        counters = self._books.counters()
        return Verdict(
            seed=self._seed,
            broken=self._oracle.broken,
            trace=self._hash.hexdigest(),
            virtual_s=loop.time(),
            frames=counters["frames.received"],
            struck=dict(self._venue.struck),
            findings=self._oracle.findings,
            recovered_s=recovered_s,
            checks=dict(self._oracle.checks),
            counters=counters,
            healing=dict(self._feed.keeper.heal.counters + self._feed.keeper.audit.counters),
        )

    async def _both_phases(self) -> float:
        started = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self._feed.run(lambda _: started.set()))
            await started.wait()
            self._venue.play()
            self._feed.subscribe(self._venue.source.tokens)
            self._nemesis.begin(self._only)
            for _ in range(round(self._safety_s)):
                await asyncio.sleep(1.0)
                self._conduct.second()
                self._every_second()
                if self._oracle.broken:
                    break
            self._nemesis.rest()
            recovered_s = await self._recovery()
            self._feed.end()
            await task
        self._replay()
        return recovered_s

    async def _recovery(self) -> float:
        """I2: wait until every book is the venue's; break when that takes too long."""
        ended = self._clock.now()
        ill_since: dict[str, int] = {}
        while not self._oracle.broken:
            await asyncio.sleep(0.25)
            self._every_second()
            now = self._clock.now()
            ill, unequal = self._not_live(), self._unequal()
            ill_since = {token: ill_since.get(token, now) for token in ill}
            if not ill and not unequal:
                return (now - ended) / NS_PER_S
            for token, since in ill_since.items():
                if now - since > CONVERGE_S * NS_PER_S:
                    self._oracle.breaks("I2", token, f"is {ill[token]} long after trouble")
            if now - ended > AUDITED_S * NS_PER_S:
                self._oracle.breaks("I2", ", ".join(unequal), "differ long after trouble")
        return -1.0

    def _not_live(self) -> dict[str, str]:
        """Return the books that are not LIVE, each with its state."""
        views = ((token, self._books.view(token, 1)) for token in self._wanted())
        return {
            token: BookState(view.state).name
            for token, view in views
            if view is not None and view.state != BookState.LIVE
        }

    def _unequal(self) -> list[str]:
        """Return the books that differ from the venue's, though nothing is under way."""
        found = []
        for token in self._wanted():
            view = self._books.view(token)
            if view is not None and not self._oracle.equal(token, view) and not self._busy(token):
                found.append(token[:6])
        return found

    def _wanted(self) -> list[str]:
        """Return the tokens whose market is not over at the venue."""
        return [token for token in self._books.tracked() if self._venue.source.known(token)]

    def _every_second(self) -> None:
        if self._venue.rest_fault or self._venue.requests["refused"]:
            self._venue.requests["refused"] = 0
            self._oracle.excuse()
        self._oracle.everything()
        self._trace("second", self._books.digest())

    def _replay(self) -> None:
        """I7: the recording gives the same books and counters."""
        again = self._core.new_books()
        apply_block(again, self._core, self._buffer.take())
        if again.digest() != self._books.digest():
            self._oracle.breaks("I7", "replay", "the recording gives other books than the run")
        if again.counters() != self._books.counters():
            differs = Counter(again.counters())
            differs.subtract(self._books.counters())
            self._oracle.breaks("I7", "replay", f"counts otherwise: {+differs} {-differs}")

    # -- what the parts call ---------------------------------------------------------------------

    def append(self, kind: int, link: int, now: Nanos, payload: bytes) -> None:
        """Record, as `ports.Recorder`, and trace."""
        self._buffer.append(kind, link, now, now, payload)
        self._hash.update(b"%d %d %d " % (kind, link, now))
        self._hash.update(payload)
        if self._on_trace is not None:
            shown = payload[:160].decode(errors="replace")
            self._on_trace(now - START, f"{Kind(kind).name.lower()} {link} {shown}")

    def stalled(self, seconds: float) -> None:
        """Note for how long the process stood still, as `nemesis.Client`."""
        self._oracle.asleep_ns += round(seconds * NS_PER_S)

    def clock_set(self, seconds: float) -> None:
        """Set the clock of the machine, as `nemesis.Client`."""
        self._clock.stepped += round(seconds * NS_PER_S)

    def churn(self, token: str) -> None:
        """Let go of a token and want it again, as `nemesis.Client`."""
        self._feed.unsubscribe([token])
        self._oracle.forget([token])
        if self._books.view(token) is not None:
            self._oracle.breaks("I5", token, "has a book though nobody wants it any more")
        again = self._user.uniform(0, 0.02)
        asyncio.get_running_loop().call_later(again, self._feed.subscribe, [token])

    def _told(self, events: Sequence[Event]) -> None:
        for event in events:
            self._trace("told", str(event))
        self._oracle.events(events)

    def _raise_now_and_then(self, tokens: Sequence[str]) -> None:
        """Be a callback that fails: whoever reads the socket must not notice."""
        self._called += 1
        if not self._called % RAISES_EVERY:
            raise RuntimeError(f"on purpose, for one of {len(tokens)} books")

    def _arrived(self, wire: Wire, parcel: Parcel) -> None:
        if parcel.frame is None:
            self._trace("lost", f"{parcel.cause} {parcel.tokens}")
        self._oracle.arrived(parcel, busy=self._busy, alone=self._alone(wire, parcel))

    def _alone(self, wire: Wire, parcel: Parcel) -> bool:
        """Tell whether a connection alone carries the tokens of a parcel, and is to go on so."""
        others = (each for each in self._venue.open_wires() if each is not wire)
        theirs = {token for each in others for token in self._venue.following(each)}
        mine = set(self._venue.following(wire)) if wire.open else set()
        single = self._settings.copies == 1 and not self._settings.rotate_every_s
        return single and not theirs & set(parcel.tokens) and mine >= set(parcel.tokens)

    def _busy(self, token: str) -> bool:
        """Tell whether anything about a token is still under way, or waits for a neighbour."""
        return any(wire.under_way[token] for wire in self._venue.open_wires())

    def _trace(self, what: str, text: str) -> None:
        now = self._clock.now() - START
        self._hash.update(f"{now} {what} {text}".encode())
        if self._on_trace is not None:
            self._on_trace(now, f"{what} {text}")


def _settings(copies: int, rotate_every_s: float) -> Config:
    """Return the settings of a trial: the defaults, but for small links and short waits."""
    return Config(
        polymarket_market_ws_url=URL,
        polymarket_clob_url=REST_URL,
        tokens_per_link=TOKENS_PER_LINK,
        copies=copies,
        rotate_every_s=rotate_every_s,
        backoff_cap_s=4.0,
        backoff_slow_s=5.0,
    )


async def _nothing() -> None:
    """Leave nothing."""


def _cause(group: BaseExceptionGroup[BaseException]) -> str:
    """Return what is at the root of a group of errors."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"
