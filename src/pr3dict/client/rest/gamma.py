"""Methods of `AsyncPolymarket` for the market catalogue (Gamma), protocol section 4.1."""

from collections.abc import Awaitable
from typing import Final, TypeVar, Unpack

from pr3dict.client.rest.base import RestMethods
from pr3dict.client.rest.pages import LIMIT, Pages
from pr3dict.client.rest.rows import Rows
from pr3dict.model.errors import RestError, UnknownMarketError
from pr3dict.venues.polymarket.gamma import requests as gamma
from pr3dict.venues.polymarket.gamma.filters import (
    EventFilters,
    MarketFilters,
    SearchFilters,
    SeriesFilters,
)
from pr3dict.venues.polymarket.gamma.people import Comment, Profile, SearchResult
from pr3dict.venues.polymarket.gamma.types import (
    GammaEvent,
    GammaMarket,
    RelatedTag,
    Series,
    Sport,
    Tag,
    Team,
)

T = TypeVar("T")

ALL_MARKETS: Final = 1_000
"""What `get_all_markets` returns at most unless told otherwise: ten requests."""
_DIGITS_MAX: Final = 12
"""Of an id of the catalogue; a token id has some 77."""
_UNPROCESSABLE: Final = 422
"""What the venue answers to an id that cannot be one."""


