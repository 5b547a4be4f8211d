"""What people give in place of a market or a token: each is one sentence, and costs little."""

import pytest
from tests.app.kit import venue
from tests.badinput.kit import failure

from pr3dict.client.live.intelligence import RealTimeTradingIntelligence
from pr3dict.client.live.real_time import PolymarketRealTimeClient
from pr3dict.client.live.subscriptions import (
    create_crypto_prices_subscription,
    create_market_subscription,
)
from pr3dict.client.platform import PolymarketPlatform
from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.rest.polymarket_sync import Polymarket
from pr3dict.model.errors import (
    ConfigError,
    Pr3dictError,
    RestError,
    UnknownMarketError,
    UnknownTokenError,
)
from pr3dict.sim.truth.venue import Venue

CONDITION = "0x" + "ab" * 32
TOKEN = "7" * 77
WITHIN_S = 2.0
"""What is refused or looked up takes no longer than this."""


@pytest.fixture
async def polymarket(served):
    async with AsyncPolymarket(served.config(rest_patience_s=WITHIN_S)) as found:
        yield found


NO_NAMES = {
    "": 0,
    "  ": 0,
    "\n": 0,
    "0x12": 0,
    CONDITION: 2,
    CONDITION[:-1]: 0,
    "0x" + "ab" * 20: 0,
    TOKEN: 2,
    "9" * 79: 0,
    "999999999999": 1,
    "no-such-slug": 2,
    "no\nsuch \x1b[2Jwords": 1,
    "x" * 301: 0,
    "https://example.com/event/fed": 0,
    "https://polymarket.com/": 0,
    "https://polymarket.com/event/no-such-event": 2,
    "https://polymarket.com/event/" + "no-such-" * 90 + "x": 2,
    "http://[": 0,
}
"""What names no market, and the requests that it may cost."""


@pytest.mark.parametrize("name", NO_NAMES)
async def test_what_names_no_market_is_one_sentence(served, count, polymarket, name):
    client = PolymarketRealTimeClient(polymarket, config=served.config())
    asks = [polymarket.market, polymarket.markets, lambda said: client.start_streaming([said])]
    for ask in asks[: 2 if name.isdigit() else 3]:  # an unknown token may be streamed
        before = count.all
        await failure(ask(name), UnknownMarketError, WITHIN_S)
        assert count.all - before <= NO_NAMES[name]
    await client.stop_streaming()


@pytest.mark.parametrize("name", NO_NAMES)
def test_the_synchronous_twin_says_the_same(served, name):
    with Polymarket(served.config()) as polymarket, pytest.raises(UnknownMarketError):
        polymarket.market(name)


@pytest.mark.parametrize("use_websocket", [True, False])
@pytest.mark.parametrize("name", ["", "no-such-slug", CONDITION, "0x12", "9" * 79, None, 7])
async def test_the_platform_has_no_book_of_what_is_no_market(served, count, name, use_websocket):
    async with PolymarketPlatform(use_websocket, config=served.config()) as platform:
        before = count.paths["/book"]
        error = await failure(platform.get_orderbook(name), Pr3dictError, WITHIN_S)
        assert isinstance(error, UnknownMarketError | UnknownTokenError)
        assert before == count.paths["/book"]


async def test_a_closed_market_is_one_sentence_that_says_who_won():
    with venue(markets=1) as over:
        source = over.server.source
        assert isinstance(source, Venue)
        config = over.config()
        async with AsyncPolymarket(config) as found:
            market = (await found.list_markets(1))[0]
        over.do(lambda: source.vanish(market.token_ids[0]))
        said = f"{market.slug} is closed: Yes won: it has no book any more"
        for use_websocket in (True, False):
            async with PolymarketPlatform(use_websocket, config=config) as platform:
                asked = platform.get_orderbook(market.slug)
                assert said == str(await failure(asked, UnknownMarketError, WITHIN_S))
                assert await platform.get_orderbook(market.token_ids[0]) is None
        client = PolymarketRealTimeClient(config=config)
        asking = client.start_streaming([market.condition_id])
        assert said == str(await failure(asking, UnknownMarketError, WITHIN_S))
        await client.stop_streaming()


async def test_what_is_no_id_of_the_catalogue_is_told_where_it_may_be_asked_for(polymarket):
    for wrong in (CONDITION, TOKEN, "a-slug"):
        error = await failure(polymarket.get_market(wrong), UnknownMarketError, WITHIN_S)
        assert "market() takes slugs" in str(error)
    error = await failure(polymarket.get_market("999999"), UnknownMarketError, WITHIN_S)
    assert "takes slugs" not in str(error)


@pytest.mark.parametrize("use_websocket", [True, False])
async def test_only_token_ids_can_be_subscribed(served, use_websocket):
    async with PolymarketPlatform(use_websocket, config=served.config()) as platform:
        for wrong in ([CONDITION], "7", [7], None):
            await failure(platform.subscribe(wrong), UnknownTokenError, WITHIN_S)


@pytest.mark.parametrize("wrong", [5, None, [5], [""]])
def test_what_are_no_names_is_refused_in_a_sentence(wrong):
    for make in (create_market_subscription, create_crypto_prices_subscription):
        with pytest.raises(ConfigError, match="wanted names as text, found a "):
            make(wrong)


@pytest.mark.parametrize("wrong", [0, -1, "x", None, 1.5])
async def test_a_number_of_markets_is_one(served, wrong):
    client = RealTimeTradingIntelligence(config=served.config())
    with pytest.raises(ValueError, match="market_limit: wanted a whole number, at least 1, found"):
        await client.start_monitoring(wrong)
    await client.stop_monitoring()


OF_A_TOKEN = (
    "get_order_book",
    "get_midpoint",
    "get_spread",
    "get_last_trade_price",
    "get_tick_size",
    "get_neg_risk",
    "get_fee_rate",
    "get_market_of_token",
)
OF_A_MARKET = ("get_market_info", "get_clob_market", "get_live_activity")


@pytest.mark.parametrize("name", OF_A_TOKEN)
async def test_a_condition_id_is_no_token_id(count, polymarket, name):
    before = count.all
    for wrong in (CONDITION, "a-slug", "", None, 7):
        error = await failure(getattr(polymarket, name)(wrong), UnknownTokenError, WITHIN_S)
        assert "wanted" in str(error)
        assert (wrong == CONDITION) == ("is a condition id" in str(error))
    assert before == count.all


@pytest.mark.parametrize("name", OF_A_MARKET)
async def test_a_token_id_is_no_condition_id(count, polymarket, name):
    before = count.all
    for wrong in (TOKEN, "a-slug", "", None, 7):
        error = await failure(getattr(polymarket, name)(wrong), UnknownTokenError, WITHIN_S)
        assert "wanted a condition id" in str(error)
        assert (wrong == TOKEN) == ("a token id (it names one" in str(error))
    assert before == count.all


@pytest.mark.parametrize("name", [*OF_A_TOKEN, *OF_A_MARKET])
async def test_what_the_venue_does_not_know_is_asked_for_once(count, polymarket, name):
    before = count.all
    wanted = TOKEN if name in OF_A_TOKEN else CONDITION
    error = await failure(getattr(polymarket, name)(wanted), RestError, WITHIN_S)
    assert "not_found" == error.name
    assert 1 == count.all - before
