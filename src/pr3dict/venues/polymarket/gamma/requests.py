"""Requests to the market catalogue (Gamma), protocol section 4.1, and how their answers are read.

A list comes in parts. The first is asked for with the cursor `""`, the next with the cursor of the
`Page` before. Filters are named as in `gamma_filters`; what cannot be meant is a `ValueError`.
"""

from typing import Final, Unpack

from pr3dict.model.requests import Page, Request
from pr3dict.venues.polymarket import answers, limits, query
from pr3dict.venues.polymarket.gamma.filters import (
    COMMENTS,
    EVENTS,
    MARKETS,
    SEARCH,
    SERIES,
    TAGS,
    TEAMS,
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
    SportsMarketTypes,
    Tag,
    Team,
)

MARKETS_MAX: Final = 100
"""Markets in one part of a list (NAUT docs, protocol 4.1)."""
EVENTS_MAX: Final = 500
SERIES_MAX: Final = 50
TAGS_MAX: Final = 100
TEAMS_MAX: Final = 100
COMMENTS_MAX: Final = 100
"""These four: SDK, 2026-10-21."""
COMMENTS_DEEPEST: Final = 200
"""The venue refuses a part of somebody's comments that begins behind it (SDK, 2026-10-21)."""
SEARCH_MAX: Final = 50
"""Results of each kind of a search. No limit is documented."""
WORDS_MAX: Final = 500
"""Characters of a search. No limit is documented; an address must end somewhere."""

_MARKET_LIST: Final = limits.gamma("gamma listing", "gamma /markets")
_EVENT_LIST: Final = limits.gamma("gamma listing", "gamma /events")


def markets(
    gamma_url: str, cursor: str = "", limit: int = MARKETS_MAX, **filters: Unpack[MarketFilters]
) -> Request[Page[GammaMarket]]:
    """Return the request for a part of the markets.

    >>> markets("https://gamma-api.polymarket.com", limit=2, order="volume", closed=False).url
    'https://gamma-api.polymarket.com/markets/keyset?limit=2&order=volumeNum&closed=false'
    """
    asked = {"limit": query.page_size(limit, MARKETS_MAX), **query.written(MARKETS, filters)}
    return Request(
        url=query.address(gamma_url, "/markets/keyset", asked | _after(cursor)),
        read=answers.keyset("markets", GammaMarket),
        limits=_MARKET_LIST,
    )


def market(gamma_url: str, market_id: str | int) -> Request[GammaMarket]:
    """Return the request for the market of a Gamma id."""
    return Request(
        url=query.address(gamma_url, f"/markets/{query.part('market_id', market_id)}"),
        read=answers.one(GammaMarket),
        limits=limits.gamma("gamma /markets"),
    )


def market_by_slug(gamma_url: str, slug: str) -> Request[GammaMarket]:
    """Return the request for the market of a slug: the last part of its address on the site."""
    return Request(
        url=query.address(gamma_url, f"/markets/slug/{query.part('slug', slug)}"),
        read=answers.one(GammaMarket),
        limits=limits.gamma("gamma /markets"),
    )


def market_tags(gamma_url: str, market_id: str | int) -> Request[tuple[Tag, ...]]:
    """Return the request for the tags of a market."""
    return Request(
        url=query.address(gamma_url, f"/markets/{query.part('market_id', market_id)}/tags"),
        read=answers.many(Tag),
        limits=limits.gamma("gamma /markets"),
    )


def events(
    gamma_url: str, cursor: str = "", limit: int = EVENTS_MAX, **filters: Unpack[EventFilters]
) -> Request[Page[GammaEvent]]:
    """Return the request for a part of the events."""
    asked = {"limit": query.page_size(limit, EVENTS_MAX), **query.written(EVENTS, filters)}
    return Request(
        url=query.address(gamma_url, "/events/keyset", asked | _after(cursor)),
        read=answers.keyset("events", GammaEvent),
        limits=_EVENT_LIST,
    )


