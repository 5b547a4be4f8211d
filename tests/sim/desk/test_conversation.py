"""What a client of the user channel may say, and what follows."""

import json

import pytest

from pr3dict.sim.desk.accounts import TEST_KEY, Account, Accounts
from pr3dict.sim.desk.conversation import Answer, UserConversation

AUTH = dict(zip(("apiKey", "secret", "passphrase"), TEST_KEY[:3], strict=True))
ACCOUNTS = Accounts()


def admits(key: str, secret: str, passphrase: str) -> Account | None:
    return ACCOUNTS.admits(key, secret, passphrase, 0)


def begun(**members: object) -> UserConversation:
    conversation = UserConversation()
    text = json.dumps({"type": "user", "auth": AUTH, **members})
    assert Answer() == conversation.heard(text, admits)
    return conversation


def test_a_subscription_is_not_acknowledged_and_hears_of_every_market():
    conversation = begun()
    assert ACCOUNTS.default is conversation.account
    assert conversation.wants("0xany")


def test_named_markets_are_the_only_ones_until_others_come_and_go():
    conversation = begun(markets=["0x1"])
    assert (True, False) == (conversation.wants("0x1"), conversation.wants("0x2"))
    conversation.heard('{"operation":"subscribe","markets":["0x2"]}', admits)
    conversation.heard('{"operation":"unsubscribe","markets":["0x1"]}', admits)
    assert (False, True) == (conversation.wants("0x1"), conversation.wants("0x2"))


def test_no_markets_named_are_all_markets():
    assert begun(markets=[]).wants("0x1")


def test_who_hears_of_all_goes_on_to():
    conversation = begun()
    conversation.heard('{"operation":"unsubscribe","markets":["0x1"]}', admits)
    assert conversation.wants("0x1")


@pytest.mark.parametrize("name", list(AUTH))
def test_bad_credentials_end_the_connection(name):
    conversation = UserConversation()
    text = json.dumps({"type": "user", "auth": {**AUTH, name: "wrong"}})
    assert Answer(close=(1008, "invalid auth")) == conversation.heard(text, admits)
    assert not conversation.wants("0x1")


@pytest.mark.parametrize(
    "text",
    [
        *("PING", "{", "[]", '{"type":"user"}', '{"type":"market","assets_ids":[]}', '{"auth":{}}'),
        "[" * 20_000,
    ],
)
def test_whatever_comes_before_a_subscription_ends_the_connection(text):
    told = UserConversation().heard(text, admits)
    assert Answer(close=(1008, "invalid subscription payload")) == told


def test_a_ping_is_answered_and_nonsense_is_not():
    conversation = begun()
    assert Answer((b"PONG",)) == conversation.heard("PING", admits)
    assert Answer() == conversation.heard("nonsense", admits)
    assert Answer() == conversation.heard('{"operation":"subscribe"}', admits)
