"""Methods of `AsyncPolymarket` for the public order book API (CLOB), protocol section 4.2."""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from pr3dict.client.arguments import token_id as checked
from pr3dict.client.arguments import token_ids as all_checked
from pr3dict.client.rest.base import RestMethods
from pr3dict.client.rest.pages import LIMIT, Pages
from pr3dict.client.rest.rows import Rows
from pr3dict.model.requests import Page, Request
from pr3dict.model.units import Nanos
from pr3dict.venues.polymarket.clob import requests as clob
from pr3dict.venues.polymarket.clob.types import (
    BookSummary,
    ClobMarket,
    ClobMarketInfo,
    Interval,
    LastTrade,
    LiveActivity,
    PricePoint,
    Side,
    SimplifiedMarket,
    TokenMarket,
)

T = TypeVar("T")


class ClobMethods(RestMethods):
    """Ask for books, prices and rules of tokens.

    A token is named by its token id, a market by its condition id; what cannot be such is an
    `UnknownTokenError` before anything is sent. A token without a book is a `RestError`
    (`not_found`); methods for many tokens leave it out.
    """

    @property
    def _clob(self) -> str:
        return self._config.polymarket_clob_url

    async def get_ok(self) -> str:
        """Return "OK" if the venue is up."""
        return await self._rest.ask(clob.ok(self._clob))

    async def get_server_time(self) -> Nanos:
        """Return the venue's clock in nanoseconds since 1970; it tells whole seconds."""
        return await self._rest.ask(clob.server_time(self._clob))

    async def get_version(self) -> int:
        """Return the version of orders that the venue takes."""
        return await self._rest.ask(clob.version(self._clob))

    async def get_order_book(self, token_id: str) -> BookSummary:
        """Return the book of a token at this moment; `OrderBookManager` keeps one that is live."""
        return await self._rest.ask(clob.book(self._clob, checked(token_id)))

    async def get_order_books(self, token_ids: Iterable[str]) -> Rows[BookSummary]:
        """Return the books of many tokens."""
        parts = [
            await self._rest.ask(request)
            for request in clob.books(self._clob, all_checked(token_ids))
        ]
        return Rows((book for part in parts for book in part), BookSummary)

    async def get_price(self, token_id: str, side: Side) -> Decimal:
        """Return the best price of the orders that rest on a side.

        **side is that of the resting orders**: "BUY" gives the best bid, "SELL" the best ask. To
        buy now you pay `get_price(token_id, "SELL")`. It is the venue's way, and easily mistaken.
        """
        return await self._rest.ask(clob.price(self._clob, checked(token_id), side))

    async def get_prices(self, asked: Iterable[tuple[str, Side]]) -> dict[str, dict[str, Decimal]]:
        """Return many best prices by token and side; sides mean what they mean in `get_price`."""
        return await self._merged(clob.prices(self._clob, asked))

    async def get_midpoint(self, token_id: str) -> Decimal:
        """Return the middle between best bid and best ask."""
        return await self._rest.ask(clob.midpoint(self._clob, checked(token_id)))

    async def get_midpoints(self, token_ids: Iterable[str]) -> dict[str, Decimal]:
        """Return many midpoints by token."""
        return await self._merged(clob.midpoints(self._clob, all_checked(token_ids)))

    async def get_spread(self, token_id: str) -> Decimal:
        """Return the distance between best bid and best ask."""
        return await self._rest.ask(clob.spread(self._clob, checked(token_id)))

    async def get_spreads(self, token_ids: Iterable[str]) -> dict[str, Decimal]:
        """Return many spreads by token."""
        return await self._merged(clob.spreads(self._clob, all_checked(token_ids)))

    async def get_last_trade_price(self, token_id: str) -> LastTrade | None:
        """Return the last trade of a token; None where it had none yet."""
        return await self._rest.ask(clob.last_trade_price(self._clob, checked(token_id)))

    async def get_last_trades_prices(self, token_ids: Iterable[str]) -> Rows[LastTrade]:
        """Return the last trades of many tokens; one that had none is left out."""
        parts = [
            await self._rest.ask(request)
            for request in clob.last_trades_prices(self._clob, all_checked(token_ids))
        ]
        return Rows((trade for part in parts for trade in part), LastTrade)

    async def get_tick_size(self, token_id: str) -> Decimal:
        """Return the step of a token's prices."""
        return await self._rest.ask(clob.tick_size(self._clob, checked(token_id)))

    async def get_neg_risk(self, token_id: str) -> bool:
        """Return whether a token is of a market with negative risk (one outcome of many)."""
        return await self._rest.ask(clob.neg_risk(self._clob, checked(token_id)))

    async def get_fee_rate(self, token_id: str) -> int:
        """Return the base fee in basis points, an old ceiling; `get_market_info` has the fees."""
        return await self._rest.ask(clob.fee_rate(self._clob, checked(token_id)))

    async def get_market_of_token(self, token_id: str) -> TokenMarket:
        """Return the market that a token belongs to."""
        return await self._rest.ask(clob.market_of_token(self._clob, checked(token_id)))

    async def get_market_info(self, condition_id: str) -> ClobMarketInfo:
        """Return tokens, tick, least order, negative risk and fees of a market in one answer."""
        return await self._rest.ask(clob.market_info(self._clob, condition_id))

    async def get_clob_market(self, condition_id: str) -> ClobMarket:
        """Return a market with its words, as the order book API has it."""
        return await self._rest.ask(clob.market(self._clob, condition_id))

    async def get_live_activity(self, condition_id: str) -> Rows[LiveActivity]:
        """Return what happened in a market just now."""
        found = await self._rest.ask(clob.live_activity(self._clob, condition_id))
        return Rows(found, LiveActivity)

    async def get_prices_history(
        self,
        token_id: str,
        *,
        interval: Interval | None = None,
        start: datetime | int | None = None,
        end: datetime | int | None = None,
        fidelity: int | None = None,
    ) -> Rows[PricePoint]:
        """Return the prices of a token in time, the oldest first.

        interval: "1m" (a month), "1h", "6h", "1d", "1w" or "max", ending now; or start and end, as
        datetime with its zone or in seconds. fidelity: minutes between two points. Raises
        `ValueError` for both or neither.
        """
        request = clob.prices_history(
            self._clob,
            checked(token_id),
            interval=interval,
            start=start,
            end=end,
            fidelity=fidelity,
        )
        found = await self._rest.ask(request)
        return Rows(found, PricePoint)

    def list_clob_markets(self, *, limit: int = LIMIT) -> Pages[ClobMarket]:
        """List all markets there ever were, the oldest first."""
        return self._pages(clob.markets, ClobMarket, limit)

    def list_simplified_markets(self, *, limit: int = LIMIT) -> Pages[SimplifiedMarket]:
        """List all markets there ever were, in brief."""
        return self._pages(clob.simplified_markets, SimplifiedMarket, limit)

    def list_sampling_markets(self, *, limit: int = LIMIT) -> Pages[ClobMarket]:
        """List the markets whose makers are rewarded."""
        return self._pages(clob.sampling_markets, ClobMarket, limit)

    def list_sampling_simplified_markets(self, *, limit: int = LIMIT) -> Pages[SimplifiedMarket]:
        """List the markets whose makers are rewarded, in brief."""
        return self._pages(clob.sampling_simplified_markets, SimplifiedMarket, limit)

    def _pages(
        self, part: Callable[[str, str], Request[Page[T]]], kind: type[T], limit: int
    ) -> Pages[T]:
        return Pages(
            self._rest,
            lambda cursor: part(self._clob, cursor),
            first=clob.FIRST_CURSOR,
            limit=limit,
            of=kind,
        )

    async def _merged(self, requests: Iterable[Request[dict[str, T]]]) -> dict[str, T]:
        found: dict[str, T] = {}
        for request in requests:
            part = await self._rest.ask(request)
            found.update(part)
        return found
