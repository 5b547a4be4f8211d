"""What the venue answers to the texts of a client."""

import json
from collections.abc import Sequence

import pytest

from pr3dict.sim.clob.conversation import Conversation, Reply

KNOWN = {"1", "2", "3"}


def heard(talk: Conversation, message: object) -> Reply:
    text = message if isinstance(message, str) else json.dumps(message)
    return talk.heard(text, KNOWN.__contains__, opening)


def opening(tokens: Sequence[str]) -> bytes:
    return ",".join(tokens).encode()


def subscribed(*tokens: str) -> Conversation:
    talk = Conversation()
    heard(talk, {"type": "market", "assets_ids": list(tokens)})
    return talk


def test_the_initial_frame_gives_the_known_books_in_the_order_asked_for():
    reply = heard(Conversation(), {"assets_ids": ["3", "9", "1", "3"], "type": "market"})

    assert Reply((b"3,1",), added=("3", "1")) == reply


def test_a_dynamic_subscribe_may_come_first():
    assert ("2",) == heard(Conversation(), {"operation": "subscribe", "assets_ids": ["2"]}).added


def test_no_opening_comes_where_none_is_wanted():
    reply = heard(Conversation(), {"type": "market", "assets_ids": ["1"], "initial_dump": False})

    assert Reply((), added=("1",)) == reply


@pytest.mark.parametrize(
    "text",
    [
        *("PING", "hello", "[]", '{"type":"market"}', '{"type":"user","assets_ids":[]}', "{"),
        "[" * 20_000,
    ],
)
def test_any_text_before_a_subscription_ends_the_connection(text):
    assert (1008, "invalid subscription payload") == heard(Conversation(), text).close


def test_ping_is_answered_once_subscribed():
    assert Reply((b"PONG",)) == heard(subscribed("1"), "PING")


def test_a_second_initial_frame_is_an_invalid_operation():
    again = {"type": "market", "assets_ids": ["2"]}

    assert Reply((b"INVALID OPERATION",)) == heard(subscribed("1"), again)


@pytest.mark.parametrize("text", ["hello", '{"operation":"sell","assets_ids":[]}', "[" * 20_000])
def test_nonsense_is_an_invalid_operation(text):
    assert Reply((b"INVALID OPERATION",)) == heard(subscribed("1"), text)


def test_nothing_new_is_told_but_the_flag_is_taken():
    talk = subscribed("1")
    again = {"operation": "subscribe", "assets_ids": ["1"], "custom_feature_enabled": True}

    assert Reply((b"NO NEW ASSETS",)) == heard(talk, again)
    assert talk.custom


def test_a_later_subscribe_gives_only_the_new_books():
    reply = heard(subscribed("1"), {"operation": "subscribe", "assets_ids": ["1", "2"]})

    assert Reply((b"2",), added=("2",)) == reply


def test_an_unsubscribed_token_can_be_subscribed_again():
    talk = subscribed("1", "2")

    assert ("1",) == heard(talk, {"operation": "unsubscribe", "assets_ids": ["1", "9"]}).removed
    assert ["2"] == list(talk.following)
    assert (b"1",) == heard(talk, {"operation": "subscribe", "assets_ids": ["1"]}).frames
