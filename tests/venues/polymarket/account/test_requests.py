"""Private requests: what they ask, who signs them, and what is made of the answers."""

import json
from typing import Any

import pytest
from tests.real.shared import shared_file

from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import CredentialsError, RestError, UnknownTokenError
from pr3dict.model.requests import Page
from pr3dict.model.states import Source
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket.account import requests as account
from pr3dict.venues.polymarket.account.requests import Account
from pr3dict.venues.polymarket.account.types import Balance, Notification
from pr3dict.venues.polymarket.signing import auth
from pr3dict.venues.polymarket.signing.orders import SignatureType

# Publicly known development key (Hardhat account 0): it owns nothing.
WALLET = auth.Wallet("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
CREDS = ClobApiKeyCreds("the-key", "c2VjcmV0IGJ5dGVz", "the-passphrase")
URL = "http://127.0.0.1:8377"
OURS = Account(clob_url=URL + "/", creds=CREDS, address=WALLET.address)
MARKET = "0x" + "ab" * 32
NOW = Nanos(1_800_000_000 * NS_PER_S)

ORDER: dict[str, Any] = {
    "id": "0x01",
    "status": "ORDER_STATUS_LIVE",
    "market": MARKET,
    "asset_id": "42",
    "side": "BUY",
    "original_size": "10",
    "size_matched": "2.5",
    "price": "0.57",
    "outcome": "Yes",
    "owner": "the-key",
    "maker_address": WALLET.address,
    "order_type": "GTC",
    "associate_trades": None,
    "created_at": 1_700_000_000,
    "expiration": "0",
}


def sample(name: str) -> bytes:
    found = json.loads(shared_file("vectors/polymarket/rest_samples.json").read_text("utf-8"))
    return json.dumps(found["samples"][name]["body"]).encode()


def test_a_list_of_orders_is_asked_for_by_market_token_and_place():
    request = account.open_orders(OURS, market=MARKET, token="42", cursor="MTAw")
    assert f"{URL}/data/orders?market={MARKET}&asset_id=42&next_cursor=MTAw" == request.url
    assert f"{URL}/data/orders" == account.open_orders(OURS).url
    assert ("all", "clob", "ledger", "/data/orders") == request.limits


def test_trades_are_asked_for_by_all_that_the_venue_takes():
    request = account.trades(
        OURS, market=MARKET, token="42", trade_id="t", maker_address="0x1", after=1, before=2
    )
    assert request.url == (
        f"{URL}/data/trades?id=t&market={MARKET}&asset_id=42&maker_address=0x1&after=1&before=2"
    )


def test_each_request_is_signed_for_its_path_and_body_when_it_is_sent():
    for request in (
        account.open_orders(OURS, token="42"),
        account.orders_scoring(OURS, ["0x01"]),
        account.delete_api_key(OURS),
    ):
        assert request.sign is not None
        wanted = auth.l2_headers(
            CREDS,
            WALLET.address,
            NOW,
            method=request.method,
            url=request.url.partition("?")[0],
            body=request.body,
        )
        assert wanted == request.sign(NOW)


def test_a_key_is_made_and_derived_with_the_wallet():
    made = account.create_api_key(URL, WALLET, nonce=7)
    derived = account.derive_api_key(URL, WALLET, nonce=7)
    assert ("POST", f"{URL}/auth/api-key", False) == (made.method, made.url, made.repeatable)
    assert ("GET", f"{URL}/auth/derive-api-key", True) == (
        derived.method,
        derived.url,
        derived.repeatable,
    )
    assert made.sign is not None
    assert auth.l1_headers(WALLET, NOW, nonce=7) == made.sign(NOW)
    body = b'{"apiKey":"k","secret":"c2VjcmV0","passphrase":"p"}'
    assert ClobApiKeyCreds("k", "c2VjcmV0", "p") == made.read(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"apiKey":"k","secret":"c2VjcmV0',
        b'{"apiKey":"k","secret":"c2VjcmV0"}',
        b'{"apiKey":"k","secret":"c2VjcmV0!","passphrase":"p"}',
        b'["c2VjcmV0"]',
        b"<html>c2VjcmV0</html>",
        b"\xff c2VjcmV0",
    ],
)
def test_half_a_key_is_never_shown(body):
    with pytest.raises(RestError) as raised:
        account.derive_api_key(URL, WALLET).read(body)
    assert "bad_answer" == raised.value.name
    assert "c2VjcmV0" not in f"{raised.value!r} {raised.value}"
    context = raised.value.__context__
    assert "c2VjcmV0" not in repr(context)


