"""Clients of other people, pinned, work against the simulated venue with nothing rejected.

They share no code with it, so what they accept is what the venue's own users accept. The run
takes a quarter of a minute; `make peers` installs them, and one that is absent is skipped loudly.
"""

import asyncio

import pytest
from tests.peers.stage import BOOKS, CLOB, PLAYS, PUBLIC, RTDC, SECURE, Driver, Run, play_all

DRIVERS = [driver for drivers in PLAYS for driver in drivers]
FOLLOWERS = [driver for driver in DRIVERS if driver is not CLOB]
READERS = [PUBLIC, SECURE, CLOB]
COMMENTS = tuple(
    f"comments/{what}_{done}" for what in ("comment", "reaction") for done in ("created", "removed")
)
KINDS = {
    PUBLIC: (
        *("book", "price_change", "last_trade_price", "best_bid_ask", "tick_size_change"),
        *("new_market", "market_resolved", "sports", *COMMENTS),
        *("crypto_prices/update btcusdt", "crypto_prices_chainlink/update btc/usd"),
        *("crypto_prices_twap_thirty/update", "crypto_prices_twap_sixty/update"),
        "equity_prices/update aapl",
    ),
    SECURE: (
        *("user order", "user trade", "price.crypto snapshot btcusd", "price.crypto update ethusd"),
        *("price.crypto.twap snapshot btcusd", "price.crypto.twap update btcusd"),
        *("price.equity snapshot aapl", "price.equity update aapl"),
        *("price.equity.twap snapshot aapl", "price.equity.twap update aapl"),
    ),
    RTDC: (
        *("activity/trades", "activity/orders_matched", *COMMENTS),
        *("crypto_prices/subscribe btcusdt", "crypto_prices/update btcusdt"),
        *("crypto_prices/subscribe btc/usd", "crypto_prices_chainlink/update btc/usd"),
        *("equity_prices/subscribe aapl", "equity_prices/update aapl"),
        *("clob_market/agg_orderbook", "clob_market/price_change", "clob_market/last_trade_price"),
        *("clob_market/tick_size_change", "clob_market/market_created"),
        *("clob_market/market_resolved", "clob_user/order", "clob_user/trade"),
        *("rfq/request_created", "rfq/quote_created"),
    ),
    BOOKS: ("book", "price_change", "last_trade_price", "tick_size_change"),
}
EMPTY = {"list_teams", "get_sports"}
"""Of what the simulated venue has nothing to tell."""
HEARTBEATS = {
    PUBLIC: {"/ws/market PING", "/rtds PING", "/sports/ws pong"},
    SECURE: {"/ws/user PING"},
    RTDC: {"/rtds ping"},
}
"""The others send pings of the protocol, or send one too seldom for a test."""


@pytest.fixture(scope="module")
def runs():
    return asyncio.run(play_all())


@pytest.fixture
def run(runs, driver: Driver) -> Run:
    found: Run = runs[driver]
    if found.absent:
        pytest.skip(f"{driver.client} IS NOT TRIED WITH THE SIMULATED VENUE: {found.absent}")
    return found


def each(drivers):
    return pytest.mark.parametrize("driver", drivers, ids=lambda driver: driver.file)


def left_early(run: Run, key: str) -> bool:
    """Tell whether a driver stopped to follow this while the venue went on."""
    return key.endswith(run.left) or (run.driver is RTDC and key == "activity/trades")


@each(DRIVERS)
def test_the_client_does_all_that_was_asked_of_it(run):
    assert [] == run.troubles
    assert run.done


@each(DRIVERS)
def test_no_answer_is_empty(run):
    assert [] == [done.did for done in run.done if not done.saw and done.did not in EMPTY]


@each(DRIVERS)
def test_the_client_rejects_and_drops_nothing(run):
    assert ([], 0) == (run.last.rejected, run.last.dropped)


@each(DRIVERS)
def test_the_venue_refuses_nothing_signatures_included(run):
    assert [] == run.refused


@each(FOLLOWERS)
def test_every_kind_of_event_arrives(run, runs):
    wanted = [k for k in KINDS[run.driver] if not (k.startswith("clob_user") and runs[CLOB].absent)]
    assert [] == [kind for kind in wanted if not any(key.startswith(kind) for key in run.last.seen)]


@each(FOLLOWERS)
def test_what_the_venue_told_is_what_the_client_saw(run):
    seen = {key: n for key, n in run.last.seen.items() if not left_early(run, key)}
    assert {key: run.told.get(key) for key in seen} == seen
    # The official client asks for all shares, and throws away itself what nobody follows.
    passed = {key for key in run.told if not key.startswith("equity_prices/update")}
    assert [] == [key for key in passed - run.last.seen.keys() if not left_early(run, key)]


@each([PUBLIC, BOOKS])
def test_a_market_that_was_left_is_told_no_more(run):
    left = f"price_change {run.left}"
    assert 0 < run.last.seen[left] <= run.told[left]
    assert max(run.told.values()) > 2 * run.told[left]


@each(READERS)
def test_client_and_venue_count_the_same_answers(run):
    assert run.answered == run.last.answers
    assert {"200"} == {key.split()[-1] for key in run.answered}


@each([*HEARTBEATS])
def test_the_heartbeats_of_the_client_are_heard(run):
    assert HEARTBEATS[run.driver] <= run.heard.keys()


@each([SECURE, CLOB])
def test_orders_go_their_whole_way(run):
    asked = {key.rpartition(" ")[0] for key in run.answered}
    ways = {"POST /order", "GET /data/orders", "DELETE /order", "GET /data/trades"}
    assert ways | {"DELETE /cancel-all", "POST /v1/heartbeats"} <= asked
