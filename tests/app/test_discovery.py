"""Whatever a market is called, it is found in two requests, or refused in one sentence."""

import asyncio
from itertools import pairwise

import pytest
from tests.app.kit import venue

from pr3dict.app import world
from pr3dict.app.discovery import Discovery
from pr3dict.model.errors import RestError, UnknownMarketError
from pr3dict.model.units import NS_PER_S
from pr3dict.net.clock import SystemClock
from pr3dict.venues.polymarket.markets.names import Kind


@pytest.fixture(scope="module")
def served():
    with venue(markets=40) as found:
        yield found


class Asked:
    """Discovery over real sockets, which counts its requests."""

    def __init__(self, served, **settings):
        config = served.config(**settings)
        self.rest = world.rest(config, SystemClock())
        self.discovery = Discovery(self.rest, config.polymarket_gamma_url, SystemClock())

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.rest.aclose()

    @property
    def sent(self):
        return self.rest.counts["sent"]


@pytest.fixture
async def asked(served):
    async with Asked(served) as found:
        yield found


@pytest.fixture
async def known(served):
    """Return an open market that is alone in its event."""
    async with Asked(served) as found:
        for token in served.tokens:
            market = await found.discovery.market(token)
            event = await found.discovery.find(f"polymarket.com/event/{market.event_slug}")
            if 1 == len(event.markets):
                return market
    raise AssertionError("no event of the venue has one market")


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(lambda market: market.token_ids[1], id="token id"),
        pytest.param(lambda market: market.condition_id, id="condition id"),
        pytest.param(lambda market: market.slug, id="slug"),
        pytest.param(lambda market: market.id, id="id"),
        pytest.param(lambda market: market.url, id="address of a market"),
        pytest.param(
            lambda market: f"https://polymarket.com/event/{market.event_slug}",
            id="address of an event",
        ),
        pytest.param(lambda market: market.event_slug, id="slug of an event"),
        pytest.param(lambda market: market.question, id="words"),
    ],
)
async def test_a_market_is_found_by_every_name_in_two_requests_at_most(asked, known, said):
    found = await asked.discovery.market(said(known))
    assert (known.id, known.token_ids) == (found.id, found.token_ids)
    assert asked.sent <= 2


async def test_a_market_tells_what_a_trader_must_know(asked, served, known):
    rules = served.server.source.rules(known.token_ids[0])
    assert (rules.condition, rules.tokens) == (known.condition_id, known.token_ids)
    assert rules.outcomes == tuple(outcome.label for outcome in known.outcomes)
    assert (rules.tick_size, rules.min_order_size) == (
        f"{known.tick_size:f}",
        f"{known.min_order_size:f}",
    )
    assert rules.neg_risk == known.neg_risk
    assert known.fees is not None
    assert known.accepting_orders


async def test_of_an_event_with_several_markets_none_is_guessed(asked, served):
    events = {}
    for token in served.tokens[::2]:
        market = await asked.discovery.market(token)
        events.setdefault(market.event_slug, []).append(market)
    slug, markets = max(events.items(), key=lambda event: len(event[1]))
    assert len(markets) > 1
    found = await asked.discovery.find(f"https://polymarket.com/event/{slug}")
    assert Kind.EVENT is found.name.kind
    assert {market.slug for market in markets} <= {market.slug for market in found.markets}
    with pytest.raises(UnknownMarketError, match=r"names \d+ markets; name one of them: "):
        await asked.discovery.market(f"https://polymarket.com/event/{slug}")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("1" * 77, "no market of Polymarket has the token id 1111"),
        ("0x" + "ab" * 32, "no market of Polymarket has the condition id 0xabab"),
        ("no-such-market-anywhere", "no market of Polymarket has the slug no-such-market-anywhere"),
        ("https://polymarket.com/event/no-such", "no market of Polymarket has the event https"),
        ("zzzz qqqq", "no market of Polymarket has the words zzzz qqqq"),
        ("999999999999", "no market of Polymarket has the id 999999999999"),
    ],
)
async def test_what_names_no_market_is_told_in_two_requests(asked, said, sentence):
    with pytest.raises(UnknownMarketError) as raised:
        await asked.discovery.market(said)
    assert str(raised.value).startswith(sentence)
    assert 1 <= asked.sent <= 2


async def test_a_venue_in_trouble_is_not_taken_for_an_unknown_market(served):
    served.do(lambda: served.faults.refuse_rest(503, times=100))
    try:
        async with Asked(served, rest_patience_s=0.5) as asked:
            with pytest.raises(RestError) as raised:
                await asked.discovery.market("fed-in-december")
    finally:
        served.do(served.faults.forgive)
    assert "unavailable" == raised.value.name


async def test_a_row_of_markets_is_named_by_itself_and_rolls_over():
    with venue(markets=2, recurring=("btc-5m",)) as served:
        async with Asked(served) as asked:
            market = await asked.discovery.market("btc-updown-5m")
            assert market.slug.startswith("btc-updown-5m-")
            start = int(market.slug.rpartition("-")[2])
            now_s = SystemClock().now() / NS_PER_S
            assert start <= now_s < start + 300 + 1
            rolled = []
            async with asyncio.timeout(20):
                async for each in asked.discovery.rolling(market.slug, lead_s=400.0):
                    rolled.append(int(each.slug.rpartition("-")[2]))
                    if 2 == len(rolled):
                        break
    assert {300} == {later - sooner for sooner, later in pairwise(rolled)}
    assert start in rolled[:2]


async def test_a_row_that_the_venue_does_not_list_is_refused_and_not_waited_for():
    with venue(markets=2, recurring=("btc-5m",)) as served:
        async with Asked(served) as asked:
            with pytest.raises(UnknownMarketError, match="no market of the row doge-updown-7m"):
                async with asyncio.timeout(10):
                    await anext(asked.discovery.rolling("doge-updown-7m"))
            assert 3 == asked.sent


@pytest.mark.parametrize(
    "said", ["nothing\nof \x1b[2J this name", "https://polymarket.com/a-b" * 90]
)
async def test_whatever_was_said_its_refusal_is_one_printable_sentence(asked, said):
    with pytest.raises(UnknownMarketError) as raised:
        await asked.discovery.market(said)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 400
