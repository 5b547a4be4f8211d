"""The user channel as it is on the wire."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.real.shared import shared_file
from tests.venues.polymarket.user_kit import MARKET, PASSPHRASE, SECRET, START, creds, order_frame

from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.states import Source
from pr3dict.model.units import MICROS, NS_PER_MS, NS_PER_S
from pr3dict.venues.polymarket.user import wire as user_wire
from pr3dict.venues.polymarket.user.types import UserOrder, UserTrade


def vectors(direction: str) -> dict[str, dict[str, Any]]:
    file = shared_file("vectors/polymarket/ws_user_messages.json")
    found = json.loads(file.read_text())["messages"]
    assert 17 == len(found)
    return {one["kind"]: one["message"] for one in found if one["direction"] == direction}


def read(name: str) -> UserOrder | UserTrade:
    message = json.dumps(vectors("server->client")[name]).encode()
    found = user_wire.read(message, START)
    assert not isinstance(found, str)
    return found


def test_what_we_send_is_what_the_documents_show():
    theirs = vectors("client->server")
    made = ClobApiKeyCreds("your-api-key-uuid", "your-api-secret", "your-passphrase")
    market = theirs["subscribe, filtered"]["markets"]
    assert theirs["subscribe"] == json.loads(user_wire.open_with(made, ()))
    assert theirs["subscribe, filtered"] == json.loads(user_wire.open_with(made, market))
    assert theirs["dynamic subscribe"] == json.loads(user_wire.subscribe(market))


def test_the_first_frame_is_byte_for_byte_that_of_the_official_client():
    made = ClobApiKeyCreds("k", "s", "p")
    assert (
        b'{"type":"user","auth":{"apiKey":"k","secret":"s","passphrase":"p"}}'
        == user_wire.open_with(made, ())
    )


def test_every_message_that_was_ever_captured_is_read():
    found = [
        user_wire.read(json.dumps(m).encode(), START) for m in vectors("server->client").values()
    ]
    kinds = [type(one).__name__ for one in found]
    assert (8, 6) == (kinds.count("UserOrder"), kinds.count("UserTrade"))
    for message, one in zip(vectors("server->client").values(), found, strict=True):
        assert not isinstance(one, str)
        assert message["market"] == one.market
        assert message["asset_id"] == one.token
        assert message["status"] == one.status
        assert message["side"] == one.side
        assert Source.WS is one.source
        assert START == one.local_ns


def test_an_order_is_exact():
    found = read("order_placement")
    assert isinstance(found, UserOrder)
    assert (513_000, 5 * MICROS, 0) == (found.price, found.original_size, found.matched_size)
    assert ("PLACEMENT", "GTC", "LIVE") == (found.kind, found.order_type, found.status)
    assert 1_725_842_520 * NS_PER_S == found.created_ns
    assert 1_725_842_520_990 * NS_PER_MS == found.venue_ns
    assert 0 == found.expires_ns


def test_seconds_and_milliseconds_are_told_apart_by_their_size():
    documented, captured = read("order PLACEMENT (docs)"), read("ws_user_order_matched")
    assert 1_672_290_687 * NS_PER_S == documented.venue_ns
    assert isinstance(captured, UserOrder)
    assert 1_703_875_200 * NS_PER_S == captured.created_ns
    assert 1_703_875_201 * NS_PER_S == captured.venue_ns


def test_a_killed_order_says_no_matched_size_and_keeps_its_sentence():
    found = read("ws_user_order_fok_killed")
    assert isinstance(found, UserOrder)
    assert found.matched_size is None
    assert 0 == found.created_ns
    assert (
        "CANCELED_order couldn't be fully filled. FOK orders are fully filled or killed."
        == found.status
    )


def test_the_time_of_a_match_is_read_under_both_names_and_as_a_date():
    names = {
        "trade MATCHED (docs)": 1_672_290_701,
        "user_trade2": 1_725_958_681,
        "ws_user_trade": 1_704_067_200,
    }
    for name, seconds in names.items():
        found = read(name)
        assert isinstance(found, UserTrade)
        assert seconds * NS_PER_S == found.matched_ns


def test_the_side_that_a_maker_lacks_is_worked_out_from_the_taker():
    found = read("user_trade1")
    assert isinstance(found, UserTrade)
    other, same = found.makers[0], found.makers[3]
    assert "BUY" == found.side
    # A BUY of Yes at 0.518 against a BUY of No at 0.482: the two make a pair of new shares.
    assert ("BUY", 482_000, "No") == (other.side, other.price, other.outcome)
    assert ("SELL", 518_000, "Yes") == (same.side, same.price, same.outcome)
    assert MICROS == found.price + other.price
    assert 5 * MICROS == same.size


def test_the_price_that_a_maker_lacks_is_what_is_left_of_a_dollar():
    message = json.loads(json.dumps(vectors("server->client")["user_trade1"]))
    for part in message["maker_orders"]:
        del part["price"]
    found = user_wire.read(json.dumps(message).encode(), START)
    assert isinstance(found, UserTrade)
    assert (482_000, 518_000) == (found.makers[0].price, found.makers[1].price)


def test_the_prefix_of_rest_is_stripped_from_the_status_of_a_trade():
    message = json.dumps(
        vectors("server->client")["user_trade2"] | {"status": "TRADE_STATUS_MINED"}
    )
    assert "MINED" == user_wire.trade_of(message.encode(), START, Source.REST).status


def test_other_messages_are_named():
    assert "balance" == user_wire.read(b'{"event_type":"balance"}', START)
    assert "nameless" == user_wire.read(b'{"hello":1}', START)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"price": "1e5"}, "price: wanted a plain decimal"),
        ({"price": "NaN"}, "price: wanted a plain decimal"),
        ({"price": None}, "price: wanted a plain decimal"),
        ({"original_size": "0.0000001"}, "at most six decimals"),
        ({"size_matched": "many"}, "size_matched: wanted a plain decimal"),
        ({"id": ""}, "wanted an id"),
        ({"id": 7}, "wanted an order or a trade"),
        ({"market": None}, "wanted an order or a trade"),
    ],
)
def test_an_order_that_cannot_be_one_is_refused_in_a_sentence(members, words):
    with pytest.raises(ValueError, match=words):
        user_wire.read(order_frame(**members), START)


def test_a_frame_is_one_message_or_many():
    assert [b'{"a":1}'] == user_wire.entries(b' {"a":1}\n')
    assert [] == user_wire.entries(b"[]\n")
    for spoilt in (b'{"a":', b"<html>", b"\xff\xfe", b""):
        with pytest.raises(ValueError, match="wanted JSON"):
            user_wire.entries(spoilt)


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_no_bytes_at_all_do_more_than_be_refused(noise):
    try:
        messages = user_wire.entries(noise)
    except ValueError:
        return
    for message in messages:
        with suppress(ValueError):
            user_wire.read(message, START)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.sampled_from(sorted(json.loads(order_frame()))), VALUES)
def test_no_value_of_any_member_does_more_than_be_refused(member, value):
    spoilt = json.dumps(json.loads(order_frame()) | {member: value}).encode()
    with suppress(ValueError):
        user_wire.read(spoilt, START)


def test_what_is_nested_without_end_is_refused():
    for opening in (b"[", b'{"a":', b'{"price":['):
        with pytest.raises(ValueError, match="wanted JSON"):
            user_wire.entries(opening * 100_000)
        with pytest.raises(ValueError, match="wanted an order or a trade"):
            user_wire.read(opening * 100_000, START)


def test_what_may_be_recorded_of_the_first_frame_shows_no_credential():
    recorded = user_wire.open_redacted([MARKET])
    assert MARKET.encode() in recorded
    for part in (SECRET, PASSPHRASE, creds().key):
        assert part.encode() not in recorded
        assert part.encode() in user_wire.open_with(creds(), [MARKET])
