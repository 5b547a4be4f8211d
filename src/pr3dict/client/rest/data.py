"""Methods of `AsyncPolymarket` for the Data API, protocol section 4.4."""

from collections.abc import Sequence
from typing import Unpack

from pr3dict.client.rest.base import RestMethods
from pr3dict.client.rest.pages import LIMIT, Pages
from pr3dict.client.rest.rows import Rows
from pr3dict.venues.polymarket.data import requests as data
from pr3dict.venues.polymarket.data import traders as data_traders
from pr3dict.venues.polymarket.data.asking import ROWS_MAX
from pr3dict.venues.polymarket.data.filters import (
    ActivityFilters,
    Moment,
    PositionFilters,
    TradeFilters,
    Words,
)
from pr3dict.venues.polymarket.data.people import (
    BuilderVolume,
    Leader,
    UserPnl,
    UserStats,
    UserVolume,
    Winner,
)
from pr3dict.venues.polymarket.data.types import (
    Activity,
    Holders,
    LiveVolume,
    OpenInterest,
    PortfolioValue,
    Position,
    PricePoint,
    PublicTrade,
    Resolution,
    TokenFacts,
)


class DataMethods(RestMethods):
    """Ask for the Data API, protocol section 4.4.

    Lists are `Pages`: `async for` takes one row after the other, `await` all of them as `Rows`, at
    most `limit`. A wallet is an address, `0x` and 40 digits; a time is a datetime with its time
    zone, or seconds since 1970. Where `version` is an argument, 1 asks the API that is frozen since
    2026-09-04. Filters are named in `venues.polymarket.data_filters`; what the venue would refuse
    raises `ValueError` at the call.
    """

    def list_trades(
        self, limit: int = LIMIT, *, version: int = 2, **filters: Unpack[TradeFilters]
    ) -> Pages[PublicTrade]:
        """List trades, newest first: of all, of a wallet (`user`), of markets, of events."""
        size = min(max(limit, 1), ROWS_MAX)
        return Pages(
            self._rest,
            lambda cursor: data.trades(self._data, cursor, size, version=version, **filters),
            first="",
            limit=limit,
            of=PublicTrade,
        )

    def list_activity(
        self,
        user: str,
        limit: int = LIMIT,
        *,
        version: int = 2,
        **filters: Unpack[ActivityFilters],
    ) -> Pages[Activity]:
        """List what a wallet did, newest first."""
        size = min(max(limit, 1), data.ROWS_V1_MAX)
        return Pages(
            self._rest,
            lambda cursor: data.activity(
                self._data, user, cursor, size, version=version, **filters
            ),
            first="",
            limit=limit,
            of=Activity,
        )

    def list_positions(
        self, limit: int = LIMIT, *, version: int = 2, **filters: Unpack[PositionFilters]
    ) -> Pages[Position]:
        """List the positions of a wallet (`user`), or of all wallets in one market."""
        size = min(max(limit, 1), data.ROWS_V1_MAX)
        return Pages(
            self._rest,
            lambda cursor: data.positions(self._data, cursor, size, version=version, **filters),
            first="",
            limit=limit,
            of=Position,
        )

    async def get_portfolio_value(
        self, user: str, *, condition_ids: Words | None = None, version: int = 2
    ) -> PortfolioValue:
        """Return what the positions of a wallet are worth, in all markets or in some."""
        return await self._rest.ask(
            data.value(self._data, user, condition_ids=condition_ids, version=version)
        )

    def list_holders(
        self,
        condition_ids: Words,
        limit: int = LIMIT,
        *,
        min_balance: float | None = None,
        include_pnl: bool | None = None,
    ) -> Pages[Holders]:
        """List who holds the outcomes of some markets, largest first."""
        size = min(max(limit, 1), data.HOLDERS_PNL_MAX)
        return Pages(
            self._rest,
            lambda cursor: data.holders(
                self._data,
                condition_ids,
                cursor,
                size,
                min_balance=min_balance,
                include_pnl=include_pnl,
            ),
            first="",
            limit=limit,
            of=Holders,
        )

    async def get_open_interest(
        self, condition_ids: Words | None = None, *, version: int = 2
    ) -> Rows[OpenInterest]:
        """Return how many dollars stand in some markets, or in all together."""
        request = data.open_interest(self._data, condition_ids, version=version)
        return await self._rows(request, OpenInterest)

    async def get_live_volume(
        self, event_ids: int | Sequence[int], *, version: int = 2
    ) -> LiveVolume:
        """Return what takers traded in the markets of some events."""
        return await self._rest.ask(data.live_volume(self._data, event_ids, version=version))

    def list_price_history(
        self,
        token_id: str,
        limit: int = data.POINTS_MAX,
        *,
        interval: str | None = None,
        start: Moment | None = None,
        end: Moment | None = None,
        as_of: Moment | None = None,
        bucket_seconds: int | None = None,
    ) -> Pages[PricePoint]:
        """List the prices of a token.

        Exactly one of `interval` (`"1h"`, `"6h"`, `"1d"`, `"1w"`, `"1m"`, `"max"`, `"all"`),
        `start` and `as_of` is wanted; `end` goes with `start`, at most 15 days later.
        """
        size = None if as_of is not None else min(max(limit, 1), data.POINTS_MAX)
        return Pages(
            self._rest,
            lambda cursor: data.prices_history(
                self._data,
                token_id,
                cursor,
                size,
                interval=interval,
                start=start,
                end=end,
                as_of=as_of,
                bucket_seconds=bucket_seconds,
            ),
            first="",
            limit=limit,
            of=PricePoint,
        )

    async def get_token_facts(
        self, *, token_ids: Words | None = None, condition_ids: Words | None = None
    ) -> Rows[TokenFacts]:
        """Return what token ids stand for: at most 50 of them, or those of 10 markets."""
        request = data.tokens(self._data, token_ids=token_ids, condition_ids=condition_ids)
        return await self._rows(request, TokenFacts)

    async def get_resolutions(
        self,
        *,
        question_id: str | None = None,
        condition_ids: Words | None = None,
        event_ids: int | Sequence[int] | None = None,
    ) -> Rows[Resolution]:
        """Return how far the resolutions of a question, of some markets or events are."""
        request = data.resolutions(
            self._data, question_id=question_id, condition_ids=condition_ids, event_ids=event_ids
        )
        return await self._rows(request, Resolution)

    def list_leaderboard(
        self,
        limit: int = LIMIT,
        *,
        window: str | None = None,
        sort_by: str | None = None,
        category: str | None = None,
    ) -> Pages[Leader]:
        """List the best traders of a `window` (`"day"`, `"week"`, `"month"`, `"all"`).

        `sort_by` is `"PNL"` or `"VOLUME"`.
        """
        size = min(max(limit, 1), ROWS_MAX)
        return Pages(
            self._rest,
            lambda cursor: data_traders.leaderboard(
                self._data, cursor, size, window=window, sort_by=sort_by, category=category
            ),
            first="",
            limit=limit,
            of=Leader,
        )

    async def get_standing(
        self, user: str, *, window: str | None = None, category: str | None = None
    ) -> Leader | None:
        """Return a wallet's place among the traders, `None` where it has none."""
        return await self._rest.ask(
            data_traders.standing(self._data, user, window=window, category=category)
        )

    def list_biggest_winners(
        self, limit: int = LIMIT, *, window: str | None = None, category: str | None = None
    ) -> Pages[Winner]:
        """List the largest wins."""
        size = min(max(limit, 1), ROWS_MAX)
        return Pages(
            self._rest,
            lambda cursor: data_traders.biggest_winners(
                self._data, cursor, size, window=window, category=category
            ),
            first="",
            limit=limit,
            of=Winner,
        )

    async def get_user_pnl(
        self, user: str, *, interval: str | None = None, fidelity: str | None = None
    ) -> UserPnl:
        """Return what a wallet made over time."""
        return await self._rest.ask(
            data_traders.user_pnl(self._data, user, interval=interval, fidelity=fidelity)
        )

    async def get_user_stats(self, user: str) -> UserStats | None:
        """Return a wallet in a few numbers, `None` where the venue has none."""
        return await self._rest.ask(data_traders.user_stats(self._data, user))

    async def get_user_volume(
        self, user: str, *, start: Moment | None = None, end: Moment | None = None
    ) -> UserVolume:
        """Return what a wallet traded between two times."""
        return await self._rest.ask(
            data_traders.user_volume(self._data, user, start=start, end=end)
        )

    def list_builders(
        self, limit: int = LIMIT, *, window: str | None = None
    ) -> Pages[BuilderVolume]:
        """List the programs through which most volume came."""
        size = min(max(limit, 1), ROWS_MAX)
        return Pages(
            self._rest,
            lambda cursor: data_traders.builder_leaderboard(
                self._data, cursor, size, window=window
            ),
            first="",
            limit=limit,
            of=BuilderVolume,
        )

    async def get_builder_volume(
        self, *, interval: str | None = None, buckets: int | None = None
    ) -> Rows[BuilderVolume]:
        """Return the volume that programs brought, by calendar buckets."""
        request = data_traders.builder_volume(self._data, interval=interval, buckets=buckets)
        return await self._rows(request, BuilderVolume)

    @property
    def _data(self) -> str:
        return self._config.polymarket_data_url
