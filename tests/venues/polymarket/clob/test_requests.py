"""Requests to the public order book API, and how its answers are read."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.real.shared import shared_file

from pr3dict.model.errors import RestError, UnknownTokenError
from pr3dict.model.requests import Request
from pr3dict.venues.polymarket import limits
from pr3dict.venues.polymarket.clob import requests as clob
from pr3dict.venues.polymarket.clob.types import (
    ClobMarketInfo,
    LastTrade,
    OutcomeToken,
    PricePoint,
    Reward,
    Rewards,
    TokenMarket,
)
from pr3dict.venues.polymarket.fees import FREE, FeeSchedule

URL: Final = "https://clob.polymarket.com"
CONDITION: Final = "0x" + "1f" * 32
BOOK: Final = (
    b'{"market":"0x1","asset_id":"42","timestamp":"1766481546000","hash":"ab","bids":'
    b'[{"price":"0.1","size":"5"}],"asks":[]}'
)


def path(request: Request[Any]) -> str:
    assert request.url.startswith(URL)
    return f"{request.method} {request.url.removeprefix(URL)}"


@pytest.mark.parametrize(
    ("request_", "wanted", "narrow"),
    [
        (clob.ok(URL), "GET /ok", "/ok"),
        (clob.server_time(URL), "GET /time", "clob"),
        (clob.version(URL), "GET /version", "clob"),
        (clob.book(URL, "42"), "GET /book?token_id=42", "/book"),
        (clob.books(URL, ["42"])[0], "POST /books", "/books"),
        (clob.price(URL, "42", "BUY"), "GET /price?token_id=42&side=BUY", "/price"),
        (clob.prices(URL, [("42", "SELL")])[0], "POST /prices", "/prices"),
        (clob.midpoint(URL, "42"), "GET /midpoint?token_id=42", "/midpoint"),
        (clob.midpoints(URL, ["42"])[0], "POST /midpoints", "/midpoints"),
        (clob.spread(URL, "42"), "GET /spread?token_id=42", "clob"),
        (clob.spreads(URL, ["42"])[0], "POST /spreads", "clob"),
        (clob.last_trade_price(URL, "42"), "GET /last-trade-price?token_id=42", "clob"),
        (clob.last_trades_prices(URL, ["42"])[0], "POST /last-trades-prices", "clob"),
        (clob.tick_size(URL, "42"), "GET /tick-size?token_id=42", "/tick-size"),
        (clob.neg_risk(URL, "42"), "GET /neg-risk?token_id=42", "clob"),
        (clob.fee_rate(URL, "42"), "GET /fee-rate?token_id=42", "clob"),
        (clob.market_of_token(URL, "42"), "GET /markets-by-token/42", "clob"),
        (clob.market_info(URL, CONDITION), f"GET /clob-markets/{CONDITION}", "clob"),
        (clob.market(URL, CONDITION), f"GET /markets/{CONDITION}", "clob"),
        (clob.live_activity(URL, CONDITION), f"GET /markets/live-activity/{CONDITION}", "clob"),
        (clob.markets(URL), "GET /markets?next_cursor=MA%3D%3D", "clob"),
        (clob.simplified_markets(URL, "x"), "GET /simplified-markets?next_cursor=x", "clob"),
        (clob.sampling_markets(URL, "x"), "GET /sampling-markets?next_cursor=x", "clob"),
        (
            clob.sampling_simplified_markets(URL, "x"),
            "GET /sampling-simplified-markets?next_cursor=x",
            "clob",
        ),
        (
            clob.prices_history(URL, "42", interval="1w", fidelity=60),
            "GET /prices-history?market=42&interval=1w&fidelity=60",
            "/prices-history",
        ),
        (
            clob.prices_history(URL, "42", start=datetime(2026, 1, 1, tzinfo=UTC), end=1800000000),
            "GET /prices-history?market=42&startTs=1767225600&endTs=1800000000",
            "/prices-history",
        ),
    ],
)
def test_each_request_has_its_address_and_its_limit(request_, wanted, narrow):
    assert wanted == path(request_)
    assert narrow == request_.limits[-1]
    assert ("all", "clob") == request_.limits[:2]
    assert set(request_.limits) <= set(limits.RULES)
    assert request_.repeatable


def test_a_batch_is_split_and_names_each_token():
    tokens = [str(number) for number in range(150)]
    for make in (clob.books, clob.midpoints, clob.spreads, clob.last_trades_prices):
        bodies = [json.loads(request.body) for request in make(URL, tokens)]
        assert [100, 50] == [len(body) for body in bodies]
        assert [{"token_id": token} for token in tokens] == bodies[0] + bodies[1]
    (request,) = clob.prices(URL, [("42", "BUY"), ("42", "SELL")])
    assert [{"token_id": "42", "side": "BUY"}, {"token_id": "42", "side": "SELL"}] == (
        json.loads(request.body)
    )
    assert [] == clob.midpoints(URL, [])


def test_an_answer_is_read_with_its_exact_numbers():
    assert "OK" == clob.ok(URL).read(b'"OK"') == clob.ok(URL).read(b"OK\n")
    assert 1766481546 * 10**9 == clob.server_time(URL).read(b"1766481546")
    assert 2 == clob.version(URL).read(b'{"version":2}')
    assert Decimal("0.5") == clob.price(URL, "42", "BUY").read(b'{"price":"0.5"}')
    assert Decimal("0.1") == clob.price(URL, "42", "BUY").read(b'{"price":0.1}')
    assert Decimal("0.515") == clob.midpoint(URL, "42").read(b'{"mid":"0.515"}')
    assert Decimal("0.01") == clob.spread(URL, "42").read(b'{"spread":"0.01"}')
    assert Decimal("0.0025") == clob.tick_size(URL, "42").read(b'{"minimum_tick_size":0.0025}')
    assert True is clob.neg_risk(URL, "42").read(b'{"neg_risk":true}')
    assert 150 == clob.fee_rate(URL, "42").read(b'{"base_fee":"150"}')
    assert 0 == clob.fee_rate(URL, "42").read(b'{"base_fee":0}')


@pytest.mark.parametrize("body", [b"", b"[]", b'"KO"', b"OK?"])
def test_another_word_than_ok_is_no_answer(body):
    with pytest.raises(RestError, match="wanted OK, found") as raised:
        clob.ok(URL).read(body)
    assert "bad_answer" == raised.value.name


def test_batches_are_read_by_token():
    (prices,) = clob.prices(URL, [("42", "BUY")])
    assert {"42": {"BUY": Decimal("0.5"), "SELL": Decimal("0.6")}} == prices.read(
        b'{"42":{"BUY":"0.5","SELL":0.6}}'
    )
    (midpoints,) = clob.midpoints(URL, ["42", "7"])
    assert {"42": Decimal("0.5")} == midpoints.read(b'{"42":"0.5"}')
    (books,) = clob.books(URL, ["42"])
    assert ["42"] == [book.token_id for book in books.read(b"[" + BOOK + b"]")]


def test_a_token_without_a_trade_has_no_last_one():
    one = clob.last_trade_price(URL, "42")
    assert LastTrade(token_id="42", price=Decimal("0.5"), side="BUY") == one.read(
        b'{"price":"0.5","side":"BUY"}'
    )
    assert None is one.read(b'{"price":"0.5","side":""}')
    (many,) = clob.last_trades_prices(URL, ["42", "7"])
    assert (LastTrade(token_id="7", price=Decimal("0.5"), side="SELL"),) == many.read(
        b'[{"token_id":"42","price":"0.5","side":""},{"token_id":"7","price":"0.5","side":"SELL"}]'
    )


def test_the_market_of_a_token_is_read():
    read = clob.market_of_token(URL, "42").read
    assert TokenMarket(condition_id="0x1") == read(b'{"condition_id":"0x1"}')


def test_the_rules_of_a_market_are_read_with_its_fees():
    info = clob.market_info(URL, CONDITION).read(
        b'{"c":"0x1","t":[{"t":"42","o":"Yes"},{"t":"7","o":"No"}],"mos":5,"mts":0.001,"mbf":1000,'
        b'"tbf":1000,"nr":true,"rfqe":true,"itode":false,"ibce":true,"gst":null,'
        b'"fd":{"r":0.07,"e":1,"to":true}}'
    )
    assert (
        ClobMarketInfo(
            condition_id="0x1",
            tokens=(
                OutcomeToken(token_id="42", outcome="Yes"),
                OutcomeToken(token_id="7", outcome="No"),
            ),
            min_order_size=Decimal(5),
            tick_size=Decimal("0.001"),
            neg_risk=True,
            maker_base_fee=1000,
            taker_base_fee=1000,
            fees=FeeSchedule(rate=Decimal("0.07"), exponent=Decimal(1), taker_only=True),
            rfq_enabled=True,
        )
        == info
    )


def test_a_market_without_a_fee_descriptor_is_free():
    info = clob.market_info(URL, CONDITION).read(b'{"t":[],"mos":5,"mts":0.01}')
    assert FREE == info.fees


def test_a_list_ends_at_the_last_cursor():
    read = clob.simplified_markets(URL).read
    data = b'"limit":1000,"count":1,"data":[{"condition_id":"0x1"}]'
    page = read(b'{"next_cursor":"MTAw",' + data + b"}")
    assert ("0x1", "MTAw") == (page.items[0].condition_id, page.next_cursor)
    assert "" == read(b'{"next_cursor":"LTE=",' + data + b"}").next_cursor


def test_the_history_of_prices_is_read():
    read = clob.prices_history(URL, "42", interval="1d").read
    at = datetime(2025, 12, 23, 9, 19, 6, tzinfo=UTC)
    assert (PricePoint(time=at, price=Decimal("0.515")),) == read(
        b'{"history":[{"t":1766481546,"p":0.515}]}'
    )
    assert () == read(b'{"history":[]}')


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"interval": "1d", "start": 1},
        {"end": 1},
        {"interval": "1d", "end": 1},
        {"interval": "2d"},
        {"interval": "1d", "fidelity": 0},
        {"interval": "1d", "fidelity": "1"},
        {"start": datetime(2026, 1, 1)},  # noqa: DTZ001 - it is what is refused
        {"start": -1},
        {"start": "yesterday"},
    ],
)
def test_a_history_that_cannot_be_meant_is_refused_before_it_is_sent(how):
    with pytest.raises(ValueError, match="wanted"):
        clob.prices_history(URL, "42", **how)


@pytest.mark.parametrize("side", ["buy", "", "HOLD", None])
def test_a_side_that_is_none_is_refused_before_it_is_sent(side):
    with pytest.raises(ValueError, match="side: wanted BUY or SELL, found"):
        clob.price(URL, "42", side)
    with pytest.raises(ValueError, match="side: wanted BUY or SELL, found"):
        clob.prices(URL, [("42", side)])


@pytest.mark.parametrize(
    "make",
    [clob.book, clob.midpoint, clob.tick_size, clob.market_of_token, clob.last_trade_price],
)
def test_a_condition_id_for_a_token_is_told_as_such(make: Callable[[str, str], Request[Any]]):
    with pytest.raises(UnknownTokenError, match="is a condition id"):
        make(URL, CONDITION)


@pytest.mark.parametrize("make", [clob.market, clob.market_info, clob.live_activity])
def test_a_token_for_a_market_is_told_as_such(make: Callable[[str, str], Request[Any]]):
    with pytest.raises(UnknownTokenError, match="wanted a condition id"):
        make(URL, "42")


READERS: Final[list[Request[Any]]] = [
    clob.version(URL),
    clob.server_time(URL),
    clob.book(URL, "42"),
    clob.books(URL, ["42"])[0],
    clob.price(URL, "42", "BUY"),
    clob.prices(URL, [("42", "BUY")])[0],
    clob.midpoints(URL, ["42"])[0],
    clob.last_trade_price(URL, "42"),
    clob.last_trades_prices(URL, ["42"])[0],
    clob.neg_risk(URL, "42"),
    clob.market_info(URL, CONDITION),
    clob.market(URL, CONDITION),
    clob.live_activity(URL, CONDITION),
    clob.markets(URL),
    clob.prices_history(URL, "42", interval="max"),
]
ODD: Final = [
    b"",
    b"<html>",
    b'{"mid":',
    b"null",
    b"[1]",
    b'{"error":"no"}',
    b'"x"',
    b"\xff",
    b"[" * 9999,
]


@pytest.mark.parametrize("request_", READERS, ids=path)
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd[:12]))
def test_what_cannot_be_read_is_one_error(request_, odd):
    with pytest.raises(RestError) as raised:
        request_.read(odd)
    assert raised.value.name in ("bad_answer", "refused")
    assert 400 > len(str(raised.value))


@pytest.mark.parametrize(
    "price", ["NaN", "", " 0.5", "0x1", "1_0", "\N{FULLWIDTH DIGIT ONE}", True, []]
)
def test_a_price_that_is_none_is_refused(price):
    body = json.dumps({"price": price}).encode()
    with pytest.raises(RestError, match="price"):
        clob.price(URL, "42", "BUY").read(body)


@given(body=st.binary(max_size=300))
def test_no_bytes_at_all_break_a_reader_otherwise(body):
    for request in READERS:
        with suppress(RestError):
            request.read(body)


def sample(name: str) -> bytes:
    samples = json.loads(shared_file("vectors/polymarket/rest_samples.json").read_bytes())
    return json.dumps(samples["samples"][name]["body"]).encode()


def test_a_real_book_is_read():
    book = clob.book(URL, "42").read(sample("py_http_book.json"))
    assert "2fc4a3d6a98bc164e057589bcb74981852b87412" == book.hash
    assert (Decimal("0.1"), Decimal("0.14")) == (book.best_bid, book.best_ask)
    assert list(book.bids) == sorted(book.bids, key=lambda level: -level.price)


def test_a_real_market_is_read():
    market = clob.market(URL, CONDITION).read(sample("py_http_market.json"))
    assert "Will Donald Trump win the 2024 US Presidential Election?" == market.question
    assert [Decimal("0.4865"), Decimal("0.5135")] == [token.price for token in market.tokens]
    assert datetime(2024, 11, 5, tzinfo=UTC) == market.end_date
    assert (Decimal(5), Decimal("0.001"), True) == (
        market.min_order_size,
        market.tick_size,
        market.neg_risk,
    )
    assert 28 == len(market.tags)
    usdc = "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174"
    assert market.rewards == Rewards(
        rates=(Reward(asset_address=usdc, rewards_daily_rate=Decimal(750)),),
        min_size=Decimal(200),
        max_spread=Decimal("1.5"),
    )


def test_a_real_page_of_markets_is_read():
    page = clob.markets(URL).read(sample("py_http_markets.json"))
    assert (2, "MTAw") == (len(page.items), page.next_cursor)
    assert [True, False] == [page.items[0].closed, page.items[0].enable_order_book]


@pytest.mark.parametrize("accepting", ["true", "false"])
def test_a_real_market_that_is_over_tells_who_won(accepting):
    body = sample(f"clob_market_closed_binary_accepting_{accepting}.json")
    market = clob.market(URL, CONDITION).read(body)
    assert market.closed
    assert [1] == [token.price for token in market.tokens if token.winner]


def test_the_shapes_of_other_samples_are_read():
    assert 150 == clob.fee_rate(URL, "42").read(sample("clob_fee_rate_response_nonzero.json"))
    assert 0 == clob.fee_rate(URL, "42").read(sample("clob_fee_rate_response_zero.json"))
    assert Decimal("0.5") == clob.book(URL, "42").read(sample("clob_book_response.json")).best_bid
    assert (
        Decimal(5)
        == clob.market_info(URL, CONDITION).read(sample("clob_market_info")).min_order_size
    )
