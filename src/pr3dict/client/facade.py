"""What the asynchronous and the synchronous manager share: reads, consumers, figures.

Nothing here waits. Reads go straight to the books on the caller's thread; consumers get mailboxes
of their own. The subclasses start, stop and subscribe.
"""

import asyncio
import atexit
import logging
import threading
import weakref
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from pr3dict.app.events import BooksMissing
from pr3dict.app.replay import Replay
from pr3dict.app.stats import Running, stats
from pr3dict.app.system import System
from pr3dict.client import reading, words
from pr3dict.client.arguments import (
    called,
    count,
    every_s,
    is_async,
    seconds,
    token_id,
    token_ids,
    yardstick_of,
)
from pr3dict.client.snapshot import OrderBookSnapshot, TradeEvent
from pr3dict.config import Config, from_environment
from pr3dict.core import Books
from pr3dict.engine.awaited import Awaited
from pr3dict.engine.consumers import Consumer, Mailbox, Read, TaskConsumer, ThreadConsumer
from pr3dict.engine.engine import Engine
from pr3dict.engine.mailbox import BookMailbox, EventMailbox
from pr3dict.engine.streams import Stream
from pr3dict.measure.metrics import OrderBookMetrics, Yardstick
from pr3dict.model.errors import ConfigError, FeedError
from pr3dict.model.events import Event

START_TIMEOUT_S: Final = 10.0
"""How long `start` and `subscribe` wait for the first books."""

BookCallback = Callable[[OrderBookSnapshot, OrderBookMetrics], object]
TradeCallback = Callable[[TradeEvent], object]
EventCallback = Callable[[Event], object]
InlineCallback = Callable[[tuple[str, ...]], object]

_log = logging.getLogger(__name__)


class _Order(NamedTuple):
    """A consumer as it was registered; made anew for each start."""

    kind: str
    callback: Callable[..., Any]
    every_s: float
    tokens: frozenset[str] | None


