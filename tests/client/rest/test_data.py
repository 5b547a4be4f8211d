"""Every method of the Data API asks at its address and returns its kind."""

import inspect

import pytest
from tests.client.rest_kit import always, methods
from tests.venues.polymarket.samples import body

from pr3dict.client.rest.data import DataMethods
from pr3dict.client.rest.rows import Rows
from pr3dict.venues.polymarket.data.types import PricePoint, PublicTrade

WALLET = "0x56687bf447db6ffa42ffe2204a05edaa20f55839"
ONE = "0x" + "a" * 64
END = {"pagination": {"has_more": False, "next_cursor": None}}
NOTHING = {"data": [], **END}

LISTS = [
    (lambda data: data.list_trades(user=WALLET), "trades"),
    (lambda data: data.list_activity(WALLET, types=["TRADE"]), "activity"),
    (lambda data: data.list_positions(user=WALLET), "positions"),
    (lambda data: data.list_holders(ONE), "holders"),
    (lambda data: data.list_price_history("42", interval="1d"), "prices-history"),
    (lambda data: data.list_leaderboard(window="day"), "leaderboard"),
    (lambda data: data.list_biggest_winners(), "biggest-winners"),
    (lambda data: data.list_builders(), "builders/leaderboard"),
    (lambda data: data.get_open_interest(), "oi"),
    (lambda data: data.get_token_facts(token_ids=["42"]), "tokens"),
    (lambda data: data.get_resolutions(event_ids=5), "resolutions"),
    (lambda data: data.get_builder_volume(interval="week"), "builders/volume"),
]
ONES = [
    (lambda data: data.get_portfolio_value(WALLET), "value", {"value": "5"}),
    (lambda data: data.get_live_volume([1]), "live-volume", {"taker_volume_total": 5}),
    (lambda data: data.get_standing(WALLET), "leaderboard", {"user_id": WALLET}),
    (lambda data: data.get_user_pnl(WALLET), "user-pnl", {"points": []}),
    (lambda data: data.get_user_stats(WALLET), "user-stats", {"proxy_wallet": WALLET}),
    (
        lambda data: data.get_user_volume(WALLET),
        "user-volume",
        {"volume": 1, "volume_usdc": 1, "trade_count": 1},
    ),
]


@pytest.mark.parametrize(("ask", "path"), LISTS, ids=[path for _, path in LISTS])
async def test_a_list_is_asked_for_and_knows_its_kind_where_it_is_empty(ask, path):
    data, asked = methods(always(NOTHING))
    found = await ask(data)
    assert isinstance(found, Rows)
    assert found.of is not None
    assert [f"http://127.0.0.1:8001/data-api/v2/{path}"] == [url.split("?")[0] for url in asked]


@pytest.mark.parametrize(("ask", "path", "told"), ONES, ids=[path for _, path, _ in ONES])
async def test_a_single_answer_is_asked_for(ask, path, told):
    data, asked = methods(always({"data": told}))
    assert await ask(data) is not None
    assert f"http://127.0.0.1:8001/data-api/v2/{path}" == asked[0].split("?")[0]


def test_every_method_is_tried():
    named = [name for name, _ in inspect.getmembers(DataMethods, inspect.isfunction)]
    assert len(LISTS) + len(ONES) == len([name for name in named if not name.startswith("_")])


async def test_trades_are_taken_part_by_part():
    def tell(path, query):
        cursor = int(query.get("cursor", ["0"])[0])
        size = int(query["limit"][0])
        times = range(cursor + 1, cursor + size + 1)
        trade = {"token_id": "1", "condition_id": ONE, "side": "BUY", "price": 1, "size": 1}
        place = {"has_more": True, "next_cursor": str(cursor + size)}
        return {"data": [{**trade, "timestamp": time} for time in times], "pagination": place}

    data, asked = methods(tell)
    found = await data.list_trades(2_500)
    assert list(range(1, 2_501)) == [trade.time.timestamp() for trade in found]
    assert 3 == len(asked)


async def test_version_one_gives_the_same_rows():
    data, asked = methods(always(body("py_http_trades.json")))
    found = await data.list_trades(4, version=1)
    assert (4, PublicTrade) == (len(found), found.of)
    assert "/data-api/trades?limit=4&offset=0" in asked[0]


async def test_a_price_at_a_time_is_one_point():
    point = {"timestamp": 5, "price": "0.5", "resolution_seconds": 0}
    data, asked = methods(always({"data": [point], **END}))
    found = await data.list_price_history("42", as_of=5)
    assert [PricePoint] == [type(each) for each in found]
    assert "as_of=5" in asked[0]
    assert "limit" not in asked[0]


@pytest.mark.parametrize(
    "ask",
    [
        lambda data: data.list_trades(condition_ids=ONE, event_ids=1),
        lambda data: data.list_positions(),
        lambda data: data.list_price_history("42"),
        lambda data: data.list_activity("me"),
    ],
)
def test_what_the_venue_would_refuse_is_refused_at_the_call(ask):
    data, asked = methods(always(NOTHING))
    with pytest.raises(ValueError, match=r"wanted"):
        ask(data)
    assert [] == asked
