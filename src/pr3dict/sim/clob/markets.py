"""CLOB public REST about markets: lists with cursors, single ones, prices of the past.

Protocol, section 4.2; the members are those of the real samples in `rest_samples.json`.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from pr3dict.sim.clob.rest import BAD_REQUEST, BASE_FEE, NOT_FOUND, OK, Answer, compact
from pr3dict.sim.truth.facts import Facts, digest, facts_of, iso, number
from pr3dict.sim.truth.history import Deal, History, Point, sampled
from pr3dict.sim.truth.source import Source
from pr3dict.sim.truth.wire import story

PAGE: Final = 1_000
"""Markets of one page."""
START: Final = "MA=="
END: Final = "LTE="
"""The cursor that says that there is no more."""
BAD_CURSOR: Final = b'{"error":"invalid next_cursor"}'
NO_MARKET: Final = b'{"error":"market not found"}'
NO_FILTER: Final = b'{"error":"Filter(s) missing or invalid"}'
ACTIVITY_MAX: Final = 100

HOUR_S: Final = 3_600
INTERVALS_S: Final = {
    "1h": HOUR_S,
    "6h": 6 * HOUR_S,
    "1d": 24 * HOUR_S,
    "1w": 7 * 24 * HOUR_S,
    "1m": 30 * 24 * HOUR_S,
    "all": 0,
    "max": 0,
}
"""How far back; 0: to the beginning."""


def markets(
    source: Source, history: History, kind: str, query: Mapping[str, str], page: int = PAGE
) -> Answer:
    """Answer `/markets`, `/simplified-markets`, `/sampling-markets` or the simplified ones."""
    start = _offset(query.get("next_cursor") or START)
    if start is None:
        return BAD_REQUEST, BAD_CURSOR
    listings = source.listings
    if kind.startswith("sampling"):
        listings = [each for each in listings if not each.settled_ms]
    part = listings[start : start + page] if start >= 0 else []
    make = simplified if "simplified" in kind else full
    following = start + page
    data = [make(facts_of(source, history, each)) for each in part]
    more = start >= 0 and following < len(listings)
    cursor = base64.b64encode(str(following).encode()).decode() if more else END
    return OK, compact({"limit": page, "count": len(data), "next_cursor": cursor, "data": data})


def market(source: Source, history: History, condition: str) -> Answer:
    """Answer `/markets/{condition}`."""
    listing = source.listing_of(condition)
    if listing is None:
        return NOT_FOUND, NO_MARKET
    return OK, compact(full(facts_of(source, history, listing)))


def activity(source: Source, history: History, condition: str) -> Answer:
    """Answer `/markets/live-activity/{condition}`: its latest trades, the latest first."""
    listing = source.listing_of(condition)
    rules = source.rules_of(condition)
    if listing is None or rules is None:
        return NOT_FOUND, NO_MARKET
    deals = history.select(lambda deal: deal.trade.condition == condition)[:ACTIVITY_MAX]
    head = {
        "condition_id": condition,
        "question": listing.name.question,
        "icon": "",
        "slug": listing.name.slug,
    }
    told = [_told(deal, head, rules.tokens.index(deal.trade.token)) for deal in deals]
    for each in told:
        each["outcome"] = rules.outcomes[each["outcome_index"]]
    return OK, compact(told)


def prices(source: Source, history: History, query: Mapping[str, str], now_ms: int) -> Answer:
    """Answer `/prices-history`: `market` is a token; a span or an `interval`, and `fidelity`."""
    token = query.get("market", "")
    interval, begin, end = (query.get(name) for name in ("interval", "startTs", "endTs"))
    try:
        fidelity_ms = max(int(query.get("fidelity", "1")), 1) * 60_000
        since_ms = int(begin) * 1000 if begin else 0
        until_ms = int(end) * 1000 if end else now_ms
    except ValueError:
        return BAD_REQUEST, NO_FILTER
    if not token or not (interval or begin) or (interval and interval not in INTERVALS_S):
        return BAD_REQUEST, NO_FILTER
    if interval and (span_s := INTERVALS_S[interval]):
        since_ms = max(since_ms, now_ms - span_s * 1000)
    points = sampled(history.points(token, since_ms=since_ms, until_ms=until_ms), fidelity_ms)
    if source.known(token) and until_ms >= now_ms:
        bids, asks = source.levels(token)
        if bids and asks:
            points.append(Point(now_ms, (bids[0][0] + asks[0][0]) // 2))
    told = [{"t": point.time_ms // 1000, "p": number(point.price)} for point in points]
    return OK, compact({"history": told})


def simplified(facts: Facts) -> dict[str, Any]:
    """Return a market as the simplified lists tell it."""
    return {
        "condition_id": facts.rules.condition,
        "rewards": {"rates": None, "min_size": 50, "max_spread": 3.5},
        "tokens": _tokens(facts),
        "active": True,
        "closed": facts.closed,
        "archived": False,
        "accepting_orders": facts.accepting,
    }


def full(facts: Facts) -> dict[str, Any]:
    """Return a market as CLOB tells it."""
    listing, rules = facts.listing, facts.rules
    name = listing.name
    group = digest(name.event.slug) if rules.neg_risk else ""
    return {
        "enable_order_book": not facts.closed,
        "active": True,
        "closed": facts.closed,
        "archived": False,
        "accepting_orders": facts.accepting,
        "accepting_order_timestamp": iso(listing.listed_ms),
        "minimum_order_size": number(_micros(rules.min_order_size)),
        "minimum_tick_size": number(_micros(rules.tick_size)),
        "condition_id": rules.condition,
        "question_id": digest(name.question),
        "question": name.question,
        "description": story(name, rules),
        "market_slug": name.slug,
        "end_date_iso": iso(listing.ends_ms),
        "game_start_time": None,
        "seconds_delay": 0,
        "fpmm": "",
        "maker_base_fee": BASE_FEE,
        "taker_base_fee": BASE_FEE,
        "notifications_enabled": True,
        "neg_risk": rules.neg_risk,
        "neg_risk_market_id": group,
        "neg_risk_request_id": digest(group) if group else "",
        "icon": "",
        "image": "",
        "rewards": {"rates": None, "min_size": 50, "max_spread": 3.5},
        "is_50_50_outcome": False,
        "tokens": _tokens(facts),
        "tags": [tag.label for tag in name.event.tags],
    }


def _tokens(facts: Facts) -> list[dict[str, Any]]:
    pairs = zip(facts.rules.tokens, facts.rules.outcomes, facts.worth, strict=True)
    return [
        {
            "token_id": token,
            "outcome": outcome,
            "price": number(worth),
            "winner": facts.closed and facts.listing.winner == at,
        }
        for at, (token, outcome, worth) in enumerate(pairs)
    ]


def _told(deal: Deal, head: dict[str, str], outcome: int) -> dict[str, Any]:
    trade, taker = deal.trade, deal.taker
    return {
        "event_type": "trade",
        "market": head | {"asset_id": trade.token},
        "user": {
            "address": taker.wallet,
            "username": taker.name,
            "profile_picture": "",
            "optimized_profile_picture": "",
            "pseudonym": taker.pseudonym,
        },
        "side": trade.side,
        "size": str(number(trade.size)),
        "fee_rate_bps": "0",
        "price": str(number(trade.price)),
        "outcome": "",
        "outcome_index": outcome,
        "transaction_hash": trade.transaction,
        "timestamp": str(trade.time_ms // 1000),
    }


def _offset(cursor: str) -> int | None:
    """Return where a page begins: -1 beyond the end, None for no cursor of ours."""
    try:
        return int(base64.b64decode(cursor, validate=True))
    except (ValueError, binascii.Error):
        return None


def _micros(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(whole) * 1_000_000 + int(rest.ljust(6, "0"))
