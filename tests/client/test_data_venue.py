"""The Data API over real sockets: our methods against that of the simulated venue."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.app.kit import until, venue

from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.sync import SyncOrderBookManager
from pr3dict.config import Config

TRADES = 40


@pytest.fixture(scope="module")
def served():
    with venue(trade_share=0.5) as found:
        yield found


@pytest.fixture(scope="module")
def heard(served):
    """Return trades that the stream told; after them nothing happens at the venue any more."""
    with SyncOrderBookManager(served.tokens, config=served.config()) as manager:

        def told():
            return [trade for token in served.tokens for trade in manager.get_trades(token)]

        until(lambda: len(told()) >= TRADES)
        served.rest()
        return told()


@pytest.fixture
async def data(served, heard):
    async with AsyncPolymarket(Config(**served.server.settings())) as found:
        yield found


@pytest.fixture
async def trade(data):
    (found,) = await data.list_trades(1)
    return found


async def test_what_the_stream_told_is_in_the_list_of_trades(heard, data):
    told = {
        (each.token_id, each.price, each.size, each.side) for each in await data.list_trades(5_000)
    }
    stream = {(each.asset_id, each.price, each.size, each.side) for each in heard}
    assert TRADES // 2 <= len(stream)
    assert stream <= told


async def test_trades_come_newest_first_and_part_by_part(data):
    found = await data.list_trades(5_000)
    times = [trade.time for trade in found]
    assert sorted(times, reverse=True) == times
    assert found[:7] == await data.list_trades(7)


@pytest.mark.parametrize(
    "ask",
    [
        lambda data, trade, version: data.list_trades(20, version=version),
        lambda data, trade, version: data.list_trades(20, version=version, user=trade.wallet),
        lambda data, trade, version: data.list_activity(trade.wallet, 20, version=version),
    ],
)
async def test_both_versions_tell_the_same(data, trade, ask):
    first, second = [await ask(data, trade, version) for version in (1, 2)]
    assert len(first)
    assert list(first) == list(second)


async def test_positions_mean_the_same_in_both_versions(data, trade):
    first, second = [
        await data.list_positions(20, version=version, user=trade.wallet) for version in (1, 2)
    ]
    names = ("token_id", "size", "avg_price", "price", "value", "cost", "unrealized_pnl")
    assert len(first)
    assert sorted(tuple(getattr(each, name) for name in names) for each in first) == sorted(
        tuple(getattr(each, name) for name in names) for each in second
    )


async def test_what_a_wallet_holds_is_worth_what_the_venue_says(data, trade):
    held = await data.list_positions(500, user=trade.wallet)
    worth = sum((each.value or Decimal(0) for each in held), Decimal(0))
    for version in (1, 2):
        assert worth == (await data.get_portfolio_value(trade.wallet, version=version)).value


async def test_filters_narrow_the_trades(data, trade):
    sells = await data.list_trades(50, side="sell", condition_ids=trade.condition_id)
    assert {("SELL", trade.condition_id)} >= {(each.side, each.condition_id) for each in sells}
    late = await data.list_trades(50, start=trade.time)
    assert all(each.time >= trade.time for each in late)
    assert trade in late


async def test_a_history_has_a_price_and_its_time(data, trade):
    points = await data.list_price_history(trade.token_id, interval="1d")
    assert len(points)
    assert all(0 < point.price < 1 for point in points)
    (then,) = await data.list_price_history(trade.token_id, as_of=trade.time)
    assert then.time <= trade.time
    window = await data.list_price_history(
        trade.token_id, start=trade.time - timedelta(days=1), end=trade.time
    )
    assert len(window)


async def test_markets_tokens_and_traders_are_told(data, trade):
    (facts,) = await data.get_token_facts(token_ids=trade.token_id)
    assert (trade.condition_id, trade.outcome) == (facts.condition_id, facts.outcome)
    (interest,) = await data.get_open_interest(trade.condition_id)
    assert trade.condition_id == interest.condition_id
    outcomes = await data.list_holders(trade.condition_id)
    assert trade.token_id in {each.token_id for each in outcomes}
    leaders = await data.list_leaderboard(5, window="day")
    assert [1, 2, 3, 4, 5] == [leader.rank for leader in leaders]
    standing = await data.get_standing(trade.wallet)
    assert standing is not None
    assert trade.wallet == standing.wallet
    assert (await data.get_user_volume(trade.wallet)).trade_count >= 1
    assert (await data.get_user_stats(trade.wallet)) is not None
    assert (await data.get_user_pnl(trade.wallet, interval="1d")).points


async def test_a_wallet_that_never_traded_has_nothing(data):
    nobody = "0x" + "5" * 40
    assert () == await data.list_trades(user=nobody)
    assert await data.get_standing(nobody) is None
    assert await data.get_user_stats(nobody) is None
    assert Decimal(0) == (await data.get_portfolio_value(nobody)).value
