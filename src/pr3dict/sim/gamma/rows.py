"""Gamma's objects, member by member as the real API writes them (protocol, section 4.1).

Mind that `outcomes`, `outcomePrices` and `clobTokenIds` are texts that hold JSON, that `volume`
and `liquidity` of a market are texts, and those of an event numbers. The samples that this was
written from: `gamma_market.json` and `gamma_event.json` of `rest_samples.json`.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from pr3dict.sim.gamma.people import comments_of
from pr3dict.sim.truth.facts import Facts, digest, facts_of, iso, liquidity_of, number
from pr3dict.sim.truth.hash import plain
from pr3dict.sim.truth.history import History
from pr3dict.sim.truth.listing import Listing
from pr3dict.sim.truth.names import CATEGORIES, EventName, Series, Tag
from pr3dict.sim.truth.source import Source
from pr3dict.sim.truth.wire import story

Object = dict[str, Any]
BASE_FEE: Final = 1_000
REWARDS_MIN_SIZE: Final = 50
REWARDS_MAX_SPREAD: Final = 4.5
SOON_MS: Final = 86_400_000


class Event(NamedTuple):
    """An event with its markets, in the order of their listing."""

    name: EventName
    listings: tuple[Listing, ...]


def events_of(listings: Iterable[Listing]) -> list[Event]:
    """Return the events of some markets, in the order of their listing."""
    grouped: dict[int, tuple[EventName, list[Listing]]] = {}
    for listing in listings:
        event = listing.name.event
        grouped.setdefault(event.id, (event, []))[1].append(listing)
    return [Event(name, tuple(held)) for name, held in grouped.values()]


class Writer:
    """Writes objects as the books and the memory of a venue stand now."""

    def __init__(self, source: Source, history: History, now_ms: int) -> None:
        self._source, self._history, self._now_ms = source, history, now_ms

    def market(self, listing: Listing, *, events: bool = True, tags: bool = False) -> Object:
        """Return a market; with its event, unless it is written within it."""
        facts = facts_of(self._source, self._history, listing)
        name, rules = listing.name, facts.rules
        liquidity = liquidity_of(self._source, listing)
        told: Object = {
            "id": str(listing.number),
            "question": name.question,
            "conditionId": rules.condition,
            "slug": name.slug,
            "resolutionSource": "",
            "endDate": iso(listing.ends_ms),
            "liquidity": plain(liquidity),
            "startDate": iso(listing.listed_ms),
            "image": "",
            "icon": "",
            "description": story(name, rules),
            "outcomes": json.dumps(rules.outcomes),
            "outcomePrices": json.dumps([plain(worth) for worth in facts.worth]),
            "volume": plain(facts.dollars),
            "active": True,
            "closed": facts.closed,
            "marketMakerAddress": "",
            "createdAt": iso(listing.listed_ms),
            "updatedAt": iso(self._now_ms),
            "new": False,
            "featured": False,
            "archived": False,
            "restricted": True,
            "groupItemTitle": name.group,
            "groupItemThreshold": "0",
            "questionID": digest(name.question),
            "enableOrderBook": not facts.closed,
            "orderPriceMinTickSize": json.loads(rules.tick_size),
            "orderMinSize": json.loads(rules.min_order_size),
            "endDateIso": iso(listing.ends_ms)[:10],
            "startDateIso": iso(listing.listed_ms)[:10],
            "hasReviewedDates": True,
            "clobTokenIds": json.dumps(rules.tokens),
            "makerBaseFee": BASE_FEE,
            "takerBaseFee": BASE_FEE,
            "acceptingOrders": facts.accepting,
            "acceptingOrdersTimestamp": iso(listing.listed_ms),
            "negRisk": rules.neg_risk,
        }
        told |= self._volumes(facts.dollars, "volumeNum") | _clob(facts.dollars)
        told |= {"liquidityNum": number(liquidity), "liquidityClob": number(liquidity)}
        told |= _flags() | _prices(facts) | _fees(listing) | _ending(listing)
        if rules.neg_risk:
            told |= _group(name.event)
        if events:
            told["events"] = [self.event(Event(name.event, (listing,)), markets=False)]
        if tags:
            told["tags"] = [self.tag(tag) for tag in name.event.tags]
        return told

    def event(self, event: Event, *, markets: bool = True) -> Object:
        """Return an event; with its markets, unless it is written within one."""
        name, listings = event
        closed = all(not self._source.known(each.tokens[0]) for each in listings)
        dollars = sum(self._history.dollars[each.condition] for each in listings)
        liquidity = sum(liquidity_of(self._source, each) for each in listings)
        listed_ms = min(each.listed_ms for each in listings)
        told: Object = {
            "id": str(name.id),
            "ticker": name.slug,
            "slug": name.slug,
            "title": name.title,
            "description": f"This event asks: {name.title}",
            "resolutionSource": "",
            "startDate": iso(listed_ms),
            "creationDate": iso(listed_ms),
            "endDate": iso(name.ends_ms),
            "image": "",
            "icon": "",
            "active": True,
            "closed": closed,
            "archived": False,
            "new": False,
            "featured": False,
            "restricted": True,
            "liquidity": number(liquidity),
            "volume": number(dollars),
            "openInterest": 0,
            "createdAt": iso(listed_ms),
            "updatedAt": iso(self._now_ms),
            "competitive": 0.9,
        }
        told |= self._volumes(dollars)
        told |= {
            "enableOrderBook": True,
            "liquidityClob": number(liquidity),
            "negRisk": name.neg_risk,
            "commentCount": len(comments_of("Event", name.id, listed_ms)),
            "cyom": False,
            "showAllOutcomes": True,
            "showMarketImages": True,
            "enableNegRisk": name.neg_risk,
            "automaticallyActive": True,
            "negRiskAugmented": False,
            "pendingDeployment": False,
            "deploying": False,
            "requiresTranslation": False,
        }
        if name.neg_risk:
            told["negRiskMarketID"] = digest(name.slug)
        if name.starts_ms:
            told["startTime"] = iso(name.starts_ms)
        if closed:
            told["closedTime"] = iso(max(each.closed_ms for each in listings))
        if name.series is not None:
            told["seriesSlug"] = name.series.slug
            told["series"] = [self.series(name.series)]
        if markets:
            told["markets"] = [self.market(each, events=False) for each in listings]
            told["tags"] = [self.tag(tag) for tag in name.tags]
        return told

    def series(self, series: Series, events: Sequence[Event] = ()) -> Object:
        """Return a series; with its events where there are some to tell."""
        told: Object = {
            "id": str(series.id),
            "ticker": series.slug,
            "slug": series.slug,
            "title": series.title,
            "seriesType": "single",
            "recurrence": series.recurrence,
            "image": "",
            "icon": "",
            "active": True,
            "closed": False,
            "archived": False,
            "featured": False,
            "restricted": True,
            "createdAt": iso(self._now_ms - SOON_MS),
            "updatedAt": iso(self._now_ms),
            "commentCount": 0,
            "requiresTranslation": False,
        }
        if events:
            told["events"] = [self.event(each, markets=False) for each in events]
        return told

    def tag(self, tag: Tag) -> Object:
        """Return a tag."""
        return {
            "id": str(tag.id),
            "label": tag.label,
            "slug": tag.slug,
            "forceShow": False,
            "publishedAt": "2023-11-02 21:03:54.55+00",
            "createdAt": "2023-11-02T21:03:54.564Z",
            "updatedAt": iso(self._now_ms),
            "requiresTranslation": False,
        }

    def _volumes(self, dollars: int, *others: str) -> Object:
        """Return the volumes of several spans; the venue is younger than the shortest of them."""
        names = (*others, "volume24hr", "volume1wk", "volume1mo", "volume1yr")
        return dict.fromkeys(names, number(dollars))


def _clob(dollars: int) -> Object:
    spans = ("24hr", "1wk", "1mo", "1yr", "")
    return {f"volume{span}Clob": number(dollars) for span in spans}


def _flags() -> Object:
    """Return what is the same of every market."""
    return {
        "ready": False,
        "funded": False,
        "cyom": False,
        "competitive": 0.9,
        "pagerDutyNotificationEnabled": False,
        "approved": True,
        "rewardsMinSize": REWARDS_MIN_SIZE,
        "rewardsMaxSpread": REWARDS_MAX_SPREAD,
        "automaticallyActive": True,
        "clearBookOnStart": False,
        "showGmpSeries": False,
        "showGmpOutcome": False,
        "manualActivation": False,
        "negRiskOther": False,
        "umaResolutionStatuses": "[]",
        "pendingDeployment": False,
        "deploying": False,
        "rfqEnabled": False,
        "holdingRewardsEnabled": False,
        "requiresTranslation": False,
    }


def _prices(facts: Facts) -> Object:
    told: Object = {"spread": number(facts.ask - facts.bid), "bestAsk": number(facts.ask)}
    if facts.bid:
        told["bestBid"] = number(facts.bid)
    return told | {"lastTradePrice": number(facts.last)}


def _fees(listing: Listing) -> Object:
    """Return the fees of a market (protocol, section 4.6)."""
    category = CATEGORIES[listing.name.event.category]
    if category.rate == "0":
        return {"feesEnabled": False, "feeType": None}
    return {
        "feesEnabled": True,
        "feeType": category.fee_type,
        "feeSchedule": {
            "exponent": 1,
            "rate": json.loads(category.rate),
            "takerOnly": True,
            "rebateRate": json.loads(category.rebate),
        },
    }


def _ending(listing: Listing) -> Object:
    told: Object = {}
    if listing.name.event.starts_ms:
        told["eventStartTime"] = iso(listing.name.event.starts_ms)
    if listing.settled_ms:
        told["umaResolutionStatus"] = "resolved" if listing.closed_ms else "proposed"
    if listing.closed_ms:
        told["closedTime"] = iso(listing.closed_ms).replace("T", " ").replace("Z", "+00")
    return told


def _group(event: EventName) -> Object:
    group = digest(event.slug)
    return {"negRiskMarketID": group, "negRiskRequestID": digest(group)}
