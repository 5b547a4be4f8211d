"""`PolymarketRealTimeClient`: live books, prices and trades of markets by any of their names."""

import inspect
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from pr3dict.client import words
from pr3dict.client.facade import START_TIMEOUT_S
from pr3dict.client.live.analysis import MarketAnalysis, analyse
from pr3dict.client.live.routes import is_token
from pr3dict.client.manager import OrderBookManager, elsewhere
from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.snapshot import OrderBookSnapshot, TradeEvent
from pr3dict.config import Config, from_environment
from pr3dict.model.errors import RestError, UnknownMarketError
from pr3dict.venues.polymarket.markets.market import Market, still_open


class PolymarketRealTimeClient:
    """Streams markets and answers from memory. `start_streaming` first, `stop_streaming` last.

    polymarket: what finds markets, `Polymarket` or `AsyncPolymarket`; made for the time of the
    streaming unless given. config: from the environment unless given. start_timeout: seconds that
    `start_streaming` waits for the first books.
    """

    def __init__(
        self,
        polymarket: Any = None,  # noqa: ANN401 - whatever has a `market`, async or not
        *,
        config: Config | None = None,
        start_timeout: float = START_TIMEOUT_S,
    ) -> None:
        self._config = config or from_environment()
        self._given = polymarket
        self._own: AsyncPolymarket | None = None
        self._start_timeout_s = start_timeout
        self._markets: dict[str, Market] = {}
        """Markets by the token ids of their outcomes."""
        self._tokens: dict[str, str] = {}
        """The token meant by each name: its own id, else that of the first outcome (YES)."""
        self._manager: OrderBookManager | None = None

    def __repr__(self) -> str:
        return words.one_line(
            self, lambda: words.inside(self._manager) if self._manager else "not streaming"
        )

    @property
    def manager(self) -> OrderBookManager | None:
        """What keeps the books; None before the first `start_streaming`."""
        return self._manager

    @property
    def markets(self) -> tuple[Market, ...]:
        """The markets that are streamed, in the order in which they were asked for."""
        return tuple({market.condition_id: market for market in self._markets.values()}.values())

    async def start_streaming(self, market_ids: Iterable[str | Market]) -> None:
        """Stream all outcomes of these markets, more of them if called again; wait for books.

        Each may be an id of the catalogue, a condition id, a token id, a slug, an address of the
        site, or a `Market`. Raises `UnknownMarketError`, `RestError` or `FeedError`, each in one
        sentence.
        """
        for name in [market_ids] if isinstance(market_ids, str) else list(market_ids):
            await self._add(name)
        tokens = list(self._tokens.values())
        streamed = list(dict.fromkeys([*self._markets, *tokens]))
        if self._manager is None:
            self._manager = OrderBookManager(
                streamed, config=self._config, start_timeout=self._start_timeout_s
            )
            try:
                await self._manager.start()
            except BaseException:
                self._manager = None
                raise
        else:
            await self._manager.subscribe(streamed)

    async def stop_streaming(self) -> None:
        """Close all connections within two seconds; what was read stays readable. Again: nothing.

        Start with a new client.
        """
        if self._manager is not None:
            await self._manager.stop()
        if self._own is not None:
            own, self._own = self._own, None
            await own.aclose()

    def get_live_orderbook(self, market_id: str) -> OrderBookSnapshot | None:
        """Return the book of a token, or of a market's first outcome (YES); None: not streamed.

        It tells its state; in one that is not LIVE do not trust a price.
        """
        token = self._token(market_id)
        return (
            None if token is None or self._manager is None else self._manager.get_orderbook(token)
        )

    def get_live_price(self, market_id: str) -> Decimal | None:
        """Return dollars per share: the mid price of a LIVE book, else the last trade, else None.

        `market_id` as in `get_live_orderbook`.
        """
        book = self.get_live_orderbook(market_id)
        if book is None:
            return None
        if book.is_live and book.mid_price is not None:
            return book.mid_price
        return book.last_trade_price

    def get_recent_trades(self, limit: int = 10, market_id: str | None = None) -> list[TradeEvent]:
        """Return the last trades of all outcomes, or of one market's, the oldest first."""
        manager = self._manager
        if manager is None:
            return []
        tokens = list(manager.books.tracked()) if market_id is None else self._all(market_id)
        found = [trade for token in tokens for trade in manager.get_trades(token, limit)]
        found.sort(key=lambda trade: trade.local_ns)
        return found[max(0, len(found) - max(0, limit)) :]

    def analyze_market_opportunity(self, asset_id: str) -> MarketAnalysis | None:
        """Return the figures of an outcome now; None: it is not streamed, or has no book yet.

        `asset_id` as in `get_live_orderbook`; `MarketAnalysis` tells the unit of each figure.
        """
        token, manager = self._token(asset_id), self._manager
        if token is None or manager is None:
            return None
        book, metrics = manager.get_orderbook(token), manager.get_metrics(token)
        if book is None or metrics is None or not book.version:
            return None
        books = [manager.get_orderbook(one) for one in self._all(token)]
        return analyse(book, metrics, manager.get_trades(token), self._markets.get(token), books)

    def get_stats(self) -> dict[str, Any]:
        """Return all figures of the feed by name; none before the first `start_streaming`."""
        return {} if self._manager is None else self._manager.get_stats()

    def _token(self, name: object) -> str | None:
        return self._tokens.get(str(name).strip())

    def _all(self, name: str) -> tuple[str, ...]:
        """Return the tokens of all outcomes of what a name stands for."""
        token = self._token(name)
        if token is None:
            return ()
        market = self._markets.get(token)
        return (token,) if market is None else market.token_ids

    async def _add(self, name: str | Market) -> None:
        """Find a market and note what it may be called from here on."""
        if not isinstance(name, str | Market):
            raise UnknownMarketError(f"wanted the name of a market as text, found {name!r:.80}")
        text = name.slug if isinstance(name, Market) else name.strip()
        market = name if isinstance(name, Market) else await self._found(text)
        if market is None:
            self._tokens[text] = text
            return
        first = still_open(market).token_ids[0]
        self._markets |= dict.fromkeys(market.token_ids, market)
        names = {market.id, market.slug, market.condition_id, market.url, text}
        self._tokens |= dict.fromkeys(names, first) | {token: token for token in market.token_ids}

    async def _found(self, name: str) -> Market | None:
        """Return the market of a name; None for a token that can be streamed without knowing it."""
        try:
            return await self._ask(name)
        except (UnknownMarketError, RestError):
            if is_token(name):
                return None
            raise

    async def _ask(self, name: str) -> Market:
        if self._given is None:
            return await self._rest().market(name)
        if inspect.iscoroutinefunction(self._given.market):
            found = await self._given.market(name)
        else:
            found = await elsewhere(lambda: self._given.market(name), "pr3dict-market")
        assert isinstance(found, Market)
        return found

    def _rest(self) -> AsyncPolymarket:
        if self._own is None:
            self._own = AsyncPolymarket(self._config)
        return self._own
