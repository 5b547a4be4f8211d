"""A market of the catalogue as a trader needs it."""

import json
from decimal import Decimal

import pytest

from pr3dict.model.errors import UnknownMarketError
from pr3dict.venues.polymarket.answers import one
from pr3dict.venues.polymarket.fees import FREE
from pr3dict.venues.polymarket.gamma.types import GammaEvent, GammaMarket
from pr3dict.venues.polymarket.markets.market import market_of, still_open, the_one

FOUND = {
    "id": "557558",
    "slug": "fed-cuts-25",
    "question": "Will the Fed cut by 25 bps?",
    "conditionId": "0x" + "ab" * 32,
    "outcomes": '["Yes", "No"]',
    "outcomePrices": '["0.505", "0.495"]',
    "clobTokenIds": '["11", "22"]',
    "orderPriceMinTickSize": 0.01,
    "orderMinSize": 5,
    "negRisk": True,
    "acceptingOrders": True,
    "feesEnabled": True,
    "feeSchedule": {"exponent": 1, "rate": 0.04, "takerOnly": True, "rebateRate": 0.25},
    "eventStartTime": "2026-12-10T19:00:00Z",
    "endDate": "2026-12-10T23:00:00Z",
}


def market(**members):
    return market_of(one(GammaMarket)(json.dumps(FOUND | members).encode()))


def test_a_market_has_what_a_trader_needs():
    found = market(events=[{"id": "9", "slug": "fed-in-december", "title": "Fed in December?"}])
    assert ("11", "22") == found.token_ids
    assert "22" == found.token("no") == found.token("22")
    assert Decimal("0.505") == found.outcome("YES").price
    assert (Decimal("0.01"), Decimal(5), True) == (
        found.tick_size,
        found.min_order_size,
        found.neg_risk,
    )
    assert (Decimal("0.04"), Decimal(1)) == (found.fees.rate, found.fees.exponent)
    assert "https://polymarket.com/event/fed-in-december/fed-cuts-25" == found.url
    assert (True, False, "") == (found.accepting_orders, found.closed, found.winner)
    assert "2026-12-10T19:00:00+00:00" == found.start.isoformat()
    assert "2026-12-10T23:00:00+00:00" == found.end.isoformat()


def test_another_outcome_is_refused_with_those_that_there_are():
    with pytest.raises(UnknownMarketError) as raised:
        market().outcome("maybe")
    assert "fed-cuts-25: wanted an outcome of Yes, No, found 'maybe'" == str(raised.value)


def test_the_winner_is_told_once_the_market_is_closed():
    settled = '["0", "1"]'
    assert "No" == market(closed=True, outcomePrices=settled).winner
    assert "" == market(outcomePrices=settled).winner
    assert "" == market(closed=True).winner
    assert not market(closed=True).accepting_orders


def test_fees_are_none_only_where_they_are_on_and_nobody_says_which():
    assert FREE == market(feesEnabled=False).fees
    assert FREE == market(feesEnabled=None, feeSchedule=None).fees
    assert market(feeSchedule=None).fees is None


def test_a_market_takes_its_event_from_where_it_is_listed():
    event = GammaEvent(id="9", slug="fed-in-december", title="Fed in December?")
    found = market_of(one(GammaMarket)(json.dumps(FOUND).encode()), event)
    assert ("fed-in-december", "Fed in December?") == (found.event_slug, found.event_title)
    assert "https://polymarket.com/market/fed-cuts-25" == market().url


def test_of_several_markets_the_one_that_is_open_is_meant_and_none_is_guessed():
    first, second, over = market(), market(slug="fed-cuts-50"), market(slug="old", closed=True)
    assert first is the_one([over, first], "fed")
    assert over is the_one([over], "fed")
    with pytest.raises(UnknownMarketError) as raised:
        the_one([first, second, over], "fed")
    assert "'fed' names 2 markets; name one of them: fed-cuts-25, fed-cuts-50" == str(raised.value)
    with pytest.raises(UnknownMarketError, match=r"^'fed' names no market of Polymarket$"):
        the_one([], "fed")
    with pytest.raises(UnknownMarketError, match=r"and 3 more$"):
        the_one([market(slug=f"fed-{n}-x") for n in range(9)], "fed")


def test_a_market_that_is_over_says_who_won_or_that_nobody_knows():
    assert market() == still_open(market())
    with pytest.raises(
        UnknownMarketError, match=r"^fed-cuts-25 is closed: Yes won: it has no book"
    ):
        still_open(market(closed=True, outcomePrices='["1", "0"]'))
    with pytest.raises(
        UnknownMarketError, match=r"^fed-cuts-25 is closed: it has no book any more$"
    ):
        still_open(market(closed=True))
