"""The headers of wallet and API key: the vectors, and credentials that are none."""

import copy
import json
import logging
import pickle

import pytest
from tests.real.shared import shared_file

from pr3dict.model.credentials import ClobApiKeyCreds, Secret
from pr3dict.model.errors import CredentialsError
from pr3dict.model.requests import Request
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket.signing import auth

# Publicly known development key (Hardhat account 0): it owns nothing.
KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
SECRET = "c2VjcmV0IGJ5dGVzIHdpdGggLV8_"
CREDS = ClobApiKeyCreds("the-key", SECRET, "the-passphrase")
NOW = Nanos(1_700_000_000 * NS_PER_S + 999_999_999)
URL = "https://clob.polymarket.com/data/orders?market=0xab&next_cursor=MA=="


def vectors(name):
    return json.loads(shared_file(f"vectors/polymarket/{name}.json").read_text("utf-8"))["vectors"]


def test_every_vector_of_the_wallet_holds_byte_for_byte():
    for vector in vectors("clob_auth_eip712"):
        wallet = auth.Wallet(vector["private_key"], chain_id=vector["chain_id"])
        now = Nanos(vector["timestamp"] * NS_PER_S)
        assert vector["headers"] == auth.l1_headers(wallet, now, nonce=vector["nonce"])
        assert vector["address"] == wallet.address


def test_every_vector_of_the_api_key_holds_byte_for_byte():
    for vector in vectors("hmac"):
        assert vector["expected_signature"] == auth.hmac_signature(
            Secret(vector["secret_b64url"]),
            timestamp=vector["timestamp"],
            method=vector["method"],
            path=vector["path"],
            body=(vector["body"] or "").encode(),
        )


def test_the_query_is_not_signed_and_the_body_is_to_the_byte():
    def signature(url=URL, body=b""):
        return auth.l2_headers(CREDS, ADDRESS, NOW, method="GET", url=url, body=body)[
            "POLY_SIGNATURE"
        ]

    assert signature() == signature("http://127.0.0.1:8377/data/orders")
    assert signature() != signature("http://127.0.0.1:8377/data/trades")
    assert signature(body=b'{"a":1}') != signature(body=b'{"a": 1}')


def test_the_headers_of_the_api_key_are_these_five():
    headers = auth.l2(CREDS, ADDRESS, method="GET", url=URL)(NOW)
    assert {
        "POLY_ADDRESS": ADDRESS,
        "POLY_SIGNATURE": headers["POLY_SIGNATURE"],
        "POLY_TIMESTAMP": "1700000000",
        "POLY_API_KEY": "the-key",
        "POLY_PASSPHRASE": "the-passphrase",
    } == headers


def test_each_time_of_sending_is_signed_anew():
    for sign in (auth.l1(auth.Wallet(KEY)), auth.l2(CREDS, ADDRESS, method="GET", url=URL)):
        earlier, later = sign(NOW), sign(Nanos(NOW + NS_PER_S))
        assert ("1700000000", "1700000001") == (earlier["POLY_TIMESTAMP"], later["POLY_TIMESTAMP"])
        assert earlier["POLY_SIGNATURE"] != later["POLY_SIGNATURE"]


@pytest.mark.parametrize("secret", ["", "=", "a", "not base64!", "ä" * 44, "a\nb", "abc=def="])
def test_a_secret_that_is_no_base64_is_refused_in_a_sentence_without_it(secret):
    with pytest.raises(CredentialsError, match="API secret: wanted base64") as raised:
        auth.l2(ClobApiKeyCreds("k", secret, "p"), ADDRESS, method="GET", url=URL)
    assert len(secret) < 4 or secret not in str(raised.value)
    assert raised.value.__context__ is None


def test_a_secret_may_have_lost_its_padding_or_use_the_other_alphabet():
    """What a shell, a form or an older client made of it is the same secret."""

    def signature(text):
        return auth.hmac_signature(Secret(text), timestamp="1", method="GET", path="/")

    assert signature("-_-_AA==") == signature("+/+/AA==") == signature("-_-_AA")


@pytest.mark.parametrize("text", ["", "two\r\nPOLY_ADDRESS: lines", "clé", " padded "])
def test_a_key_or_passphrase_that_is_no_header_is_refused_in_a_sentence_without_it(text):
    for creds in (ClobApiKeyCreds(text, SECRET, "p"), ClobApiKeyCreds("k", SECRET, text)):
        with pytest.raises(CredentialsError, match="wanted printable ASCII") as raised:
            auth.checked(creds)
        assert not text or text not in str(raised.value)


def test_nothing_that_signs_shows_what_it_signs_with(caplog):
    wallet = auth.Wallet(KEY)
    things = [
        wallet,
        auth.l1(wallet),
        auth.l2(CREDS, ADDRESS, method="GET", url=URL),
        Request(url=URL, read=bytes, sign=auth.l2(CREDS, ADDRESS, method="GET", url=URL)),
    ]
    caplog.set_level(logging.DEBUG)
    logging.getLogger("test").info("%s %r", things, things)
    shown = caplog.text + "".join(f"{thing} {thing!r}" for thing in things)
    for secret in (KEY[2:], SECRET, "the-passphrase", "the-key"):
        assert secret not in shown
    assert ADDRESS in shown


def test_a_wallet_is_not_written_down_by_pickle():
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(auth.Wallet(KEY))


def test_wallets_of_one_key_on_one_chain_are_equal():
    assert auth.Wallet(KEY) == auth.Wallet(Secret(KEY))
    assert auth.Wallet(KEY) != auth.Wallet(KEY, chain_id=auth.AMOY)
    assert 1 == len({auth.Wallet(KEY), copy.copy(auth.Wallet(KEY))})
