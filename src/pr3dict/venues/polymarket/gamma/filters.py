"""What the lists of Gamma can be narrowed by, protocol section 4.1, and how each is written.

Names are ours, in the plural where several values are taken; values are checked before anything is
sent. Without `closed` the venue leaves out markets that are closed.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, TypedDict

from pr3dict.venues.polymarket.query import (
    Filters,
    Texts,
    choice,
    choices,
    flag,
    moment,
    number,
    text,
    texts,
    whole,
)

Ids = str | int | Sequence[str | int]
Words = str | Sequence[str]
Moment = str | datetime
Number = Decimal | float
"""Of dollars, for a threshold."""

_TWINS: Final = {"volume": "volumeNum", "liquidity": "liquidityNum"}
"""The venue keeps these as text too, and sorts text as text: 9 above 10 (SDK, 2026-10-21)."""


def market_order(name: str, value: object) -> Texts:
    """Write by what markets are sorted; numbers are sorted as numbers.

    >>> market_order("order", "volume, endDate")
    ['volumeNum,endDate']
    """
    fields = [field.strip() for field in text(name, value)[0].split(",")]
    return [",".join(_TWINS.get(field, field) for field in fields)]


class MarketFilters(TypedDict, total=False):
    """What `list_markets` can be narrowed by."""

    ids: Ids
    slugs: Words
    condition_ids: Words
    token_ids: Words
    position_ids: Words
    question_ids: Words
    request_ids: Words
    onchain_event_ids: Words
    market_maker_addresses: Words
    closed: bool
    tag_id: str | int
    related_tags: bool
    tag_match: str
    cyom: bool
    start_date_min: Moment
    start_date_max: Moment
    end_date_min: Moment
    end_date_max: Moment
    volume_min: Number
    volume_max: Number
    liquidity_min: Number
    liquidity_max: Number
    rewards_min_size: Number
    rfq_enabled: bool
    resolution_status: str
    uma_resolution_status: str
    sports_market_types: Words
    game_id: str | int
    version: Words
    include_tag: bool
    locale: str
    order: str
    ascending: bool


_VERSION: Final = choices("v1", "v2")
_TAG_MATCH: Final = choice("any", "all")
_RECURRENCE: Final = choice("daily", "weekly", "monthly")

MARKETS: Final[Filters] = {
    "ids": ("id", texts),
    "slugs": ("slug", texts),
    "condition_ids": ("condition_ids", texts),
    "token_ids": ("clob_token_ids", texts),
    "position_ids": ("position_ids", texts),
    "question_ids": ("question_ids", texts),
    "request_ids": ("request_ids", texts),
    "onchain_event_ids": ("onchain_event_ids", texts),
    "market_maker_addresses": ("market_maker_address", texts),
    "closed": ("closed", flag),
    "tag_id": ("tag_id", text),
    "related_tags": ("related_tags", flag),
    "tag_match": ("tag_match", _TAG_MATCH),
    "cyom": ("cyom", flag),
    "start_date_min": ("start_date_min", moment),
    "start_date_max": ("start_date_max", moment),
    "end_date_min": ("end_date_min", moment),
    "end_date_max": ("end_date_max", moment),
    "volume_min": ("volume_num_min", number),
    "volume_max": ("volume_num_max", number),
    "liquidity_min": ("liquidity_num_min", number),
    "liquidity_max": ("liquidity_num_max", number),
    "rewards_min_size": ("rewards_min_size", number),
    "rfq_enabled": ("rfq_enabled", flag),
    "resolution_status": ("resolution_status", choice("inactive", "active", "resolved")),
    "uma_resolution_status": ("uma_resolution_status", text),
    "sports_market_types": ("sports_market_types", texts),
    "game_id": ("game_id", text),
    "version": ("version", _VERSION),
    "include_tag": ("include_tag", flag),
    "locale": ("locale", text),
    "order": ("order", market_order),
    "ascending": ("ascending", flag),
}


class EventFilters(TypedDict, total=False):
    """What `list_events` can be narrowed by."""

    ids: Ids
    slugs: Words
    series_ids: Ids
    tag_ids: Ids
    exclude_tag_ids: Ids
    tag_slug: str
    tag_match: str
    related_tags: bool
    title_search: str
    closed: bool
    live: bool
    ended: bool
    featured: bool
    cyom: bool
    recurrence: str
    parent_event_id: str | int
    game_ids: Ids
    event_date: str
    event_week: int
    start_date_min: Moment
    start_date_max: Moment
    end_date_min: Moment
    end_date_max: Moment
    start_time_min: Moment
    start_time_max: Moment
    volume_min: Number
    volume_max: Number
    liquidity_min: Number
    liquidity_max: Number
    include_children: bool
    include_best_lines: bool
    version: Words
    locale: str
    order: str
    ascending: bool


EVENTS: Final[Filters] = {
    "ids": ("id", texts),
    "slugs": ("slug", texts),
    "series_ids": ("series_id", texts),
    "tag_ids": ("tag_id", texts),
    "exclude_tag_ids": ("exclude_tag_id", texts),
    "tag_slug": ("tag_slug", text),
    "tag_match": ("tag_match", _TAG_MATCH),
    "related_tags": ("related_tags", flag),
    "title_search": ("title_search", text),
    "closed": ("closed", flag),
    "live": ("live", flag),
    "ended": ("ended", flag),
    "featured": ("featured", flag),
    "cyom": ("cyom", flag),
    "recurrence": ("recurrence", _RECURRENCE),
    "parent_event_id": ("parent_event_id", text),
    "game_ids": ("game_id", texts),
    "event_date": ("event_date", text),
    "event_week": ("event_week", whole),
    "start_date_min": ("start_date_min", moment),
    "start_date_max": ("start_date_max", moment),
    "end_date_min": ("end_date_min", moment),
    "end_date_max": ("end_date_max", moment),
    "start_time_min": ("start_time_min", moment),
    "start_time_max": ("start_time_max", moment),
    "volume_min": ("volume_min", number),
    "volume_max": ("volume_max", number),
    "liquidity_min": ("liquidity_min", number),
    "liquidity_max": ("liquidity_max", number),
    "include_children": ("include_children", flag),
    "include_best_lines": ("include_best_lines", flag),
    "version": ("version", _VERSION),
    "locale": ("locale", text),
    "order": ("order", text),
    "ascending": ("ascending", flag),
}


class SeriesFilters(TypedDict, total=False):
    """What `list_series` can be narrowed by."""

    slugs: Words
    closed: bool
    recurrence: str
    exclude_events: bool
    locale: str
    order: str
    ascending: bool


SERIES: Final[Filters] = {
    "slugs": ("slug", texts),
    "closed": ("closed", flag),
    "recurrence": ("recurrence", _RECURRENCE),
    "exclude_events": ("exclude_events", flag),
    "locale": ("locale", text),
    "order": ("order", text),
    "ascending": ("ascending", flag),
}

TAGS: Final[Filters] = {
    "is_carousel": ("is_carousel", flag),
    "locale": ("locale", text),
    "order": ("order", text),
    "ascending": ("ascending", flag),
}

TEAMS: Final[Filters] = {
    "leagues": ("league", texts),
    "names": ("name", texts),
    "abbreviations": ("abbreviation", texts),
    "provider_ids": ("provider_id", texts),
    "order": ("order", text),
    "ascending": ("ascending", flag),
}

COMMENTS: Final[Filters] = {
    "parent_entity_id": ("parent_entity_id", text),
    "parent_entity_type": ("parent_entity_type", choice("Event", "Series")),
    "order": ("order", choice("id", "createdAt")),
    "ascending": ("ascending", flag),
}


class SearchFilters(TypedDict, total=False):
    """What `search` can be narrowed by."""

    events_status: str
    events_tags: Words
    exclude_tag_ids: Ids
    keep_closed_markets: int
    recurrence: str
    search_profiles: bool
    search_tags: bool
    sort: str
    ascending: bool


SEARCH: Final[Filters] = {
    "events_status": ("events_status", text),
    "events_tags": ("events_tag", texts),
    "exclude_tag_ids": ("exclude_tag_id", texts),
    "keep_closed_markets": ("keep_closed_markets", whole),
    "recurrence": ("recurrence", _RECURRENCE),
    "search_profiles": ("search_profiles", flag),
    "search_tags": ("search_tags", flag),
    "sort": (
        "sort",
        choice(
            *("volume", "volume_24hr", "liquidity", "competitive"),
            *("closed_time", "start_date", "end_date"),
        ),
    ),
    "ascending": ("ascending", flag),
}
