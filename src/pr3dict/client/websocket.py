"""`PolymarketWebSocketClient`: the market channel of some tokens, until it is told to stop."""

import asyncio
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from pr3dict.client import words
from pr3dict.client.arguments import called, is_async
from pr3dict.client.manager import OrderBookManager
from pr3dict.client.snapshot import OrderBookSnapshot, TradeEvent
from pr3dict.config import Config
from pr3dict.measure.metrics import OrderBookMetrics
from pr3dict.model.errors import FeedError

OnBook = Callable[[OrderBookSnapshot], Any]
OnTrade = Callable[[TradeEvent], Any]


class PolymarketWebSocketClient:
    """Follows tokens and calls back; `manager` is everything else that can be asked.

    on_book: called with the latest snapshot of a book that changed; a function or a coroutine
    function, like on_trade, which is called with each trade. redis_url: without effect yet.
    Other arguments as in `OrderBookManager`.
    """

    def __init__(
        self,
        asset_ids: Iterable[str],
        redis_url: str | None = None,
        enable_custom_features: bool | None = None,  # noqa: FBT001 - the name is older than we
        *,
        on_book: OnBook | None = None,
        on_trade: OnTrade | None = None,
        config: Config | None = None,
        record: str | Path | None = None,
    ) -> None:
        self.manager: Final = OrderBookManager(
            asset_ids, redis_url, enable_custom_features, config=config, record=record
        )
        self._ending: asyncio.Event | None = None
        """Set by `stop`; None while nothing runs."""
        if on_book is not None:
            self.manager.register_book_callback(_snapshot_only(called(on_book)))
        if on_trade is not None:
            self.manager.register_trade_callback(on_trade)

    def __repr__(self) -> str:
        return words.one_line(self, lambda: words.inside(self.manager))

    async def run(self) -> None:
        """Keep the connection until `stop` or cancellation. Raises as `OrderBookManager.start`."""
        if self._ending is not None:
            raise FeedError("the client is running already", name="running")
        ending = self._ending = asyncio.Event()
        try:
            async with self.manager:
                await ending.wait()
        finally:
            self._ending = None

    async def stop(self) -> None:
        """Let `run` return; nothing if it does not run."""
        if self._ending is not None:
            self._ending.set()

    async def subscribe(self, asset_ids: Iterable[str]) -> None:
        """Follow more tokens."""
        await self.manager.subscribe(asset_ids)

    async def unsubscribe(self, asset_ids: Iterable[str]) -> None:
        """Follow these tokens no more."""
        await self.manager.unsubscribe(asset_ids)

    def get_orderbook(self, asset_id: str) -> OrderBookSnapshot | None:
        """Return the book now; None if the token is not followed."""
        return self.manager.get_orderbook(asset_id)

    def calculate_vwap(
        self, asset_id: str, side: str, depth_usdc: Decimal | float | str
    ) -> Decimal | None:
        """Return the average price of a budget; None where the book cannot fill it."""
        return self.manager.calculate_vwap(asset_id, side, depth_usdc)

    def get_stats(self) -> dict[str, Any]:
        """Return all figures of the feed by name."""
        return self.manager.get_stats()


def _snapshot_only(
    on_book: OnBook,
) -> Callable[[OrderBookSnapshot, OrderBookMetrics], Any]:
    """Return a callback of a manager that passes the snapshot on, as async as the one given."""
    if is_async(on_book):

        async def awaited(snapshot: OrderBookSnapshot, _: OrderBookMetrics) -> None:
            await on_book(snapshot)

        return awaited
    return lambda snapshot, _: on_book(snapshot)
