"""Gamma over raw HTTP: lists, lookups, search, people; and what it says as time goes on."""

import json
from typing import Any

import aiohttp
import pytest
from tests.sim.client import paused, quiet

from pr3dict.sim.server import SimServer
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue


async def asked(server: SimServer, path: str, status: int = 200, **query: Any) -> Any:
    pairs = [
        (name, str(each))
        for name, value in query.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{server.gamma_url}{path}", params=pairs) as answer,
    ):
        told = await answer.json()
        assert status == answer.status, told
        return told


async def every(server: SimServer, kind: str, limit: int, **query: Any) -> list[Any]:
    """Walk through all pages."""
    found: list[Any] = []
    while True:
        page = await asked(server, f"/{kind}/keyset", limit=limit, **query)
        assert len(page[kind]) <= limit
        found += page[kind]
        if "next_cursor" not in page:
            return found
        query["after_cursor"] = page["next_cursor"]


async def test_keyset_pages_hold_every_open_market_once():
    venue = quiet(markets=23)
    async with paused(venue) as server:
        markets = await every(server, "markets", 5)

        assert [listing.condition for listing in venue.listings] == [
            market["conditionId"] for market in markets
        ]
        assert (
            "offset is not supported"
            in (await asked(server, "/markets/keyset", 422, offset=5))["error"]
        )
        await asked(server, "/markets/keyset", 422, after_cursor="rubbish")
        cursor = (await asked(server, "/markets/keyset", limit=5))["next_cursor"]
        await asked(server, "/markets/keyset", 422, after_cursor=cursor, order="volumeNum")


async def test_events_hold_their_markets_and_neg_risk_markets_share_one():
    venue = quiet(markets=40)
    async with paused(venue) as server:
        events = await every(server, "events", 7)
        groups = [event for event in events if event["negRisk"]]

        conditions = [m["conditionId"] for event in events for m in event["markets"]]
        assert sorted(listing.condition for listing in venue.listings) == sorted(conditions)
        assert any(len(event["markets"]) >= 3 for event in groups)
        for event in groups:
            assert {event["negRiskMarketID"]} == {m["negRiskMarketID"] for m in event["markets"]}
        one = events[0]
        assert one == await asked(server, f"/events/{one['id']}")
        assert one == await asked(server, f"/events/slug/{one['slug']}")
        assert one["tags"] == await asked(server, f"/events/{one['id']}/tags")


async def test_a_market_is_found_by_id_slug_condition_and_token():
    async with paused(quiet(markets=9)) as server:
        market = (await asked(server, "/markets/keyset", limit=3))["markets"][2]
        tokens = json.loads(market["clobTokenIds"])

        assert market == await asked(server, f"/markets/{market['id']}")
        assert market == await asked(server, f"/markets/slug/{market['slug']}")
        for query in (
            {"id": market["id"]},
            {"slug": market["slug"]},
            {"condition_ids": [market["conditionId"], "0x1"]},
            {"clob_token_ids": tokens},
        ):
            assert [market] == (await asked(server, "/markets/keyset", **query))["markets"]
        assert "slug not found" == (await asked(server, "/markets/slug/none", 404))["error"]
        assert "id not found" == (await asked(server, "/markets/777", 404))["error"]
        await asked(server, "/markets/keyset", 422, id=[*range(101)])
        assert [] == (await asked(server, "/markets/keyset", version="v2"))["markets"]


async def test_filters_and_orders_are_those_asked_for():
    venue = quiet(markets=30, trade_share=0.5)
    async with paused(venue) as server:
        await server.step(2_000)
        by_volume = await every(server, "markets", 7, order="volumeNum", ascending="false")
        volumes = [market["volumeNum"] for market in by_volume]
        assert sorted(volumes, reverse=True) == volumes
        assert 30 == len({market["id"] for market in by_volume})
        least = volumes[4]
        few = await every(server, "markets", 100, volume_num_min=least)
        assert {m["id"] for m in by_volume if m["volumeNum"] >= least} == {m["id"] for m in few}
        ends = sorted(market["endDate"] for market in by_volume)
        soon = await every(server, "markets", 100, end_date_max=ends[3])
        assert {m["id"] for m in by_volume if m["endDate"] <= ends[3]} == {m["id"] for m in soon}
        tagged = by_volume[0]["id"]
        tags = await asked(server, f"/markets/{tagged}/tags")
        same = await every(server, "markets", 100, tag_id=tags[0]["id"])
        assert tagged in {market["id"] for market in same} != {m["id"] for m in by_volume}
        await asked(server, "/markets/keyset", 422, order="nonsense")
        await asked(server, "/markets/keyset", 422, closed="perhaps")
        await asked(server, "/markets/keyset", 422, end_date_max="soon")
        await asked(server, "/markets/keyset", 422, liquidity_num_min="much")


async def test_the_lists_of_old_are_bare_and_paged_by_offset():
    async with paused(quiet(markets=9)) as server:
        first = await asked(server, "/markets", limit=4)
        second = await asked(server, "/markets", limit=4, offset=4)
        events = await asked(server, "/events", limit=2)

        assert [4, 4, 2] == [len(first), len(second), len(events)]
        assert {each["id"] for each in first}.isdisjoint(each["id"] for each in second)


