"""`PolymarketPlatform`: one object that answers: by WebSocket while it is up, by REST while not.

What the stream tells and what REST tells meet in the same books, where an older one never takes
the place of a newer one. Without a feed the books are those of REST alone, by the same rule.
"""

import asyncio
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Self

from pr3dict.app import world
from pr3dict.app.discovery import Discovery
from pr3dict.app.system import System
from pr3dict.client import words
from pr3dict.client.arguments import token_id, token_ids
from pr3dict.client.manager import OrderBookManager
from pr3dict.client.snapshot import OrderBookSnapshot
from pr3dict.config import Config, from_environment
from pr3dict.core import Books, load
from pr3dict.model.errors import FeedError, MissingExtra, RestError
from pr3dict.model.states import BookState, Source
from pr3dict.model.units import NS_PER_S
from pr3dict.net.clock import SystemClock
from pr3dict.venues.polymarket.clob import requests as clob
from pr3dict.venues.polymarket.markets.market import Market, still_open
from pr3dict.venues.polymarket.markets.recurring import slug_now

if TYPE_CHECKING:
    from pr3dict.net.rest import Rest

HEDGE_S: Final = 0.5
"""A stream that has shown no book by then may take its time: REST is asked meanwhile."""
TAKES: Final = 2
"""A book read by the fallback is good for so many of its periods; then REST is asked at once."""


