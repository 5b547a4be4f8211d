"""Gamma's objects have the members and the types of the real ones."""

import json
from typing import Any

from tests.real.shared import shared_file
from tests.sim.client import quiet

from pr3dict.sim.gamma.rows import Writer, events_of
from pr3dict.sim.truth.history import History
from pr3dict.sim.truth.venue import Venue

SAMPLES = "vectors/polymarket/rest_samples.json"
ELSEWHERE = {
    "makerRebatesFeeShareBps", "groupItemThreshold", "clobRewards", "oneDayPriceChange",
    "oneWeekPriceChange", "oneMonthPriceChange", "submitted_by", "resolvedBy", "umaBond",
    "umaReward", "customLiveness", "deployingTimestamp", "seriesColor", "feeType", "tags",
    "sortBy", "startTime", "gmpChartMode", "countryName", "electionType", "estimateValue",
    "cumulativeMarkets",
}  # fmt: skip
"""Members that not every real market has, or that may be null."""


def written(**options: Any) -> tuple[Venue, Writer]:
    venue = quiet(**{"markets": 20, "recurring": ("btc-5m",), **options})
    return venue, Writer(venue, History(venue), venue.now_ms)


def sample(name: str) -> Any:
    return json.loads(shared_file(SAMPLES).read_text("utf-8"))["samples"][name]["body"]


def kinds(told: dict[str, Any]) -> dict[str, str]:
    """Return what JSON calls the type of each member."""
    names = {
        bool: "bool",
        int: "number",
        float: "number",
        str: "text",
        list: "list",
        dict: "object",
    }
    return {name: names.get(type(value), "null") for name, value in told.items()}


def test_a_market_has_all_members_of_a_real_one_with_their_types():
    real = sample("gamma_market.json")
    venue, writer = written()
    recurring = venue.listings[-1]
    mine = writer.market(recurring)

    wanted = {name: kind for name, kind in kinds(real).items() if name not in ELSEWHERE}
    assert wanted == {name: kinds(mine).get(name) for name in wanted}
    event = {n: k for n, k in kinds(real["events"][0]).items() if n not in ELSEWHERE}
    assert event == {name: kinds(mine["events"][0]).get(name) for name in event}


def test_an_event_has_all_members_of_a_real_one_with_their_types():
    real = sample("gamma_event.json")[0]
    venue, writer = written()
    event = next(each for each in events_of(venue.listings) if each.name.neg_risk)
    mine = writer.event(event)

    wanted = {name: kind for name, kind in kinds(real).items() if name not in ELSEWHERE}
    assert wanted == {name: kinds(mine).get(name) for name in wanted}
    market = {n: k for n, k in kinds(real["markets"][0]).items() if n not in ELSEWHERE}
    assert market == {name: kinds(mine["markets"][0]).get(name) for name in market}


def test_lists_of_a_market_are_texts_that_hold_json():
    venue, writer = written(first_bid=480_000, ticks=("0.01",))
    listing = venue.listings[0]
    told = writer.market(listing)

    assert '["Yes", "No"]' == told["outcomes"]
    assert [*listing.tokens] == json.loads(told["clobTokenIds"])
    assert ["0.485", "0.515"] == json.loads(told["outcomePrices"])
    assert (0.48, 0.49, 0.01) == (told["bestBid"], told["bestAsk"], told["spread"])


def test_markets_without_fees_say_so():
    venue, writer = written(markets=60)
    fees = {each.name.event.category: writer.market(each) for each in venue.listings}

    assert (False, None) == (fees["geopolitics"]["feesEnabled"], fees["geopolitics"]["feeType"])
    assert {"exponent": 1, "rate": 0.07, "takerOnly": True, "rebateRate": 0.2} == (
        fees["crypto"]["feeSchedule"]
    )
