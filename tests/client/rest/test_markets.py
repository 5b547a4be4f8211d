"""The methods that find markets, asynchronous and not, against a real venue."""

from itertools import islice, pairwise

import pytest
from tests.app.kit import venue

from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.rest.polymarket_sync import Polymarket
from pr3dict.model.errors import ConfigError, UnknownMarketError


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


def test_the_synchronous_twin_begins_with_the_one_of_now_and_has_the_next_in_time(served):
    with Polymarket(served.config()) as polymarket:
        lead_s = 600.0  # the next one at once, for it is listed already
        first, second = islice(polymarket.rolling("btc-updown-5m", lead_s=lead_s), 2)
        assert (first.slug[:14], second.slug[:14]) == ("btc-updown-5m-",) * 2
        assert 300 == int(second.slug[14:]) - int(first.slug[14:])
        row = polymarket.rolling("btc-updown-5m")
        assert next(row).slug in {first.slug, second.slug}
    with pytest.raises(RuntimeError, match="this Polymarket is closed"):
        next(row)


@pytest.mark.parametrize("row", [None, 5, "btc", b"btc-updown-5m"])
async def test_what_is_no_row_is_one_sentence(served, row):
    sentence = f"^wanted a row of markets such as btc-updown-5m, .* found {row!r}$"
    with (
        Polymarket(served.config()) as polymarket,
        pytest.raises(UnknownMarketError, match=sentence),
    ):
        next(polymarket.rolling(row))
    async with AsyncPolymarket(served.config()) as polymarket:
        with pytest.raises(UnknownMarketError, match=sentence):
            await anext(polymarket.rolling(row))
        with pytest.raises(ConfigError, match=r"^lead_s: wanted seconds, .* found 'x'$"):
            polymarket.rolling("btc-updown-5m", lead_s="x")


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