async def test_a_resolved_market_moves_to_closed_with_its_winner():
    venue = quiet(markets=3)
    listing = venue.listings[1]
    venue.settle(listing.tokens[0])
    async with paused(venue) as server:
        await server.step(1)
        settled = await asked(server, f"/markets/{listing.number}")
        while venue.known(listing.tokens[0]):
            await server.step(10)
        closed = (await asked(server, "/markets/keyset", closed="true"))["markets"]
        still = (await asked(server, "/markets/keyset"))["markets"]
        asked_by_condition = await asked(server, "/markets/keyset", condition_ids=listing.condition)

    assert (False, False) == (settled["closed"], settled["acceptingOrders"])
    assert [listing.condition] == [market["conditionId"] for market in closed]
    assert ["1", "0"] == json.loads(closed[0]["outcomePrices"])
    assert ("resolved", False) == (closed[0]["umaResolutionStatus"], closed[0]["acceptingOrders"])
    assert listing.condition not in [market["conditionId"] for market in still]
    assert [] == asked_by_condition["markets"]


async def test_a_new_market_is_there_when_it_is_announced():
    venue = quiet(markets=2)
    async with paused(venue) as server:
        venue.create()
        await server.step(1)
        listing = venue.listings[2]
        market = await asked(server, f"/markets/slug/{listing.name.slug}")

        assert [*listing.tokens] == json.loads(market["clobTokenIds"])


async def test_recurring_markets_are_found_by_their_window():
    venue = quiet(markets=1, recurring=("btc-5m",), start_ms=1_790_000_000_000)
    async with paused(venue) as server:
        slug = f"btc-updown-5m-{1_790_000_000 // 300 * 300}"
        event = await asked(server, f"/events/slug/{slug}")
        series = await asked(server, "/series", slug="btc-up-or-down-5m")
        found = await asked(server, "/events/keyset", series_id=series[0]["id"])

        market = event["markets"][0]
        assert ["Up", "Down"] == json.loads(market["outcomes"])
        assert ("2026-09-21T14:10:00Z", "2026-09-21T14:15:00Z") == (
            market["eventStartTime"],
            market["endDate"],
        )
        assert "5m" == series[0]["recurrence"]
        assert slug in [each["slug"] for each in found["events"]]
        assert 2 == len(found["events"])


async def test_the_search_finds_words_anywhere_and_pages():
    async with paused(Venue(SimConfig(markets=40))) as server:
        found = await asked(server, "/public-search", q="fed rate", search_tags="true")
        page = await asked(server, "/public-search", q="will", limit_per_type=2)
        more = await asked(server, "/public-search", q="will", limit_per_type=2, page=2)
        people = await asked(server, "/public-search", q="otter", search_profiles="true")

        assert found["events"]
        assert all("fed" in event["title"].lower() for event in found["events"])
        assert (2, True) == (len(page["events"]), page["pagination"]["hasMore"])
        assert page["pagination"]["totalResults"] == more["pagination"]["totalResults"]
        assert not [event for event in page["events"] if event in more["events"]]
        assert people["profiles"]
        await asked(server, "/public-search", 422)


async def test_tags_series_and_sports_are_listed():
    async with paused(Venue(SimConfig(markets=40))) as server:
        tags = await asked(server, "/tags", limit=500)
        crypto = await asked(server, "/tags/slug/crypto")
        near = await asked(server, "/tags/slug/crypto/related-tags/tags")
        relations = await asked(server, f"/tags/{crypto['id']}/related-tags")

        assert crypto in tags
        assert crypto == await asked(server, f"/tags/{crypto['id']}")
        assert near
        assert [int(tag["id"]) for tag in near] == [each["relatedTagID"] for each in relations]
        series = await asked(server, "/series")
        assert series[0] == await asked(server, f"/series/{series[0]['id']}")
        assert ([], []) == (await asked(server, "/sports"), await asked(server, "/teams"))
        assert {"marketTypes": []} == await asked(server, "/sports/market-types")
        await asked(server, "/tags/slug/none", 404)


async def test_comments_belong_to_events_and_their_authors_have_profiles():
    async with paused(quiet(markets=12)) as server:
        events = await every(server, "events", 20)
        event = next(each for each in events if each["commentCount"] > 1)
        query = {"parent_entity_type": "Event", "parent_entity_id": event["id"]}
        said = await asked(server, "/comments", **query)
        pages = await every(server, "comments", 1, **query)
        author = said[0]["userAddress"]

        assert event["commentCount"] == len(said)
        assert said == pages
        assert said[0]["id"] == said[1]["parentCommentID"]
        assert said[:2] == await asked(server, f"/comments/{said[0]['id']}")
        mine = await asked(server, f"/comments/user_address/{author}", limit=100)
        assert said[0] in mine
        assert author == (await asked(server, "/public-profile", address=author))["proxyWallet"]
        await asked(server, "/public-profile", 404, address="0x1")
        await asked(server, "/comments", 422)


@pytest.mark.parametrize("path", ["/markets/keyset", "/events/slug/x", "/public-search"])
async def test_faults_meet_gamma_too(path):
    async with paused() as server:
        server.faults.refuse_rest(429, {"Retry-After": "1"}, '{"error":"slow"}', path="/gamma")
        async with aiohttp.ClientSession() as http, http.get(server.gamma_url + path) as answer:
            assert 429 == answer.status
        async with aiohttp.ClientSession() as http, http.get(server.rest_url + "/ok") as answer:
            assert 200 == answer.status