class Facade:
    """Books of tokens, kept by a feed on a thread of its own (or played from a recording)."""

    def __init__(
        self,
        asset_ids: Iterable[str] = (),
        redis_url: str | None = None,
        enable_custom_features: bool | None = None,  # noqa: FBT001 - the name is older than we
        *,
        config: Config | None = None,
        max_depth: int | None = None,
        max_trade_history: int | None = None,
        strict: bool = False,
        record: str | Path | None = None,
        yardstick: Yardstick | None = None,
        start_timeout: float = START_TIMEOUT_S,
        replay: Replay | None = None,
    ) -> None:
        """Note what is wanted; nothing runs before `start`.

        asset_ids: token ids (long decimal numbers), not condition ids.
        redis_url: accepted and without effect yet.
        enable_custom_features: ask for best_bid_ask, new_market and market_resolved as well; None
        takes the setting.
        config: all other settings; from the environment and `.env` unless given.
        max_depth: levels a side in snapshots; None takes the setting, 0 means all.
        max_trade_history: trades kept a token; None takes the setting.
        strict: give out no depth unless the book is LIVE.
        record: a directory for the tape.
        yardstick: budgets and band of the metrics.
        start_timeout: seconds that `start` and `subscribe` wait for the first books.
        replay: a recording to read in place of the venue.

        Raises `ConfigError` and `UnknownTokenError`, with one sentence.
        """
        self.redis_url: Final = redis_url
        self._wanted = dict.fromkeys(token_ids(asset_ids))
        if not isinstance(replay, Replay | None):
            raise ConfigError(f"replay: wanted what replay(path) returns, found {replay!r:.80}")
        config = replay.config if replay is not None else config or from_environment()
        said = {
            "custom_features": enable_custom_features,
            "max_depth": max_depth,
            "max_trade_history": max_trade_history,
            "strict": strict or None,
        }
        said = {name: value for name, value in said.items() if value is not None}
        self._config = config = msgspec.structs.replace(config, **said)
        self._max_depth = config.max_depth
        self._strict = config.strict
        self._record = record
        self._yardstick = Yardstick() if yardstick is None else yardstick_of(yardstick)
        self._start_timeout_s = seconds("start_timeout", start_timeout)
        self._max_trades = config.max_trade_history
        self._replay = replay
        self._orders: list[_Order] = []
        self._consumers: dict[int, Consumer] = {}
        self._streams: dict[int, weakref.ref[Stream]] = {}
        """Those that are open, by identity: one that nobody refers to any more is let go."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready: asyncio.Event | None = None
        """Set when the start on `_loop` has come as far as to ask the feed for tokens."""
        self._started = False
        self._begun = threading.Event()
        """Set unless the system is being started, which may take a while: a tape to mend."""
        self._begun.set()
        self._build()

    @property
    def books(self) -> Books:
        """The books of the core, for reads from inline callbacks: `top`, `view`, `digest`."""
        return self._running.books

    @property
    def system(self) -> Running:
        """The running system behind this."""
        return self._running

    @property
    def _max_trade_history(self) -> int:
        """Trades kept a token; setting it takes effect at once."""
        return self._running.history.size_max

    @_max_trade_history.setter
    def _max_trade_history(self, size_max: int) -> None:
        self._running.history.size_max = self._max_trades = size_max

    def __repr__(self) -> str:
        return words.one_line(self, self._condition)

    def get_orderbook(self, asset_id: str) -> OrderBookSnapshot | None:
        """Return the book now, with its state; None if the token is not tracked.

        Raises `UnknownTokenError` for a text that is no token id.
        """
        return self._reading.snapshot(asset_id)

    def get_metrics(self, asset_id: str) -> OrderBookMetrics | None:
        """Return the figures of the book now; None if the token is not tracked."""
        return self._reading.metrics(asset_id)

    def calculate_vwap(
        self, asset_id: str, side: str, depth_usdc: Decimal | float | str
    ) -> Decimal | None:
        """Return the average price of spending (BUY) or raising (SELL) a number of dollars.

        None when the book cannot fill the whole of it, or is not tracked. Raises `ValueError` for
        another side, or for dollars that are no positive number.
        """
        return self._reading.vwap(asset_id, side, depth_usdc)

    def get_trades(self, asset_id: str, limit: int | None = None) -> list[TradeEvent]:
        """Return the last trades of a token, the oldest first, at most `limit`."""
        trades = self._running.history.of(token_id(asset_id))
        newest = trades if limit is None else trades[max(0, len(trades) - count("limit", limit)) :]
        return [TradeEvent.of(trade) for trade in newest]

    def get_stats(self) -> dict[str, Any]:
        """Return all figures of the feed by name (docs/api.md); latencies in milliseconds."""
        return stats(self._running, list(self._consumers.values()))

    def register_book_callback(
        self,
        callback: BookCallback,
        *,
        every: float | None = None,
        tokens: Iterable[str] | None = None,
    ) -> None:
        """Call `callback(snapshot, metrics)` when a book changed, its latest state each time.

        A coroutine function runs on the loop that started the manager, a plain function on a
        thread of its own. `every`: at most once in so many seconds a token. `tokens`: only these.
        """
        wanted = None if tokens is None else frozenset(token_ids(tokens))
        self._register(_Order("book", callback, every_s(every), wanted))

    def register_trade_callback(self, callback: TradeCallback) -> None:
        """Call `callback(trade)` for each trade, in order; `trade.skipped` tells of losses."""
        self._register(_Order("trade", callback, 0.0, None))

    def register_event_callback(self, callback: EventCallback) -> None:
        """Call `callback(event)` for everything that is no trade: states, gaps, markets."""
        self._register(_Order("event", callback, 0.0, None))

    def register_inline_callback(self, callback: InlineCallback) -> None:
        """Call `callback(tokens)` on the feed's thread right after the frame that changed them.

        It is part of the feed: its time is the feed's time. Three exceptions in a row detach it.
        A plain function: the feed awaits nothing.
        """
        if is_async(called(callback)):
            raise TypeError(
                f"{callback!r} is a coroutine function: the feed awaits nothing, give it a plain"
                " function or take register_book_callback"
            )
        self._orders.append(_Order("inline", callback, 0.0, None))
        self._running.engine.tap(callback)

    def unregister(self, callback: Callable[..., Any]) -> None:
        """Call this no more, whatever it was registered for."""
        self._orders = [order for order in self._orders if order.callback != callback]
        self._running.engine.leave(callback)
        for key, consumer in list(self._consumers.items()):
            if consumer.callback == callback:
                self._consumers.pop(key, None)
                self._dismiss(consumer)

    def _build(self) -> None:
        """Make the system; what was registered is told from its first frame on."""
        if self._replay is not None:
            self._running: Running = self._replay
        else:
            self._running = System(self._config, record=self._record)
        self._running.history.size_max = self._max_trades
        self._reading = reading.Reading(
            self._running,
            max_depth=self._max_depth,
            strict=self._strict,
            yardstick=self._yardstick,
        )
        for order in self._orders:
            if order.kind == "inline":
                self._running.engine.tap(order.callback)

    def _register(self, order: _Order) -> None:
        self._check(order.callback)
        self._orders.append(order)
        if self._started:
            self._employ(order)

    def _check(self, callback: Callable[..., Any]) -> None:
        called(callback)

    def _refuse_second_start(self) -> None:
        if self._running.running or not self._begun.is_set():
            raise FeedError("the manager is running already", name="running")
        if self._started and self._replay is not None:
            raise FeedError("a replay is started once: make a new one", name="running")

    def _open(self) -> None:
        """Employ the consumers; a second start makes a new system for them. `_begin` is next."""
        if self._started:
            self._build()
        self._started = True
        self._consumers.clear()
        for order in self._orders:
            if order.kind != "inline":
                self._employ(order)
        self._begun.clear()

    def _begin(self) -> None:
        """Start the system, on a thread that may wait."""
        try:
            self._running.start()
            atexit.register(self._left_running)
        finally:
            self._begun.set()

    def _end(self) -> None:
        """Stop the system, on a thread that may wait."""
        atexit.unregister(self._left_running)
        self._running.stop()

    def _left_running(self) -> None:
        if self._running.running:
            name = type(self).__name__
            _log.warning("%s still runs at the end of the program: call stop()", name)

    def _want(self, asset_ids: Iterable[str]) -> list[str]:
        """Return which of these are new."""
        new = [token for token in dict.fromkeys(token_ids(asset_ids)) if token not in self._wanted]
        self._wanted.update(dict.fromkeys(new))
        return new

    def _want_no_more(self, asset_ids: Iterable[str]) -> list[str]:
        """Return which of these were wanted."""
        gone = [token for token in dict.fromkeys(token_ids(asset_ids)) if token in self._wanted]
        for token in gone:
            del self._wanted[token]
        return gone

    def _missing(self, awaited: Awaited) -> None:
        """Tell that the first books took too long; raise if none can come."""
        failure = self._running.failure if isinstance(self._running, System) else None
        if failure is not None:
            raise FeedError(
                f"the feed ended by a fault of this program: {type(failure).__name__}: {failure}",
                name="failed",
            ) from failure
        links = self._running.statuses()
        if links and not any(link.opened for link in links):
            why = next((link.last_error for link in links if link.last_error), "no answer yet")
            raise FeedError(
                f"no connection to {links[0].url} within {self._start_timeout_s:g} s: {why}"
            )
        if self._running.running:
            self._running.publish(BooksMissing(tuple(awaited.missing), self._start_timeout_s))

    def _warn(self, tokens: list[str], awaited: Awaited) -> None:
        """Log which of these have no book after the wait, so that a wrong id is not silent."""
        none = dict.fromkeys(token for token in tokens if self._running.has_no_book(token))
        late = [token for token in tuple(awaited.missing) if token not in none]
        told = words.bookless(list(none), late, len(tokens), self._start_timeout_s)
        if told:
            _log.warning("%s", told)

    def _condition(self) -> str:
        return words.condition(self._running, len(self._wanted), started=self._started)

    def _employ(self, order: _Order) -> None:
        """Give an order its mailbox and its place to run."""
        name = f"{order.kind} {getattr(order.callback, '__qualname__', repr(order.callback))}"
        read = self._read_for(order.kind)
        consumer: Consumer
        if is_async(order.callback) and self._loop is not None:
            consumer = TaskConsumer(name, read, order.callback, order.every_s, self._loop)
        else:
            consumer = ThreadConsumer(name, read, order.callback, order.every_s)
        self._attach(consumer, order.kind, order.tokens)
        self._consumers[id(consumer)] = consumer
        consumer.start()

    def _read_for(self, kind: str) -> Read:
        if kind == "book":
            return self._reading.books()
        return reading.trades() if kind == "trade" else reading.read_event

    def _attach(
        self, reader: Consumer | Stream, kind: str, tokens: frozenset[str] | None = None
    ) -> None:
        """Put a mailbox between the engine and a reader; books that are there are told at once."""
        engine = self._running.engine
        if kind == "book":
            books = BookMailbox(reader.wake, tokens)
            reader.mailbox = books
            engine.on_books(books.put)
            if self._running.running:
                books.put(self._running.books.tracked())
            return
        wanted = reading.is_trade if kind == "trade" else reading.is_other
        events = EventMailbox(reader.wake, wanted, self._config.mailbox_events_max)
        reader.mailbox = events
        engine.on_events(events.put)

    def _stream(self, stream: Stream, kind: str, tokens: Iterable[str] | None) -> None:
        """Let a stream have what comes from here on."""
        if self._started and self._begun.is_set() and not self._running.running:
            raise FeedError("the manager is stopped: start it first", name="not_running")
        self._attach(stream, kind, None if tokens is None else frozenset(token_ids(tokens)))
        self._streams[id(stream)] = weakref.ref(stream)
        let_go = weakref.finalize(
            stream, self._let_go, id(stream), self._running.engine, stream.mailbox
        )
        let_go.atexit = False
        stream.on_close = let_go

    def _let_go(self, stream: int, engine: Engine, mailbox: Mailbox) -> None:
        """Tell a stream no more: it was closed, or nobody refers to it any more."""
        engine.leave(mailbox.put)
        self._streams.pop(stream, None)

    def _dismiss(self, consumer: Consumer) -> asyncio.Task[None] | None:
        self._running.engine.leave(consumer.mailbox.put)
        return consumer.stop()

    def _dismiss_all(self) -> list[asyncio.Task[None]]:
        """Ask every reader to end; return the tasks that will."""
        for held in list(self._streams.values()):
            if (stream := held()) is not None:
                stream.close()
        ending = [self._dismiss(consumer) for consumer in list(self._consumers.values())]
        return [task for task in ending if task is not None]
