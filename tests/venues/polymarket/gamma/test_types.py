"""Every sample of the catalogue is read without loss; members come and go without harm."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.venues.polymarket.samples import body, wire

from pr3dict.model.errors import RestError
from pr3dict.venues.polymarket import answers
from pr3dict.venues.polymarket.fees import FeeSchedule
from pr3dict.venues.polymarket.gamma.people import SearchResult
from pr3dict.venues.polymarket.gamma.types import (
    EventName,
    GammaEvent,
    GammaMarket,
    Outcome,
    Series,
    SportsMarketTypes,
    Tag,
)

LEFT_OUT = {
    *("startDateIso", "endDateIso", "hasReviewedDates"),  # said by startDate and endDate
    *("volumeNum", "liquidityNum", "volume", "liquidity"),  # the same number twice; see below
    *("volume1wkClob", "volume1moClob", "volume1yrClob", "volume24hrClob"),
    *("volume1wkAmm", "volume1moAmm", "volume1yrAmm"),
    *("umaBond", "umaReward", "umaEndDate", "customLiveness", "marketMakerAddress"),
    *("cyom", "deploying", "deployingTimestamp", "pendingDeployment", "manualActivation"),
    *("clearBookOnStart", "showGmpSeries", "showGmpOutcome", "seriesColor", "submitted_by"),
    *("pagerDutyNotificationEnabled", "requiresTranslation", "sentDiscord", "twitterCardImage"),
    *("estimateValue", "cantEstimate", "estimatedValue"),
    *("showAllOutcomes", "showMarketImages", "gmpChartMode", "updatedBy", "createdBy"),
    *("outcomes", "outcomePrices", "clobTokenIds", "positionIds"),  # side by side in outcomes
}
"""Members of the samples that our types do not have: how the site looks and is run."""


def lost(kind, found):
    """Return the members of an object which a row of a kind does not hold as they were sent."""
    made = answers.row(kind, found)
    names = {
        spelling: name for name, spellings, _, _ in answers.plan(kind) for spelling in spellings
    }
    return [
        member
        for member, sent in found.items()
        if sent not in (None, "")
        and member not in LEFT_OUT
        and not (member in names and same(sent, getattr(made, names[member])))
    ]


def same(sent, held):
    if isinstance(held, tuple):
        sent = json.loads(sent) if isinstance(sent, str) else sent
        return len(sent) == len(held) and all(map(same, sent, held))
    if isinstance(held, answers.Row):
        return True  # tested by itself
    if isinstance(held, Decimal | int) and not isinstance(held, bool):
        return Decimal(sent) == held
    if isinstance(held, datetime):
        return datetime.fromisoformat(sent) == held
    return sent == held


def markets():
    yield from (wire("gamma_market.json"), wire("gamma_market_sports_market_money_line.json"))
    yield from (wire("py_http_market_slug.json"), *wire("py_http_markets_list.json"))
    for event in events():
        yield from event.get("markets", [])


def events():
    yield from (*wire("gamma_event.json"), wire("py_http_event.json"))
    yield from (*wire("py_http_events_list.json"), *wire("search_response.json")["events"])


def test_no_market_of_the_samples_loses_anything():
    found = list(markets())
    assert 10 <= len(found)
    assert [] == [loss for market in found if (loss := lost(GammaMarket, market))]


def test_no_event_of_the_samples_loses_anything():
    found = list(events())
    assert 4 <= len(found)
    assert [] == [loss for event in found if (loss := lost(GammaEvent, event))]


def test_no_tag_and_no_series_of_the_samples_loses_anything():
    tags = [tag for event in events() for tag in event.get("tags", [])]
    series = [each for event in events() for each in event.get("series", [])]
    series += [each for event in wire("gamma_market.json")["events"] for each in event["series"]]
    assert tags
    assert series
    assert [] == [loss for tag in tags if (loss := lost(Tag, tag))]
    assert [] == [loss for each in series if (loss := lost(Series, each))]


def test_a_market_is_read_in_full():
    market = answers.one(GammaMarket)(body("gamma_market.json"))
    sent = wire("gamma_market.json")
    tokens = json.loads(sent["clobTokenIds"])
    assert (
        Outcome(label="Up", token_id=tokens[0], price=Decimal("0.505")),
        Outcome(label="Down", token_id=tokens[1], price=Decimal("0.495")),
    ) == market.outcomes
    assert tuple(tokens) == market.token_ids
    assert ("1557558", sent["conditionId"]) == (market.id, market.condition_id)
    assert (Decimal("0.01"), Decimal(5)) == (market.tick_size, market.min_order_size)
    assert (False, True, False) == (market.neg_risk, market.accepting_orders, market.closed)
    assert Decimal("9.999997") == market.volume == market.volume_24hr
    assert Decimal("20328.3747") == market.liquidity
    assert datetime(2026, 3, 11, 9, 29, 1, 328428, tzinfo=UTC) == market.start_date
    assert datetime(2026, 3, 12, 9, 20, tzinfo=UTC) == market.event_start_time
    assert (None, True, "crypto_fees") == (market.fees, market.fees_enabled, market.fee_type)
    slug = "btc-updown-5m-1773307200"
    assert (
        EventName(
            id="260654",
            slug=slug,
            ticker=slug,
            title="Bitcoin Up or Down - March 12, 5:20AM-5:25AM ET",
            series_slug="btc-up-or-down-5m",
            start_time=datetime(2026, 3, 12, 9, 20, tzinfo=UTC),
            end_date=datetime(2026, 3, 12, 9, 25, tzinfo=UTC),
        ),
    ) == market.events


def test_the_numbers_of_volume_and_liquidity_go_before_their_texts():
    found = {"id": "1", "volume": "10.00", "volumeNum": Decimal("9.999997")}
    assert Decimal("9.999997") == answers.row(GammaMarket, found).volume
    assert Decimal("10.00") == answers.row(GammaMarket, {"id": "1", "volume": "10.00"}).volume


def test_a_fee_schedule_is_read_exactly():
    market = answers.one(GammaMarket)(
        b'{"id":"1","feesEnabled":true,"feeSchedule":'
        b'{"exponent":1,"rate":0.07,"takerOnly":true,"rebateRate":0.2}}'
    )
    assert (
        FeeSchedule(
            rate=Decimal("0.07"), exponent=Decimal(1), taker_only=True, rebate_rate=Decimal("0.2")
        )
        == market.fees
    )


def test_positions_of_protocol_v2_stand_beside_their_outcomes():
    found = {"id": "1", "version": "v2", "outcomes": '["Yes","No"]', "positionIds": ["5", "6"]}
    outcomes = answers.row(GammaMarket, found).outcomes
    assert [("Yes", "5"), ("No", "6")] == [(side.label, side.position_id) for side in outcomes]


@pytest.mark.parametrize("outcomes", ['["Yes","No"]', ["Yes", "No"]])
def test_outcomes_come_as_text_and_as_lists(outcomes):
    market = answers.row(GammaMarket, {"id": 1, "outcomes": outcomes, "clobTokenIds": "[]"})
    assert ["Yes", "No"] == [outcome.label for outcome in market.outcomes]
    assert [None, None] == [outcome.price for outcome in market.outcomes]


@pytest.mark.parametrize(
    "found",
    [
        b"{}",
        b'{"question":"?"}',
        b'{"id":"1","outcomes":"[\\"Yes\\""}',
        b'{"id":"1","outcomePrices":["x"]}',
        b'{"id":"1","closed":"no"}',
    ],
)
def test_what_is_no_market_is_refused(found):
    with pytest.raises(RestError, match=r"^cannot read this GammaMarket: ") as refused:
        answers.one(GammaMarket)(found)
    assert "bad_answer" == refused.value.name


def test_market_types_of_sports_are_words():
    read = answers.one(SportsMarketTypes)
    assert ("moneyline", "spreads") == read(b'{"marketTypes":["moneyline","spreads"]}').market_types


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_members_may_be_missing_null_or_renamed_and_leave_the_others_alone(data):
    sent = wire("gamma_market.json")
    whole = answers.row(GammaMarket, sent)
    touched = data.draw(st.sets(st.sampled_from(sorted(set(sent) - {"id"}))))
    fates = {name: data.draw(st.sampled_from(["missing", "null", "renamed"])) for name in touched}
    less = {
        (f"{name}V3" if fates.get(name) == "renamed" else name): (
            None if fates.get(name) == "null" else value
        )
        for name, value in sent.items()
        if fates.get(name) != "missing"
    }
    found = answers.row(GammaMarket, less)
    spellings = {name: set(spelled) for name, spelled, _, _ in answers.plan(GammaMarket)}
    spellings["outcomes"] |= {"outcomePrices", "clobTokenIds", "positionIds"}
    empty = GammaMarket()
    for name, spelled in spellings.items():
        if not spelled & touched:
            assert getattr(whole, name) == getattr(found, name)
        elif name not in {"outcomes", "volume", "liquidity"}:
            assert getattr(found, name) == getattr(empty, name)


@given(st.data())
def test_whatever_stands_in_a_member_is_read_or_refused_by_its_name(data):
    sent = dict(wire("gamma_market.json"))
    name = data.draw(st.sampled_from(sorted(sent)))
    sent[name] = data.draw(st.sampled_from([[], {}, True, 7, "x", -1, Decimal("0.5"), [[]], ""]))
    try:
        answers.row(GammaMarket, sent)
    except ValueError as refused:
        told = str(refused)
    else:
        told = ""
    assert "\n" not in told


def test_a_search_is_read_in_full():
    found = answers.one(SearchResult)(body("search_response.json"))
    sent = wire("search_response.json")
    assert [event["slug"] for event in sent["events"]] == [event.slug for event in found.events]
    assert found.pagination is not None
    assert sent["pagination"]["totalResults"] == found.pagination.total_results
