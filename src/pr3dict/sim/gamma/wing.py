"""Gamma, below `/gamma`: what markets and events there are (protocol, section 4.1)."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final

from aiohttp import web

from pr3dict.sim.clob.rest import NOT_FOUND, OK, compact
from pr3dict.sim.clob.wing import json_answer
from pr3dict.sim.gamma import query as ask
from pr3dict.sim.gamma.people import comments_of, profile_of, profiles_named
from pr3dict.sim.gamma.query import BadQuery, Key
from pr3dict.sim.gamma.rows import Event, Writer, events_of
from pr3dict.sim.truth.listing import Listing
from pr3dict.sim.truth.names import Series, Tag
from pr3dict.sim.wing import House, Wing

MARKETS_MAX: Final = 100
EVENTS_MAX: Final = 500
LIST_MAX: Final = 500
"""Of the lists of old, by `limit` and `offset`."""
DEFAULT: Final = 20
SEARCH_DEFAULT: Final = 10
COMMENTS_MAX: Final = 100

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Gamma(Wing):
    """Tells of the markets that the source lists; closed ones only to those who ask for them."""

    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Return every path below `/gamma`."""
        paths: dict[str, Handler] = {
            "/markets": self._markets,
            "/markets/keyset": self._markets_keyset,
            "/markets/slug/{slug}": self._market,
            "/markets/{id}": self._market,
            "/markets/{id}/tags": self._market_tags,
            "/events": self._events,
            "/events/keyset": self._events_keyset,
            "/events/slug/{slug}": self._event,
            "/events/{id}": self._event,
            "/events/{id}/tags": self._event_tags,
            "/series": self._all_series,
            "/series/{id}": self._series,
            "/tags": self._tags,
            "/tags/slug/{slug}": self._tag,
            "/tags/{id}": self._tag,
            "/tags/slug/{slug}/related-tags": self._relations,
            "/tags/slug/{slug}/related-tags/tags": self._related,
            "/tags/{id}/related-tags": self._relations,
            "/tags/{id}/related-tags/tags": self._related,
            "/comments": self._comments,
            "/comments/keyset": self._comments_keyset,
            "/comments/{id}": self._thread,
            "/comments/user_address/{address}": self._comments_of_user,
            "/public-search": self._search,
            "/public-profile": self._profile,
        }
        empty = dict.fromkeys(("/teams", "/sports"), _none)
        empty["/sports/market-types"] = _no_types
        return [web.get(f"/gamma{path}", _checked(hear)) for path, hear in (paths | empty).items()]

    # -- what there is ---------------------------------------------------------------------------

    def _write(self) -> Writer:
        house = self._house
        return Writer(house.source, house.history, house.now_ms())

    def _is_closed(self, listing: Listing) -> bool:
        return not self._house.source.known(listing.tokens[0])

    def _found_markets(self, query: ask.Many, *, closed: bool | None) -> list[tuple[Key, Listing]]:
        wanted, write = ask.market_wanted(query), self._write()
        found = [
            each
            for each in self._house.source.listings
            if wanted(each) and (closed is None or self._is_closed(each) == closed)
        ]
        found = _between(found, query, write.market, "liquidity_num", "liquidityNum")
        found = _between(found, query, write.market, "volume_num", "volumeNum")
        return ask.ordered(found, query, write.market, lambda each: each.number)

    def _found_events(self, query: ask.Many, *, closed: bool | None) -> list[tuple[Key, Event]]:
        wanted, write = ask.event_wanted(query), self._write()
        found = [
            each
            for each in events_of(self._house.source.listings)
            if wanted(each)
            and (closed is None or all(map(self._is_closed, each.listings)) == closed)
        ]
        found = _between(found, query, write.event, "liquidity", "liquidity")
        found = _between(found, query, write.event, "volume", "volume")
        return ask.ordered(found, query, write.event, lambda each: each.name.id)

    def _every_tag(self) -> list[Tag]:
        names = (listing.name.event.tags for listing in self._house.source.listings)
        return sorted({tag for tags in names for tag in tags})

    def _every_series(self) -> dict[Series, list[Event]]:
        found: dict[Series, list[Event]] = {}
        for event in events_of(self._house.source.listings):
            if event.name.series is not None:
                found.setdefault(event.name.series, []).append(event)
        return found

    # -- markets and events ----------------------------------------------------------------------

    async def _markets(self, request: web.Request) -> web.Response:
        found = self._found_markets(request.query, closed=ask.flag(request.query, "closed"))
        part = ask.offset(found, request.query, LIST_MAX, DEFAULT)
        return _ok([self._write().market(each) for each in part])

    async def _markets_keyset(self, request: web.Request) -> web.Response:
        query = request.query
        found = self._found_markets(query, closed=bool(ask.flag(query, "closed")))
        page = ask.keyset(found, query, MARKETS_MAX, DEFAULT)
        tags, write = bool(ask.flag(query, "include_tag")), self._write()
        return _page("markets", page, [write.market(each, tags=tags) for each in page.items])

    async def _events(self, request: web.Request) -> web.Response:
        found = self._found_events(request.query, closed=ask.flag(request.query, "closed"))
        part = ask.offset(found, request.query, LIST_MAX, DEFAULT)
        return _ok([self._write().event(each) for each in part])

    async def _events_keyset(self, request: web.Request) -> web.Response:
        query = request.query
        found = self._found_events(query, closed=bool(ask.flag(query, "closed")))
        page = ask.keyset(found, query, EVENTS_MAX, DEFAULT)
        return _page("events", page, [self._write().event(each) for each in page.items])

    async def _market(self, request: web.Request) -> web.Response:
        found = self._one_market(request)
        tags = bool(ask.flag(request.query, "include_tag"))
        return _missing(request) if found is None else _ok(self._write().market(found, tags=tags))

    async def _market_tags(self, request: web.Request) -> web.Response:
        found = self._one_market(request)
        return _missing(request) if found is None else self._told_tags(found.name.event.tags)

    async def _event(self, request: web.Request) -> web.Response:
        found = self._one_event(request)
        return _missing(request) if found is None else _ok(self._write().event(found))

    async def _event_tags(self, request: web.Request) -> web.Response:
        found = self._one_event(request)
        return _missing(request) if found is None else self._told_tags(found.name.tags)

    def _one_market(self, request: web.Request) -> Listing | None:
        listings = self._house.source.listings
        return next((e for e in listings if _is_named(request, e.number, e.name.slug)), None)

    def _one_event(self, request: web.Request) -> Event | None:
        events = events_of(self._house.source.listings)
        return next((e for e in events if _is_named(request, e.name.id, e.name.slug)), None)

    def _told_tags(self, tags: Sequence[Tag]) -> web.Response:
        return _ok([self._write().tag(tag) for tag in tags])

    # -- series, tags, search --------------------------------------------------------------------

    async def _all_series(self, request: web.Request) -> web.Response:
        query, write = request.query, self._write()
        slugs, recurrence = ask.several(query, "slug"), query.get("recurrence", "")
        found = {
            series: events
            for series, events in self._every_series().items()
            if (not slugs or series.slug in slugs)
            and (not recurrence or series.recurrence == recurrence)
        }
        ranked = ask.ordered(list(found), query, write.series, lambda each: each.id)
        part = ask.offset(ranked, query, LIST_MAX, DEFAULT)
        bare = bool(ask.flag(query, "exclude_events"))
        return _ok([write.series(each, () if bare else found[each]) for each in part])

    async def _series(self, request: web.Request) -> web.Response:
        for series, events in self._every_series().items():
            if _is_named(request, series.id, series.slug):
                return _ok(self._write().series(series, events))
        return _missing(request)

    async def _tags(self, request: web.Request) -> web.Response:
        write = self._write()
        ranked = ask.ordered(self._every_tag(), request.query, write.tag, lambda each: each.id)
        return self._told_tags(ask.offset(ranked, request.query, LIST_MAX, DEFAULT))

    async def _tag(self, request: web.Request) -> web.Response:
        for tag in self._every_tag():
            if _is_named(request, tag.id, tag.slug):
                return _ok(self._write().tag(tag))
        return _missing(request)

    def _near(self, request: web.Request) -> list[tuple[Tag, Tag]]:
        """Return a tag with each of those that stand beside it at some event."""
        every = self._every_tag()
        tag = next((each for each in every if _is_named(request, each.id, each.slug)), None)
        held = [each.name.tags for each in events_of(self._house.source.listings)]
        near = {other for tags in held if tag in tags for other in tags if other != tag}
        return [(tag, other) for other in sorted(near)] if tag is not None else []

    async def _relations(self, request: web.Request) -> web.Response:
        return _ok(
            [
                {"id": f"{tag.id}{other.id}", "tagID": tag.id, "relatedTagID": other.id, "rank": at}
                for at, (tag, other) in enumerate(self._near(request), start=1)
            ]
        )

    async def _related(self, request: web.Request) -> web.Response:
        return self._told_tags([other for _, other in self._near(request)])

    async def _search(self, request: web.Request) -> web.Response:
        query, write = request.query, self._write()
        text = query.get("q", "")
        if not text:
            raise BadQuery("q is required")
        limit = max(ask.whole(query, "limit_per_type", SEARCH_DEFAULT), 1)
        start = (max(ask.whole(query, "page", 1), 1) - 1) * limit
        closed = {"active": False, "open": False, "resolved": True, "closed": True}.get(
            query.get("events_status", "")
        )
        events = [
            each
            for each in ask.searched(events_of(self._house.source.listings), text)
            if closed is None or all(map(self._is_closed, each.listings)) == closed
        ]
        told: dict[str, Any] = {"events": [write.event(e) for e in events[start : start + limit]]}
        if ask.flag(query, "search_tags"):
            tags = [tag for tag in self._every_tag() if text.lower() in tag.label.lower()]
            told["tags"] = [self._counted(tag) for tag in tags[:limit]]
        if ask.flag(query, "search_profiles"):
            told["profiles"] = profiles_named(text)[:limit]
        more = len(events) > start + limit
        return _ok(told | {"pagination": {"hasMore": more, "totalResults": len(events)}})

    def _counted(self, tag: Tag) -> dict[str, Any]:
        count = sum(tag in each.name.tags for each in events_of(self._house.source.listings))
        return {"id": str(tag.id), "label": tag.label, "slug": tag.slug, "event_count": count}

    # -- people ----------------------------------------------------------------------------------

    def _said(self, query: ask.Many) -> list[tuple[Key, dict[str, Any]]]:
        kind, entity = query.get("parent_entity_type", ""), query.get("parent_entity_id", "")
        if kind not in {"Event", "Series", "market"} or not entity.isdecimal():
            raise BadQuery("parent_entity_type and parent_entity_id are required")
        said = self._every_comment(kind, int(entity))
        return ask.ordered(said, query, lambda each: each, lambda each: int(each["id"]))

    def _every_comment(self, kind: str, entity: int | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for event in events_of(self._house.source.listings):
            number = event.name.id
            if kind == "Series":
                number = event.name.series.id if event.name.series else -1
            if kind in {"Event", "Series"} and number >= 0 and entity in {None, number}:
                found += comments_of(kind, number, event.listings[0].listed_ms)
                if kind == "Series":  # Its events share what is said of it.
                    break
        return found

    async def _comments(self, request: web.Request) -> web.Response:
        return _ok(ask.offset(self._said(request.query), request.query, COMMENTS_MAX, DEFAULT))

    async def _comments_keyset(self, request: web.Request) -> web.Response:
        page = ask.keyset(self._said(request.query), request.query, COMMENTS_MAX, DEFAULT)
        return _page("comments", page, page.items)

    async def _comments_of_user(self, request: web.Request) -> web.Response:
        address = request.match_info["address"].lower()
        said = [each for each in self._every_comment("Event") if each["userAddress"] == address]
        ranked = ask.ordered(said, request.query, lambda each: each, lambda each: int(each["id"]))
        return _ok(ask.offset(ranked, request.query, COMMENTS_MAX, DEFAULT))

    async def _thread(self, request: web.Request) -> web.Response:
        said = [*self._every_comment("Event"), *self._every_comment("Series")]
        wanted = request.match_info["id"]
        return _ok([e for e in said if wanted in {e["id"], e.get("parentCommentID")}])

    async def _profile(self, request: web.Request) -> web.Response:
        profile = profile_of(request.query.get("address", ""), self._house.now_ms())
        return _missing(request) if profile is None else _ok(profile)


def _between(
    items: list[Any], query: ask.Many, tell: Callable[[Any], dict[str, Any]], name: str, member: str
) -> list[Any]:
    """Return the items whose amount is within the bounds `name_min` and `name_max`."""
    bounds = ask.amount(query, f"{name}_min"), ask.amount(query, f"{name}_max")
    if bounds == (None, None):
        return items
    return [item for item in items if ask.within(tell(item)[member], *bounds)]


def _is_named(request: web.Request, number: int, slug: str) -> bool:
    """Tell whether the path names a thing, by its number or by its slug."""
    told = request.match_info
    return told["slug"] == slug if "slug" in told else told["id"] == str(number)


def _checked(hear: Handler) -> Handler:
    """Return a handler that answers 422 where the question is wrong."""

    async def checked(request: web.Request) -> web.Response:
        try:
            return await hear(request)
        except BadQuery as wrong:
            body = compact({"type": "validation error", "error": str(wrong)})
            return json_answer(ask.UNPROCESSABLE, body)

    return checked


def _missing(request: web.Request) -> web.Response:
    name = "slug" if "slug" in request.match_info else "id"
    body = compact({"type": "not found error", "error": f"{name} not found"})
    return json_answer(NOT_FOUND, body)


def _page(name: str, page: ask.Page, told: list[dict[str, Any]]) -> web.Response:
    more = {} if page.cursor is None else {"next_cursor": page.cursor}
    return _ok({name: told, **more})


def _ok(answer: object) -> web.Response:
    return json_answer(OK, compact(answer))


async def _none(_request: web.Request) -> web.Response:
    return _ok([])


async def _no_types(_request: web.Request) -> web.Response:
    return _ok({"marketTypes": []})
