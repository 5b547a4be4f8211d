"""Orders: the vectors byte for byte, and orders that must not be made."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.real.shared import shared_file

from pr3dict.model.errors import OrderError, UnknownTokenError
from pr3dict.model.units import Price, Size
from pr3dict.venues.polymarket.signing import auth, eip712, exchanges, orders
from pr3dict.venues.polymarket.signing.orders import Order, OrderV1, SignatureType, SignedOrder

# Publicly known development key (Hardhat account 0): it owns nothing.
KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
WALLET = auth.Wallet(KEY)
FUNDER = "0x1111111111111111111111111111111111111111"
TOKEN = "71321045679252212594626385532706912750332728571942532289631379312455583992563"
AT = exchanges.exchange(TOKEN, neg_risk=False)
NOW_MS = 1_795_251_295_896
COMMON = {"token_id": TOKEN, "tick": Price(10_000), "salt": 7, "timestamp": NOW_MS}
EOA = orders.party(WALLET.address)

BODY = (  # as polymarket-client 0.14.0 sends it
    b'{"deferExec":false,"order":{"builder":"0x' + b"0" * 64 + b'","expiration":"0",'
    b'"maker":"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266","makerAmount":"5000000",'
    b'"metadata":"0x' + b"0" * 64 + b'","salt":8079124912747595,"side":"BUY",'
    b'"signature":"0xabcd","signatureType":0,'
    b'"signer":"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266","takerAmount":"10000000",'
    b'"timestamp":"1795251295896","tokenId":"42"},"orderType":"GTC","owner":"the-key"}'
)


def limit(**changes: Any) -> Order:
    wanted: dict[str, Any] = {"side": "BUY", "price": Price(500_000), "size": Size(10_000_000)}
    return orders.limit_order(EOA, **(COMMON | wanted | changes))


def market(**changes: Any) -> Order:
    wanted: dict[str, Any] = {"side": "BUY", "price": Price(500_000), "amount": 5_000_000}
    return orders.market_order(EOA, **(COMMON | wanted | changes))


def signed(order: Order) -> SignedOrder:
    return SignedOrder(order=order, id="0x", signature="0xabcd")


def vectors(name: str) -> Any:
    return json.loads(shared_file(f"vectors/polymarket/{name}.json").read_text("utf-8"))


def of_vector(vector: Any) -> tuple[dict[str, Any], eip712.Domain, auth.Wallet]:
    order, domain = vector["order"], vector["domain"]
    members = {
        "salt": order["salt"],
        "maker": order["maker"],
        "signer": order["signer"],
        "token_id": order["tokenId"],
        "maker_amount": int(order["makerAmount"]),
        "taker_amount": int(order["takerAmount"]),
        "side": ("BUY", "SELL")[order["side"]],
        "signature_type": order["signatureType"],
    }
    at = eip712.Domain(
        name=domain["name"],
        version=domain["version"],
        chain_id=domain["chainId"],
        contract=domain["verifyingContract"],
    )
    return members, at, auth.Wallet(vector["private_key"], chain_id=domain["chainId"])


def test_every_vector_of_v2_and_v3_holds_byte_for_byte():
    found = vectors("order_v2_signatures")
    rows = [*found["vectors"], *found["exchange_v3"]]
    for vector in rows:
        members, at, wallet = of_vector(vector)
        order = Order(
            **members,
            timestamp=int(vector["order"]["timestamp"]),
            metadata=vector["order"]["metadata"],
            builder=vector["order"]["builder"],
        )
        made = orders.sign_order(order, at, wallet)
        assert vector["expected_order_hash"] == made.id, vector["name"]
        assert vector["expected_signature"] == made.signature, vector["name"]
    assert 11 == len(rows)


def test_every_vector_of_v1_holds_byte_for_byte():
    rows = vectors("order_v1_signatures")["vectors"]
    for vector in rows:
        members, at, wallet = of_vector(vector)
        order = OrderV1(
            **members,
            taker=vector["order"]["taker"],
            expiration=int(vector["order"]["expiration"]),
            nonce=int(vector["order"]["nonce"]),
            fee_rate_bps=int(vector["order"]["feeRateBps"]),
        )
        wanted = (vector["expected_order_hash"], vector["expected_signature"])
        assert wanted == orders.sign_order_v1(order, at, wallet)
    assert 2 == len(rows)


def test_the_body_is_what_the_official_client_sends_byte_for_byte():
    order = limit(token_id="42", salt=8_079_124_912_747_595)
    body = orders.post_body(signed(order), owner="the-key", order_type="GTC")
    assert BODY == body
    body = orders.post_body(signed(order), owner="the-key", order_type="GTC", post_only=True)
    assert BODY[:-1] + b',"postOnly":true}' == body
    body = orders.post_body(signed(order), owner="the-key", order_type="GTC", defer_exec=True)
    assert BODY.replace(b'"deferExec":false', b'"deferExec":true') == body


@pytest.mark.parametrize(
    ("kind", "maker", "signer"),
    [
        (SignatureType.EOA, WALLET.address, WALLET.address),
        (SignatureType.POLY_PROXY, FUNDER, WALLET.address),
        (SignatureType.POLY_GNOSIS_SAFE, FUNDER, WALLET.address),
        (SignatureType.POLY_1271, FUNDER, FUNDER),
    ],
)
def test_the_way_of_signing_says_whose_funds_and_whose_signature_it_is(kind, maker, signer):
    funder = "" if kind == SignatureType.EOA else FUNDER
    assert (maker, signer, kind) == orders.party(WALLET.address, funder, kind)


def test_funds_and_way_of_signing_must_fit():
    assert EOA == orders.party(WALLET.address, WALLET.address.lower())
    with pytest.raises(OrderError, match="an EOA spends its own funds"):
        orders.party(WALLET.address, FUNDER)
    with pytest.raises(OrderError, match="POLY_PROXY spends the funds of another address"):
        orders.party(WALLET.address, signature_type=SignatureType.POLY_PROXY)


def test_a_limit_order_says_its_amounts_and_when_it_ends():
    order = limit(side="SELL", expiration=NOW_MS // 1000 + 181)
    assert (10_000_000, 5_000_000) == (order.maker_amount, order.taker_amount)
    assert NOW_MS // 1000 + 181 == order.expiration


def test_the_expiration_is_sent_and_not_signed():
    ends = limit(expiration=NOW_MS // 1000 + 181)
    assert orders.sign_order(limit(), AT, WALLET).id == orders.sign_order(ends, AT, WALLET).id
    body = json.loads(orders.post_body(signed(ends), owner="k", order_type="GTD"))
    assert str(NOW_MS // 1000 + 181) == body["order"]["expiration"]


def test_an_expiration_that_the_venue_would_refuse_is_refused_here():
    with pytest.raises(OrderError, match="wanted an expiration at least 180 s ahead, found 60 s"):
        limit(expiration=NOW_MS // 1000 + 60)


def test_a_market_order_too_small_to_keep_its_price_is_refused():
    assert (5_000_000, 10_000_000) == (market().maker_amount, market().taker_amount)
    with pytest.raises(OrderError, match=r"0\.01 is too little to BUY at no worse than 0\.29"):
        market(price=Price(290_000), amount=10_000)


@pytest.mark.parametrize("salt", [-1, orders.SALT_MAX + 1])
def test_a_salt_that_a_reader_in_javascript_would_change_is_refused(salt):
    with pytest.raises(OrderError, match="wanted a salt from 0 to 9007199254740991"):
        limit(salt=salt)


def test_a_token_id_that_is_none_is_refused():
    with pytest.raises(UnknownTokenError, match="is a condition id"):
        limit(token_id="0x" + "ab" * 32)
    with pytest.raises(
        OrderError, match="this order cannot be signed: wanted a whole number of 256"
    ):
        orders.sign_order(limit(token_id="9" * 78), AT, WALLET)


@pytest.mark.parametrize(
    ("order_type", "post_only", "expiration", "match"),
    [
        ("FOK", True, 0, "only GTC and GTD can be post-only, found FOK"),
        ("FAK", True, 0, "only GTC and GTD can be post-only, found FAK"),
        ("GTD", False, 0, "wanted an expiration for GTD and none for others, found 0 for GTD"),
        ("GTC", False, 1, "wanted an expiration for GTD and none for others, found 1 for GTC"),
    ],
)
def test_a_type_that_does_not_fit_the_order_is_refused(order_type, post_only, expiration, match):
    order = limit(expiration=NOW_MS // 1000 + 181) if expiration else limit()
    with pytest.raises(OrderError, match=match.replace("found 1 ", r"found \d+ ")):
        orders.post_body(signed(order), owner="k", order_type=order_type, post_only=post_only)


def test_an_order_of_another_wallet_or_chain_is_not_signed():
    stranger = auth.Wallet("0x" + "11" * 32)
    with pytest.raises(OrderError, match=r"to be signed by 0xf39F.*, the wallet is 0x"):
        orders.sign_order(limit(), AT, stranger)
    with pytest.raises(OrderError, match="the wallet signs on chain 80002, not on 137"):
        orders.sign_order(limit(), AT, auth.Wallet(KEY, chain_id=auth.AMOY))


@given(st.sampled_from(["price", "size", "salt", "timestamp", "side", "token_id", "builder"]))
def test_each_member_changes_the_id(name):
    other: dict[str, Any] = {
        "price": Price(510_000),
        "size": Size(11_000_000),
        "salt": 8,
        "timestamp": NOW_MS + 1,
        "side": "SELL",
        "token_id": "1" + "0" * 40,
        "builder": "0x" + "0" * 63 + "1",
    }
    ids = [
        orders.sign_order(order, AT, WALLET).id for order in (limit(), limit(**{name: other[name]}))
    ]
    assert ids[0] != ids[1]
