"""`PolymarketPlatform`: one way to ask for a book, by WebSocket where it is live, else by REST."""

from decimal import Decimal
from typing import Any

from pr3dict.client import words
from pr3dict.client.arguments import token_id
from pr3dict.client.manager import OrderBookManager
from pr3dict.client.snapshot import OrderBookSnapshot
from pr3dict.config import Config, from_environment
from pr3dict.core import load
from pr3dict.model.errors import FeedError
from pr3dict.net.clock import SystemClock
from pr3dict.net.http import HttpClient
from pr3dict.venues.polymarket import rest

_OK = 200


class PolymarketPlatform:
    """Books of Polymarket on demand. `connect` first, `disconnect` last.

    use_websocket: keep the books that were asked for by a feed; without it each is read by REST.
    redis_url: accepted and without effect yet. config: from the environment unless given.
    """

    def __init__(
        self,
        use_websocket: bool = True,  # noqa: FBT001, FBT002 - the name is older than we
        redis_url: str | None = None,
        *,
        config: Config | None = None,
    ) -> None:
        self._config = config or from_environment()
        self._clock = SystemClock()
        self._manager: OrderBookManager | None = None
        self._http: HttpClient | None = None
        if use_websocket:
            self._manager = OrderBookManager(
                (),
                redis_url,
                config=self._config,
                start_timeout=self._config.first_book_s,
            )

    def __repr__(self) -> str:
        return words.one_line(
            self, lambda: words.inside(self._manager) if self._manager else "by REST only"
        )

    @property
    def manager(self) -> OrderBookManager | None:
        """The manager that keeps the books; None without WebSocket."""
        return self._manager

    async def connect(self) -> None:
        """Start the feed; connections are made when the first book is asked for."""
        if self._manager is not None:
            await self._manager.start()

    async def disconnect(self) -> None:
        """Stop the feed and close all connections."""
        if self._manager is not None:
            await self._manager.stop()
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def get_orderbook(self, asset_id: str) -> OrderBookSnapshot | None:
        """Return the book of a token; `source` and `state` tell how it came to be.

        By WebSocket: the first call subscribes and waits for the book, later ones only read. By
        REST when there is no live book. None when the venue has none. Raises
        `UnknownTokenError`; `FeedError` or `MissingExtra` when it can be had by neither.
        """
        held = await self._by_websocket(token_id(asset_id))
        if held is not None and held.is_live:
            return held
        try:
            return await self._by_rest(asset_id)
        except FeedError:
            if held is None or not held.version:
                raise
            return held

    def get_orderbook_metrics(self, asset_id: str) -> dict[str, Any] | None:
        """Return the figures of a book that is kept by WebSocket, by name; None: it is not."""
        metrics = None if self._manager is None else self._manager.get_metrics(asset_id)
        return None if metrics is None else metrics.as_dict()

    def calculate_vwap(
        self, asset_id: str, side: str, depth_usdc: Decimal | float | str
    ) -> Decimal | None:
        """Return the average price of a budget, by WebSocket; None where it cannot be filled."""
        if self._manager is None:
            return None
        return self._manager.calculate_vwap(asset_id, side, depth_usdc)

    def get_websocket_stats(self) -> dict[str, Any] | None:
        """Return all figures of the feed by name; None without WebSocket."""
        return None if self._manager is None else self._manager.get_stats()

    async def _by_websocket(self, asset_id: str) -> OrderBookSnapshot | None:
        if self._manager is None or not self._manager.system.running:
            return None
        try:
            await self._manager.subscribe([asset_id])
        except FeedError:
            return self._manager.get_orderbook(asset_id)  # no connection yet: it goes on trying
        return self._manager.get_orderbook(asset_id)

    async def _by_rest(self, asset_id: str) -> OrderBookSnapshot | None:
        if self._http is None:
            self._http = HttpClient(
                self._clock,
                timeout_s=self._config.rest_timeout_s,
                answer_bytes_max=self._config.rest_bytes_max,
            )
        request = rest.book(self._config.polymarket_clob_url, asset_id)
        status, body = await self._http.get(request.url)
        if status == rest.NO_BOOK:
            return None
        books = load(self._config.core).new_books(prove=self._config.prove, adopt=True)
        now = self._clock.now()
        books.open_link(0, now)
        if status == _OK:
            books.feed_rest(0, body, now)
        view = books.view(asset_id)
        if view is None:
            found = body[:120].decode(errors="replace")
            raise FeedError(f"{request.url}: wanted a book, found {status} {found!r}")
        return OrderBookSnapshot(view, now, max_depth=self._config.max_depth)
