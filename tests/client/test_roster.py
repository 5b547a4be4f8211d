"""Markets come and go at a real venue, and whoever follows them hears of each once."""

import asyncio
from typing import Any

import pytest
from tests.app.kit import venue

from pr3dict.client.manager import OrderBookManager
from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.rest.polymarket_sync import Polymarket
from pr3dict.client.roster import MarketRoster, keep_rolling
from pr3dict.client.sync import SyncOrderBookManager
from pr3dict.config import Config
from pr3dict.model.states import BookState
from pr3dict.venues.polymarket.markets import roster
from pr3dict.venues.polymarket.markets.roster import MarketListed, MarketSettled

PATIENCE_S = 20


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(roster, "FIRST_LOOK_NS", 1_000_000)
    monkeypatch.setattr(roster, "WAIT_NS_MAX", 50_000_000)


@pytest.mark.parametrize("announced", [True, False])
async def test_a_market_is_followed_from_its_listing_to_its_end(announced):
    with venue(markets=2, frames_per_s=2_000) as served:
        config = served.config()
        source: Any = served.server.source
        async with (
            AsyncPolymarket(config) as polymarket,
            OrderBookManager(config=config) as manager,
        ):
            it = MarketRoster(polymarket, manager, wanted=lambda _: True)
            first = await it.follow(served.tokens[0])
            changes = it.changes()
            async with asyncio.timeout(PATIENCE_S):
                listed = asyncio.ensure_future(anext(changes))
                await asyncio.sleep(0)  # it listens before the venue speaks
                served.do(source.create)
                found = await listed
                assert isinstance(found, MarketListed)
                assert set(found.market.token_ids) <= set(served.tokens)
                assert found.market.fees is not None
                served.do(lambda: source.settle(first.token_ids[0], announced=announced))
                ended = await anext(changes)
            assert isinstance(ended, MarketSettled)
            assert (first.condition_id, False) == (ended.market.condition_id, ended.disputed)
            assert ended.winner in {"Yes", "No"}
            assert [found.market.condition_id] == [m.condition_id for m in it.markets()]
            book = manager.books.view(first.token_ids[0])
            assert book is not None
            assert (BookState.CLOSED == book.state) is announced
            assert book.state is not BookState.LIVE


async def test_the_books_of_a_row_of_markets_are_there_at_the_turn():
    with venue(markets=3) as served:
        config = served.config()
        async with (
            AsyncPolymarket(config) as polymarket,
            OrderBookManager(config=config) as manager,
        ):

            async def row():
                for token in served.tokens[::2]:
                    yield await polymarket.market(token)

            held = []
            async for market in keep_rolling(manager, row()):
                book = manager.books.view(market.token_ids[0])
                assert book is not None
                assert BookState.LIVE == book.state
                held.append(len(manager.books.tracked()))
    assert [2, 4, 4] == held


async def test_what_cannot_be_awaited_is_refused_by_name():
    with Polymarket(Config()) as blocking, pytest.raises(TypeError) as refused:
        MarketRoster(blocking, OrderBookManager())
    assert "polymarket: wanted an AsyncPolymarket, found a Polymarket" == str(refused.value)
    async with AsyncPolymarket(Config()) as polymarket:
        with pytest.raises(TypeError) as refused:
            MarketRoster(polymarket, SyncOrderBookManager())
    assert "manager: wanted an OrderBookManager, found a SyncOrderBookManager" == str(refused.value)
