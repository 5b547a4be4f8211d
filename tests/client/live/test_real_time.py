"""Markets by any of their names, live, against the simulated venue."""

import asyncio

import pytest
from tests.app.kit import venue
from tests.client.live_kit import later

from pr3dict.client.live.analysis import Arbitrage
from pr3dict.client.live.real_time import PolymarketRealTimeClient
from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.rest.polymarket_sync import Polymarket
from pr3dict.config import Config
from pr3dict.model.errors import ConfigError, FeedError, UnknownMarketError


@pytest.fixture(scope="module")
def served():
    with venue() as found:
        yield found


@pytest.fixture
def config(served):
    return served.config(**served.server.settings())


async def test_a_market_answers_to_all_its_names(served, config):
    async with AsyncPolymarket(config) as polymarket:
        known = await polymarket.market(served.tokens[0])
    client = PolymarketRealTimeClient(config=config)
    assert client.get_live_price(known.id) is None
    await client.start_streaming([known.id])
    yes, no = known.token_ids
    for name in (known.id, known.slug, known.condition_id, known.url, yes):
        book = client.get_live_orderbook(name)
        assert book is not None
        assert (yes, True) == (book.asset_id, book.is_live)
    other = client.get_live_orderbook(no)
    assert other is not None
    assert no == other.asset_id
    assert client.get_live_price(no) is not None
    assert (known,) == client.markets
    await client.stop_streaming()
    await client.stop_streaming()


async def test_a_price_is_halfway_between_the_best_of_both_sides(served, config):
    served.rest()
    client = PolymarketRealTimeClient(config=config)
    token = served.tokens[0]
    await client.start_streaming([token])
    bids, asks = served.do(lambda: served.server.book(token))
    price = client.get_live_price(token)
    await client.stop_streaming()
    served.do(served.server.resume)
    assert price is not None
    assert bids[0][0] + asks[0][0] == 2 * 1_000_000 * price


async def test_an_analysis_has_the_names_and_the_arbitrage_of_its_market(served, config):
    client = PolymarketRealTimeClient(config=config)
    await client.start_streaming(served.tokens[:1])
    found = client.analyze_market_opportunity(served.tokens[0])
    assert found is not None
    known = client.markets[0]
    label = known.outcome(served.tokens[0]).label
    assert (known.question, label) == (found.question, found.outcome)
    assert Arbitrage.NONE is found.arbitrage  # the venue mirrors its books
    assert found.profit_per_set is not None
    assert found.profit_per_set < 0
    assert client.analyze_market_opportunity("nobody streams this") is None
    await client.stop_streaming()


async def test_more_markets_may_be_asked_for_while_it_streams(served, config):
    client = PolymarketRealTimeClient(config=config)
    await client.start_streaming(served.tokens[:1])
    await client.start_streaming([served.tokens[2], served.tokens[0]])
    assert 2 == len(client.markets)
    assert client.get_live_orderbook(served.tokens[3]) is not None
    await client.stop_streaming()


async def test_trades_come_in_order_and_in_bounds(served, config):
    client = PolymarketRealTimeClient(config=config)
    assert [] == client.get_recent_trades()
    await client.start_streaming(served.tokens)
    manager = client.manager
    assert manager is not None
    async for _ in manager.trades():
        if manager.system.history.seen >= 12:
            break
    trades = client.get_recent_trades(10)
    assert 10 == len(trades)
    assert sorted(trade.local_ns for trade in trades) == [trade.local_ns for trade in trades]
    assert [] == client.get_recent_trades(0)
    mine = client.get_recent_trades(10, client.markets[0].slug)
    assert {trade.asset_id for trade in mine} <= set(client.markets[0].token_ids)
    await client.stop_streaming()


async def test_a_synchronous_finder_of_markets_does_as_well(served, config):
    with Polymarket(config) as polymarket:
        client = PolymarketRealTimeClient(polymarket, config=config)
        await client.start_streaming(served.tokens[:1])
        assert client.get_live_price(served.tokens[0]) is not None
        await client.stop_streaming()


