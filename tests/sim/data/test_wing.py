"""The Data API over raw HTTP: what it tells is what happened at the books."""

from typing import Any

import aiohttp
import pytest
from tests.sim.client import paused, quiet
from tests.sim.terminal import terminal

from pr3dict.sim.server import SimServer
from pr3dict.sim.truth.venue import Venue

DOLLAR = 1_000_000


async def asked(server: SimServer, path: str, status: int = 200, **query: Any) -> Any:
    async with (
        aiohttp.ClientSession() as http,
        http.get(
            f"{server.data_url}{path}", params={k: str(v) for k, v in query.items()}
        ) as answer,
    ):
        told = await answer.json()
        assert status == answer.status, told
        return told


async def every(server: SimServer, path: str, limit: int, **query: Any) -> list[Any]:
    """Walk through all pages of version 2."""
    found: list[Any] = []
    while True:
        page = await asked(server, path, limit=limit, **query)
        found += page["data"]
        pagination = page["pagination"]
        assert pagination["has_more"] == (pagination["next_cursor"] is not None)
        if not pagination["has_more"]:
            return found
        query["cursor"] = pagination["next_cursor"]


async def test_trades_are_those_of_the_books_the_latest_first():
    async with paused(quiet(markets=3, trade_share=0.5)) as server:
        await server.step(200)
        told = await every(server, "/v2/trades", 7)
        deals = list(server.history.deals)[::-1]

        assert len(told) > 20
        assert [
            (d.trade.transaction, d.trade.token, d.trade.side, d.trade.price, d.trade.size)
            for d in deals
        ] == [
            (
                row["transaction_hash"],
                row["token_id"],
                row["side"],
                round(row["price"] * DOLLAR),
                round(row["size"] * DOLLAR),
            )
            for row in told
        ]
        assert deals[0].trade.time_ms // 1000 == told[0]["timestamp"]
        assert {"Yes", "No"} >= {row["outcome"] for row in told}
        await asked(server, "/v2/trades", 400, cursor="?")


async def test_makers_are_told_to_those_who_ask_for_more_than_takers():
    async with paused(quiet(markets=1, trade_share=0.5)) as server:
        await server.step(100)
        both = await every(server, "/v2/trades", 11, taker_only="false")
        deals = len(server.history.deals)
        mine = await every(server, "/v2/trades", 100, user=both[0]["proxy_wallet"])

        assert 2 * deals == len(both)
        assert {both[0]["proxy_wallet"]} == {row["proxy_wallet"] for row in mine}
        assert both[0]["proxy_wallet"] != both[1]["proxy_wallet"]
        assert {"BUY", "SELL"} == {both[0]["side"], both[1]["side"]}


