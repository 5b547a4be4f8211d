"""Retired topics, made of what is served today."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from pr3dict.client.live.legacy import AggOrderbook, PriceChange, TickSizeChange, of_market, of_user
from pr3dict.client.snapshot import TradeEvent
from pr3dict.model.states import Source
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket.user.types import UserOrder, UserTrade

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "polymarket"
ALL = {"1": frozenset({"*"}), "*": frozenset({"*"})}
BOOK = {
    "event_type": "book",
    "market": "0xabc",
    "asset_id": "1",
    "timestamp": "1766481546487",
    "hash": "8c7f",
    "bids": [{"price": "0.01", "size": "5"}, {"price": "0.48", "size": "7.5"}],
    "asks": [{"price": "0.99", "size": "5"}, {"price": "0.5", "size": "1"}],
}
ENTRY = {
    "asset_id": "1",
    "price": "0.05",
    "size": "548.55",
    "side": "BUY",
    "hash": "3ae3",
    "best_bid": "0.05",
    "best_ask": "0.06",
}
CHANGE = {
    "event_type": "price_change",
    "market": "0xabc",
    "timestamp": "5",
    "price_changes": [ENTRY, {**ENTRY, "asset_id": "2", "side": "SELL"}],
}


def made(*said, wanted=None):
    frame = json.dumps(said if len(said) > 1 else said[0]).encode()
    return of_market(frame, ALL if wanted is None else wanted, 7)


def test_a_book_is_told_as_it_came_and_best_first_in_types():
    (message,) = made(BOOK)
    assert ("clob_market", "agg_orderbook", 1766481546487, 7) == (
        message.topic,
        message.type,
        message.timestamp,
        message.local_ns,
    )
    assert {name: value for name, value in BOOK.items() if name != "event_type"} == message.payload
    assert isinstance(message.typed, AggOrderbook)
    assert [Decimal("0.48"), Decimal("0.01")] == [level.price for level in message.typed.bids]
    assert [Decimal("0.5"), Decimal("0.99")] == [level.price for level in message.typed.asks]
    assert "the market channel" == message.served_from


def test_a_change_has_the_short_names_of_the_old_client_and_of_the_brief():
    (message,) = made(CHANGE)
    short = {"a": "1", "h": "3ae3", "p": "0.05", "s": "BUY", "si": "548.55"}
    short |= {"ba": "0.06", "bb": "0.05"}
    assert {"m": "0xabc", **short, "pc": [short], "t": "5"} == message.payload
    assert (
        PriceChange(
            "1", Decimal("0.05"), "BUY", Decimal("548.55"), Decimal("0.05"), Decimal("0.06")
        ),
    ) == message.typed


def test_two_changes_stand_in_the_array_only():
    (message,) = made(CHANGE, wanted={"1": frozenset({"*"}), "2": frozenset({"price_change"})})
    assert ["1", "2"] == [change["a"] for change in message.payload["pc"]]
    assert "a" not in message.payload


def test_trades_ticks_and_markets_are_told():
    trade = {"event_type": "last_trade_price", "market": "0xabc", "asset_id": "1", "price": "0.06"}
    trade |= {"size": "20", "side": "BUY", "timestamp": "6", "fee_rate_bps": "0"}
    tick = {"event_type": "tick_size_change", "market": "0xabc", "asset_id": "1", "timestamp": "7"}
    tick |= {"old_tick_size": "0.01", "new_tick_size": "0.001"}
    new = {"event_type": "new_market", "market": "0xdef", "assets_ids": ["8", "9"]}
    new |= {"timestamp": "8", "question": "Will it?", "order_price_min_tick_size": "0.01"}
    over = {"event_type": "market_resolved", "market": "0xabc", "assets_ids": ["1", "2"]}
    over |= {"timestamp": "9", "winning_asset_id": "1", "winning_outcome": "Yes"}
    told = made(trade, tick, new, over)
    assert ["last_trade_price", "tick_size_change", "market_created", "market_resolved"] == [
        message.type for message in told
    ]
    assert isinstance(told[0].typed, TradeEvent)
    assert Decimal("0.06") == told[0].typed.price
    assert TickSizeChange(("1",), Decimal("0.01"), Decimal("0.001")) == told[1].typed
    assert ["8", "9"] == told[2].payload["asset_ids"]
    assert "Yes" == told[3].payload["winning_outcome"]


@pytest.mark.parametrize(
    "wanted",
    [{}, {"2": frozenset({"*"})}, {"1": frozenset({"last_trade_price"})}],
)
def test_what_nobody_wants_is_left_out(wanted):
    assert [] == made(BOOK, wanted=wanted)


@pytest.mark.parametrize(
    "frame",
    [b"PONG", b"{", b"\xff", b"[5]", b"{}", b'{"event_type":"book"}', b'{"event_type":[]}'],
)
def test_what_cannot_be_read_is_left_to_the_books(frame):
    assert [] == of_market(frame, ALL, 7)


def test_a_spoilt_message_spoils_no_other():
    spoilt = {**BOOK, "bids": [{"price": "abc", "size": "1"}]}
    assert 1 == len(made(spoilt, BOOK))


def test_the_messages_of_the_vectors_become_some():
    path = VECTORS / "ws_market_messages.json"
    if not path.exists():
        pytest.skip("no vectors of the market channel here")
    said = path.read_text("utf-8")
    assert "price_changes" in said
    messages = [one.get("message") for one in json.loads(said)["messages"]]
    assert any(
        of_market(json.dumps(one).encode(), _everything(one), 1)
        for one in messages
        if isinstance(one, dict)
    )


def _everything(message):
    names = [message.get("asset_id"), *message.get("assets_ids", [])]
    names += [one["asset_id"] for one in message.get("price_changes", [])]
    return {str(name): frozenset({"*"}) for name in [*names, "*"]}


def test_orders_of_ones_own_are_told():
    second = Nanos(NS_PER_S)
    order = UserOrder(
        order_id="0x1",
        market="0xabc",
        token="1",
        outcome="Yes",
        side="BUY",
        price=500_000,
        original_size=10_000_000,
        matched_size=None,
        status="LIVE",
        kind="PLACEMENT",
        order_type="GTC",
        owner="",
        maker_address="",
        trades=(),
        created_ns=second,
        expires_ns=Nanos(0),
        venue_ns=second,
        local_ns=second,
        source=Source.WS,
    )
    told = of_user(order)
    assert ("clob_user", "order", 1000, "the user channel") == (
        told.topic,
        told.type,
        told.timestamp,
        told.served_from,
    )
    assert ("0.5", "10", "") == tuple(
        told.payload[name] for name in ("price", "original_size", "size_matched")
    )
    assert order is told.typed


def test_trades_of_ones_own_are_told():
    second = Nanos(NS_PER_S)
    trade = UserTrade(
        trade_id="t",
        market="0xabc",
        token="1",
        outcome="Yes",
        side="SELL",
        price=500_000,
        size=1_000_000,
        status="MATCHED",
        taker_order_id="0x1",
        role="TAKER",
        owner="",
        maker_address="",
        fee_rate_bps="0",
        transaction_hash="",
        makers=(),
        matched_ns=second,
        updated_ns=second,
        venue_ns=second,
        local_ns=second,
        source=Source.WS,
    )
    assert ("trade", "1", "MATCHED") == (
        of_user(trade).type,
        of_user(trade).payload["size"],
        of_user(trade).payload["status"],
    )