@pytest.mark.parametrize("name", ["no-such-market-anywhere", "0x" + "0" * 64, "99999999"])
async def test_an_unknown_market_is_said_in_one_sentence(config, name):
    client = PolymarketRealTimeClient(config=config)
    with pytest.raises(UnknownMarketError, match=name[:8]):
        await client.start_streaming([name])
    assert "not streaming" in repr(client)
    await client.stop_streaming()


async def test_a_token_streams_although_the_catalogue_does_not_answer(served):
    settings = {**served.server.settings(), "polymarket_gamma_url": "http://127.0.0.1:9"}
    config = served.config(**settings, rest_timeout_s=0.5, rest_patience_s=0.5)
    client = PolymarketRealTimeClient(config=config)
    await client.start_streaming(served.tokens[:1])
    found = client.analyze_market_opportunity(served.tokens[0])
    assert found is not None
    assert ("", Arbitrage.UNKNOWN) == (found.question, found.arbitrage)
    await client.stop_streaming()


async def test_a_stop_before_the_start_is_nothing_and_a_start_after_it_begins_anew(served, config):
    client = PolymarketRealTimeClient(config=config)
    await client.stop_streaming()
    for names in ([], served.tokens[:1]):
        await client.start_streaming(names)
        await client.stop_streaming()
    old = client.get_live_orderbook(served.tokens[0])
    assert old is not None
    assert not old.is_live
    with pytest.raises(UnknownMarketError):
        await client.start_streaming(["no-such-market-anywhere"])
    assert client.get_live_orderbook(served.tokens[0]) is not None
    await client.start_streaming(served.tokens[2:3])
    book = client.get_live_orderbook(served.tokens[2])
    assert book is not None
    assert book.is_live
    assert client.get_live_orderbook(served.tokens[0]) is None
    assert 1 == len(client.markets)
    await client.stop_streaming()


async def test_a_stop_ends_the_start_that_is_under_way():
    mute = {"polymarket_market_ws_url": "ws://127.0.0.1:9/ws"}
    nobody = {
        "polymarket_gamma_url": "http://127.0.0.1:9",
        "polymarket_clob_url": "http://127.0.0.1:9",
    }
    config = Config(**mute, **nobody, rest_timeout_s=0.2, rest_patience_s=0.2)
    client = PolymarketRealTimeClient(config=config, start_timeout=3600)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(client.start_streaming(["7" * 70]))
        await later(lambda: client.manager is not None)
        group.create_task(client.stop_streaming())
    manager = client.manager
    assert manager is not None
    assert not manager.system.running


@pytest.mark.parametrize("limit", [None, -1, "5", 1.5, True])
def test_a_limit_that_is_none_is_refused(limit):
    with pytest.raises(ConfigError, match=r"^limit: wanted a whole number from 0"):
        PolymarketRealTimeClient(config=Config()).get_recent_trades(limit)


async def test_what_names_no_market_is_refused():
    with pytest.raises(UnknownMarketError, match="wanted a list of names of markets, found None"):
        await PolymarketRealTimeClient(config=Config()).start_streaming(None)
    with pytest.raises(ConfigError, match="wanted Polymarket or AsyncPolymarket, found a str"):
        PolymarketRealTimeClient("polymarket", config=Config())
    with pytest.raises(ConfigError, match="start_timeout"):
        PolymarketRealTimeClient(config=Config(), start_timeout="soon")


async def test_where_nobody_listens_it_says_so_and_may_be_tried_again(served):
    settings = {**served.server.settings(), "polymarket_market_ws_url": "ws://127.0.0.1:9/ws"}
    client = PolymarketRealTimeClient(config=served.config(**settings), start_timeout=0.2)
    with pytest.raises(FeedError, match="no connection to ws://127"):
        await client.start_streaming(served.tokens[:1])
    assert client.manager is None
    await client.stop_streaming()
