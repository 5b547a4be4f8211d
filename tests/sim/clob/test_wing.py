"""CLOB public REST over real sockets, typed as the venue types it."""

import json
from decimal import Decimal

import aiohttp
import pytest
from tests.sim.client import paused, quiet

from pr3dict.sim.server import SimServer
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue

DOLLAR = 1_000_000


async def asked(
    server: SimServer, path: str, body: object = None, **query: str
) -> tuple[int, object]:
    method = "GET" if body is None else "POST"
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, f"{server.rest_url}{path}", params=query, json=body) as answer,
    ):
        assert "application/json" == answer.content_type
        return answer.status, json.loads(await answer.read(), parse_float=Decimal)


async def test_what_is_nowhere_is_not_found_as_json():
    async with paused() as server, aiohttp.ClientSession() as http:
        for method in ("GET", "POST", "DELETE"):
            async with http.request(method, f"{server.rest_url}/no/such") as answer:
                assert (404, {"error": "not found"}) == (answer.status, await answer.json())


async def test_the_side_of_a_price_is_that_of_the_resting_order():
    async with paused() as server:
        token = server.tokens[0]
        bids, asks = server.book(token)
        bought = await asked(server, "/price", token_id=token, side="BUY")
        sold = await asked(server, "/price", token_id=token, side="SELL")

        assert [Decimal(bids[0][0]) / DOLLAR, Decimal(asks[0][0]) / DOLLAR] == [
            Decimal(answer["price"]) for _, answer in (bought, sold) if isinstance(answer, dict)
        ]
        assert 400 == (await asked(server, "/price", token_id=token, side="buy"))[0]


async def test_prices_are_strings_one_by_one_and_in_batches():
    async with paused(quiet(first_bid=480_000, ticks=("0.01",))) as server:
        token, other = server.tokens[:2]
        assert (200, {"mid": "0.485"}) == await asked(server, "/midpoint", token_id=token)
        assert (200, {"spread": "0.01"}) == await asked(server, "/spread", token_id=token)
        both = [{"token_id": token}, {"token_id": "1"}, {"token_id": other}]
        assert (200, {token: "0.485", other: "0.515"}) == await asked(server, "/midpoints", both)
        assert (200, {token: "0.01", other: "0.01"}) == await asked(server, "/spreads", both)
        sided = [{"token_id": token, "side": side} for side in ("BUY", "SELL")]
        assert (200, {token: {"BUY": "0.48", "SELL": "0.49"}}) == await asked(
            server, "/prices", sided
        )


async def test_the_last_trade_is_told_with_its_side_and_none_before_the_first():
    async with paused(quiet(markets=1, trade_share=1.0)) as server:
        token = server.tokens[0]
        assert (200, {"price": "0.5", "side": ""}) == await asked(
            server, "/last-trade-price", token_id=token
        )
        await server.step(20)
        last = server.history.deals[-1].trade
        told = await asked(server, "/last-trades-prices", [{"token_id": last.token}])
        single = await asked(server, "/last-trade-price", token_id=last.token)

        assert (200, [{"token_id": last.token, **single[1]}]) == told  # type: ignore[dict-item]
        assert last.side == single[1]["side"]  # type: ignore[index]
        assert Decimal(last.price) / DOLLAR == Decimal(single[1]["price"])  # type: ignore[index]


@pytest.mark.parametrize("path", ["/book", "/price", "/midpoint", "/spread", "/last-trade-price"])
async def test_unknown_and_resolved_tokens_are_not_found(path):
    venue = quiet()
    gone = venue.tokens[0]
    venue.vanish(gone)
    async with paused(venue) as server:
        for token in (gone, "1"):
            status, body = await asked(server, path, token_id=token, side="BUY")
            assert (404, {"error": "No orderbook exists for the requested token id"}) == (
                status,
                body,
            )


@pytest.mark.parametrize("path", ["/prices", "/midpoints", "/spreads", "/last-trades-prices"])
async def test_a_wrong_batch_is_refused(path):
    async with paused() as server:
        for body in ({"a": 1}, [1], [{"token": "1"}], [{"token_id": "1"}] * 501):
            assert 400 == (await asked(server, path, body))[0]


async def test_fees_are_told_in_their_descriptor_and_left_out_where_there_are_none():
    venue = Venue(SimConfig(markets=60))
    async with paused(venue) as server:
        fees = {}
        for listing in venue.listings:
            _, told = await asked(server, f"/clob-markets/{listing.condition}")
            assert isinstance(told, dict)
            fees[listing.name.event.category] = told.get("fd")

        assert {"r": Decimal("0.07"), "e": 1, "to": True} == fees["crypto"]
        assert fees["geopolitics"] is None


async def test_small_facts_of_the_venue():
    async with paused() as server:
        token = server.tokens[0]
        assert (200, {"version": 2}) == await asked(server, "/version")
        assert (200, {"base_fee": 0}) == await asked(server, "/fee-rate", token_id=token)
        assert (200, "OK") == await asked(server, "/ok")
