"""Lists in parts, and names that stand for something or for nothing."""

import inspect
from itertools import islice

import pytest
from tests.client.rest_kit import always, methods, refusing
from tests.venues.polymarket.samples import body

from pr3dict.client.rest.gamma import ALL_MARKETS, GammaMethods
from pr3dict.client.rest.pages import Pages
from pr3dict.client.rest.rows import Rows
from pr3dict.model.errors import RestError, UnknownMarketError
from pr3dict.venues.polymarket.gamma.types import GammaMarket

WALLET = "0x56687bf447db6ffa42ffe2204a05edaa20f55839"
MARKETS = 2_500


def catalogue(path, query):
    """Tell a part of many markets, as the venue hands them out."""
    assert "/gamma/markets/keyset" == path
    start, limit = int(query.get("after_cursor", ["0"])[0]), int(query["limit"][0])
    part = [{"id": str(n)} for n in islice(range(start, MARKETS), limit)]
    end = start + limit
    return {"markets": part} | ({"next_cursor": str(end)} if end < MARKETS else {})


async def test_all_markets_are_the_most_traded_open_ones_up_to_a_bound():
    gamma, asked = methods(catalogue)
    found = await gamma.get_all_markets()
    assert isinstance(found, Rows)
    assert (ALL_MARKETS, GammaMarket) == (len(found), found.of)
    assert ALL_MARKETS / 100 == len(asked)
    assert all("closed=false&order=volumeNum&ascending=false" in url for url in asked)


async def test_all_markets_means_all_where_the_bound_allows():
    gamma, asked = methods(catalogue)
    found = await gamma.get_all_markets(limit=10_000)
    assert [str(n) for n in range(MARKETS)] == [market.id for market in found]
    assert 25 == len(asked)


async def test_no_more_is_asked_for_than_is_taken():
    gamma, asked = methods(catalogue)
    assert 5 == len(await gamma.list_markets(5))
    assert ["limit=5"] == [url.partition("?")[2] for url in asked]
    asked.clear()
    async for market in gamma.list_markets(10_000):
        if market.id == "150":
            break
    assert 2 == len(asked)


async def test_a_market_is_had_by_its_id_and_by_its_slug():
    gamma, asked = methods(always(body("gamma_market.json")))
    assert await gamma.get_market(1557558) == await gamma.get_market_by_slug("btc-updown-5m")
    assert ["markets/1557558", "markets/slug/btc-updown-5m"] == [
        url.partition("/gamma/")[2] for url in asked
    ]


ONE = [
    (lambda gamma: gamma.get_market("7"), "market with the id '7'"),
    (lambda gamma: gamma.get_market_by_slug("x"), "market with the slug 'x'"),
    (lambda gamma: gamma.get_market_tags(7), "market with the id 7"),
    (lambda gamma: gamma.get_event("7"), "event with the id '7'"),
    (lambda gamma: gamma.get_event_by_slug("x"), "event with the slug 'x'"),
    (lambda gamma: gamma.get_event_tags("7"), "event with the id '7'"),
    (lambda gamma: gamma.get_series("7"), "series with the id '7'"),
    (lambda gamma: gamma.get_tag("7"), "tag with the id '7'"),
    (lambda gamma: gamma.get_tag_by_slug("x"), "tag with the slug 'x'"),
    (lambda gamma: gamma.get_related_tags("7"), "tag with the id '7'"),
    (lambda gamma: gamma.get_comment_thread("7"), "comment with the id '7'"),
    (lambda gamma: gamma.get_profile(WALLET), f"profile of the wallet {WALLET}"),
]


@pytest.mark.parametrize(("ask", "what"), ONE)
@pytest.mark.parametrize(("name", "status"), [("not_found", 404), ("refused", 422)])
async def test_what_stands_for_nothing_is_one_sentence(ask, what, name, status):
    gamma, _ = methods(refusing(name, status))
    with pytest.raises(UnknownMarketError) as found:
        await ask(gamma)
    assert f"Polymarket knows no {what}" == str(found.value)


@pytest.mark.parametrize(("name", "status"), [("unavailable", 503), ("refused", 400)])
async def test_another_refusal_stays_what_it_is(name, status):
    gamma, _ = methods(refusing(name, status))
    with pytest.raises(RestError) as found:
        await gamma.get_market("7")
    assert name == found.value.name


@pytest.mark.parametrize(
    "ask",
    [
        lambda gamma: gamma.list_markets(closed="no"),
        lambda gamma: gamma.list_markets(0),
        lambda gamma: gamma.list_events(ids=[]),
        lambda gamma: gamma.list_comments_by_wallet("me"),
        lambda gamma: gamma.list_comments(1, under="Market"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_the_call(ask):
    gamma, asked = methods(always({}))
    with pytest.raises(ValueError, match=r"wanted"):
        ask(gamma)
    assert [] == asked


LISTS = [
    (lambda gamma: gamma.list_markets(), {"markets": []}),
    (lambda gamma: gamma.list_events(tag_slug="crypto"), {"events": []}),
    (lambda gamma: gamma.list_series(), []),
    (lambda gamma: gamma.list_tags(), []),
    (lambda gamma: gamma.list_teams(leagues="nba"), []),
    (lambda gamma: gamma.list_comments(30829), {"comments": []}),
    (lambda gamma: gamma.list_comments_by_wallet(WALLET), []),
    (lambda gamma: gamma.list_sports(), []),
    (lambda gamma: gamma.list_sports_market_types(), {"marketTypes": []}),
]


@pytest.mark.parametrize(("ask", "nothing"), LISTS)
async def test_a_list_that_is_empty_knows_its_kind(ask, nothing):
    gamma, asked = methods(always(nothing))
    found = await ask(gamma)
    assert (0, 1) == (len(found), len(asked))
    assert found.of is not None


def test_every_method_that_lists_is_tried():
    named = {name for name, _ in inspect.getmembers(GammaMethods) if name.startswith("list_")}
    assert len(LISTS) == len(named)


async def test_words_find_events():
    gamma, asked = methods(always(body("search_response.json")))
    found = await gamma.search("bitcoin above", page=2, limit=5, events_status="active")
    assert ["bitcoin-above-on-march-11"] == [event.slug for event in found.events]
    assert "q=bitcoin+above&page=2&limit_per_type=5&events_status=active" in asked[0]


async def test_comments_of_somebody_end_where_the_venue_lets_nobody_see_more():
    gamma, asked = methods(lambda path, query: [{"id": 1}] * int(query["limit"][0]))
    assert 300 == len(await gamma.list_comments_by_wallet(WALLET, 1_000))
    assert ["0", "100", "200"] == [url.partition("offset=")[2] for url in asked]


def test_lists_are_pages():
    gamma, _ = methods(always({}))
    assert isinstance(gamma.list_markets(), Pages)