def test_an_order_is_what_the_user_channel_tells_with_its_source():
    found = account.order(OURS, "0x01", now=NOW).read(json.dumps(ORDER).encode())
    assert ("0x01", "LIVE", 570_000, 10_000_000, 2_500_000, "GTC") == (
        found.order_id,
        found.status,
        found.price,
        found.original_size,
        found.matched_size,
        found.order_type,
    )
    assert (Source.REST, NOW, 1_700_000_000 * NS_PER_S, 0) == (
        found.source,
        found.local_ns,
        found.created_ns,
        found.expires_ns,
    )


@pytest.mark.parametrize("body", [b"null", b"{}", b""])
def test_an_order_that_the_venue_does_not_know_is_not_found(body):
    with pytest.raises(RestError) as raised:
        account.order(OURS, "0x01").read(body)
    assert "not_found" == raised.value.name


def test_an_order_id_cannot_lead_elsewhere():
    assert f"{URL}/data/order/..%2Fcancel-all" == account.order(OURS, "../cancel-all").url


def test_a_page_ends_where_the_venue_says_so():
    read = account.open_orders(OURS).read
    body = {"data": [ORDER], "limit": 1, "count": 1, "next_cursor": "MTAw"}
    page = read(json.dumps(body).encode())
    assert ("MTAw", ["0x01"]) == (page.next_cursor, [each.order_id for each in page.items])
    for end in ('"LTE="', '""', "null"):
        assert Page((), "") == read(f'{{"data":null,"next_cursor":{end}}}'.encode())


def test_real_answers_are_read():
    page = account.open_orders(OURS).read(sample("http_open_orders_page.json"))
    assert [200_000_000, 150_000_000] == [each.original_size for each in page.items]
    for name in ("http_open_order.json", "http_open_order_sell_fok.json"):
        assert account.order(OURS, "0x01").read(sample(name)).status in ("LIVE", "MATCHED")
    for name in ("http_trades_page.json", "data_trades_page"):
        page_of_trades = account.trades(OURS).read(sample(name))
        assert {"MINED", "MATCHED"} >= {each.status for each in page_of_trades.items}


def test_a_trade_loses_the_prefix_of_rest():
    body = json.loads(sample("http_trades_page.json"))
    body["data"][0]["status"] = "TRADE_STATUS_CONFIRMED"
    page = account.trades(OURS, now=NOW).read(json.dumps(body).encode())
    assert ["CONFIRMED"] == [each.status for each in page.items]


@pytest.mark.parametrize(
    "request_made",
    [account.open_orders(OURS), account.trades(OURS), account.order(OURS, "0x01")],
    ids=["orders", "trades", "order"],
)
@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"<html>", "bad_answer"),
        (b'{"data":[', "bad_answer"),
        (b"[]", "bad_answer"),
        (b'{"data":[{"id":"0x01"}]}', "bad_answer"),
        (b'{"error":"Unauthorized/Invalid api key"}', "refused"),
    ],
)
def test_what_is_no_answer_is_said_in_a_sentence(request_made, body, name):
    with pytest.raises(RestError) as raised:
        request_made.read(body)
    assert name == raised.value.name


