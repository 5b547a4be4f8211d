"""`PolymarketWebSocketClient` against a real server on 127.0.0.1."""

import asyncio

import pytest
from tests.app.kit import venue
from tests.engine.waiting import DEADLINE_S, until

from pr3dict.client.websocket import PolymarketWebSocketClient
from pr3dict.model.errors import FeedError


@pytest.fixture(scope="module")
def served():
    with venue(trade_share=0.5) as found:
        yield found


def following(served, *, tokens=None, **callbacks):
    wanted = served.tokens if tokens is None else tokens
    return PolymarketWebSocketClient(wanted, config=served.config(), **callbacks)


async def test_runs_until_it_is_stopped_and_calls_back(served):
    books, trades = [], []
    client = following(served, on_book=books.append, on_trade=trades.append)
    running = asyncio.ensure_future(client.run())
    await until(lambda: books and trades)
    token = served.tokens[0]
    assert client.get_orderbook(token).is_live
    assert client.calculate_vwap(token, "BUY", 1) is not None
    assert client.get_stats()["connected"]

    await client.stop()
    async with asyncio.timeout(DEADLINE_S):
        await running
    assert books[0].asset_id in served.tokens


async def test_a_coroutine_is_awaited(served):
    told = asyncio.Event()

    async def on_book(snapshot):
        assert snapshot.asset_id in served.tokens
        told.set()

    client = following(served, on_book=on_book)
    running = asyncio.ensure_future(client.run())
    async with asyncio.timeout(DEADLINE_S):
        await told.wait()
        running.cancel()
        await asyncio.wait([running])
    assert not client.manager.system.running


async def test_tokens_come_and_go(served):
    client = following(served, tokens=[])
    running = asyncio.ensure_future(client.run())
    await until(lambda: client.manager.system.running)
    token = served.tokens[0]
    await client.subscribe([token])
    assert client.get_orderbook(token).is_live
    await client.unsubscribe([token])
    assert client.get_orderbook(token) is None

    await client.stop()
    await running


def test_a_repr_is_that_of_its_manager(served):
    client = following(served)

    assert repr(client.manager).partition("(")[2] == repr(client).partition("(")[2]
    assert repr(client).startswith("PolymarketWebSocketClient(")
    empty = PolymarketWebSocketClient.__new__(PolymarketWebSocketClient)
    assert "PolymarketWebSocketClient(unreadable: AttributeError)" == repr(empty)


async def test_stopping_what_does_not_run_does_nothing(served):
    await following(served).stop()


async def test_a_second_run_is_refused_and_the_first_one_goes_on_until_it_is_stopped(served):
    client = following(served)
    running = asyncio.ensure_future(client.run())
    await until(lambda: client.manager.system.running)
    with pytest.raises(FeedError, match=r"^the client is running already$"):
        await client.run()

    await client.stop()
    async with asyncio.timeout(DEADLINE_S):
        await running
    again = asyncio.ensure_future(client.run())
    await until(lambda: client.manager.system.running)
    await client.stop()
    async with asyncio.timeout(DEADLINE_S):
        await again


def test_a_callback_must_be_callable(served):
    with pytest.raises(TypeError, match="wanted a function to call, found 42"):
        following(served, on_book=42)
