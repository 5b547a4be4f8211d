"""The Data API, below `/data-api`: what was traded, and who holds what (protocol, section 4.4).

Version 2 answers with an envelope and cursors, version 1 with bare arrays and offsets.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final

from aiohttp import web

from pr3dict.sim.clob.markets import INTERVALS_S
from pr3dict.sim.clob.rest import BAD_REQUEST, OK, compact
from pr3dict.sim.clob.wing import json_answer
from pr3dict.sim.data import rows
from pr3dict.sim.data.people import People
from pr3dict.sim.data.rows import Row
from pr3dict.sim.gamma import query as ask
from pr3dict.sim.gamma.query import BadQuery, Many
from pr3dict.sim.truth.facts import Facts, digest, facts_of, number
from pr3dict.sim.truth.history import sampled
from pr3dict.sim.truth.holdings import Holding, Holdings
from pr3dict.sim.truth.wire import Step
from pr3dict.sim.wing import House, Wing

PAGE_MAX: Final = 1_000
POINTS_MAX: Final = 10_000
PAGE: Final = 100
WINDOW_MAX_S: Final = 15 * 86_400
PARTIES_MAX: Final = 1_000
"""More than ever meet in one trade."""
BUCKET_S: Final = 60
BUCKET_MAX_S: Final = 86_400

Handler = Callable[[web.Request], Awaitable[web.Response]]
Keyed = tuple[int, Row]
"""A row and its place: higher ones come first, and none has the same."""


class DataApi(Wing):
    """Tells of the past as far as the venue remembers it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._holdings = Holdings(house.source)
        self._people = People(house, self._held)
        house.listen(self._note)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Return every path below `/data-api`."""
        paths: dict[str, Handler] = {
            "/trades": self._v1(self._trades),
            "/activity": self._v1(self._activity),
            "/positions": self._v1(self._positions),
            "/holders": self._old_holders,
            "/value": self._old_value,
            "/oi": self._old_interest,
            "/live-volume": self._old_volume,
            "/v2/trades": self._v2(self._trades),
            "/v2/activity": self._v2(self._activity),
            "/v2/positions": self._v2(self._positions),
            "/v2/holders": self._v2(self._holders),
            "/v2/value": self._value,
            "/v2/oi": self._interest,
            "/v2/live-volume": self._volume,
            "/v2/prices-history": self._v2(self._prices, POINTS_MAX),
            "/v2/tokens": self._tokens,
            "/v2/resolutions": self._resolutions,
            "/v2/leaderboard": self._leaderboard,
            "/v2/biggest-winners": self._v2(lambda query: _numbered(self._people.winners(query))),
            "/v2/builders/leaderboard": self._v2(lambda _: []),
            "/v2/builders/volume": self._no_volume,
            "/v2/user-pnl": self._told(self._people.pnl),
            "/v2/user-stats": self._told(self._people.stats),
            "/v2/user-volume": self._told(self._people.volume),
        }
        return [web.get(f"/data-api{path}", _checked(hear)) for path, hear in paths.items()]

    # -- what there is ---------------------------------------------------------------------------

    def _note(self, step: Step) -> None:
        """Take in the deals of a step, before the memory may forget them."""
        deals = self._house.history.deals
        self._holdings.follow(deals[-at] for at in range(len(step.trades), 0, -1))

    def _held(self) -> list[Holding]:
        return self._holdings.all()

    def _facts(self, condition: str) -> Facts:
        house = self._house
        listing = house.source.listing_of(condition)
        if listing is None:
            raise BadQuery(f"unknown condition {condition}")
        return facts_of(house.source, house.history, listing)

    def _conditions(self, query: Many) -> set[str]:
        """Return the markets that are asked for, by themselves or by their events."""
        asked = {each.lower() for each in ask.several(query, "condition_id", "condition", "market")}
        events = set(ask.several(query, "event_id", "eventId"))
        listings = self._house.source.listings
        found = {each.condition for each in listings if str(each.name.event.id) in events}
        return asked | found

    # -- lists -----------------------------------------------------------------------------------

    def _trades(self, query: Many) -> list[Keyed]:
        taker_only = ask.flag(query, "taker_only" if "taker_only" in query else "takerOnly")
        return self._feed(query, makers=taker_only is False)

    def _activity(self, query: Many) -> list[Keyed]:
        if not query.get("user", ""):
            raise BadQuery("user is required")
        types = ask.several(query, "type")
        if types and "TRADE" not in types:
            return []
        return [(key, rows.activity(row)) for key, row in self._feed(query, makers=True)]

    def _feed(self, query: Many, *, makers: bool) -> list[Keyed]:
        """Return trades, the latest first, once for the taker and once for the maker."""
        user, side = query.get("user", "").lower(), query.get("side", "")
        conditions = self._conditions(query)
        span = ask.amount(query, "start"), ask.amount(query, "end")
        least = ask.amount(query, "filter_amount" if "filter_amount" in query else "filterAmount")
        in_cash = (query.get("filter_type", "") or query.get("filterType", "")) == "CASH"
        known: dict[str, Facts] = {}
        found: list[Keyed] = []
        for deal in reversed(self._house.history.deals):
            condition = deal.trade.condition
            if conditions and condition not in conditions:
                continue
            if not ask.within(deal.trade.time_ms // 1000, *span):
                continue
            if condition not in known:
                known[condition] = self._facts(condition)
            sides = [None, *range(len(deal.made))] if makers or user else [None]
            for place, made in enumerate(sides):
                row = rows.trade(deal, known[condition], made)
                amount = row["size"] * (row["price"] if in_cash else 1)
                mine = not user or row["proxy_wallet"] == user
                if mine and (not side or row["side"] == side) and ask.within(amount, least, None):
                    found.append((PARTIES_MAX * deal.number - place, row))
        return found

    def _positions(self, query: Many) -> list[Keyed]:
        user, conditions = query.get("user", "").lower(), self._conditions(query)
        if not user and not conditions:
            raise BadQuery("user is required")
        status = query.get("status", "OPEN")
        told = [
            rows.position(held, self._facts(held.condition))
            for held in self._held()
            if (not user or held.trader.wallet == user)
            and (not conditions or held.condition in conditions)
        ]
        told = [row for row in told if row["status"] == status or _is_live(row, status)]
        return _numbered(sorted(told, key=lambda row: -row["current_value"]))

    def _holders(self, query: Many) -> list[Keyed]:
        conditions = self._conditions(query)
        if not conditions:
            raise BadQuery("condition_id is required")
        least = ask.amount(query, "min_balance")
        held = [each for each in self._held() if each.size and each.condition in conditions]
        told: list[Row] = []
        for condition in sorted(conditions):
            for at, token in enumerate(self._facts(condition).rules.tokens):
                mine = sorted((e for e in held if e.token == token), key=lambda each: -each.size)
                people = [rows.holder(each, at) for each in mine]
                people = [row for row in people if ask.within(row["amount"], least, None)]
                told.append({"token_id": token, "holders": people})
        return _numbered(told)

    def _prices(self, query: Many) -> list[Keyed]:
        token = query.get("token_id", "")
        given = [name for name in ("interval", "start", "as_of") if name in query]
        if not token or len(given) != 1 or ("end" in query and given != ["start"]):
            raise BadQuery("token_id and exactly one of interval, start, as_of are required")
        now_s = self._house.now_ms() // 1000
        bucket_s = ask.whole(query, "bucket_seconds", BUCKET_S)
        if not BUCKET_S <= bucket_s <= BUCKET_MAX_S:
            raise BadQuery("bucket_seconds is out of range")
        start_s, end_s = ask.whole(query, "start", 0), ask.whole(query, "end", now_s)
        if "start" in query and not 0 <= end_s - start_s <= WINDOW_MAX_S:
            raise BadQuery("the window is longer than 15 days")
        if interval := query.get("interval", ""):
            if interval not in INTERVALS_S:
                raise BadQuery("interval is not valid")
            start_s = now_s - INTERVALS_S[interval] if INTERVALS_S[interval] else 0
        end_s = ask.whole(query, "as_of", end_s)
        points = self._house.history.points(
            token, since_ms=start_s * 1000, until_ms=end_s * 1000 + 999
        )
        if "as_of" in query:
            last = points[-1:]
            return _numbered([_point(p.time_ms, p.price, 0) for p in last])
        buckets = sampled(points, bucket_s * 1000)
        return _numbered([_point(p.time_ms, p.price, bucket_s) for p in buckets])

    # -- single answers --------------------------------------------------------------------------

    async def _value(self, request: web.Request) -> web.Response:
        return _data(self._people.value(request.query))

    async def _old_value(self, request: web.Request) -> web.Response:
        told = self._people.value(request.query)
        return _bare([{"user": told["proxy_wallet"], "value": told["value"]}])

    async def _interest(self, request: web.Request) -> web.Response:
        return _data(self._interests(request.query))

    async def _old_interest(self, request: web.Request) -> web.Response:
        told = self._interests(request.query)
        return _bare([{"market": row["condition_id"], "value": row["value"]} for row in told])

    def _interests(self, query: Many) -> list[Row]:
        """Return the open interest: a pair of shares is worth a dollar."""
        held = [each for each in self._held() if each.size]
        conditions = self._conditions(query)
        if not conditions:
            value = number(sum(each.size for each in held) // 2)
            return [{"condition_id": "GLOBAL", "value": value}]
        return [
            {
                "condition_id": condition,
                "value": number(sum(e.size for e in held if e.condition == condition) // 2),
            }
            for condition in sorted(conditions)
        ]

    async def _volume(self, request: web.Request) -> web.Response:
        conditions = sorted(self._conditions(request.query))
        if not conditions:
            raise BadQuery("event_id is required")
        shares = self._house.history.shares
        told = [{"condition_id": e, "taker_volume": number(shares[e])} for e in conditions]
        total = number(sum(shares[each] for each in conditions))
        return _data({"taker_volume_total": total, "conditions": told})

    async def _old_volume(self, request: web.Request) -> web.Response:
        events = set(ask.several(request.query, "id"))
        listings = self._house.source.listings
        mine = [each.condition for each in listings if str(each.name.event.id) in events]
        dollars = self._house.history.dollars
        told = [{"market": each, "value": number(dollars[each])} for each in mine]
        return _bare([{"total": number(sum(dollars[each] for each in mine)), "markets": told}])

    async def _old_holders(self, request: web.Request) -> web.Response:
        limit = ask.whole(request.query, "limit", PAGE)
        told = [row for _, row in self._holders(request.query)]
        return _bare(
            [
                {
                    "token": row["token_id"],
                    "holders": [rows.camel(each) for each in row["holders"][:limit]],
                }
                for row in told
            ]
        )

    async def _tokens(self, request: web.Request) -> web.Response:
        tokens = set(ask.several(request.query, "token_id"))
        conditions = self._conditions(request.query)
        if bool(tokens) == bool(conditions):
            raise BadQuery("exactly one of token_id and condition is required")
        listings = self._house.source.listings
        return _data(
            [
                rows.token(self._facts(listing.condition), at)
                for listing in listings
                for at, token in enumerate(listing.tokens)
                if token in tokens or listing.condition in conditions
            ]
        )

    async def _resolutions(self, request: web.Request) -> web.Response:
        conditions = self._conditions(request.query)
        question = request.query.get("question_id", "")
        closed = [each for each in self._house.source.listings if each.closed_ms]
        told = [rows.resolution(each, digest(each.name.question)) for each in closed]
        return _data(
            [
                row
                for row in told
                if (not conditions or row["condition_id"] in conditions)
                and (not question or row["question_id"] == question)
            ]
        )

    async def _leaderboard(self, request: web.Request) -> web.Response:
        if "user" in request.query:
            return _data(self._people.standing(request.query))
        return await self._v2(lambda query: _numbered(self._people.leaders(query)))(request)

    async def _no_volume(self, _request: web.Request) -> web.Response:
        return _data([])

    # -- how it is told --------------------------------------------------------------------------

    def _told(self, make: Callable[[Many], Any]) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            return _data(make(request.query))

        return answer

    def _v1(self, find: Callable[[Many], list[Keyed]]) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            query = request.query
            limit = min(ask.whole(query, "limit", PAGE), PAGE_MAX)
            start = ask.whole(query, "offset", 0)
            found = find(query)[start : start + limit]
            return _bare([rows.camel(row) for _, row in found])

        return answer

    def _v2(self, find: Callable[[Many], list[Keyed]], page_max: int = PAGE_MAX) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            query = request.query
            limit = min(max(ask.whole(query, "limit", PAGE), 1), page_max)
            found = find(query)
            if cursor := query.get("cursor", ""):
                after = _place(cursor)
                found = [each for each in found if each[0] < after]
            part = found[:limit]
            more = len(found) > limit
            following = (
                base64.urlsafe_b64encode(str(part[-1][0]).encode()).decode() if more else None
            )
            body = {
                "data": [row for _, row in part],
                "pagination": {"has_more": more, "next_cursor": following},
            }
            return json_answer(OK, compact(body))

        return answer


def _is_live(row: Row, status: str) -> bool:
    """Tell whether a position that can be redeemed is among those still held."""
    return status == "OPEN" and row["status"] == "REDEEMABLE"


def _numbered(told: Sequence[Row]) -> list[Keyed]:
    """Return rows with their places, which they have by standing where they do."""
    return [(-at, row) for at, row in enumerate(told)]


def _point(time_ms: int, price: int, resolution_s: int) -> Row:
    seconds = time_ms // 1000
    return {"timestamp": seconds, "price": number(price), "resolution_seconds": resolution_s}


def _place(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor))
    except (ValueError, binascii.Error):
        raise BadQuery("cursor is invalid") from None


def _data(told: object) -> web.Response:
    return json_answer(OK, compact({"data": told}))


def _bare(told: object) -> web.Response:
    return json_answer(OK, compact(told))


def _checked(hear: Handler) -> Handler:
    """Return a handler that answers 400 where the question is wrong."""

    async def checked(request: web.Request) -> web.Response:
        try:
            return await hear(request)
        except BadQuery as wrong:
            return json_answer(BAD_REQUEST, compact({"error": str(wrong)}))

    return checked
