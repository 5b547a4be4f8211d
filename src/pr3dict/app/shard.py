"""The connections of one shard: one, or several that race in a braid and take turns to be renewed.

With one connection and no rotation there is no braid: the session speaks to the books themselves.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

from pr3dict.app.parts import Parts
from pr3dict.app.world import World
from pr3dict.config import Config
from pr3dict.engine.braid import Braid, Strand
from pr3dict.model.links import LinkStatus, Phase
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net.pump import Link
from pr3dict.net.retry import Backoff, RetryRules
from pr3dict.venues.polymarket.opening import restates, sift
from pr3dict.venues.polymarket.session import MarketSession, Settings

if TYPE_CHECKING:
    from pr3dict.core.link_books import LinkBooks
    from pr3dict.ports import Recorder

JITTER: Final = 0.2
"""By how much a rotation is earlier or later, so that many clients do not come at once."""
JOIN_S: Final = 15.0
"""How long a new connection may take to bring its books; else the old one stays."""
LINGER_S: Final = 5.0
"""How long the old one stays beside it, for what is still under way on it."""
LOOK_S: Final = 0.1


class Copy(NamedTuple):
    """One connection and what keeps it."""

    link: Link[MarketSession]
    task: asyncio.Task[NoReturn]
    strand: Strand | None
    """Its part in the braid; None where it is the only one for ever."""


class Shard:
    """Some tokens and the connections that carry them. Made and used on the feed's loop."""

    def __init__(  # noqa: PLR0917 - made in one place
        self,
        number: int,
        parts: Parts,
        world: World,
        group: asyncio.TaskGroup,
        tokens: Callable[[], Sequence[str]],
        others: Callable[[], Nanos],
    ) -> None:
        """`others` tells when any other shard delivered data last."""
        config = parts.config
        self._number, self._parts, self._world, self._group = number, parts, world, group
        self._tokens, self._others = tokens, others
        self._copies: list[Copy] = []
        self._newcomer: Copy | None = None
        self._braid: Braid | None = None
        self._rotating: asyncio.Task[NoReturn] | None = None
        if config.copies > 1 or config.rotate_every_s:
            strands = config.copies + 1  # one more while it takes the place of another
            self._braid = Braid(
                number, parts.books, sift, restates, tokens, strands, parts.recorder
            )
        for _ in range(config.copies):
            self._start()
        if config.rotate_every_s:
            self._rotating = group.create_task(self._rotate(), name=f"rotation {number}")

    def close(self) -> None:
        """Let every connection say goodbye. Once: a second time would cut that short."""
        if self._rotating is not None:
            self._rotating.cancel()
        for copy in self._copies:
            copy.task.cancel()

    def statuses(self) -> list[LinkStatus]:
        """Return what is known of each connection; on any thread.

        One that is to take the place of another is shown when it has.
        """
        newcomer = self._newcomer
        return [copy.link.status for copy in list(self._copies) if copy is not newcomer]

    def is_open(self) -> bool:
        """Whether any of the connections is; on any thread."""
        return any(status.phase is Phase.OPEN for status in self.statuses())

    def last_data(self) -> Nanos:
        """Return when the shard delivered data last; 0: never."""
        return self._last_data_but(None)

    def drop(self, why: str) -> None:
        """Give up the connections that are open; they are opened anew."""
        for copy in self._copies:
            copy.link.drop(why)

    def subscribe(self, tokens: Sequence[str], now: Nanos) -> None:
        """Want these tokens from now on."""
        for copy in self._copies:
            if copy.strand is not None:
                copy.strand.expect(tokens)
            copy.link.session.subscribe(tokens, now)
            copy.link.kick()

    def release(self, tokens: Sequence[str], now: Nanos) -> None:
        """Want these tokens no more, but keep their books."""
        for copy in self._copies:
            copy.link.session.release(tokens, now)
            copy.link.kick()

    def unsubscribe(self, tokens: Sequence[str], now: Nanos) -> None:
        """Want these tokens no more and forget their books."""
        for copy in self._copies:
            copy.link.session.unsubscribe(tokens, now)
            copy.link.kick()

    def resubscribe(self, tokens: Sequence[str], now: Nanos) -> None:
        """Ask for fresh books of these tokens."""
        for copy in self._copies:
            if copy.strand is not None:
                copy.strand.expect(tokens)
            copy.link.session.resubscribe(tokens, now)
            copy.link.kick()

    def _start(self) -> Copy:
        """Open one more connection."""
        parts, config = self._parts, self._parts.config
        books: LinkBooks = parts.books
        recorder: Recorder | None = parts.recorder
        strand = None if self._braid is None else self._braid.strand()
        if strand is not None:
            books, recorder = strand, strand if recorder is not None else None
        session = MarketSession(
            self._number,
            config.polymarket_market_ws_url,
            books,
            _settings(config),
            lambda: max(self._others(), self._last_data_but(session)),
        )
        link = Link(
            session,
            self._world.connect,
            parts.clock,
            Backoff(self._world.chance, retry_rules(config)),
            on_changed=parts.engine.changed,
            on_status=lambda _: parts.engine.settle(),
            recorder=recorder,
        )
        if strand is not None:
            link.status.copy, link.status.race = strand.number + 1, strand.race
        task = self._group.create_task(link.keep(), name=f"link {self._number}")
        copy = Copy(link, task, strand)
        self._copies.append(copy)
        return copy

    def _last_data_but(self, session: MarketSession | None) -> Nanos:
        """Return when any connection but this one delivered data last."""
        sessions = (copy.link.session for copy in list(self._copies))
        times = (each.last_data() for each in sessions if each is not session)
        return max(times, default=Nanos(0))

    async def _rotate(self) -> NoReturn:
        """Renew one connection after the other, for ever: the turn of each comes once a period."""
        config = self._parts.config
        pause_s = config.rotate_every_s / config.copies
        while True:
            await asyncio.sleep(pause_s * self._world.chance.uniform(1 - JITTER, 1 + JITTER))
            if self._tokens():
                await self._replace(self._copies[0])

    async def _replace(self, old: Copy) -> None:
        """Make before break: the old connection leaves when the new one has all the books."""
        new = self._newcomer = self._start()
        new.link.session.subscribe(self._tokens(), self._parts.clock.now())
        new.link.kick()
        assert new.strand is not None
        for _ in range(round(JOIN_S / LOOK_S)):
            if new.strand.carries():
                await asyncio.sleep(LINGER_S)
                break
            await asyncio.sleep(LOOK_S)
        if new.strand.carries():
            new.link.status.inherit(old.link.status)
            self._copies.remove(old)
            self._newcomer = None
            await self._end(old)
        else:
            self._copies.remove(new)
            await self._end(new)

    async def _end(self, copy: Copy) -> None:
        """Let a connection say goodbye."""
        assert self._braid is not None
        assert copy.strand is not None
        copy.task.cancel()
        await asyncio.wait([copy.task])
        self._braid.forget(copy.strand)


def _ns(seconds: float) -> Nanos:
    return Nanos(round(seconds * NS_PER_S))


def _settings(config: Config) -> Settings:
    return Settings(
        custom_features=config.custom_features,
        ping_every=_ns(config.ping_every_s),
        pong_timeout=_ns(config.pong_timeout_s),
        pong_quiet=_ns(config.pong_quiet_s),
        silence=_ns(config.silence_s),
        silence_least=_ns(config.silence_least_s),
    )


def retry_rules(config: Config) -> RetryRules:
    """Return how soon a lost connection is tried again, as the settings want it."""
    return RetryRules(
        base=_ns(config.backoff_base_s),
        cap=_ns(config.backoff_cap_s),
        slow=_ns(config.backoff_slow_s),
        live_stretch=_ns(config.live_stretch_s),
    )
