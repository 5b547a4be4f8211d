"""`PolymarketPlatform`: by WebSocket where there is a live book, else by REST."""

from contextlib import asynccontextmanager

import pytest
from tests.app.kit import venue
from tests.engine.waiting import until

from pr3dict.client.platform import PolymarketPlatform
from pr3dict.model.errors import FeedError, UnknownTokenError
from pr3dict.model.states import Source


@pytest.fixture(scope="module")
def served():
    with venue() as found:
        yield found


@asynccontextmanager
async def connected(served, *, use_websocket=True, **settings):
    platform = PolymarketPlatform(use_websocket, config=served.config(**settings))
    await platform.connect()
    try:
        yield platform
    finally:
        await platform.disconnect()


async def test_a_book_comes_by_websocket_and_is_kept(served):
    token = served.tokens[0]
    async with connected(served) as platform:
        book = await platform.get_orderbook(token)
        assert (True, Source.WS) == (book.is_live, book.source)

        metrics = platform.get_orderbook_metrics(token)
        assert token == metrics["asset_id"]
        assert metrics["spread_bps"] > 0
        assert platform.calculate_vwap(token, "BUY", depth_usdc=1) is not None
        assert platform.get_websocket_stats()["connected"]
        assert 1 == platform.get_websocket_stats()["subscribed_assets"]


async def test_a_book_comes_by_rest_where_there_is_no_websocket(served):
    token = served.tokens[0]
    async with connected(served, use_websocket=False) as platform:
        book = await platform.get_orderbook(token)

        assert (True, Source.REST) == (book.is_live, book.source)
        assert book.best_bid < book.best_ask
        assert platform.get_orderbook_metrics(token) is None
        assert platform.calculate_vwap(token, "BUY", 1) is None
        assert platform.get_websocket_stats() is None


async def test_a_book_comes_by_rest_while_the_feed_is_down():
    with venue() as mine:
        token = mine.tokens[0]
        nowhere = "ws://127.0.0.1:9/ws/market"
        async with connected(mine, polymarket_market_ws_url=nowhere, rest=False) as platform:
            book = await platform.get_orderbook(token)

    assert (True, Source.REST) == (book.is_live, book.source)


async def test_a_token_that_the_venue_does_not_know_has_no_book(served):
    async with connected(served, use_websocket=False) as platform:
        assert await platform.get_orderbook("123456789") is None


async def test_with_neither_there_is_one_sentence(served):
    async with connected(
        served, use_websocket=False, polymarket_clob_url="http://127.0.0.1:9"
    ) as platform:
        with pytest.raises(FeedError, match=r"127\.0\.0\.1:9.* cannot be reached"):
            await platform.get_orderbook("123456789")


async def test_an_old_book_is_better_than_none_and_says_so():
    with venue() as mine:
        token = mine.tokens[0]
        async with connected(mine, first_book_s=0.3) as platform:
            await platform.get_orderbook(token)
            mine.do(lambda: mine.faults.refuse(503, times=10_000))
            mine.do(lambda: mine.faults.refuse_rest(503, times=10_000))
            mine.do(mine.server.cut)
            await until(lambda: not platform.manager.get_orderbook(token).is_live)
            book = await platform.get_orderbook(token)

    assert "STALE" == book.state.name
    assert book.best_bid is not None


async def test_a_repr_tells_how_books_are_had(served):
    async with connected(served) as platform:
        await platform.get_orderbook(served.tokens[0])
        assert repr(platform).startswith("PolymarketPlatform(1 token, running, 1 LIVE, engine ")
    assert "PolymarketPlatform(by REST only)" == repr(
        PolymarketPlatform(use_websocket=False, config=served.config())
    )


@pytest.mark.parametrize("use_websocket", [True, False])
async def test_a_number_is_no_token_id(served, use_websocket):
    async with connected(served, use_websocket=use_websocket) as platform:
        with pytest.raises(UnknownTokenError, match=r"^wanted a token id as text, found 1$"):
            await platform.get_orderbook(1)


async def test_what_is_no_token_id_is_refused(served):
    async with connected(served) as platform:
        with pytest.raises(UnknownTokenError):
            await platform.get_orderbook("0x" + "ab" * 32)
