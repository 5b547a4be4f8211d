"""Watching the busiest markets, against the simulated venue."""

import pytest
from tests.app.kit import venue

from pr3dict.client.live.intelligence import RealTimeTradingIntelligence
from pr3dict.config import Config
from pr3dict.model.errors import RestError


@pytest.fixture(scope="module")
def served():
    with venue() as found:
        yield found


async def test_the_example_of_the_brief_reads_what_it_monitors(served):
    intelligence = RealTimeTradingIntelligence(config=served.config(**served.server.settings()))
    try:
        await intelligence.start_monitoring(market_limit=2)
        assert 2 == len(intelligence.markets)
        asset_id = intelligence.markets[0].token_ids[0]
        orderbook = intelligence.get_live_orderbook(asset_id)
        assert orderbook is not None
        assert orderbook.is_live
        assert intelligence.get_live_price(asset_id) is not None
        assert len(intelligence.get_recent_trades(10)) <= 10
        analysis = intelligence.analyze_market_opportunity(asset_id)
        assert analysis is not None
        assert analysis.spread is not None
        assert 2 == len(intelligence.get_stats()["markets"])
    finally:
        await intelligence.stop_monitoring()


async def test_it_may_be_stopped_first_and_started_again(served):
    intelligence = RealTimeTradingIntelligence(config=served.config(**served.server.settings()))
    await intelligence.stop_monitoring()
    for limit in (2, 1):
        await intelligence.start_monitoring(limit)
        assert limit == len(intelligence.markets)
        book = intelligence.get_live_orderbook(intelligence.markets[0].token_ids[0])
        assert book is not None
        assert book.is_live
        await intelligence.stop_monitoring()


async def test_what_is_not_monitored_has_no_answer(served):
    intelligence = RealTimeTradingIntelligence(config=served.config(**served.server.settings()))
    assert intelligence.get_live_price("some_asset_id") is None
    assert intelligence.analyze_market_opportunity("some_asset_id") is None
    await intelligence.stop_monitoring()


async def test_a_catalogue_that_does_not_answer_is_said_in_one_sentence(served):
    settings = {**served.server.settings(), "polymarket_gamma_url": "http://127.0.0.1:9"}
    config = served.config(**settings, rest_timeout_s=0.5, rest_patience_s=0.5)
    intelligence = RealTimeTradingIntelligence(config=config)
    with pytest.raises(RestError):
        await intelligence.start_monitoring()
    await intelligence.stop_monitoring()


async def test_to_monitor_nothing_is_a_mistake():
    intelligence = RealTimeTradingIntelligence(config=Config())
    with pytest.raises(ValueError, match="at least 1"):
        await intelligence.start_monitoring(0)
    await intelligence.stop_monitoring()
