"""Orders as they arrive: what is read, what is refused, in the venue's words."""

from typing import Any

import pytest
from tests.sim.wallet import ZERO

from pr3dict.sim.desk.orders import (
    BAD_EXPIRATION,
    BAD_ORDER,
    OTHER_VERSION,
    Terms,
    Wanted,
    fault,
    read,
    terms,
    too_small,
    wanted,
)
from pr3dict.sim.truth.books import Rules

SHARE = 1_000_000
NOW_MS = 1_790_000_000_000
RULES = Rules("0x01", ("1", "2"), ("Yes", "No"), "5", "0.01", neg_risk=False)


def body(paid: int, got: int, side: str = "BUY", kind: str = "GTC", **changes: Any) -> Any:
    order = {
        "salt": 1,
        "maker": "0xa",
        "signer": "0xa",
        "tokenId": "1",
        "makerAmount": str(paid),
        "takerAmount": str(got),
        "side": side,
        "signatureType": 0,
        "timestamp": "1",
        "metadata": ZERO,
        "builder": ZERO,
        "expiration": "0",
        "signature": "0x00",
    }
    return {"order": {**order, **changes}, "orderType": kind, "owner": "me"}


def order(*amounts: int, **options: Any) -> Wanted:
    found = wanted(body(*amounts, **options))
    assert isinstance(found, Wanted)
    return found


def test_a_limit_order_tells_price_and_size_by_its_amounts():
    assert Terms(470_000, 100 * SHARE, 0) == terms(order(47 * SHARE, 100 * SHARE), RULES)
    sell = order(100 * SHARE, 47 * SHARE, side="SELL")
    assert ("SELL", Terms(470_000, 100 * SHARE, 0)) == (sell.side, terms(sell, RULES))


def test_the_price_of_a_market_order_is_the_nearest_of_the_grid():
    rough = order(SHARE, 1_754_400, kind="FOK")
    assert Terms(570_000, 1_754_400, SHARE) == terms(rough, RULES)


@pytest.mark.parametrize("name", ["taker", "nonce", "feeRateBps"])
def test_an_order_of_version_1_is_told_so(name):
    assert OTHER_VERSION == wanted(body(1, 1, **{name: "0"}))


def test_an_order_without_the_parts_of_version_2_is_of_another_version():
    old = body(1, 1)
    del old["order"]["timestamp"]
    assert OTHER_VERSION == wanted(old)


@pytest.mark.parametrize(
    "item",
    [
        None,
        [],
        {"order": 5},
        body(0, 1),
        body(1, 1, side="HOLD"),
        body(1, 1, kind="IOC"),
        body(1, 1, salt="x"),
        body(1, 1, metadata="0x00"),
        {**body(1, 1, kind="FOK"), "postOnly": True},
        {key: value for key, value in body(1, 1).items() if key != "owner"},
    ],
)
def test_what_is_no_order_is_refused(item):
    assert BAD_ORDER == wanted(item)


def test_a_body_that_is_no_json_is_none():
    assert read(b"{") is None
    assert read(b"[" * 20_000) is None
    assert [1] == read(b"[1]")


@pytest.mark.parametrize(
    ("amounts", "told"),
    [
        ((47_100_000, 100 * SHARE), "Price (0.471) breaks minimum tick size rule: 0.01"),
        ((100 * SHARE, 100 * SHARE), "Price (1) breaks minimum tick size rule: 0.01"),
        ((2 * SHARE, 4 * SHARE), "Size (4) lower than the minimum: 5"),
    ],
)
def test_an_order_against_the_rules_of_its_market_is_told_which(amounts, told):
    found = order(*amounts)
    assert f"order 0x9 is invalid. {told}" == fault(found, "0x9", terms(found, RULES), RULES, 0)


def test_an_order_by_the_rules_has_no_fault():
    found = order(47 * SHARE, 100 * SHARE)
    assert fault(found, "0x9", terms(found, RULES), RULES, NOW_MS) == ""
    tiny = order(SHARE, 2 * SHARE, kind="FAK")
    assert fault(tiny, "0x9", terms(tiny, RULES), RULES, NOW_MS) == ""


@pytest.mark.parametrize(
    ("kind", "expiration", "error"),
    [
        ("GTD", NOW_MS // 1_000 + 60, BAD_EXPIRATION),
        ("GTD", NOW_MS // 1_000 + 61, ""),
        ("GTD", 0, BAD_EXPIRATION),
        ("GTC", NOW_MS // 1_000 + 600, BAD_EXPIRATION),
    ],
)
def test_only_gtd_orders_expire_and_not_within_a_minute(kind, expiration, error):
    found = order(47 * SHARE, 100 * SHARE, kind=kind, expiration=str(expiration))
    assert error == fault(found, "0x9", terms(found, RULES), RULES, NOW_MS)


def test_a_buy_that_trades_at_once_is_worth_a_dollar():
    small = order(990_000, 3 * SHARE, kind="FOK")
    told = "invalid amount for a marketable BUY order ($0.99), min size: $1"
    assert told == too_small(small, terms(small, RULES))
    assert too_small(order(SHARE, 3 * SHARE, kind="FOK"), Terms(330_000, 3 * SHARE, SHARE)) == ""
    assert too_small(order(1, 1, side="SELL", kind="FOK"), Terms(10_000, 1, 0)) == ""
