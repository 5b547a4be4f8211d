"""`PolymarketRealTimeClient`: live books, prices and trades of markets by any of their names."""

import inspect
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from pr3dict.client import words
from pr3dict.client.arguments import count, seconds
from pr3dict.client.facade import START_TIMEOUT_S
from pr3dict.client.live.analysis import MarketAnalysis, analyse
from pr3dict.client.live.routes import is_token
from pr3dict.client.live.waits import Waits
from pr3dict.client.manager import OrderBookManager, elsewhere
from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.snapshot import OrderBookSnapshot, TradeEvent
from pr3dict.config import Config, from_environment
from pr3dict.model.errors import ConfigError, RestError, UnknownMarketError
from pr3dict.venues.polymarket.markets.market import Market, still_open


class _Names(msgspec.Struct):
    """What may be asked for, by whatever it may be called."""

    markets: dict[str, Market] = {}
    """Markets by the token ids of their outcomes."""
    tokens: dict[str, str] = {}
    """The token meant by each name: its own id, else that of the first outcome (YES)."""

    def add(self, name: str, market: Market | None) -> None:
        """Note a market and all its names, the one that was said among them; None: a token."""
        if market is None:
            self.tokens[name] = name
            return
        first = still_open(market).token_ids[0]
        self.markets |= dict.fromkeys(market.token_ids, market)
        names = {market.id, market.slug, market.condition_id, market.url, name}
        self.tokens |= dict.fromkeys(names, first) | {token: token for token in market.token_ids}

    def streamed(self) -> list[str]:
        """Return the tokens to stream: all outcomes of all markets."""
        return list(dict.fromkeys([*self.markets, *self.tokens.values()]))


class PolymarketRealTimeClient:
    """Streams markets and answers from memory. `start_streaming` first, `stop_streaming` last.

    polymarket: what finds markets, `Polymarket` or `AsyncPolymarket`; made for the time of the
    streaming unless given. config: from the environment unless given. start_timeout: seconds that
    `start_streaming` waits for the first books. It may be started again after a stop.
    """

    def __init__(
        self,
        polymarket: Any = None,  # noqa: ANN401 - whatever has a `market`, async or not
        *,
        config: Config | None = None,
        start_timeout: float = START_TIMEOUT_S,
    ) -> None:
        self._config = config or from_environment()
        if polymarket is not None and not callable(getattr(polymarket, "market", None)):
            raise ConfigError(
                "polymarket: wanted Polymarket or AsyncPolymarket, found a"
                f" {type(polymarket).__name__}"
            )
        self._given = polymarket
        self._own: AsyncPolymarket | None = None
        self._start_timeout_s = seconds("start_timeout", start_timeout)
        self._names = _Names()
        self._manager: OrderBookManager | None = None
        self._stopped = False
        """Whether `_manager` is one that was stopped, and only read from."""
        self._waits = Waits()

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
        return tuple({one.condition_id: one for one in self._names.markets.values()}.values())

    async def start_streaming(self, market_ids: Iterable[str | Market]) -> None:
        """Stream all outcomes of these markets, more of them if called again; wait for books.

        After `stop_streaming` it begins anew, with these markets alone. Each may be an id of the
        catalogue, a condition id, a token id, a slug, an address of the site, or a `Market`.
        Returns early where it is stopped meanwhile. Raises `UnknownMarketError`, `RestError` or
        `FeedError`, each in one sentence.
        """
        await self._waits.run(self._stream(_listed(market_ids), self._waits.ends))

    async def stop_streaming(self) -> None:
        """Close all connections within two seconds; what was read stays readable.

        Before the first `start_streaming`, and again: nothing.
        """
        self._stopped = True
        self._waits.end()
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
        """Return the last trades of all outcomes, or of one market's, the oldest first.

        Raises `ConfigError` for a limit that is no whole number from 0.
        """
        count("limit", limit)
        manager = self._manager
        if manager is None:
            return []
        tokens = list(manager.books.tracked()) if market_id is None else self._all(market_id)
        found = [trade for token in tokens for trade in manager.get_trades(token, limit)]
        found.sort(key=lambda trade: trade.local_ns)
        return found[max(0, len(found) - limit) :]

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
        return analyse(
            book, metrics, manager.get_trades(token), self._names.markets.get(token), books
        )

    def get_stats(self) -> dict[str, Any]:
        """Return all figures of the feed by name; none before the first `start_streaming`."""
        return {} if self._manager is None else self._manager.get_stats()

    def _token(self, name: object) -> str | None:
        return self._names.tokens.get(str(name).strip())

    def _all(self, name: str) -> tuple[str, ...]:
        """Return the tokens of all outcomes of what a name stands for."""
        token = self._token(name)
        if token is None:
            return ()
        market = self._names.markets.get(token)
        return (token,) if market is None else market.token_ids

    async def _stream(self, names: list[str | Market], ends: int) -> None:
        """Find these and stream them: beside the others, or with a manager of their own.

        Unless there have been more than so many ends when they are found.
        """
        found = _Names()
        for name in names:
            found.add(*await self._find(name))
        if self._waits.ends != ends:
            return
        if self._manager is not None and not self._stopped:
            self._names.markets |= found.markets
            self._names.tokens |= found.tokens
            await self._manager.subscribe(found.streamed())
            return
        self._names, self._stopped = found, False
        self._manager = manager = OrderBookManager(
            found.streamed(), config=self._config, start_timeout=self._start_timeout_s
        )
        try:
            await manager.start()
        except BaseException:
            if self._manager is manager and not self._stopped:
                self._manager = None
            raise

    async def _find(self, name: str | Market) -> tuple[str, Market | None]:
        """Return what a market is called, and the market; None for a token, as in `_found`."""
        if isinstance(name, Market):
            return name.slug, name
        if not isinstance(name, str):
            raise UnknownMarketError(f"wanted the name of a market as text, found {name!r:.80}")
        return name.strip(), await self._found(name.strip())

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


def _listed(market_ids: Iterable[str | Market]) -> list[str | Market]:
    """Return the markets that a user passed, one or many; raises `UnknownMarketError`."""
    if isinstance(market_ids, str | Market):
        return [market_ids]
    if not isinstance(market_ids, Iterable):
        raise UnknownMarketError(f"wanted a list of names of markets, found {market_ids!r:.80}")
    return list(market_ids)