class GammaMethods(RestMethods):
    """Ask for the market catalogue (Gamma), protocol section 4.1.

    Lists are `Pages`: `async for` takes one row after the other, `await` all of them as `Rows`, at
    most `limit`. Filters are named in `venues.polymarket.gamma_filters`; one that cannot be meant
    raises `ValueError` at the call. What one name finds nothing for raises `UnknownMarketError`.
    """

    async def get_all_markets(self, limit: int = ALL_MARKETS) -> Rows[GammaMarket]:
        """Return the open markets, the most traded first, at most `limit` of them.

        A market that is traded while the venue is asked part by part may have moved into a part
        that was read already; it is left out then.
        """
        return await self.list_markets(limit, closed=False, order="volume", ascending=False)

    def list_markets(
        self, limit: int = LIMIT, **filters: Unpack[MarketFilters]
    ) -> Pages[GammaMarket]:
        """List markets; those that are closed only with `closed=True`."""
        size = min(max(limit, 1), gamma.MARKETS_MAX)
        return Pages(
            self._rest,
            lambda cursor: gamma.markets(self._gamma, cursor, size, **filters),
            first="",
            limit=limit,
            of=GammaMarket,
        )

    async def get_market(self, market_id: str | int) -> GammaMarket:
        """Return the market of a Gamma id, as `"1557558"`; see `get_market_by_slug` for others."""
        asking = self._rest.ask(gamma.market(self._gamma, market_id))
        return await _known(asking, f"market with the id {market_id!r}{_hint(market_id)}")

    async def get_market_by_slug(self, slug: str) -> GammaMarket:
        """Return the market of a slug, which is the last part of its address on the site."""
        asking = self._rest.ask(gamma.market_by_slug(self._gamma, slug))
        return await _known(asking, f"market with the slug {slug!r}")

    async def get_market_tags(self, market_id: str | int) -> Rows[Tag]:
        """Return the tags of a market."""
        asking = self._rest.ask(gamma.market_tags(self._gamma, market_id))
        return Rows(await _known(asking, f"market with the id {market_id!r}"), Tag)

    def list_events(self, limit: int = LIMIT, **filters: Unpack[EventFilters]) -> Pages[GammaEvent]:
        """List events with their markets; those that are closed only with `closed=True`."""
        size = min(max(limit, 1), gamma.EVENTS_MAX)
        return Pages(
            self._rest,
            lambda cursor: gamma.events(self._gamma, cursor, size, **filters),
            first="",
            limit=limit,
            of=GammaEvent,
        )

    async def get_event(self, event_id: str | int) -> GammaEvent:
        """Return the event of an id, with its markets."""
        asking = self._rest.ask(gamma.event(self._gamma, event_id))
        return await _known(asking, f"event with the id {event_id!r}")

    async def get_event_by_slug(self, slug: str) -> GammaEvent:
        """Return the event of a slug: what stands behind `/event/` in its address on the site."""
        asking = self._rest.ask(gamma.event_by_slug(self._gamma, slug))
        return await _known(asking, f"event with the slug {slug!r}")

    async def get_event_tags(self, event_id: str | int) -> Rows[Tag]:
        """Return the tags of an event."""
        asking = self._rest.ask(gamma.event_tags(self._gamma, event_id))
        return Rows(await _known(asking, f"event with the id {event_id!r}"), Tag)

    async def search(
        self, words: str, *, page: int = 1, limit: int = 10, **filters: Unpack[SearchFilters]
    ) -> SearchResult:
        """Return the events, tags and profiles that a few words find, `limit` of each kind."""
        return await self._rest.ask(gamma.search(self._gamma, words, page, limit, **filters))

    def list_series(self, limit: int = LIMIT, **filters: Unpack[SeriesFilters]) -> Pages[Series]:
        """List series: events that come again."""
        size = min(max(limit, 1), gamma.SERIES_MAX)
        return Pages(
            self._rest,
            lambda cursor: gamma.series_list(self._gamma, cursor, size, **filters),
            first="",
            limit=limit,
            of=Series,
        )

    async def get_series(self, series_id: str | int) -> Series:
        """Return the series of an id, with the names of its events."""
        asking = self._rest.ask(gamma.series(self._gamma, series_id))
        return await _known(asking, f"series with the id {series_id!r}")

    def list_tags(
        self,
        limit: int = LIMIT,
        *,
        order: str | None = None,
        ascending: bool | None = None,
        is_carousel: bool | None = None,
    ) -> Pages[Tag]:
        """List the tags under which markets and events are found."""
        size = min(max(limit, 1), gamma.TAGS_MAX)
        return Pages(
            self._rest,
            lambda cursor: gamma.tags(
                self._gamma,
                cursor,
                size,
                order=order,
                ascending=ascending,
                is_carousel=is_carousel,
            ),
            first="",
            limit=limit,
            of=Tag,
        )

    async def get_tag(self, tag_id: str | int) -> Tag:
        """Return the tag of an id."""
        asking = self._rest.ask(gamma.tag(self._gamma, tag_id))
        return await _known(asking, f"tag with the id {tag_id!r}")

    async def get_tag_by_slug(self, slug: str) -> Tag:
        """Return the tag of a slug, as `"crypto"`."""
        asking = self._rest.ask(gamma.tag_by_slug(self._gamma, slug))
        return await _known(asking, f"tag with the slug {slug!r}")

    async def get_related_tags(self, tag_id: str | int) -> Rows[RelatedTag]:
        """Return how near other tags are to one."""
        asking = self._rest.ask(gamma.related_tags(self._gamma, tag_id))
        return Rows(await _known(asking, f"tag with the id {tag_id!r}"), RelatedTag)

    async def list_sports(self) -> Rows[Sport]:
        """Return the leagues, with the tags and the series of their games."""
        return await self._rows(gamma.sports(self._gamma), Sport)

    async def list_sports_market_types(self) -> Rows[str]:
        """Return the words that the filter `sports_market_types` may be."""
        found = await self._rest.ask(gamma.sports_market_types(self._gamma))
        return Rows(found.market_types, str)

    def list_teams(
        self,
        limit: int = LIMIT,
        *,
        leagues: str | list[str] | None = None,
        names: str | list[str] | None = None,
        abbreviations: str | list[str] | None = None,
    ) -> Pages[Team]:
        """List teams, of all leagues or of some."""
        size = min(max(limit, 1), gamma.TEAMS_MAX)
        return Pages(
            self._rest,
            lambda cursor: gamma.teams(
                self._gamma, cursor, size, leagues=leagues, names=names, abbreviations=abbreviations
            ),
            first="",
            limit=limit,
            of=Team,
        )

    def list_comments(
        self,
        event_id: str | int,
        limit: int = LIMIT,
        *,
        under: str = "Event",
        order: str = "createdAt",
        ascending: bool = False,
    ) -> Pages[Comment]:
        """List what was written under an event, newest first, or with `under="Series"` a series."""
        size = min(max(limit, 1), gamma.COMMENTS_MAX)
        return Pages(
            self._rest,
            lambda cursor: gamma.comments(
                self._gamma,
                cursor,
                size,
                parent_entity_id=event_id,
                parent_entity_type=under,
                order=order,
                ascending=ascending,
            ),
            first="",
            limit=limit,
            of=Comment,
        )

    async def get_comment_thread(self, comment_id: str | int) -> Rows[Comment]:
        """Return a comment and what was answered to it."""
        asking = self._rest.ask(gamma.comment_thread(self._gamma, comment_id))
        return Rows(await _known(asking, f"comment with the id {comment_id!r}"), Comment)

    def list_comments_by_wallet(self, wallet: str, limit: int = LIMIT) -> Pages[Comment]:
        """List what the owner of a wallet wrote: 300 comments, the venue lets nobody see more."""
        size = min(max(limit, 1), gamma.COMMENTS_MAX)
        return Pages(
            self._rest,
            lambda cursor: gamma.comments_by_wallet(self._gamma, wallet, cursor, size),
            first="",
            limit=limit,
            of=Comment,
        )

    async def get_profile(self, wallet: str) -> Profile:
        """Return what the owner of a wallet shows of themselves."""
        asking = self._rest.ask(gamma.profile(self._gamma, wallet))
        return await _known(asking, f"profile of the wallet {wallet}")

    @property
    def _gamma(self) -> str:
        return self._config.polymarket_gamma_url


async def _known(asking: Awaitable[T], what: str) -> T:
    """Return what a name stands for; raises `UnknownMarketError` where it stands for nothing."""
    try:
        return await asking
    except RestError as error:
        if error.name != "not_found" and error.status != _UNPROCESSABLE:
            raise
        raise UnknownMarketError(f"Polymarket knows no {what}") from error


def _hint(market_id: str | int) -> str:
    """Return what to ask instead by what is no id of the catalogue, which has a few digits."""
    is_id = str(market_id).isdigit() and len(str(market_id)) <= _DIGITS_MAX
    return "" if is_id else ": market() takes slugs, condition ids, token ids and addresses"
