"""`PolymarketPlatform`: by WebSocket where there is a live book, else by REST."""

import asyncio
import json
import urllib.request
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.app.kit import venue
from tests.client.rest_venue import rest_venue
from tests.engine.waiting import DEADLINE_S, until

from pr3dict.client.platform import PolymarketPlatform
from pr3dict.model.errors import FeedError, UnknownMarketError, UnknownTokenError
from pr3dict.model.states import BookState, Proof, Source
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net.clock import SystemClock

BUDGET = 1_000


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
        assert platform.calculate_vwap(token, "BUY", 1) is None
        book = await platform.get_orderbook(token)

        assert (True, Source.REST) == (book.is_live, book.source)
        assert book.best_bid < book.best_ask
        assert platform.get_orderbook_metrics(token) is None
        assert book.calculate_vwap("BUY", 1) == platform.calculate_vwap(token, "BUY", 1) > 0
        assert platform.get_websocket_stats() is None


async def test_a_book_comes_by_rest_while_the_feed_is_down():
    with venue() as mine:
        token = mine.tokens[0]
        nowhere = "ws://127.0.0.1:9/ws/market"
        async with connected(mine, polymarket_market_ws_url=nowhere, rest=False) as platform:
            book = await platform.get_orderbook(token)

    assert (BookState.STALE, Source.REST) == (book.state, book.source)
    assert Proof.PROVED == book.proof
    assert book.best_bid < book.best_ask


async def test_while_the_connection_is_down_books_follow_the_venue_by_rest_and_then_by_the_stream():
    with venue() as mine:
        token = mine.tokens[0]
        times, sources = [], []
        async with connected(mine, fallback_every_s=0.05) as platform:

            async def shows(source: Source, state: BookState, since: int) -> Any:
                async with asyncio.timeout(10):
                    while True:
                        book = await platform.get_orderbook(token)
                        times.append(book.venue_ns)
                        sources.append(book.source)
                        if (source, state) == (book.source, book.state) and since < book.venue_ns:
                            return book.venue_ns
                        await asyncio.sleep(0)

            live_ns = await shows(Source.WS, BookState.LIVE, 0)
            mine.do(lambda: mine.faults.refuse(503, times=10_000))
            mine.do(mine.server.cut)
            first_ns = await shows(Source.REST, BookState.STALE, live_ns)
            later_ns = await shows(Source.REST, BookState.STALE, first_ns)
            mine.do(mine.faults.forgive)
            await shows(Source.WS, BookState.LIVE, later_ns)
            fallback = platform.get_websocket_stats()["fallback"]

    assert sorted(times) == times  # never an older book than one shown before
    assert {Source.WS, Source.REST} == set(sources)
    assert fallback["read"] >= 1
    assert 0 == fallback["down"]


async def test_a_stream_that_keeps_silent_does_not_keep_the_first_book_waiting():
    with venue() as mine:
        token = mine.tokens[0]
        mine.rest()
        mine.do(lambda: mine.faults.withhold_snapshot(token))
        async with connected(mine, first_book_s=60.0) as platform:
            book = await platform.get_orderbook(token)

    assert Source.REST == book.source
    assert book.state in {BookState.LIVE, BookState.SUSPECT}


async def test_an_older_answer_of_rest_does_not_undo_a_newer_one_without_a_feed(served):
    token = served.tokens[0]
    async with connected(served, use_websocket=False) as platform:
        times = [(await platform.get_orderbook(token)).venue_ns for _ in range(20)]
    assert sorted(times) == times


async def test_books_are_subscribed_and_left_as_wanted(served):
    yes, no = served.tokens[:2]
    async with connected(served) as platform:
        await platform.subscribe([yes, no])
        assert 2 == platform.get_websocket_stats()["subscribed_assets"]
        await platform.unsubscribe([no])
        assert 1 == platform.get_websocket_stats()["subscribed_assets"]


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