def event(gamma_url: str, event_id: str | int) -> Request[GammaEvent]:
    """Return the request for the event of an id."""
    return Request(
        url=query.address(gamma_url, f"/events/{query.part('event_id', event_id)}"),
        read=answers.one(GammaEvent),
        limits=limits.gamma("gamma /events"),
    )


def event_by_slug(gamma_url: str, slug: str) -> Request[GammaEvent]:
    """Return the request for the event of a slug."""
    return Request(
        url=query.address(gamma_url, f"/events/slug/{query.part('slug', slug)}"),
        read=answers.one(GammaEvent),
        limits=limits.gamma("gamma /events"),
    )


def event_tags(gamma_url: str, event_id: str | int) -> Request[tuple[Tag, ...]]:
    """Return the request for the tags of an event."""
    return Request(
        url=query.address(gamma_url, f"/events/{query.part('event_id', event_id)}/tags"),
        read=answers.many(Tag),
        limits=limits.gamma("gamma /events"),
    )


def series_list(
    gamma_url: str, cursor: str = "", limit: int = SERIES_MAX, **filters: Unpack[SeriesFilters]
) -> Request[Page[Series]]:
    """Return the request for a part of the series."""
    return _counted(
        gamma_url, "/series", Series, (limit, SERIES_MAX, cursor), query.written(SERIES, filters)
    )


def series(gamma_url: str, series_id: str | int) -> Request[Series]:
    """Return the request for the series of an id."""
    return Request(
        url=query.address(gamma_url, f"/series/{query.part('series_id', series_id)}"),
        read=answers.one(Series),
        limits=limits.gamma(),
    )


def tags(
    gamma_url: str,
    cursor: str = "",
    limit: int = TAGS_MAX,
    *,
    order: str | None = None,
    ascending: bool | None = None,
    is_carousel: bool | None = None,
) -> Request[Page[Tag]]:
    """Return the request for a part of the tags."""
    asked = {"order": order, "ascending": ascending, "is_carousel": is_carousel}
    return _counted(
        gamma_url,
        "/tags",
        Tag,
        (limit, TAGS_MAX, cursor),
        query.written(TAGS, asked),
        limits.gamma("gamma /tags"),
    )


def tag(gamma_url: str, tag_id: str | int) -> Request[Tag]:
    """Return the request for the tag of an id."""
    return Request(
        url=query.address(gamma_url, f"/tags/{query.part('tag_id', tag_id)}"),
        read=answers.one(Tag),
        limits=limits.gamma("gamma /tags"),
    )


def tag_by_slug(gamma_url: str, slug: str) -> Request[Tag]:
    """Return the request for the tag of a slug."""
    return Request(
        url=query.address(gamma_url, f"/tags/slug/{query.part('slug', slug)}"),
        read=answers.one(Tag),
        limits=limits.gamma("gamma /tags"),
    )


def related_tags(gamma_url: str, tag_id: str | int) -> Request[tuple[RelatedTag, ...]]:
    """Return the request for how near other tags are to one."""
    return Request(
        url=query.address(gamma_url, f"/tags/{query.part('tag_id', tag_id)}/related-tags"),
        read=answers.many(RelatedTag),
        limits=limits.gamma("gamma /tags"),
    )


def sports(gamma_url: str) -> Request[tuple[Sport, ...]]:
    """Return the request for the leagues."""
    return Request(
        url=query.address(gamma_url, "/sports"), read=answers.many(Sport), limits=limits.gamma()
    )


def sports_market_types(gamma_url: str) -> Request[SportsMarketTypes]:
    """Return the request for the kinds of market that sports have."""
    return Request(
        url=query.address(gamma_url, "/sports/market-types"),
        read=answers.one(SportsMarketTypes),
        limits=limits.gamma(),
    )


def teams(
    gamma_url: str,
    cursor: str = "",
    limit: int = TEAMS_MAX,
    *,
    leagues: str | list[str] | None = None,
    names: str | list[str] | None = None,
    abbreviations: str | list[str] | None = None,
) -> Request[Page[Team]]:
    """Return the request for a part of the teams."""
    asked = {"leagues": leagues, "names": names, "abbreviations": abbreviations}
    return _counted(
        gamma_url, "/teams", Team, (limit, TEAMS_MAX, cursor), query.written(TEAMS, asked)
    )


