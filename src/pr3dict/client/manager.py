"""`OrderBookManager`: books you can trust, for a program with an event loop."""

import asyncio
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Self

from pr3dict.app.handover import handover
from pr3dict.client.facade import Facade
from pr3dict.client.reading import read_event, trades
from pr3dict.client.snapshot import OrderBookSnapshot, TradeEvent
from pr3dict.engine.awaited import Awaited
from pr3dict.engine.streams import AsyncStream
from pr3dict.measure.metrics import OrderBookMetrics
from pr3dict.model.events import Event

CANCEL_S: Final = 0.3
"""How long `stop` waits for callbacks that it has cancelled."""


class OrderBookManager(Facade):
    """Keeps the order books of many tokens, proves them, and tells whoever asks.

    >>> manager = OrderBookManager(["71321045679252212594626385532706912750332728571942"])

    `await manager.start()`, or `async with manager:`. The feed runs on a thread of its own: what
    your code does on its loop cannot delay it. See `Facade` for the arguments.
    """

    async def start(self) -> None:
        """Start the feed and wait until every token has a book, or is known to have none.

        At most `start_timeout` seconds: then the event `BooksMissing` tells which have none yet.
        Raises `FeedError` if no connection could be made at all; `TapeError`, `MissingExtra`.
        """
        self._refuse_second_start()
        self._loop = asyncio.get_running_loop()
        try:
            self._open()
            await self._first_books(self._begin())
        except BaseException:
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
        future, do = handover(self._running.stop)
        threading.Thread(target=do, name="pr3dict-stop", daemon=True).start()
        await asyncio.wrap_future(future)

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
        tokens = self._want(asset_ids)
        if self._running.running and tokens:
            await asyncio.wrap_future(self._running.subscribe(tokens))
            await self._first_books(self._running.wait_for(tokens))

    async def unsubscribe(self, asset_ids: Iterable[str]) -> None:
        """Track these tokens no more and forget their books."""
        tokens = self._want_no_more(asset_ids)
        if self._running.running and tokens:
            await asyncio.wrap_future(self._running.unsubscribe(tokens))

    def updates(
        self, *, every: float | None = None, tokens: Iterable[str] | None = None
    ) -> AsyncStream[tuple[OrderBookSnapshot, OrderBookMetrics]]:
        """Iterate over (snapshot, metrics) of books that changed, the latest state of each."""
        stream: AsyncStream[tuple[OrderBookSnapshot, OrderBookMetrics]] = AsyncStream(
            self._reading.books(), every or 0.0
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

    async def _first_books(self, awaited: Awaited) -> None:
        try:
            async with asyncio.timeout(self._start_timeout_s):
                await asyncio.wrap_future(awaited.done)
        except TimeoutError:
            self._missing(awaited)
