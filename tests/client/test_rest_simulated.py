"""`AsyncPolymarket` and its twin against the simulated venue, which shares no code with them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.rest.polymarket_sync import Polymarket
from pr3dict.config import Config
from pr3dict.model.errors import RestError
from pr3dict.model.units import to_decimal, to_micros
from pr3dict.sim.server import SimServer
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue


@asynccontextmanager
async def simulated(**settings: float) -> AsyncIterator[tuple[SimServer, AsyncPolymarket]]:
    """Return a venue that has traded for a while and stands still, and who asks it."""
    async with SimServer(Venue(SimConfig(seed=1, markets=4)), paused=True) as server:
        await server.step(500)
        config = msgspec.structs.replace(Config(**server.settings()), **settings)
        async with AsyncPolymarket(config) as venue:
            yield server, venue


async def test_a_book_is_told_as_it_is():
    async with simulated() as (server, venue):
        for token in server.tokens:
            bids, asks = server.book(token)
            book = await venue.get_order_book(token)
            assert bids == [(to_micros(level.price), to_micros(level.size)) for level in book.bids]
            assert asks == [(to_micros(level.price), to_micros(level.size)) for level in book.asks]
        books = await venue.get_order_books(server.tokens)
        assert sorted(server.tokens) == sorted(book.token_id for book in books)
        assert {book.hash for book in books} == {
            (await venue.get_order_book(token)).hash for token in server.tokens
        }


async def test_prices_are_those_of_the_resting_orders():
    async with simulated() as (server, venue):
        token = server.tokens[0]
        (bid, _), (ask, _) = (side[0] for side in server.book(token))
        assert to_decimal(bid) == await venue.get_price(token, "BUY")
        assert to_decimal(ask) == await venue.get_price(token, "SELL")
        assert {token: {"BUY": to_decimal(bid), "SELL": to_decimal(ask)}} == (
            await venue.get_prices([(token, "BUY"), (token, "SELL")])
        )
        assert (to_decimal(bid) + to_decimal(ask)) / 2 == await venue.get_midpoint(token)
        assert to_decimal(ask - bid) == await venue.get_spread(token)
        assert await venue.get_midpoint(token) == (await venue.get_midpoints([token]))[token]
        assert await venue.get_spread(token) == (await venue.get_spreads([token]))[token]


async def test_a_market_is_the_same_whichever_way_it_is_asked_for():
    async with simulated() as (server, venue):
        token = server.tokens[0]
        book = await venue.get_order_book(token)
        info = await venue.get_market_info(book.condition_id)
        market = await venue.get_clob_market(book.condition_id)
        assert book.condition_id == (await venue.get_market_of_token(token)).condition_id
        assert [each.token_id for each in info.tokens] == [each.token_id for each in market.tokens]
        assert book.tick_size == info.tick_size == market.tick_size
        assert book.tick_size == await venue.get_tick_size(token)
        assert book.min_order_size == info.min_order_size == market.min_order_size
        assert book.neg_risk == info.neg_risk == await venue.get_neg_risk(token)
        assert info.fees.rate > 0
        assert 0 == await venue.get_fee_rate(token)


async def test_trades_are_told_in_time():
    async with simulated() as (server, venue):
        lasts = await venue.get_last_trades_prices(server.tokens)
        assert lasts
        for last in lasts:
            assert last == await venue.get_last_trade_price(last.token_id)
            history = await venue.get_prices_history(last.token_id, interval="max")
            assert list(history) == sorted(history, key=lambda point: point.time)
            assert history


async def test_lists_come_to_their_end():
    async with simulated() as (server, venue):
        markets = await venue.list_clob_markets()
        tokens = [token.token_id for market in markets for token in market.tokens]
        assert set(server.tokens) <= set(tokens)
        ids = [market.condition_id for market in markets]
        assert len(set(ids)) == len(ids)
        assert ids == [market.condition_id async for market in venue.list_simplified_markets()]
        assert set(ids) >= {m.condition_id for m in await venue.list_sampling_markets()}
        assert set(ids) >= {m.condition_id for m in await venue.list_sampling_simplified_markets()}
        activity = await venue.get_live_activity(ids[0])
        assert {ids[0]} >= {each.condition_id for each in activity}


async def test_the_venue_tells_of_itself():
    async with simulated() as (_, venue):
        assert "OK" == await venue.get_ok()
        assert 2 == await venue.get_version()
        assert 1_790_000_000 * 10**9 <= await venue.get_server_time()


async def test_what_the_venue_does_not_have_is_not_found():
    async with simulated() as (_, venue):
        condition = "0x" + "12" * 32
        for asked in (
            venue.get_order_book("123"),
            venue.get_midpoint("123"),
            venue.get_price("123", "BUY"),
            venue.get_market_of_token("123"),
            venue.get_market_info(condition),
            venue.get_clob_market(condition),
        ):
            with pytest.raises(RestError) as raised:
                await asked
            assert ("not_found", 404) == (raised.value.name, raised.value.status)
        assert () == await venue.get_order_books(["123"])
        assert {} == await venue.get_midpoints(["123"])


async def test_trouble_that_passes_is_not_noticed():
    async with simulated() as (server, venue):
        server.faults.refuse_rest(503, times=1)
        assert 2 == await venue.get_version()


@pytest.mark.parametrize(
    ("status", "body", "name"),
    [
        (401, '{"error":"Unauthorized/Invalid api key"}', "unauthorized"),
        (403, "<html>Attention Required! | Cloudflare</html>", "challenged"),
        (429, "error code: 1015", "challenged"),
        (200, '{"error":"something"}', "refused"),
        (503, '{"error":"post_only_mode"}', "post_only"),
    ],
)
async def test_trouble_that_lasts_is_one_sentence(status, body, name):
    async with simulated() as (server, venue):
        server.faults.refuse_rest(status, {}, body, times=9)
        with pytest.raises(RestError) as raised:
            await venue.get_version()
        assert name == raised.value.name
        assert 1 == server.faults.struck["refuse_rest"]


async def test_half_an_answer_and_a_page_are_told_apart():
    async with simulated() as (server, venue):
        server.faults.html_rest()
        with pytest.raises(RestError, match="found a page of HTML"):
            await venue.get_version()
        server.faults.halve_rest()
        with pytest.raises(RestError, match="wanted JSON, found") as raised:
            await venue.get_order_book(server.tokens[0])
        assert "bad_answer" == raised.value.name


async def test_an_answer_that_does_not_come_is_given_up_in_time():
    async with simulated(rest_timeout_s=0.1, rest_patience_s=0.3) as (server, venue):
        server.faults.slow_rest(5.0)
        started = asyncio.get_running_loop().time()
        with pytest.raises(RestError, match="in time"):
            await venue.get_version()
        assert 2.0 > asyncio.get_running_loop().time() - started


async def test_the_synchronous_twin_answers_the_same():
    async with simulated() as (server, venue):
        token = server.tokens[0]

        def script() -> tuple[object, ...]:
            with Polymarket(Config(**server.settings())) as twin:
                return (
                    twin.get_order_book(token),
                    twin.get_midpoints(server.tokens),
                    twin.list_clob_markets(limit=3),
                )

        assert (
            await venue.get_order_book(token),
            await venue.get_midpoints(server.tokens),
            await venue.list_clob_markets(limit=3),
        ) == await asyncio.to_thread(script)
