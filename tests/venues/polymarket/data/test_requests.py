"""Requests to the Data API: what is sent, and what is refused before that."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.venues.polymarket.samples import body

from pr3dict.model.errors import UnknownTokenError
from pr3dict.model.requests import Page
from pr3dict.venues.polymarket import limits
from pr3dict.venues.polymarket.data import requests as data

DATA = "http://127.0.0.1:8001/data-api"
WALLET = "0x56687bf447db6ffa42ffe2204a05edaa20f55839"
ONE, TWO = "0x" + "a" * 64, "0x" + "b" * 64
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NOON_S = 1795262400
LATER_S = NOON_S + 15 * 86_400


@pytest.mark.parametrize(
    ("request_", "asked"),
    [
        (data.trades(DATA), "/v2/trades?limit=1000"),
        (
            data.trades(DATA, "c", 5, user=WALLET, taker_only=False, start=NOON, end=9**10),
            f"/v2/trades?user={WALLET}&taker_only=false&start={NOON_S}&end={9**10}&limit=5&cursor=c",
        ),
        (
            data.trades(DATA, "5", 5, version=1, condition_ids=[ONE, TWO], filter_amount=0.5),
            f"/trades?market={ONE}%2C{TWO}&filterAmount=0.5&limit=5&offset=5",
        ),
        (
            data.activity(DATA, WALLET, types=["TRADE", "split"]),
            f"/v2/activity?user={WALLET}&type=TRADE%2CSPLIT&exclude_deposits_withdrawals=false&limit=500",
        ),
        (
            data.activity(DATA, WALLET, version=1, sort_direction="asc"),
            f"/activity?user={WALLET}&sortDirection=ASC&limit=500&offset=0",
        ),
        (
            data.positions(DATA, user=WALLET, status="open"),
            f"/v2/positions?user={WALLET}&status=OPEN&limit=500",
        ),
        (data.positions(DATA, condition_ids=ONE), f"/v2/positions?condition_id={ONE}&limit=500"),
        (
            data.positions(DATA, version=1, user=WALLET),
            f"/positions?user={WALLET}&sizeThreshold=0&limit=500&offset=0",
        ),
        (data.value(DATA, WALLET), f"/v2/value?user={WALLET}"),
        (
            data.value(DATA, WALLET, condition_ids=ONE, version=1),
            f"/value?user={WALLET}&market={ONE}",
        ),
        (
            data.holders(DATA, ONE, min_balance=1, include_pnl=True),
            f"/v2/holders?condition_id={ONE}&min_balance=1&include_pnl=true&limit=100",
        ),
        (data.top_holders(DATA, ONE), f"/holders?market={ONE}&limit=20"),
        (data.open_interest(DATA), "/v2/oi"),
        (data.open_interest(DATA, ONE, version=1), f"/oi?market={ONE}"),
        (data.live_volume(DATA, [1, 2]), "/v2/live-volume?event_id=1%2C2"),
        (data.live_volume(DATA, 1, version=1), "/live-volume?id=1"),
        (
            data.prices_history(DATA, "42", interval="1W", bucket_seconds=300),
            "/v2/prices-history?token_id=42&interval=1w&bucket_seconds=300",
        ),
        (
            data.prices_history(DATA, "42", "c", 9, start=NOON, end=NOON + timedelta(days=15)),
            f"/v2/prices-history?token_id=42&start={NOON_S}&end={LATER_S}&limit=9&cursor=c",
        ),
        (data.prices_history(DATA, "42", as_of=5), "/v2/prices-history?token_id=42&as_of=5"),
        (data.tokens(DATA, token_ids=["1", "2"]), "/v2/tokens?token_id=1%2C2"),
        (data.tokens(DATA, condition_ids=ONE), f"/v2/tokens?condition={ONE}"),
        (data.resolutions(DATA, event_ids=[7, 8]), "/v2/resolutions?event_id=7%2C8"),
    ],
    ids=lambda found: found.split("?")[0] if isinstance(found, str) else "",
)
def test_asks_at_the_venues_address_and_counts_under_its_limits(request_, asked):
    assert f"{DATA}{asked}" == request_.url
    version = "v2" if asked.startswith("/v2/") else "v1"
    assert (limits.ALL, f"data {version}") == request_.limits[:2]
    assert set(request_.limits) <= set(limits.RULES)


def test_what_has_a_limit_of_its_own_counts_under_it():
    assert "data /v2/trades" in data.trades(DATA).limits
    assert "data /positions" in data.positions(DATA, version=1, user=WALLET).limits
    assert (limits.ALL, "data v2") == data.value(DATA, WALLET).limits


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"interval": "1d", "start": 5},
        {"interval": "1d", "as_of": 5},
        {"interval": "2d"},
        {"end": 5, "interval": "1d"},
        {"start": 100, "end": 99},
        {"start": 100, "end": 101 + 15 * 86400},
        {"as_of": 5, "bucket_seconds": 60},
        {"as_of": 5, "limit": 10},
        {"interval": "1d", "bucket_seconds": 59},
        {"interval": "1w", "bucket_seconds": 299},
        {"interval": "MAX", "bucket_seconds": 599},
        {"interval": "1d", "bucket_seconds": 86401},
        {"interval": "1d", "limit": 10_001},
        {"start": datetime(2026, 1, 1)},  # noqa: DTZ001 - it is what is refused
    ],
)
def test_a_history_that_the_venue_would_refuse_is_not_asked_for(given):
    with pytest.raises(ValueError, match=r"wanted") as found:
        data.prices_history(DATA, "42", **given)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: data.trades(DATA, condition_ids=ONE, event_ids=5),
        lambda: data.trades(DATA, limit=1001),
        lambda: data.trades(DATA, version=3),
        lambda: data.trades(DATA, version=1, start=5),
        lambda: data.trades(DATA, side="HOLD"),
        lambda: data.trades(DATA, event_ids=list(range(21))),
        lambda: data.activity(DATA, "me"),
        lambda: data.activity(DATA, WALLET, types="PLAY"),
        lambda: data.positions(DATA),
        lambda: data.positions(DATA, condition_ids=[ONE, TWO]),
        lambda: data.positions(DATA, version=1, condition_ids=ONE),
        lambda: data.positions(DATA, condition_ids=ONE, status="MERGEABLE"),
        lambda: data.positions(DATA, user=WALLET, status="closed", include_archived=True),
        lambda: data.positions(DATA, user=WALLET, title="x" * 201),
        lambda: data.holders(DATA, [ONE, TWO], include_pnl=True),
        lambda: data.holders(DATA, ONE, "", 101, include_pnl=True),
        lambda: data.tokens(DATA),
        lambda: data.tokens(DATA, token_ids="1", condition_ids=ONE),
        lambda: data.tokens(DATA, token_ids=[str(n) for n in range(51)]),
        lambda: data.resolutions(DATA),
        lambda: data.resolutions(DATA, question_id="0x1", event_ids=1),
    ],
)
def test_what_the_venue_would_refuse_or_widen_is_refused(ask):
    with pytest.raises(ValueError, match=r"wanted") as found:
        ask()
    assert "\n" not in str(found.value)


def test_a_condition_id_is_not_taken_for_a_token_id():
    with pytest.raises(UnknownTokenError, match=r"is a condition id"):
        data.prices_history(DATA, ONE, interval="1d")
    with pytest.raises(UnknownTokenError):
        data.trades(DATA, condition_ids="42")


def test_reads_either_version():
    trades = data.trades(DATA, "", 4, version=1).read(body("py_http_trades.json"))
    assert (4, "4") == (len(trades.items), trades.next_cursor)
    positions = data.positions(DATA, version=1, user=WALLET)
    assert "" == positions.read(body("data_api_positions_response.json")).next_cursor
    empty = b'{"data":[],"pagination":{"has_more":false,"next_cursor":null}}'
    assert Page((), "") == data.trades(DATA).read(empty)
    assert 5 == data.value(DATA, WALLET, version=1).read(b'[{"user":"0x","value":5}]').value
    assert 5 == data.value(DATA, WALLET).read(b'{"data":{"value":"5"}}').value
    assert () == data.tokens(DATA, token_ids="1").read(b'{"data":[]}')
    assert (
        "GLOBAL"
        == data.open_interest(DATA)
        .read(b'{"data":[{"condition_id":"GLOBAL","value":1}]}')[0]
        .condition_id
    )
