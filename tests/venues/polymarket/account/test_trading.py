"""Orders sent and cancelled: bodies, limits, and what may be repeated."""

import json
from decimal import Decimal
from typing import Any

import pytest
from tests.real.shared import shared_file

from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import OrderError, RestError
from pr3dict.model.units import NS_PER_S, Nanos, Price, Size
from pr3dict.venues.polymarket.account import trading
from pr3dict.venues.polymarket.account.requests import Account
from pr3dict.venues.polymarket.account.types import CancelReceipt
from pr3dict.venues.polymarket.signing import auth, exchanges, orders

# Publicly known development key (Hardhat account 0): it owns nothing.
WALLET = auth.Wallet("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
CREDS = ClobApiKeyCreds("the-key", "c2VjcmV0IGJ5dGVz", "the-passphrase")
URL = "http://127.0.0.1:8377"
OURS = Account(clob_url=URL, creds=CREDS, address=WALLET.address)
NOW = Nanos(1_800_000_000 * NS_PER_S)
SIGNED = orders.sign_order(
    orders.limit_order(
        orders.party(WALLET.address),
        token_id="42",
        side="BUY",
        price=Price(500_000),
        size=Size(10_000_000),
        tick=Price(10_000),
        salt=1,
        timestamp=1_800_000_000_000,
    ),
    exchanges.exchange("42", neg_risk=False),
    WALLET,
)
ORDERS, CANCELS = f"orders@{WALLET.address}", f"cancels@{WALLET.address}"
SENT = trading.post_order(OURS, SIGNED, order_type="GTC", post_only=True)


def sample(name: str) -> bytes:
    found = json.loads(shared_file("vectors/polymarket/rest_samples.json").read_text("utf-8"))
    return json.dumps(found["samples"][name]["body"]).encode()


def test_an_order_is_sent_once_with_its_owner():
    assert ("POST", f"{URL}/order", False) == (SENT.method, SENT.url, SENT.repeatable)
    assert orders.post_body(SIGNED, owner="the-key", order_type="GTC", post_only=True) == SENT.body
    assert ("all", "clob", "ledger", "POST /order", ORDERS) == SENT.limits
    assert SENT.sign is not None
    assert SENT.sign(NOW) == auth.l2_headers(
        CREDS, WALLET.address, NOW, method="POST", url=f"{URL}/order", body=SENT.body
    )


def test_several_orders_are_counted_each():
    several: Any = [(SIGNED, "GTC", False)] * 3
    sent = trading.post_orders(OURS, several)
    assert ("POST", f"{URL}/orders", False) == (sent.method, sent.url, sent.repeatable)
    one = orders.post_body(SIGNED, owner="the-key", order_type="GTC")
    assert b"[" + b",".join([one] * 3) + b"]" == sent.body
    assert 3 == sent.limits.count(ORDERS)
    for wrong in ([], several * 6):
        with pytest.raises(OrderError, match="wanted 1 to 15 orders"):
            trading.post_orders(OURS, wrong)


def test_a_receipt_says_whether_the_order_is_the_venues():
    body = (
        b'{"errorMsg":"","orderID":"0x01","takingAmount":"","makingAmount":"2.5","status":"live",'
        b'"success":true,"tradeIDs":["t"],"transactionsHashes":null}'
    )
    receipt = SENT.read(body)
    assert receipt.accepted
    assert ("0x01", "live", Decimal("2.5"), None, ("t",), ()) == (
        receipt.order_id,
        receipt.status,
        receipt.making_amount,
        receipt.taking_amount,
        receipt.trade_ids,
        receipt.transaction_hashes,
    )


def test_real_receipts_are_read():
    assert SENT.read(sample("http_order_response_ok.json")).accepted
    assert SENT.read(sample("post_order_v1_response")).accepted
    failed = SENT.read(sample("http_order_response_failed.json"))
    assert (False, "Insufficient balance") == (failed.accepted, failed.error)
    with pytest.raises(RestError, match="Internal server error"):
        SENT.read(sample("http_order_response_error_500.json"))


def test_one_rejected_order_spoils_no_other():
    read = trading.post_orders(OURS, [(SIGNED, "GTC", False)] * 2).read
    receipts = read(
        b'[{"success":true,"orderID":"0x01","errorMsg":"","status":"live"},'
        b'{"success":true,"orderID":"","errorMsg":"invalid nonce"}]'
    )
    assert [True, False] == [receipt.accepted for receipt in receipts]


@pytest.mark.parametrize(
    ("request_made", "path", "body", "counted"),
    [
        (trading.cancel_order(OURS, "0xabc"), "/order", b'{"orderID":"0xabc"}', 1),
        (trading.cancel_orders(OURS, ["0x1", "0x2"]), "/orders", b'["0x1","0x2"]', 1),
        (trading.cancel_all(OURS), "/cancel-all", b"", 1),
        (
            trading.cancel_market_orders(OURS, market="0xab", token="42"),
            "/cancel-market-orders",
            b'{"asset_id":"42","market":"0xab"}',
            1,
        ),
    ],
)
def test_a_cancel_may_be_repeated_and_is_counted(request_made, path, body, counted):
    assert ("DELETE", URL + path, body, True) == (
        request_made.method,
        request_made.url,
        request_made.body,
        request_made.repeatable,
    )
    assert counted == request_made.limits.count(CANCELS)
    assert f"DELETE {path}" in request_made.limits
    assert CancelReceipt(("a",), {}) == request_made.read(b'{"canceled":["a"],"not_canceled":{}}')


def test_real_answers_to_cancels_are_read():
    read = trading.cancel_all(OURS).read
    assert 1 == len(read(sample("http_cancel_response_ok.json")).canceled)
    refused = read(sample("http_cancel_response_failed.json"))
    assert ((), 1) == (refused.canceled, len(refused.not_canceled))
    assert read(sample("http_batch_cancel_response.json")).canceled
    with pytest.raises(RestError):
        read(b'{"canceled":"a"}')


def test_a_cancel_of_nothing_in_particular_is_refused():
    with pytest.raises(OrderError, match="cancel_all cancels everything"):
        trading.cancel_market_orders(OURS)
    with pytest.raises(OrderError, match="wanted the id of an order"):
        trading.cancel_order(OURS, "")
    for wrong in ([], ["0x1"] * 3_001, "0x1"):
        with pytest.raises(OrderError, match="wanted 1 to 3000 order ids"):
            trading.cancel_orders(OURS, wrong)


def test_a_heartbeat_is_sent_once_and_answers_the_next_id():
    first, second = trading.heartbeat(OURS), trading.heartbeat(OURS, "uuid")
    assert (b'{"heartbeat_id":""}', b'{"heartbeat_id":"uuid"}') == (first.body, second.body)
    assert ("POST", f"{URL}/v1/heartbeats", False) == (first.method, first.url, first.repeatable)
    assert "uuid" == first.read(b'{"heartbeat_id":"uuid"}')
    with pytest.raises(RestError):
        first.read(b"{}")
