"""The catalogue over real sockets: our methods against the Gamma of the simulated venue."""

import pytest
from tests.app.kit import venue

from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.rest.polymarket_sync import Polymarket
from pr3dict.config import Config
from pr3dict.model.errors import UnknownMarketError

MARKETS = 130
"""More than fit into one part of a list."""


@pytest.fixture(scope="module")
def served():
    with venue(markets=MARKETS) as found:
        yield found


@pytest.fixture
async def gamma(served):
    async with AsyncPolymarket(Config(**served.server.settings())) as found:
        yield found


async def test_all_markets_come_once_and_the_most_traded_first(gamma):
    found = await gamma.get_all_markets()
    assert MARKETS == len(found) == len({market.id for market in found})
    volumes = [market.volume for market in found]
    assert sorted(volumes, reverse=True) == volumes
    assert not any(market.closed for market in found)


async def test_every_token_of_the_venue_is_an_outcome_of_a_market(served, gamma):
    found = await gamma.list_markets(1_000)
    told = {token for market in found for token in market.token_ids}
    assert set(served.tokens) <= told
    assert all(outcome.label for market in found for outcome in market.outcomes)
    assert all(market.tick_size and market.min_order_size for market in found)


async def test_one_market_is_the_same_however_it_is_asked_for(gamma):
    (market,) = await gamma.list_markets(1)
    asked = [
        gamma.get_market_by_slug(market.slug),
        gamma.list_markets(condition_ids=market.condition_id),
        gamma.list_markets(token_ids=market.token_ids[1]),
        gamma.list_markets(ids=[market.id]),
        gamma.list_markets(slugs=market.slug),
    ]
    found = [await gamma.get_market(market.id), await asked[0]]
    found += [each for pages in asked[1:] for each in await pages]
    names = [(each.id, each.slug, each.condition_id, each.token_ids) for each in found]
    assert [(market.id, market.slug, market.condition_id, market.token_ids)] * 6 == names


async def test_an_event_holds_its_markets(gamma):
    (event,) = await gamma.list_events(1)
    (first, *_) = event.markets
    assert event.id == (await gamma.get_event(event.id)).id
    assert event.id == (await gamma.get_event_by_slug(event.slug)).id
    named = (await gamma.get_market(first.id)).events
    assert [event.slug] == [each.slug for each in named]


async def test_the_words_of_a_question_find_its_event(gamma):
    (event,) = await gamma.list_events(1)
    found = await gamma.search(event.title)
    assert event.id in [each.id for each in found.events]


async def test_tags_and_series_lead_to_themselves(gamma):
    tag = (await gamma.list_tags(5))[0]
    assert tag.label == (await gamma.get_tag(tag.id)).label
    assert tag.id == (await gamma.get_tag_by_slug(tag.slug)).id
    series = (await gamma.list_series(5))[0]
    assert series.title == (await gamma.get_series(series.id)).title


async def test_what_nobody_knows_is_one_sentence(gamma):
    for asking in (
        gamma.get_market("999999999"),
        gamma.get_market_by_slug("no-such-thing"),
        gamma.get_event("999999999"),
        gamma.get_tag_by_slug("no-such-thing"),
    ):
        with pytest.raises(UnknownMarketError, match=r"^Polymarket knows no \w+ with the"):
            await asking


def test_a_script_has_them_as_a_table(served):
    pytest.importorskip("polars")
    with Polymarket(Config(**served.server.settings())) as polymarket:
        markets = polymarket.get_all_markets(limit=20)
        assert markets[0].question == polymarket.get_market(markets[0].id).question
    frame = markets.to_polars()
    assert [market.volume for market in markets] == frame["volume"].to_list()
    assert [market.slug for market in markets] == list(markets.to_pandas()["slug"])
