"""Who is let in: wallets by their signature, requests by that of their key."""

import pytest
from tests.sim.wallet import Wallet

from pr3dict.sim.desk.accounts import (
    OPENING_COLLATERAL,
    TEST_ADDRESS,
    TEST_KEY,
    TEST_PRIVATE_KEY,
    Accounts,
    ApiKey,
    Refused,
)

NOW_MS = 1_790_000_000_000
NOW_S = NOW_MS // 1_000
OTHER_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
DENIED = Refused(401, "Unauthorized/Invalid api key")


def default() -> Wallet:
    return Wallet(TEST_PRIVATE_KEY, TEST_KEY[:3])


def test_the_default_account_is_that_of_the_known_key():
    accounts = Accounts()
    assert TEST_ADDRESS.lower() == default().address
    assert [TEST_KEY.key] == list(accounts.default.keys)
    assert OPENING_COLLATERAL == accounts.default.collateral


def test_a_wallet_gets_a_key_once_and_the_same_again_when_it_derives_it():
    accounts, wallet = Accounts(), Wallet(OTHER_KEY)
    headers = wallet.l1(NOW_S, 5)
    assert Refused(400, "Could not derive api key!") == accounts.derive(headers, NOW_MS)
    made = accounts.create(headers, NOW_MS)

    assert isinstance(made, ApiKey)
    assert made == accounts.derive(headers, NOW_MS)
    assert Refused(400, "Could not create api key") == accounts.create(headers, NOW_MS)
    assert made == Accounts().create(headers, NOW_MS)
    assert made != accounts.create(wallet.l1(NOW_S, 6), NOW_MS)


@pytest.mark.parametrize("name", ["POLY_ADDRESS", "POLY_TIMESTAMP", "POLY_NONCE", "POLY_SIGNATURE"])
def test_a_wallet_that_says_other_than_it_signed_gets_nothing(name):
    headers = Wallet(OTHER_KEY).l1(NOW_S)
    others = {**Wallet(TEST_PRIVATE_KEY).l1(NOW_S + 1, 1)}
    assert 401 == _status(Accounts().create({**headers, name: others[name]}, NOW_MS))
    assert 401 == _status(Accounts().create({**headers, name: ""}, NOW_MS))


def _status(found: ApiKey | Refused) -> int:
    return found.status if isinstance(found, Refused) else 200


def test_a_signed_request_is_that_of_its_account():
    accounts = Accounts()
    headers = default().l2("POST", "/order", b"{}", NOW_S)
    assert (accounts.default, TEST_KEY) == accounts.check(headers, "POST", "/order", b"{}", NOW_MS)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "/order", b"{}"), ("POST", "/orders", b"{}"), ("POST", "/order", b"{ }")],
)
def test_a_request_other_than_the_signed_one_is_refused(method, path, body):
    headers = default().l2("POST", "/order", b"{}", NOW_S)
    assert DENIED == Accounts().check(headers, method, path, body, NOW_MS)


@pytest.mark.parametrize(
    "changes",
    [
        {"POLY_API_KEY": "another"},
        {"POLY_PASSPHRASE": "another"},
        {"POLY_ADDRESS": "0x" + "11" * 20},
        {"POLY_TIMESTAMP": "soon"},
        {"POLY_TIMESTAMP": str(NOW_S + 1)},
        {"POLY_SIGNATURE": "é"},
    ],
)
def test_a_header_other_than_the_signed_one_is_refused(changes):
    headers = {**default().l2("GET", "/data/orders", b"", NOW_S), **changes}
    assert DENIED == Accounts().check(headers, "GET", "/data/orders", b"", NOW_MS)


def test_a_clock_that_is_off_is_refused_only_where_the_script_says_so():
    accounts = Accounts()
    late = default().l2("GET", "/data/orders", b"", NOW_S - 61)
    assert DENIED != accounts.check(late, "GET", "/data/orders", b"", NOW_MS)
    accounts.skew_ms = 60_000
    assert DENIED == accounts.check(late, "GET", "/data/orders", b"", NOW_MS)
    assert 401 == _status(accounts.create(Wallet(OTHER_KEY).l1(NOW_S - 61), NOW_MS))
    timely = default().l2("GET", "/data/orders", b"", NOW_S - 59)
    assert DENIED != accounts.check(timely, "GET", "/data/orders", b"", NOW_MS)


def test_a_key_ends_at_its_moment():
    accounts = Accounts()
    accounts.expire(TEST_KEY.key, NOW_MS)
    headers = default().l2("GET", "/data/orders", b"", NOW_S)
    assert DENIED != accounts.check(headers, "GET", "/data/orders", b"", NOW_MS - 1)
    assert DENIED == accounts.check(headers, "GET", "/data/orders", b"", NOW_MS)
    assert accounts.admits(*TEST_KEY[:3], NOW_MS) is None


def test_a_deleted_key_opens_nothing_and_its_account_is_still_there():
    accounts = Accounts()
    accounts.delete(TEST_KEY.key)
    headers = default().l2("GET", "/data/orders", b"", NOW_S)
    assert DENIED == accounts.check(headers, "GET", "/data/orders", b"", NOW_MS)
    assert accounts.default is accounts.open(TEST_ADDRESS.upper().replace("0X", "0x"))


def test_the_user_channel_wants_all_three_parts_of_a_key():
    accounts = Accounts()
    key, secret, passphrase = TEST_KEY[:3]
    assert accounts.default is accounts.admits(key, secret, passphrase, NOW_MS)
    for wrong in ((key, secret, "x"), (key, "x", passphrase), ("x", secret, passphrase)):
        assert accounts.admits(*wrong, NOW_MS) is None


def test_a_script_grants_keys_without_a_signature():
    accounts, wallet = Accounts(), Wallet(OTHER_KEY)
    key = accounts.grant(wallet.address, 3)
    assert key == accounts.derive(wallet.l1(NOW_S, 3), NOW_MS)


def test_shares_begin_alike_for_every_token_and_move_one_by_one():
    account = Accounts().open("0x" + "22" * 20, collateral=5, shares=7)
    account.give("1", -2)
    assert (5, 7, 9) == (account.shares("1"), account.shares("2"), account.shares("1") + 4)
