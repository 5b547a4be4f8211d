"""REST answers, down to the order of their members."""

import json

import pytest

from pr3dict.sim.clob import rest
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue

NOW_MS = 1_790_000_001_999
HASH_ORDER = [
    "market", "asset_id", "timestamp", "hash", "bids", "asks",
    "min_order_size", "tick_size", "neg_risk", "last_trade_price",
]  # fmt: skip


@pytest.fixture
def venue() -> Venue:
    return Venue(SimConfig(markets=2, ticks=("0.01",)))


def test_a_book_has_its_members_in_the_order_of_the_hash(venue):
    status, body = rest.get(venue, "/book", {"token_id": venue.tokens[0]}, NOW_MS)

    assert 200 == status
    assert HASH_ORDER == list(json.loads(body))


def test_an_unknown_token_has_no_book(venue):
    expected = (404, b'{"error":"No orderbook exists for the requested token id"}')

    assert expected == rest.get(venue, "/book", {"token_id": "1"}, NOW_MS)
    assert expected == rest.get(venue, "/book", {}, NOW_MS)


def test_several_books_come_in_one_array_without_the_unknown(venue):
    tokens = [venue.tokens[1], "1", venue.tokens[0]]
    status, body = rest.post_books(
        venue, json.dumps([{"token_id": each} for each in tokens]).encode()
    )

    assert 200 == status
    assert [tokens[0], tokens[2]] == [book["asset_id"] for book in json.loads(body)]


@pytest.mark.parametrize("body", [b"", b"{}x", b"[1]", b"7", b'[{"token":"1"}]', b"[" * 20_000])
def test_a_wrong_payload_is_refused(venue, body):
    assert 400 == rest.post_books(venue, body)[0]


def test_rules_are_told_one_by_one_and_together(venue):
    token = venue.tokens[0]
    rules = venue.rules(token)
    answer = json.loads(rest.get(venue, f"/clob-markets/{rules.condition}", {}, NOW_MS)[1])

    assert (
        b'{"minimum_tick_size":0.01}'
        == rest.get(venue, "/tick-size", {"token_id": token}, NOW_MS)[1]
    )
    assert {"neg_risk": rules.neg_risk} == json.loads(
        rest.get(venue, "/neg-risk", {"token_id": token}, NOW_MS)[1]
    )
    assert {"condition_id": rules.condition} == json.loads(
        rest.get(venue, f"/markets-by-token/{token}", {}, NOW_MS)[1]
    )
    assert ["c", "t", "mos", "mts", "mbf", "tbf", "nr"] == list(answer)[:7]
    assert venue.tokens[:2] == [each["t"] for each in answer["t"]]
    assert (int(rules.min_order_size), 0.01) == (answer["mos"], answer["mts"])


def test_time_is_told_in_whole_seconds(venue):
    assert (200, b"1790000001") == rest.get(venue, "/time", {}, NOW_MS)


def test_ok_is_ok(venue):
    assert (200, b'"OK"') == rest.get(venue, "/ok", {}, NOW_MS)


@pytest.mark.parametrize("path", ["/", "/nothing", "/clob-markets/0x1", "/markets-by-token/1"])
def test_anything_else_is_not_found(venue, path):
    assert 404 == rest.get(venue, path, {}, NOW_MS)[0]
