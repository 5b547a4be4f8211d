"""`OrderBookManager`: books you can trust, for a program with an event loop."""

import asyncio
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self, TypeVar

from pr3dict.app.handover import handover
from pr3dict.client.arguments import every_s
from pr3dict.client.facade import START_TIMEOUT_S, Facade
from pr3dict.client.reading import read_event, trades
from pr3dict.client.snapshot import OrderBookSnapshot, TradeEvent
from pr3dict.engine.consumers import call_soon
from pr3dict.engine.streams import AsyncStream
from pr3dict.measure.metrics import OrderBookMetrics
from pr3dict.model.events import Event

CANCEL_S: Final = 0.3
"""How long `stop` waits for callbacks that it has cancelled."""
STOP_S: Final = 1.5
"""How long `stop` waits for a start that is under way; it ends what was started even later."""

_T = TypeVar("_T")


class OrderBookManager(Facade):
    """Keeps the order books of many tokens, proves them, and tells whoever asks.

    >>> manager = OrderBookManager(["71321045679252212594626385532706912750332728571942"])

    `await manager.start()`, or `async with manager:`. The feed runs on a thread of its own: what
    your code does on its loop cannot delay it. `__init__` tells what each argument means.
    """

    async def start(self) -> None:
        """Start the feed and wait until every token has a book, or is known to have none.

        At most `start_timeout` seconds: then the event `BooksMissing` tells which have none yet.
        A warning in the log names the tokens without a book, whatever the reason.
        Raises `FeedError` if no connection could be made at all or the feed failed; `TapeError`,
        `MissingExtra`.
        """
        self._refuse_second_start()
        self._loop, self._ready = asyncio.get_running_loop(), asyncio.Event()
        try:
            self._open()
            await elsewhere(self._begin, "pr3dict-start")
            self._ready.set()
            await self._follow(list(self._wanted), list(self._wanted))
        except BaseException:
            self._ready.set()
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop within two seconds, whatever callbacks do; books stay readable, as STALE."""
        tasks = self._dismiss_all()
        if not self._started:
            return
        mine = [task for task in tasks if task.get_loop() is asyncio.get_running_loop()]
        if mine:
            await asyncio.wait(mine, timeout=CANCEL_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(None if self._begun.is_set() else STOP_S):
                await elsewhere(self._end, "pr3dict-stop")

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def subscribe(self, asset_ids: Iterable[str]) -> None:
        """Track more tokens and wait for their books, at most `start_timeout` seconds.

        Before `start` they are only noted. Raises `UnknownTokenError`.
        """
        await self._until_ready()
        asked = list(asset_ids)
        tokens = self._want(asked)
        if self._running.running:
            # Whoever asked before and was cancelled has wanted them, and has no book yet.
            await self._follow(tokens, [t for t in asked if self.books.top(t) is None])

    async def unsubscribe(self, asset_ids: Iterable[str]) -> None:
        """Track these tokens no more and forget their books."""
        await self._until_ready()
        tokens = self._want_no_more(asset_ids)
        if self._running.running and tokens:
            await asyncio.wrap_future(self._running.unsubscribe(tokens))

    def updates(
        self, *, every: float | None = None, tokens: Iterable[str] | None = None
    ) -> AsyncStream[tuple[OrderBookSnapshot, OrderBookMetrics]]:
        """Iterate over (snapshot, metrics) of books that changed, the latest state of each."""
        stream: AsyncStream[tuple[OrderBookSnapshot, OrderBookMetrics]] = AsyncStream(
            self._reading.books(), every_s(every)
        )
        self._stream(stream, "book", tokens)
        return stream

    def trades(self) -> AsyncStream[TradeEvent]:
        """Iterate over trades in order."""
        stream: AsyncStream[TradeEvent] = AsyncStream(trades())
        self._stream(stream, "trade", None)
        return stream

    def events(self) -> AsyncStream[Event]:
        """Iterate over everything that is no trade, in order: states, gaps, markets."""
        stream: AsyncStream[Event] = AsyncStream(read_event)
        self._stream(stream, "event", None)
        return stream

    async def _until_ready(self) -> None:
        """Wait for a start that is under way, so that no token is asked for twice."""
        if self._ready is not None:
            await self._ready.wait()

    def _end(self) -> None:
        self._begun.wait()  # or the start would go on after the stop
        super()._end()

    async def _follow(self, tokens: list[str], awaits: list[str]) -> None:
        """Subscribe to these, and wait for the books of those."""
        if tokens:
            async with asyncio.timeout(START_TIMEOUT_S):
                await asyncio.wrap_future(self._running.subscribe(tokens))
        if not awaits:
            return
        awaited = await elsewhere(lambda: self._running.wait_for(awaits), "pr3dict-ask")
        try:
            async with asyncio.timeout(self._start_timeout_s):
                await asyncio.wrap_future(awaited.done)
        except TimeoutError:
            self._missing(awaited)
        self._warn(awaits, awaited)


async def elsewhere(what: Callable[[], _T], name: str) -> _T:
    """Do this on a thread of its own: to its end, even if whoever waits here is cancelled."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    future, do = handover(what)
    future.add_done_callback(lambda _: call_soon(loop, done.set))
    threading.Thread(target=do, name=name, daemon=True).start()
    await done.wait()
    return future.result()
