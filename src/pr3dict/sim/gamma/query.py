"""What a list of Gamma is asked for: which, in which order, and which page of it.

Pages are keyset pages: the cursor tells after which item the next page begins, so that nothing
is told twice or left out when items come meanwhile. It is bound to the order it was made for.
"""

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from pr3dict.sim.gamma.rows import Event
from pr3dict.sim.truth.listing import Listing

T = TypeVar("T")
Key = tuple[Any, ...]

UNPROCESSABLE: Final = 422
TRUE: Final = "true"
IDS_MAX: Final = 100
TEXT_ORDERS: Final = frozenset({"volume", "liquidity"})
"""Members that are texts at a market, and are sorted as such."""


class Many(Protocol):
    """Parameters, some of which are repeated."""

    def getall(self, key: str, default: list[str]) -> list[str]:
        """Return all values of a parameter."""

    def get(self, key: str, default: str, /) -> str:
        """Return the first value of a parameter."""

    def __getitem__(self, key: str) -> str: ...

    def __contains__(self, key: object) -> bool: ...


class BadQuery(ValueError):
    """A question that Gamma refuses with 422."""


class Page(NamedTuple):
    """A part of a list, and where the next begins: None at the end."""

    items: list[Any]
    cursor: str | None


def several(query: Many, *names: str) -> list[str]:
    """Return the values of a repeatable parameter, also of one that holds them with commas.

    Raises `BadQuery` for too many.
    """
    values = [text for name in names for text in query.getall(name, [])]
    found = [part for value in values for part in value.split(",") if part]
    if len(found) > IDS_MAX:
        raise BadQuery(f"too many values of {names[0]}: at most {IDS_MAX}")
    return found


def flag(query: Many, name: str) -> bool | None:
    """Return a parameter that is true or false; None where it is not there."""
    text = query.get(name, "").lower()
    if text not in {"true", "false", ""}:
        raise BadQuery(f"{name} must be true or false")
    return text == TRUE if text else None


def whole(query: Many, name: str, default: int) -> int:
    """Return a whole number that is not negative."""
    text = query.get(name, str(default))
    if not text.isdecimal():
        raise BadQuery(f"{name} must be a whole number")
    return int(text)


def moment(query: Many, name: str) -> int | None:
    """Return a time in venue milliseconds, from ISO 8601; None where it is not there."""
    text = query.get(name, "")
    if not text:
        return None
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        raise BadQuery(f"{name} must be a time") from None


def amount(query: Many, name: str) -> float | None:
    """Return a number; None where it is not there."""
    try:
        return float(query[name]) if name in query else None
    except ValueError:
        raise BadQuery(f"{name} must be a number") from None


def within(value: float, least: float | None, most: float | None) -> bool:
    """Tell whether a value is between two bounds, each of which may be missing."""
    return (least is None or value >= least) and (most is None or value <= most)


def market_wanted(query: Many) -> Callable[[Listing], bool]:
    """Return what tells whether a market is asked for, but for `closed` and amounts."""
    ids = several(query, "id")
    slugs = several(query, "slug")
    conditions = {each.lower() for each in several(query, "condition_ids")}
    tokens = set(several(query, "clob_token_ids"))
    tag = query.get("tag_id", "")
    ends = moment(query, "end_date_min"), moment(query, "end_date_max")
    starts = moment(query, "start_date_min"), moment(query, "start_date_max")
    elsewhere = (
        query.get("version", "") == "v2" or flag(query, "rfq_enabled") or "position_ids" in query
    )

    def wanted(listing: Listing) -> bool:
        return (
            not elsewhere
            and (not ids or str(listing.number) in ids)
            and (not slugs or listing.name.slug in slugs)
            and (not conditions or listing.condition in conditions)
            and (not tokens or not tokens.isdisjoint(listing.tokens))
            and (not tag or tag in {str(each.id) for each in listing.name.event.tags})
            and within(listing.ends_ms, *ends)
            and within(listing.listed_ms, *starts)
        )

    return wanted


