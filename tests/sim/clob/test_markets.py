"""Markets of CLOB: pages with cursors, winners, and prices of the past."""

import json
from typing import Any

import pytest
from tests.sim.client import quiet

from pr3dict.sim.clob import markets as clob_markets
from pr3dict.sim.truth.history import History
from pr3dict.sim.truth.venue import Venue


def listened(venue: Venue, steps: int) -> History:
    history = History(venue)
    for _ in range(steps):
        step = venue.advance()
        assert step is not None
        history.hear(step)
    return history


def body(answer: tuple[int, bytes]) -> Any:
    assert 200 == answer[0]
    return json.loads(answer[1])


@pytest.mark.parametrize("kind", ["markets", "simplified-markets", "sampling-markets"])
def test_pages_follow_each_other_up_to_the_end_cursor(kind):
    venue = quiet(markets=7)
    found, cursor = [], "MA=="
    while cursor != clob_markets.END:
        page = body(clob_markets.markets(venue, History(venue), kind, {"next_cursor": cursor}, 3))
        assert (3, len(page["data"])) == (page["limit"], page["count"])
        found += [market["condition_id"] for market in page["data"]]
        cursor = page["next_cursor"]

    assert [listing.condition for listing in venue.listings] == found
    beyond = body(clob_markets.markets(venue, History(venue), kind, {"next_cursor": "LTE="}, 3))
    assert ([], "LTE=") == (beyond["data"], beyond["next_cursor"])
    assert 400 == clob_markets.markets(venue, History(venue), kind, {"next_cursor": "x"})[0]


def test_a_market_names_its_tokens_and_once_resolved_its_winner():
    venue = quiet(markets=2)
    history = History(venue)
    listing = venue.listings[0]
    open_one = body(clob_markets.market(venue, history, listing.condition))
    venue.settle(listing.tokens[1])
    while venue.known(listing.tokens[0]):
        venue.advance()
    closed = body(clob_markets.market(venue, history, listing.condition))

    assert list(listing.tokens) == [token["token_id"] for token in open_one["tokens"]]
    assert [False, False] == [token["winner"] for token in open_one["tokens"]]
    assert (False, True) == (open_one["closed"], open_one["accepting_orders"])
    assert [(0, False), (1, True)] == [
        (token["price"], token["winner"]) for token in closed["tokens"]
    ]
    assert (True, False) == (closed["closed"], closed["accepting_orders"])
    sampled = body(clob_markets.markets(venue, history, "sampling-markets", {}))
    assert listing.condition not in [each["condition_id"] for each in sampled["data"]]
    assert 404 == clob_markets.market(venue, history, "0x1")[0]


def test_its_activity_is_its_latest_trades():
    venue = quiet(markets=2, trade_share=1.0)
    history = listened(venue, 300)
    listing = venue.listings[0]
    told = body(clob_markets.activity(venue, history, listing.condition))

    mine = [d.trade for d in history.deals if d.trade.condition == listing.condition][::-1][:100]
    assert [trade.transaction for trade in mine] == [each["transaction_hash"] for each in told]
    assert {"trade"} == {each["event_type"] for each in told}
    assert 404 == clob_markets.activity(venue, history, "0x1")[0]


def test_prices_of_the_past_are_sampled_and_end_now():
    venue = quiet(markets=1, trade_share=1.0)
    history = listened(venue, 400)
    token, twin = venue.tokens
    asked = {"market": token, "interval": "max", "fidelity": "1"}
    told = body(clob_markets.prices(venue, history, asked, venue.now_ms))["history"]
    other = body(clob_markets.prices(venue, history, asked | {"market": twin}, venue.now_ms))

    times = [point["t"] for point in told]
    assert len(times) > 2
    assert sorted(times) == times
    assert venue.now_ms // 1000 == times[-1]
    assert {0} == {time % 60 for time in times[:-1]}
    assert [1_000_000 - round(point["p"] * 1e6) for point in told] == [
        round(point["p"] * 1e6) for point in other["history"]
    ]
    span = {"market": token, "startTs": str(times[1]), "endTs": str(times[-1] - 1)}
    within = body(clob_markets.prices(venue, history, span, venue.now_ms))["history"]
    assert within
    assert all(times[1] <= point["t"] <= times[-2] for point in within)


@pytest.mark.parametrize(
    "query",
    [
        {"interval": "1d"},
        {"market": "1"},
        {"market": "1", "interval": "2d"},
        {"market": "1", "interval": "1d", "fidelity": "x"},
    ],
)
def test_a_wrong_question_about_the_past_is_refused(query):
    venue = quiet(markets=1)
    assert 400 == clob_markets.prices(venue, History(venue), query, venue.now_ms)[0]