class PolymarketPlatform:
    """Books of Polymarket on demand. `connect` first, `disconnect` last, or use `async with`.

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
        self._rest: Rest | None = None
        self._named: dict[str, Market] = {}
        """What was looked up, by the name that was said."""
        self._read: Books | None = None
        """Books that only REST has told of: those of tokens that no feed keeps."""
        self._last: dict[str, OrderBookSnapshot] = {}
        """What was returned last of each token: nothing older is returned after it."""
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
        if self._rest is not None:
            await self._rest.aclose()
            self._rest = None

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.disconnect()

    async def subscribe(self, asset_ids: Iterable[str]) -> None:
        """Keep these books by the feed and wait for them, at most the setting `first_book_s`.

        Without WebSocket there is nothing to keep. Raises `UnknownTokenError`, and `FeedError`
        where no connection can be made: the feed goes on trying, and REST serves meanwhile.
        """
        wanted = token_ids(asset_ids)
        if self._manager is not None:
            await self._manager.subscribe(wanted)

    async def unsubscribe(self, asset_ids: Iterable[str]) -> None:
        """Keep these books no more."""
        if self._manager is not None:
            await self._manager.unsubscribe(asset_ids)

    async def market(self, anything: str) -> Market:
        """Return the market that an address, a slug, a condition id, a token id or words mean.

        In two requests at most. Raises `UnknownMarketError` and `RestError`.
        """
        config = self._config
        return await Discovery(self._ask(), config.polymarket_gamma_url, self._clock).market(
            anything
        )

    async def get_orderbook(
        self, asset_id: str, outcome: str | None = None
    ) -> OrderBookSnapshot | None:
        """Return the book of a token; `source`, `state` and `verified_ns` tell how far to trust it.

        asset_id: a token id; or whatever `market` takes, and `outcome` says which of its outcomes
        (the first one unless told: YES). A name is looked up once, that of a row at each turn.

        By WebSocket: the first call subscribes and waits for the book, later ones only read. By
        REST where there is no live book: then `source` is REST, and of a token whose connection is
        down the state stays STALE. Never an older book than one that was returned before: where
        REST lags behind a stream that is gone, that one again, STALE. None when the venue has
        none. Within the settings `first_book_s` and `rest_patience_s`. Raises
        `UnknownTokenError`, `UnknownMarketError` (also where the market that is named is closed);
        `FeedError` or `MissingExtra` when it can be had by neither.
        """
        token = await self._token_of(asset_id, outcome)
        held = self._held(token)
        if held is None or not held.is_live:
            held = await self._by_websocket(token)
        if held is None or not (held.is_live or self._is_fresh(held)):
            try:
                held = await self._by_rest(token)
            except (FeedError, MissingExtra):
                last = held if held is not None and held.version else self._last.get(token)
                if self._manager is None or last is None:  # by REST alone none stands in for it
                    raise
            else:
                if held is None:
                    return None
        return self._returned(token, held)

    def get_orderbook_metrics(self, asset_id: str) -> dict[str, Any] | None:
        """Return the figures of a book that is kept by WebSocket, by name; None: it is not.

        asset_id: a token id, or what `get_orderbook` was asked by: then its first outcome.
        """
        token = self._token_before(asset_id)
        metrics = None if self._manager is None else self._manager.get_metrics(token)
        return None if metrics is None else metrics.as_dict()

    def calculate_vwap(
        self, asset_id: str, side: str, depth_usdc: Decimal | float | str
    ) -> Decimal | None:
        """Return the average price of a budget over the book that the feed keeps.

        Where it keeps none: over the one that `get_orderbook` returned last. None where it cannot
        be filled, or nobody has asked for the book. Raises `UnknownTokenError`, and `ValueError`
        for another side than BUY and SELL, or no budget. asset_id: as in `get_orderbook_metrics`.
        """
        token = self._token_before(asset_id)
        book = self._not_older(token, self._held(token) or self._told_before(token))
        return None if book is None else book.calculate_vwap(side, depth_usdc)

    def get_websocket_stats(self) -> dict[str, Any] | None:
        """Return all figures of the feed by name; None without WebSocket."""
        return None if self._manager is None else self._manager.get_stats()

    async def _token_of(self, name: str, outcome: str | None) -> str:
        """Return the token that is meant."""
        if not isinstance(name, str) or (name.isdigit() and outcome is None):
            return token_id(name)
        called = self._called(name)
        if called not in self._named:
            self._named[called] = still_open(await self.market(called))
        market = self._named[called]
        return market.token_ids[0] if outcome is None else market.token(outcome)

    def _called(self, name: str) -> str:
        """Return what a name means now: that of a row, as `btc-updown-5m`, its market of now."""
        return slug_now(name, self._clock.now())

    def _token_before(self, name: str) -> str:
        """Return the token of an id, or of the first outcome of a name that was looked up."""
        market = (
            None
            if not isinstance(name, str) or name.isdigit()
            else self._named.get(self._called(name))
        )
        return token_id(name) if market is None else market.token_ids[0]

    def _ask(self) -> "Rest":
        """Return what carries requests, made when the first one is asked for."""
        if self._rest is None:
            self._rest = world.rest(self._config, self._clock)
        return self._rest

    def _returned(self, token: str, found: OrderBookSnapshot | None) -> OrderBookSnapshot | None:
        """Return what was found, or what is newer, and remember it."""
        book = self._not_older(token, found)
        if book is not None:
            self._last[token] = book
        return book

    def _not_older(self, token: str, found: OrderBookSnapshot | None) -> OrderBookSnapshot | None:
        """Return what was found; where it is older than what was returned last, that, as STALE.

        The feed forgets a book that it keeps no more, and another feed begins anew.
        """
        last = self._last.get(token)
        if last is None or (found is not None and last.venue_ns <= found.venue_ns):
            return found
        return last.as_stale(self._clock.now(), withheld=self._config.strict)

    def _held(self, token: str) -> OrderBookSnapshot | None:
        """Return the book that the feed keeps; None where it runs not, or keeps none."""
        if self._manager is None or not self._manager.system.running:
            return None
        return self._manager.get_orderbook(token)

    async def _by_websocket(self, token: str) -> OrderBookSnapshot | None:
        """Subscribe, and wait a moment for the first book."""
        if self._manager is None or not self._manager.system.running:
            return None
        try:
            async with asyncio.timeout(HEDGE_S):
                await self._manager.subscribe([token])
        except (FeedError, TimeoutError):
            pass  # no connection yet, or no book: it goes on trying
        return self._manager.get_orderbook(token)

    def _is_fresh(self, held: OrderBookSnapshot) -> bool:
        """Whether the feed itself has read this by REST a moment ago."""
        every_ns = self._config.fallback_every_s * NS_PER_S
        age_ns = self._clock.now() - held.local_ns
        return held.source is Source.REST and age_ns < TAKES * every_ns

    async def _by_rest(self, token: str) -> OrderBookSnapshot | None:
        """Ask REST, and return the newest of what the books hold then."""
        try:
            body = await self._ask().ask(clob.book_text(self._config.polymarket_clob_url, token))
        except RestError as error:
            if error.name == "not_found":
                return None
            raise
        if self._manager is None or self._held(token) is None:
            return self._told(token, body)
        system = self._manager.system
        if isinstance(system, System):  # A platform keeps no replay.
            await asyncio.wrap_future(system.call(lambda feed: feed.keeper.told(body)))
        return self._held(token)

    def _told(self, token: str, body: bytes) -> OrderBookSnapshot | None:
        """Take in a book that no feed keeps, and return what is held of it then."""
        now = self._clock.now()
        if self._read is None:
            self._read = load(self._config.core).new_books(prove=self._config.prove, adopt=True)
            self._read.open_link(0, now)
        self._read.feed_rest(0, body, now)
        self._read.take()
        book = self._told_before(token)
        if book is None:
            raise RestError(
                f"wanted the book of {token}, found {body[:120]!r}", name="bad_answer", status=200
            )
        return book

    def _told_before(self, token: str) -> OrderBookSnapshot | None:
        """Return what is held of a book that no feed keeps; None: REST has not told of it."""
        view = None if self._read is None else self._read.view(token)
        if view is None:
            return None
        return OrderBookSnapshot(
            view,
            self._clock.now(),
            max_depth=self._config.max_depth,
            withheld=self._config.strict and view.state != BookState.LIVE,
        )
