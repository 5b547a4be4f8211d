"""Signatures against the vectors of the protocol: those of the official clients, to the byte."""

import json
from typing import Any

import pytest
from tests.real.shared import shared_file
from tests.sim.wallet import Wallet, order_digest

from pr3dict.sim.desk import signatures
from pr3dict.sim.desk.signatures import (
    Domain,
    SignedOrder,
    auth_digest,
    auth_signer,
    domain_of,
    hmac_of,
    order_id,
    order_signer,
    recovered,
    same_hmac,
)

KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
ADDRESS = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
TOKEN = (1 << 255) | (1 << 60)
POSITION = (1 << 200) | 7
"""A token id whose bits 40 to 103 are zero."""


def vectors(name: str, part: str = "vectors") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        shared_file(f"vectors/polymarket/{name}.json").read_text("utf-8")
    )[part]
    assert found
    return found


def signed_order(order: dict[str, Any]) -> SignedOrder:
    return SignedOrder(
        int(order["salt"]),
        order["maker"],
        order["signer"],
        int(order["tokenId"]),
        int(order["makerAmount"]),
        int(order["takerAmount"]),
        int(order["side"]),
        int(order["signatureType"]),
        int(order["timestamp"]),
        bytes.fromhex(order["metadata"][2:]),
        bytes.fromhex(order["builder"][2:]),
    )


def domain(told: dict[str, Any]) -> Domain:
    return Domain(told["version"], told["chainId"], told["verifyingContract"])


def test_requests_are_signed_as_the_official_clients_sign_them():
    for vector in vectors("hmac"):
        body = (vector["body"] or "").encode()
        made = hmac_of(
            vector["secret_b64url"], vector["timestamp"], vector["method"], vector["path"], body
        )
        assert vector["expected_signature"] == made


def test_one_byte_of_a_body_makes_another_signature():
    secret = "A" * 43 + "="
    one, other = (hmac_of(secret, "1", "POST", "/order", body) for body in (b"{}", b"{ }"))
    assert not same_hmac(one, other)
    assert same_hmac(one, one)


def test_the_wallet_of_an_l1_request_is_recovered():
    for vector in vectors("clob_auth_eip712"):
        headers, chain = vector["headers"], vector["chain_id"]
        told = (headers["POLY_ADDRESS"], headers["POLY_TIMESTAMP"], headers["POLY_NONCE"])
        assert ADDRESS == auth_signer(*told, headers["POLY_SIGNATURE"], chain)
        assert ADDRESS != auth_signer(told[0], told[1], "24", headers["POLY_SIGNATURE"], chain)


def test_orders_have_the_ids_and_the_signers_of_the_official_clients():
    seen = set()
    name = "order_v2_signatures"
    for vector in [*vectors(name), *vectors(name, "exchange_v3")]:
        order, where = signed_order(vector["order"]), domain(vector["domain"])
        assert vector["expected_order_hash"] == order_id(order, where)
        assert ADDRESS == order_signer(order, where, vector["expected_signature"])
        seen.add((where.version, order.signature_type))
    assert {("2", 0), ("2", 1), ("2", 2), ("2", 3), ("3", 0)} <= seen


def test_an_altered_order_has_another_signer():
    vector = vectors("order_v2_signatures")[0]
    order, where = signed_order(vector["order"]), domain(vector["domain"])
    dearer = order._replace(maker_amount=order.maker_amount + 1)
    assert ADDRESS != order_signer(dearer, where, vector["expected_signature"])


def test_the_envelope_of_a_deposit_wallet_must_be_that_of_the_order():
    vector = next(each for each in vectors("order_v2_signatures") if "1271" in each["name"])
    order, where = signed_order(vector["order"]), domain(vector["domain"])
    assert order_signer(order._replace(salt=1), where, vector["expected_signature"]) is None
    assert order_signer(order, where, vector["expected_signature"][:-4]) is None


def test_an_order_of_version_1_is_signed_by_nobody_here():
    for vector in vectors("order_v1_signatures"):
        as_v2 = {"timestamp": 0, "metadata": "0x" + "00" * 32, "builder": "0x" + "00" * 32}
        order = signed_order({**vector["order"], **as_v2})
        where = domain_of(TOKEN, neg_risk=False)
        assert ADDRESS != order_signer(order, where, vector["expected_signature"])


def test_the_domain_follows_the_kind_of_market_and_of_token():
    token = TOKEN
    assert ("2", signatures.EXCHANGE) == domain_of(token, neg_risk=False)[::2]
    assert ("2", signatures.NEG_RISK_EXCHANGE) == domain_of(token, neg_risk=True)[::2]
    assert ("3", signatures.EXCHANGES_V3[137]) == domain_of(POSITION, neg_risk=True)[::2]


@pytest.mark.parametrize("signature", ["", "0x", "0xzz", "0x" + "00" * 65, "0x" + "ff" * 65])
def test_what_is_no_signature_is_signed_by_nobody(signature):
    assert auth_signer(ADDRESS, "1", "0", signature, 137) is None


@pytest.mark.parametrize("address", ["", "0x12", "wallet"])
def test_what_is_no_address_signs_nothing(address):
    assert auth_signer(address, "1", "0", "0x" + "11" * 64 + "1b", 137) is None


def test_the_wallet_of_the_tests_signs_what_the_venue_recovers():
    wallet = Wallet(KEY)
    headers = wallet.l1(10_000_000, 23, 80002)
    assert ADDRESS == wallet.address
    assert vectors("clob_auth_eip712")[0]["expected_signature"] == headers["POLY_SIGNATURE"]
    digest = auth_digest(wallet.address, "10000000", 23, 80002)
    assert ADDRESS == recovered(digest, bytes.fromhex(headers["POLY_SIGNATURE"][2:]))


def test_the_wallet_of_the_tests_and_the_venue_agree_about_an_order():
    wallet = Wallet(KEY, ("k", "", ""))
    fields = wallet.order(str(TOKEN), "SELL", 5, 7)["order"]
    order = signed_order({**fields, "side": 1})
    where = domain_of(TOKEN, neg_risk=False)
    assert "0x" + order_digest(fields, where.contract).hex() == order_id(order, where)