def event_wanted(query: Many) -> Callable[[Event], bool]:
    """Return what tells whether an event is asked for, but for `closed` and amounts."""
    ids, slugs, series = several(query, "id"), several(query, "slug"), several(query, "series_id")
    tags = set(several(query, "tag_id"))
    without = set(several(query, "exclude_tag_id"))
    tag_slug, recurrence = query.get("tag_slug", ""), query.get("recurrence", "")
    words = query.get("title_search", "").lower().split()
    ends = moment(query, "end_date_min"), moment(query, "end_date_max")
    starts = moment(query, "start_date_min"), moment(query, "start_date_max")
    elsewhere = query.get("version", "") == "v2" or flag(query, "featured") or flag(query, "live")

    def wanted(event: Event) -> bool:
        name = event.name
        held = {str(tag.id) for tag in name.tags}
        title = name.title.lower()
        return (
            not elsewhere
            and (not ids or str(name.id) in ids)
            and (not slugs or name.slug in slugs)
            and (not series or (name.series is not None and str(name.series.id) in series))
            and (not tags or not tags.isdisjoint(held))
            and without.isdisjoint(held)
            and (not tag_slug or tag_slug in {tag.slug for tag in name.tags})
            and (
                not recurrence or (name.series is not None and name.series.recurrence == recurrence)
            )
            and all(word in title for word in words)
            and within(name.ends_ms, *ends)
            and within(event.listings[0].listed_ms, *starts)
        )

    return wanted


def searched(events: Iterable[Event], text: str) -> list[Event]:
    """Return the events that have every word of a text in their titles, questions or tags."""
    words = text.lower().split()
    found = []
    for event in events:
        name = event.name
        told = [name.title, *(tag.label for tag in name.tags)]
        told += [listing.name.question for listing in event.listings]
        whole_text = " ".join(told).lower()
        if words and all(word in whole_text for word in words):
            found.append(event)
    return found


def ordered(
    items: Sequence[T],
    query: Many,
    tell: Callable[[T], dict[str, Any]],
    number: Callable[[T], int],
) -> list[tuple[Key, T]]:
    """Return items with their keys in the order asked for; by id where none is, ascending.

    Amounts that are told as texts are sorted as texts, as the real API does: `order=volumeNum`
    sorts by number. Raises `BadQuery` for a member that is none.
    """
    names = [name for name in query.get("order", "").split(",") if name]
    ranked: list[tuple[Key, T]] = []
    for item in items:
        told = tell(item) if names else {}
        ranked.append(((*(_comparable(told.get(name)) for name in names), number(item)), item))
    for at, name in enumerate(names):
        if ranked and not any(key[at][0] for key, _ in ranked):
            raise BadQuery(f"order fields are not valid: {name}")
    descending = flag(query, "ascending") is False
    return sorted(ranked, key=lambda pair: pair[0], reverse=descending)


def keyset(ranked: Sequence[tuple[Key, T]], query: Many, limit_max: int, default: int) -> Page:
    """Return the page that a cursor asks for. Raises `BadQuery` for `offset` or a wrong cursor."""
    if "offset" in query:
        raise BadQuery("offset is not supported, use after_cursor")
    limit = min(whole(query, "limit", default), limit_max)
    binding = [query.get("order", ""), query.get("ascending", "")]
    start = 0
    if text := query.get("after_cursor", ""):
        after = _read(text, binding)
        descending = flag(query, "ascending") is False
        beyond = (
            at
            for at, (key, _) in enumerate(ranked)
            if (list(key) < after if descending else list(key) > after)
        )
        start = next(beyond, len(ranked))
    part = ranked[start : start + limit]
    more = bool(part) and start + limit < len(ranked)
    cursor = _written(binding, part[-1][0]) if more else None
    return Page([item for _, item in part], cursor)


def offset(ranked: Sequence[tuple[Key, T]], query: Many, limit_max: int, default: int) -> list[T]:
    """Return the page that `limit` and `offset` ask for, as the lists of old do."""
    limit, start = min(whole(query, "limit", default), limit_max), whole(query, "offset", 0)
    return [item for _, item in ranked[start : start + limit]]


def _comparable(value: object) -> list[Any]:
    """Return a member of whatever type so that missing ones come first."""
    return [False, 0] if value is None else [True, value]


def _written(binding: list[str], key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps([binding, key]).encode()).decode()


def _read(cursor: str, binding: list[str]) -> list[Any]:
    try:
        bound, after = json.loads(base64.urlsafe_b64decode(cursor))
    except (ValueError, TypeError, RecursionError):
        raise BadQuery("after_cursor is invalid") from None
    if bound != binding or not isinstance(after, list):
        raise BadQuery("after_cursor was made for another order")
    return after