def test_a_balance_is_asked_for_dollars_or_for_a_token():
    safe = Account(
        clob_url=URL,
        creds=CREDS,
        address=WALLET.address,
        signature_type=SignatureType.POLY_GNOSIS_SAFE,
    )
    assert account.balance(safe).url == (
        f"{URL}/balance-allowance?asset_type=COLLATERAL&signature_type=2"
    )
    assert account.refresh_balance(OURS, "CONDITIONAL", "42").url == (
        f"{URL}/balance-allowance/update?asset_type=CONDITIONAL&token_id=42&signature_type=0"
    )
    for asset_type, token in (("COLLATERAL", "42"), ("CONDITIONAL", "")):
        with pytest.raises(ValueError, match="wanted a token for shares and none for dollars"):
            account.balance(OURS, asset_type, token)


def test_a_balance_is_read_in_micros():
    read = account.balance(OURS).read
    assert Balance(1_000_000_000, {"0x01": 2**256 - 1}) == read(
        f'{{"balance":"1000000000","allowances":{{"0x01":"{2**256 - 1}"}}}}'.encode()
    )
    with pytest.raises(RestError, match="wanted whole micros"):
        read(sample("http_balance_allowance_no_allowance.json"))


def test_notifications_are_read_and_dropped():
    request = account.notifications(OURS)
    assert f"{URL}/notifications?signature_type=0" == request.url
    assert (Notification(1, 2, "k", 5, {"a": 1}),) == request.read(
        b'[{"id":1,"type":2,"owner":"k","timestamp":5,"payload":{"a":1},"new":0}]'
    )
    assert () == request.read(b"null")
    dropped = account.drop_notifications(OURS, [1, "2"])
    assert ("DELETE", f"{URL}/notifications?ids=1%2C2&signature_type=0") == (
        dropped.method,
        dropped.url,
    )
    with pytest.raises(ValueError, match="at least one notification"):
        account.drop_notifications(OURS, [])


def test_flags_are_read():
    assert account.closed_only(OURS).read(b'{"closed_only":true}') is True
    assert account.order_scoring(OURS, "0x01").read(b'{"scoring":false}') is False
    assert f"{URL}/order-scoring?order_id=0x01" == account.order_scoring(OURS, "0x01").url
    several = account.orders_scoring(OURS, ["0x01", "0x02"])
    assert ("POST", b'["0x01","0x02"]') == (several.method, several.body)
    assert {"0x01": True} == several.read(b'{"0x01":true}')
    with pytest.raises(ValueError, match="order_id: wanted text that UTF-8 can write"):
        account.orders_scoring(OURS, ["0x01", "\udcff"])
    with pytest.raises(RestError):
        account.closed_only(OURS).read(b'{"scoring":true}')


def test_keys_are_listed_and_deleted():
    assert ("a", "b") == account.api_keys(OURS).read(b'{"apiKeys":["a","b"]}')
    assert () == account.api_keys(OURS).read(b'{"apiKeys":null}')
    deleted = account.delete_api_key(OURS)
    assert ("DELETE", False) == (deleted.method, deleted.repeatable)
    for body in (b"OK", b'"OK"\n', b""):
        deleted.read(body)
    for body in (b"<html>", b'{"error":"no"}'):
        with pytest.raises(RestError):
            deleted.read(body)


def test_ids_that_cannot_be_such_are_refused_before_anything_is_sent():
    with pytest.raises(UnknownTokenError):
        account.open_orders(OURS, token=MARKET)
    with pytest.raises(UnknownTokenError):
        account.trades(OURS, market="42&x=y")


def test_an_account_that_cannot_be_anybody_is_refused():
    with pytest.raises(CredentialsError, match="address: wanted the 0x and 40 digits"):
        Account(clob_url=URL, creds=CREDS, address="me")
    with pytest.raises(CredentialsError, match="API secret"):
        Account(clob_url=URL, creds=ClobApiKeyCreds("k", "?", "p"), address=WALLET.address)


def test_neither_account_nor_request_shows_a_secret():
    request = account.open_orders(OURS)
    shown = f"{OURS} {OURS!r} {request} {request!r}"
    for secret in ("the-key", "c2VjcmV0", "the-passphrase"):
        assert secret not in shown
