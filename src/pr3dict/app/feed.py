"""All that lives on the feed's loop: the connections, which token is on which, and their keeper.

Every method belongs to the feed's thread; `system` brings calls of other threads here.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import NoReturn

from pr3dict.app.keeper import Keeper
from pr3dict.app.parts import Parts
from pr3dict.app.world import World
from pr3dict.config import Config
from pr3dict.engine.awaited import Awaited, await_books
from pr3dict.engine.history import TradeHistory
from pr3dict.engine.shards import Plan, Shards
from pr3dict.model.links import LinkStatus, Phase
from pr3dict.model.records import Kind
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net.pump import Link
from pr3dict.net.retry import Backoff, RetryRules
from pr3dict.venues.polymarket.session import MarketSession, Settings


class Feed:
    """The connections of one system. Made and run on the feed's loop."""

    def __init__(self, parts: Parts, history: TradeHistory, world: World) -> None:
        self._parts = parts
        self._world = world
        self._history = history
        self._shards = Shards(parts.config.tokens_per_link)
        self._links: dict[int, Link] = {}
        self._tasks: dict[int, asyncio.Task[NoReturn]] = {}
        self._group = asyncio.TaskGroup()
        self._ending = asyncio.Event()
        self.rest = world.rest
        """Whether REST is asked, and if not, why not."""
        self.keeper = Keeper(parts, self, world.http)

    async def run(self, started: Callable[["Feed"], object]) -> None:
        """Keep the connections until `end`; `started` is called once commands are taken."""
        self._parts.engine.on_events(self.keeper.heard)
        self._parts.engine.on_events(self._history.events)
        try:
            async with self._group:
                keeping = self._group.create_task(self.keeper.run())
                started(self)
                await self._ending.wait()
                self._parts.engine.leave(self.keeper.heard)  # a goodbye is nothing to heal
                # Each once: a second cancellation would cut a goodbye short.
                for task in (keeping, *self._tasks.values()):
                    task.cancel()
        finally:
            await self._world.leave()

    def end(self) -> None:
        """Let `run` say goodbye on every connection and return."""
        self._ending.set()

    def subscribe(self, tokens: Sequence[str]) -> None:
        """Want these tokens once more."""
        self._carry_out(self._shards.add(tokens), self._unsubscribe)

    def unsubscribe(self, tokens: Sequence[str]) -> None:
        """Want these tokens once less."""
        self._carry_out(self._shards.remove(tokens), self._unsubscribe)

    def wait_for(self, tokens: Sequence[str]) -> Awaited:
        """Return what is done when each of these has a book, or is known to have none."""
        no_book = self.keeper.heal.no_book
        return await_books(self._parts.books, self._parts.engine, tokens, no_book.__contains__)

    def statuses(self) -> list[LinkStatus]:
        """Return what is known of each connection; on any thread."""
        return [link.status for link in list(self._links.values())]

    def subscribed(self) -> int:
        """Return how many tokens are asked for on open connections; on any thread."""
        links = list(self._links.values())
        return sum(len(link.session.tokens()) for link in links if link.status.phase is Phase.OPEN)

    def resubscribe(self, tokens: Sequence[str]) -> None:
        """Ask for fresh books on the connections that carry these tokens."""
        now = self._parts.clock.now()
        for number, link in self._links.items():
            mine = [token for token in tokens if self._shards.link_of(token) == number]
            if mine:
                link.session.resubscribe(mine, now)
                link.kick()

    def move(self, token: str) -> None:
        """Give a token to another connection; its book is STALE until the next snapshot."""
        self._carry_out(self._shards.move(token), self._release)

    def reconnect(self, link: int, why: str) -> None:
        """Give up a connection and open it anew."""
        self._links[link].drop(why)

    def link_of(self, token: str) -> int | None:
        """Return which connection carries a token."""
        return self._shards.link_of(token)

    def tokens_of(self, link: int) -> Sequence[str]:
        """Return the tokens of a connection."""
        return self._shards.tokens_of(link)

    def _carry_out(self, plan: Plan, leave: Callable[[int, Sequence[str], Nanos], object]) -> None:
        now = self._parts.clock.now()
        for number, tokens in plan.unsubscribe.items():
            leave(number, tokens, now)
        for number in plan.close:
            self._tasks.pop(number).cancel()
            del self._links[number]
        for number in plan.open:
            self._open(number)
        for number, tokens in plan.subscribe.items():
            self._subscribe(number, tokens, now)
        self._parts.engine.settle()

    def _open(self, number: int) -> None:
        config, parts = self._parts.config, self._parts
        session = MarketSession(
            number,
            config.polymarket_market_ws_url,
            parts.books,
            _settings(config),
            lambda: self._last_data_but(number),
        )
        link = self._links[number] = Link(
            session,
            self._world.connect,
            parts.clock,
            Backoff(self._world.chance, _retry_rules(config)),
            on_changed=parts.engine.changed,
            on_status=lambda _: parts.engine.settle(),
            recorder=parts.recorder,
        )
        self._tasks[number] = self._group.create_task(link.keep(), name=f"link {number}")

    def _last_data_but(self, number: int) -> Nanos:
        """Return when any link but this one delivered data last."""
        times = (each.session.last_data() for other, each in self._links.items() if other != number)
        return max(times, default=Nanos(0))

    def _subscribe(self, number: int, tokens: Sequence[str], now: Nanos) -> None:
        for token in tokens:
            self._parts.record(Kind.TRACK, number, now, token.encode())
        link = self._links[number]
        link.session.subscribe(tokens, now)
        link.kick()
        if link.status.phase is Phase.OPEN:
            self.keeper.asked_for(tokens, now)

    def _release(self, number: int, tokens: Sequence[str], now: Nanos) -> None:
        link = self._links[number]
        link.session.release(tokens, now)
        link.kick()

    def _unsubscribe(self, number: int, tokens: Sequence[str], now: Nanos) -> None:
        for token in tokens:
            self._parts.record(Kind.UNTRACK, number, now, token.encode())
        link = self._links[number]
        link.session.unsubscribe(tokens, now)
        link.kick()
        for token in tokens:
            self.keeper.forget(token)
            self._history.forget(token)


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


def _retry_rules(config: Config) -> RetryRules:
    return RetryRules(
        base=_ns(config.backoff_base_s),
        cap=_ns(config.backoff_cap_s),
        slow=_ns(config.backoff_slow_s),
        live_stretch=_ns(config.live_stretch_s),
    )