def comments(
    gamma_url: str,
    cursor: str = "",
    limit: int = COMMENTS_MAX,
    *,
    parent_entity_id: str | int,
    parent_entity_type: str = "Event",
    order: str = "createdAt",
    ascending: bool = False,
) -> Request[Page[Comment]]:
    """Return the request for a part of the comments under an event or a series, newest first."""
    filters = {
        "parent_entity_id": parent_entity_id,
        "parent_entity_type": parent_entity_type,
        "order": order,
        "ascending": ascending,
    }
    asked = {"limit": query.page_size(limit, COMMENTS_MAX), **query.written(COMMENTS, filters)}
    return Request(
        url=query.address(gamma_url, "/comments/keyset", asked | _after(cursor)),
        read=answers.keyset("comments", Comment),
        limits=limits.gamma("gamma /comments"),
    )


def comment_thread(gamma_url: str, comment_id: str | int) -> Request[tuple[Comment, ...]]:
    """Return the request for a comment and what was answered to it."""
    return Request(
        url=query.address(gamma_url, f"/comments/{query.part('comment_id', comment_id)}"),
        read=answers.many(Comment),
        limits=limits.gamma("gamma /comments"),
    )


def comments_by_wallet(
    gamma_url: str, wallet: str, cursor: str = "", limit: int = COMMENTS_MAX
) -> Request[Page[Comment]]:
    """Return the request for a part of what the owner of a wallet wrote."""
    path = f"/comments/user_address/{query.wallet('wallet', wallet)[0]}"
    start = query.start(cursor)
    asked = {"limit": query.page_size(limit, COMMENTS_MAX), "offset": [str(start)]}
    return Request(
        url=query.address(gamma_url, path, asked),
        read=answers.offset(Comment, start, limit, deepest=COMMENTS_DEEPEST),
        limits=limits.gamma("gamma /comments"),
    )


def search(
    gamma_url: str,
    words: str,
    page: int = 1,
    limit: int = 10,
    **filters: Unpack[SearchFilters],
) -> Request[SearchResult]:
    """Return the request for what a few words find, `limit` of each kind; the first page is 1."""
    if not isinstance(words, str) or not 0 < len(words.strip()) <= WORDS_MAX:
        raise ValueError(f"words: wanted 1 to {WORDS_MAX} characters, found {words!r:.80}")
    asked = {
        "q": [words.strip()],
        "page": query.page_size(page, 10**6),
        "limit_per_type": query.page_size(limit, SEARCH_MAX),
        **query.written(SEARCH, filters),
    }
    return Request(
        url=query.address(gamma_url, "/public-search", asked),
        read=answers.one(SearchResult),
        limits=limits.gamma("gamma /public-search"),
    )


def profile(gamma_url: str, wallet: str) -> Request[Profile]:
    """Return the request for what the owner of a wallet shows of themselves."""
    return Request(
        url=query.address(
            gamma_url, "/public-profile", {"address": query.wallet("wallet", wallet)}
        ),
        read=answers.one(Profile),
        limits=limits.gamma(),
    )


def _after(cursor: str) -> dict[str, list[str]]:
    return {"after_cursor": [cursor]} if cursor else {}


def _counted(  # noqa: PLR0917 - one caller a list, all in this file
    gamma_url: str,
    path: str,
    kind: type[answers.R],
    place: tuple[int, int, str],
    asked: dict[str, list[str]],
    counted: tuple[str, ...] = limits.gamma(),
) -> Request[Page[answers.R]]:
    """Return the request for a part of a list that still counts rows.

    `place` is how many rows are wanted, how many may be, and the cursor.
    """
    limit, most, cursor = place
    start = query.start(cursor)
    paged = {"limit": query.page_size(limit, most), "offset": [str(start)], **asked}
    return Request(
        url=query.address(gamma_url, path, paged),
        read=answers.offset(kind, start, limit),
        limits=counted,
    )
