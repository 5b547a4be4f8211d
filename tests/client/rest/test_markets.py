"""The methods that find markets, asynchronous and not, against a real venue."""

from itertools import pairwise

import pytest
from tests.app.kit import venue

from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.rest.polymarket_sync import Polymarket
from pr3dict.model.errors import UnknownMarketError


@pytest.fixture(scope="module")
def served():
    with venue(markets=30, recurring=("btc-5m",)) as found:
        yield found


async def test_a_few_words_find_markets_and_the_best_of_them(served):
    async with AsyncPolymarket(served.config()) as polymarket:
        found = await polymarket.markets("fed rate")
        assert found[0] == await polymarket.market("fed rate")
    assert all("fed" in f"{market.question} {market.event_title}".casefold() for market in found)
    assert not any(sooner.closed and not later.closed for sooner, later in pairwise(found))


async def test_those_that_are_open_and_those_that_are_closed_are_told_apart(served):
    async with AsyncPolymarket(served.config()) as polymarket:
        ids = [(await polymarket.market(token)).condition_id for token in served.tokens[:6:2]]
        assert set(ids) == {m.condition_id for m in await polymarket.markets_of(ids)}
        assert () == await polymarket.markets_of((), ids)
        assert () == await polymarket.markets_of(())


async def test_a_row_of_markets_begins_with_the_one_of_now(served):
    async with AsyncPolymarket(served.config()) as polymarket:
        row = polymarket.rolling("btc-updown-5m")
        assert await polymarket.market("btc-updown-5m") == await anext(row)


def test_the_synchronous_twin_finds_the_same(served):
    with Polymarket(served.config()) as polymarket:
        market = polymarket.market(served.tokens[1])
        assert served.tokens[1] == market.outcome("No").token_id
        assert [market] == list(polymarket.markets(market.slug))
        with pytest.raises(UnknownMarketError):
            polymarket.market("no-such-market-anywhere")


async def test_markets_become_a_table(served):
    async with AsyncPolymarket(served.config()) as polymarket:
        found = await polymarket.markets("fed rate")
    frame = found.to_polars()
    assert len(found) == frame.height
    assert found[0].slug == frame["slug"][0]
