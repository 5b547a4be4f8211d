"""All that lives on the feed's loop: the connections, which token is on which, and their keeper.

Every method belongs to the feed's thread; `system` brings calls of other threads here.
"""

import asyncio
from collections.abc import Callable, Sequence

from pr3dict.app.keeper import Keeper
from pr3dict.app.parts import Parts
from pr3dict.app.shard import Shard
from pr3dict.app.world import World
from pr3dict.engine.awaited import Awaited, await_books
from pr3dict.engine.history import TradeHistory
from pr3dict.engine.shards import Plan, Shards
from pr3dict.model.links import LinkStatus
from pr3dict.model.records import Kind
from pr3dict.model.units import Nanos


class Feed:
    """The connections of one system. Made and run on the feed's loop."""

    def __init__(self, parts: Parts, history: TradeHistory, world: World) -> None:
        self._parts = parts
        self._world = world
        self._history = history
        self._shards = Shards(parts.config.tokens_per_link)
        self._links: dict[int, Shard] = {}
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
                keeping.cancel()
                for shard in self._links.values():
                    shard.close()
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
        return [status for shard in list(self._links.values()) for status in shard.statuses()]

    def subscribed(self) -> int:
        """Return how many tokens are asked for on open connections; on any thread."""
        links = list(self._links.items())
        return sum(len(self._shards.tokens_of(number)) for number, link in links if link.is_open())

    def resubscribe(self, tokens: Sequence[str]) -> None:
        """Ask for fresh books on the connections that carry these tokens."""
        now = self._parts.clock.now()
        for number, link in self._links.items():
            mine = [token for token in tokens if self._shards.link_of(token) == number]
            if mine:
                link.resubscribe(mine, now)

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
            self._links.pop(number).close()
        for number in plan.open:
            self._open(number)
        for number, tokens in plan.subscribe.items():
            self._subscribe(number, tokens, now)
        self._parts.engine.settle()

    def _open(self, number: int) -> None:
        self._links[number] = Shard(
            number,
            self._parts,
            self._world,
            self._group,
            lambda: self._shards.tokens_of(number),
            lambda: self._last_data_but(number),
        )

    def _last_data_but(self, number: int) -> Nanos:
        """Return when any link but this one delivered data last."""
        times = (each.last_data() for other, each in self._links.items() if other != number)
        return max(times, default=Nanos(0))

    def _subscribe(self, number: int, tokens: Sequence[str], now: Nanos) -> None:
        for token in tokens:
            self._parts.record(Kind.TRACK, number, now, token.encode())
        link = self._links[number]
        link.subscribe(tokens, now)
        if link.is_open():
            self.keeper.asked_for(tokens, now)
        else:
            self.keeper.wanted(tokens, now)

    def _release(self, number: int, tokens: Sequence[str], now: Nanos) -> None:
        self._links[number].release(tokens, now)

    def _unsubscribe(self, number: int, tokens: Sequence[str], now: Nanos) -> None:
        for token in tokens:
            self._parts.record(Kind.UNTRACK, number, now, token.encode())
        self._links[number].unsubscribe(tokens, now)
        for token in tokens:
            self.keeper.forget(token)
            self._history.forget(token)
