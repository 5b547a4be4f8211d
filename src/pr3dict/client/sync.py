"""`SyncOrderBookManager`: the same for a notebook or a script without an event loop."""

from collections.abc import Callable, Iterable
from concurrent.futures import TimeoutError as NotInTime
from types import TracebackType
from typing import Any, Self

from pr3dict.client.arguments import every_s, is_async, timeout_s
from pr3dict.client.facade import Facade
from pr3dict.client.reading import read_event, trades
from pr3dict.client.snapshot import OrderBookSnapshot, TradeEvent
from pr3dict.engine.streams import BlockingStream
from pr3dict.measure.metrics import OrderBookMetrics
from pr3dict.model.events import Event


class SyncOrderBookManager(Facade):
    """`OrderBookManager` without `await`: the same names and arguments, on threads.

    Callbacks are plain functions; each runs on a thread of its own. `__init__` tells what each
    argument means.
    """

    def start(self) -> None:
        """Start the feed and wait for the first books; as `OrderBookManager.start`."""
        self._refuse_second_start()
        try:
            self._open()
            self._begin()
            self._follow(list(self._wanted))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop within two seconds, whatever callbacks do."""
        self._dismiss_all()
        if self._started:
            self._end()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def subscribe(self, asset_ids: Iterable[str]) -> None:
        """Track more tokens and wait for their books, at most `start_timeout` seconds."""
        tokens = self._want(asset_ids)
        if self._running.running and tokens:
            self._follow(tokens)

    def unsubscribe(self, asset_ids: Iterable[str]) -> None:
        """Track these tokens no more and forget their books."""
        tokens = self._want_no_more(asset_ids)
        if self._running.running and tokens:
            self._running.unsubscribe(tokens).result(self._start_timeout_s)

    def updates(
        self,
        *,
        every: float | None = None,
        tokens: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> BlockingStream[tuple[OrderBookSnapshot, OrderBookMetrics]]:
        """Iterate over (snapshot, metrics) of books that changed; ends after `timeout` quiet s."""
        stream: BlockingStream[tuple[OrderBookSnapshot, OrderBookMetrics]] = BlockingStream(
            self._reading.books(), every_s(every), timeout_s(timeout)
        )
        self._stream(stream, "book", tokens)
        return stream

    def trades(self, *, timeout: float | None = None) -> BlockingStream[TradeEvent]:
        """Iterate over trades in order; ends after `timeout` seconds without one."""
        stream: BlockingStream[TradeEvent] = BlockingStream(trades(), 0.0, timeout_s(timeout))
        self._stream(stream, "trade", None)
        return stream

    def events(self, *, timeout: float | None = None) -> BlockingStream[Event]:
        """Iterate over everything that is no trade; ends after `timeout` seconds without one."""
        stream: BlockingStream[Event] = BlockingStream(read_event, 0.0, timeout_s(timeout))
        self._stream(stream, "event", None)
        return stream

    def _check(self, callback: Callable[..., Any]) -> None:
        super()._check(callback)
        if is_async(callback):
            raise TypeError(
                f"{callback!r} is a coroutine function: SyncOrderBookManager has no loop to run it,"
                " give it a plain function or take OrderBookManager"
            )

    def _follow(self, tokens: list[str]) -> None:
        """Subscribe to these and wait for their books."""
        self._running.subscribe(tokens).result(self._start_timeout_s)
        awaited = self._running.wait_for(tokens)
        try:
            awaited.done.result(self._start_timeout_s)
        except NotInTime:
            self._missing(awaited)
        self._warn(tokens, awaited)
