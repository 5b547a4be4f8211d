"""The public order book API as methods."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import pytest
from tests.client.rest_venue import rest_venue

from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.model.errors import RestError, UnknownTokenError
from pr3dict.model.units import NS_PER_S

CONDITION: Final = "0x" + "1f" * 32
BOOK: Final = {
    "market": CONDITION,
    "asset_id": "42",
    "timestamp": "1766481546000",
    "hash": "ab",
    "bids": [{"price": "0.1", "size": "5"}, {"price": "0.2", "size": "7"}],
    "asks": [{"price": "0.3", "size": "1"}],
}
ANSWERS: Final[dict[str, object]] = {
    "GET /ok": "OK",
    "GET /time": 1766481546,
    "GET /version": {"version": 2},
    "GET /book": BOOK,
    "POST /books": [BOOK],
    "GET /price": {"price": "0.2"},
    "POST /prices": {"42": {"BUY": "0.2"}},
    "GET /midpoint": {"mid": "0.25"},
    "POST /midpoints": {"42": "0.25"},
    "GET /spread": {"spread": "0.1"},
    "POST /spreads": {"42": "0.1"},
    "GET /last-trade-price": {"price": "0.2", "side": "BUY"},
    "POST /last-trades-prices": [{"token_id": "42", "price": "0.2", "side": "BUY"}],
    "GET /tick-size": {"minimum_tick_size": 0.01},
    "GET /neg-risk": {"neg_risk": True},
    "GET /fee-rate": {"base_fee": 0},
    "GET /markets-by-token/42": {"condition_id": CONDITION},
    f"GET /clob-markets/{CONDITION}": {"c": CONDITION, "t": [], "mos": 5, "mts": 0.01},
    f"GET /markets/{CONDITION}": {"condition_id": CONDITION, "question": "Will it?"},
    f"GET /markets/live-activity/{CONDITION}": [{"event_type": "trade"}],
    "GET /prices-history": {"history": [{"t": 1766481546, "p": 0.2}]},
}
for listing in ("markets", "simplified-markets", "sampling-markets", "sampling-simplified-markets"):
    ANSWERS[f"GET /{listing}"] = {"data": [{"condition_id": CONDITION}], "next_cursor": "LTE="}


@pytest.mark.parametrize(
    ("ask", "look", "wanted"),
    [
        (lambda venue: venue.get_ok(), str, "OK"),
        (lambda venue: venue.get_server_time(), int, 1766481546 * NS_PER_S),
        (lambda venue: venue.get_version(), int, 2),
        (lambda venue: venue.get_order_book("42"), lambda b: b.best_bid, Decimal("0.2")),
        (lambda venue: venue.get_order_books(["42"]), lambda b: b[0].best_ask, Decimal("0.3")),
        (lambda venue: venue.get_price("42", "BUY"), Decimal, Decimal("0.2")),
        (
            lambda venue: venue.get_prices([("42", "BUY")]),
            lambda p: p["42"]["BUY"],
            Decimal("0.2"),
        ),
        (lambda venue: venue.get_midpoint("42"), Decimal, Decimal("0.25")),
        (lambda venue: venue.get_midpoints(["42"]), lambda m: m["42"], Decimal("0.25")),
        (lambda venue: venue.get_spread("42"), Decimal, Decimal("0.1")),
        (lambda venue: venue.get_spreads(["42"]), lambda s: s["42"], Decimal("0.1")),
        (lambda venue: venue.get_last_trade_price("42"), lambda t: t.side, "BUY"),
        (lambda venue: venue.get_last_trades_prices(["42"]), lambda t: t[0].token_id, "42"),
        (lambda venue: venue.get_tick_size("42"), Decimal, Decimal("0.01")),
        (lambda venue: venue.get_neg_risk("42"), bool, True),
        (lambda venue: venue.get_fee_rate("42"), int, 0),
        (lambda venue: venue.get_market_of_token("42"), lambda m: m.condition_id, CONDITION),
        (lambda venue: venue.get_market_info(CONDITION), lambda m: m.min_order_size, Decimal(5)),
        (lambda venue: venue.get_clob_market(CONDITION), lambda m: m.question, "Will it?"),
        (lambda venue: venue.get_live_activity(CONDITION), lambda a: a[0].kind, "trade"),
        (
            lambda venue: venue.get_prices_history("42", interval="1d"),
            lambda h: h[0].time,
            datetime(2025, 12, 23, 9, 19, 6, tzinfo=UTC),
        ),
        (lambda venue: venue.list_clob_markets(), lambda m: m[0].condition_id, CONDITION),
        (lambda venue: venue.list_simplified_markets(), lambda m: m[0].condition_id, CONDITION),
        (lambda venue: venue.list_sampling_markets(), lambda m: m[0].condition_id, CONDITION),
        (lambda venue: venue.list_sampling_simplified_markets(limit=1), len, 1),
    ],
)
async def test_each_method_asks_and_returns_what_was_found(
    ask: Callable[[AsyncPolymarket], Any], look, wanted
):
    async with rest_venue(ANSWERS) as asked, AsyncPolymarket(asked.config) as venue:
        assert wanted == look(await ask(venue))
        assert 1 == len(asked.lines)


async def test_a_batch_of_many_tokens_is_several_requests_and_one_answer():
    async with rest_venue(ANSWERS) as asked, AsyncPolymarket(asked.config) as venue:
        tokens = [str(number) for number in range(250)]
        assert 3 == len(await venue.get_order_books(tokens))
        assert tokens == [each["token_id"] for body in asked.bodies for each in body]
        assert {"42": Decimal("0.25")} == await venue.get_midpoints(tokens)


async def test_a_list_is_gone_through_to_its_end_or_its_limit():
    async with rest_venue(ANSWERS) as asked, AsyncPolymarket(asked.config) as venue:
        ids = [market.condition_id async for market in venue.list_clob_markets(limit=7)]
        assert [CONDITION] == ids
        assert ["GET /markets?next_cursor=MA%3D%3D"] == asked.lines


@pytest.mark.parametrize("wrong", [CONDITION, "", "will-it-rain", 42, None])
async def test_what_cannot_be_a_token_is_told_before_anything_is_sent(wrong):
    async with rest_venue(ANSWERS) as asked, AsyncPolymarket(asked.config) as venue:
        for method in (venue.get_order_book, venue.get_midpoint, venue.get_tick_size):
            with pytest.raises(UnknownTokenError):
                await method(wrong)
        with pytest.raises(UnknownTokenError):
            await venue.get_order_books([wrong])
        assert [] == asked.lines


async def test_a_token_without_a_book_is_not_found():
    async with rest_venue({}) as asked, AsyncPolymarket(asked.config) as venue:
        with pytest.raises(RestError, match=r"nothing of this name") as raised:
            await venue.get_order_book("42")
        assert ("not_found", 404) == (raised.value.name, raised.value.status)
        assert 1 == len(asked.lines)