async def moved_on(platform, token, before):
    """Return a live book of the stream that is newer than another, and worth something else."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            book = await platform.get_orderbook(token)
            worth = before.calculate_vwap("BUY", BUDGET)
            newer = before.venue_ns < book.venue_ns and worth != book.calculate_vwap("BUY", BUDGET)
            if newer and (True, Source.WS) == (book.is_live, book.source):
                return book
            await asyncio.sleep(0)


async def read_by_rest(mine, token):
    url = f"{mine.server.rest_url}/book?token_id={token}"
    raw = await asyncio.to_thread(lambda: urllib.request.urlopen(url).read())  # noqa: S310 - our own
    return json.loads(raw)


async def test_rest_that_lags_behind_a_stream_that_is_gone_shows_no_older_book():
    with venue() as mine:
        token = mine.tokens[0]
        answers = {"GET /book": await read_by_rest(mine, token)}
        async with rest_venue(answers) as lagging:
            url = lagging.config.polymarket_clob_url
            async with connected(mine, polymarket_clob_url=url, rest=False) as platform:
                async with PolymarketPlatform(False, config=lagging.config) as by_rest:
                    old = await by_rest.get_orderbook(token)
                newest = await moved_on(platform, token, old)
                await platform.disconnect()
                kept = await platform.get_orderbook(token)
                assert "STALE (LINK_DOWN)" == kept.trust().removesuffix(" proved")
                assert (newest.venue_ns, newest.bids) == (kept.venue_ns, kept.bids)
                assert kept.age > newest.age
                assert newest.calculate_vwap("BUY", BUDGET) == platform.calculate_vwap(
                    token, "BUY", BUDGET
                )

                answers["GET /book"] = await read_by_rest(mine, token)
                book = await platform.get_orderbook(token)
                assert (True, Source.REST) == (book.is_live, book.source)
                assert newest.venue_ns <= book.venue_ns


async def test_what_the_stream_showed_last_counts_when_it_keeps_the_book_no_more(served):
    token = served.tokens[0]
    platform = PolymarketPlatform(config=served.config())
    before = await platform.get_orderbook(token)
    assert before is not None
    assert Source.REST == before.source
    async with platform:
        newest = await moved_on(platform, token, before)
        await platform.unsubscribe([token])
        worth = newest.calculate_vwap("BUY", BUDGET)
        assert worth == platform.calculate_vwap(token, "BUY", BUDGET)
    assert worth == platform.calculate_vwap(token, "BUY", BUDGET)


async def test_the_last_book_is_there_though_feed_and_rest_are_gone():
    with venue() as mine:
        token = mine.tokens[0]
        async with connected(mine, rest_patience_s=1.0) as platform:
            shown = await platform.get_orderbook(token)
            await platform.disconnect()
            mine.do(lambda: mine.faults.refuse_rest(503, times=10_000))
            book = await platform.get_orderbook(token)
    assert (BookState.STALE, shown.venue_ns) == (book.state, book.venue_ns)
    assert shown.bids == book.bids


async def test_in_strict_mode_no_depth_of_a_stale_book_is_given_out():
    with venue() as mine:
        token = mine.tokens[0]
        async with connected(mine, rest_patience_s=1.0, strict=True) as platform:
            assert (await platform.get_orderbook(token)).bids
            await platform.disconnect()
            mine.do(lambda: mine.faults.refuse_rest(503, times=10_000))
            book = await platform.get_orderbook(token)
            assert (True, [], BookState.STALE) == (book.withheld, book.bids, book.state)
            assert platform.calculate_vwap(token, "BUY", 1) is None


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


async def test_a_book_is_had_by_the_name_of_its_market(served):
    async with connected(served) as platform:
        market = await platform.market(served.tokens[0])
        for name in (market.slug, market.url, market.condition_id):
            yes, no = [await platform.get_orderbook(name, label) for label in ("Yes", "no")]
            assert market.token_ids == (yes.asset_id, no.asset_id)
            assert (True, Source.WS) == (no.is_live, no.source)
            assert yes.asset_id == (await platform.get_orderbook(name)).asset_id
            assert yes.asset_id == platform.get_orderbook_metrics(name)["asset_id"]
            assert yes.best_bid <= platform.calculate_vwap(name, "BUY", 1) < 1
        with pytest.raises(UnknownMarketError, match=r"wanted an outcome of Yes, No, found 'up'$"):
            await platform.get_orderbook(market.slug, "up")
        with pytest.raises(UnknownTokenError):
            platform.calculate_vwap("a-name-that-nobody-asked-for", "BUY", 1)


async def test_what_names_no_market_is_told(served):
    async with connected(served) as platform:
        with pytest.raises(UnknownMarketError, match=r"^no market of Polymarket has the condition"):
            await platform.get_orderbook("0x" + "ab" * 32)


class NextClock(SystemClock):
    """A clock that is five minutes ahead."""

    def now(self) -> Nanos:
        return Nanos(super().now() + 300 * NS_PER_S)


async def test_the_name_of_a_row_means_the_market_of_its_time(monkeypatch):
    with venue(markets=2, recurring=("btc-5m",)) as served:
        async with connected(served, use_websocket=False) as platform:
            first = await platform.get_orderbook("btc-updown-5m", "Up")
            assert first is not None
            monkeypatch.setattr(platform, "_clock", NextClock())
            second = await platform.get_orderbook("btc-updown-5m", "Up")
            assert second is not None
            assert first.asset_id != second.asset_id