async def test_trades_are_filtered_by_market_side_time_and_amount():
    async with paused(quiet(markets=3, trade_share=0.5)) as server:
        await server.step(300)
        told = await every(server, "/v2/trades", 1000)
        row = told[len(told) // 2]
        condition, at = row["condition_id"], row["timestamp"]

        for query, wanted in (
            ({"condition_id": condition}, lambda each: each["condition_id"] == condition),
            ({"side": "SELL"}, lambda each: each["side"] == "SELL"),
            ({"start": at}, lambda each: each["timestamp"] >= at),
            ({"filter_type": "TOKENS", "filter_amount": 9}, lambda each: each["size"] >= 9),
            (
                {"filter_type": "CASH", "filter_amount": 9},
                lambda each: each["size"] * each["price"] >= 9,
            ),
        ):
            found = await every(server, "/v2/trades", 1000, **query)
            assert [each for each in told if wanted(each)] == found
            assert 0 < len(found) < len(told)


async def test_version_1_tells_the_same_in_camel_case_and_bare():
    async with paused(quiet(markets=2, trade_share=0.5)) as server:
        await server.step(100)
        new = await every(server, "/v2/trades", 1000)
        old = await asked(server, "/trades", limit=5, offset=2)

        assert [row["transaction_hash"] for row in new[2:7]] == [
            row["transactionHash"] for row in old
        ]
        assert {"proxyWallet", "asset", "conditionId", "outcomeIndex", "eventSlug"} <= old[0].keys()
        user = old[0]["proxyWallet"]
        positions = await asked(server, "/positions", user=user)
        assert {"asset", "size", "avgPrice", "curPrice", "oppositeAsset"} <= positions[0].keys()
        value = await asked(server, "/value", user=user)
        assert sum(p["currentValue"] for p in positions) == pytest.approx(value[0]["value"])
        assert (await asked(server, "/activity", user=user))[0]["type"] == "TRADE"
        held = await asked(server, "/holders", market=old[0]["conditionId"])
        assert {"token", "holders"} == held[0].keys()
        assert (await asked(server, "/oi"))[0]["market"] == "GLOBAL"
        assert (await asked(server, "/live-volume", id=1))[0]["total"] > 0


async def test_positions_values_and_holders_agree():
    async with paused(quiet(markets=2, trade_share=0.5)) as server:
        await server.step(300)
        condition = server.source.listings[0].condition
        holders = (await asked(server, "/v2/holders", condition_id=condition))["data"]
        best = holders[0]["holders"][0]
        user = best["proxy_wallet"]
        positions = await every(server, "/v2/positions", 3, user=user)
        value = (await asked(server, "/v2/value", user=user))["data"]
        interest = (await asked(server, "/v2/oi", condition_id=condition))["data"]

        mine = next(each for each in positions if each["token_id"] == best["token_id"])
        assert best["amount"] == mine["current_size"]
        assert "OPEN" == mine["status"]
        assert sum(p["current_value"] for p in positions) == pytest.approx(value["value"])
        amounts = [[row["amount"] for row in token["holders"]] for token in holders]
        assert all(sorted(each, reverse=True) == each for each in amounts)
        assert sum(map(sum, amounts)) / 2 == pytest.approx(interest[0]["value"])
        await asked(server, "/v2/positions", 400)
        await asked(server, "/v2/holders", 400)
        await asked(server, "/v2/activity", 400)


async def test_prices_of_the_past_are_asked_for_in_one_way_only():
    async with paused(quiet(markets=1, trade_share=0.5)) as server:
        await server.step(500)
        token = server.tokens[0]
        points = await every(server, "/v2/prices-history", 2, token_id=token, interval="1d")
        now_s = server.now_ms() // 1000
        exact = await asked(server, "/v2/prices-history", token_id=token, as_of=now_s)

        assert len(points) > 2
        assert {60} == {point["resolution_seconds"] for point in points}
        assert 0 == exact["data"][0]["resolution_seconds"]
        assert exact["data"][0]["price"] == points[-1]["price"]
        for wrong in (
            {},
            {"interval": "1d", "start": 1},
            {"end": now_s},
            {"interval": "2d"},
            {"interval": "1d", "bucket_seconds": 59},
            {"start": now_s - 16 * 86_400},
        ):
            await asked(server, "/v2/prices-history", 400, token_id=token, **wrong)


async def test_tokens_and_resolutions_tell_how_it_ended():
    venue = quiet(markets=2, trade_share=0.5)
    listing = venue.listings[0]
    async with paused(venue) as server:
        await server.step(200)
        assert [] == (await asked(server, "/v2/resolutions"))["data"]
        venue.settle(listing.tokens[1])
        while not listing.closed_ms:
            await server.step(10)
        told = (await asked(server, "/v2/tokens", token_id=listing.tokens[1]))["data"]
        over = (await asked(server, "/v2/resolutions", condition_id=listing.condition))["data"]
        won = await every(server, "/v2/biggest-winners", 3)

        assert [(True, 1, listing.tokens[0])] == [
            (row["resolved"], row["final_price"], row["opposite_token_id"]) for row in told
        ]
        assert [[0, DOLLAR]] == [row["payouts"] for row in over]
        assert won
        assert {listing.tokens[1]} == {row["position_id"] for row in won}
        assert [*range(1, len(won) + 1)] == [row["win_rank"] for row in won]
        await asked(server, "/v2/tokens", 400)


async def test_what_an_account_took_and_made_is_told_of_its_wallet():
    async with terminal() as desk:
        token, server = desk.server.tokens[0], desk.server
        bid, ask = desk.best(token)
        await desk.ask("POST", "/order", desk.order(token, "BUY", ask, 20))
        await desk.ask("POST", "/order", desk.order(token, "BUY", bid, 20))
        (_, held), *_ = server.book(token)[0]
        assert isinstance(server.source, Venue)
        step, _ = server.source.take(token, "SELL", bid, held, server.now_ms())
        server.announce(step)
        mine = await every(server, "/v2/trades", 9, user=desk.wallet.address)
        positions = await every(server, "/v2/positions", 9, user=desk.wallet.address)

        assert [("BUY", 20), ("BUY", 20)] == [(row["side"], row["size"]) for row in mine]
        assert [(token, 40)] == [(row["token_id"], row["current_size"]) for row in positions]


async def test_empty_lists_are_told_as_such():
    async with paused() as server:
        assert [] == (await asked(server, "/v2/builders/leaderboard"))["data"]
        assert [] == (await asked(server, "/v2/builders/volume"))["data"]
        await asked(server, "/v2/live-volume", 400)
        await asked(server, "/v2/trades", 400, condition_id="0x1", start="x")
