"""Orders, trades and credentials for the tests of the user channel."""

import json
from typing import Any

import msgspec

from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.states import Source
from pr3dict.model.units import NS_PER_S, Nanos, Price, Size, to_micros
from pr3dict.venues.polymarket.user.types import MakerFill, UserOrder, UserTrade

START = Nanos(1_790_000_000 * NS_PER_S)
KEY = "11111111-2222-3333-4444-555555555555"
STRANGER = "99999999-8888-7777-6666-555555555555"
SECRET = "c2VjcmV0LW9mLXRoZS10ZXN0LW5vdC1vZi1hbnlib2R5"
PASSPHRASE = "passphrase-of-the-test"
MARKET = "0x" + "ab" * 32
OTHER_MARKET = "0x" + "cd" * 32
YES, NO = "1111", "2222"


def at(seconds: float) -> Nanos:
    return Nanos(START + round(seconds * NS_PER_S))


def creds() -> ClobApiKeyCreds:
    return ClobApiKeyCreds(KEY, SECRET, PASSPHRASE)


def order(
    order_id: str = "o1",
    status: str = "LIVE",
    *,
    matched: str | None = "0",
    size: str = "10",
    seconds: float = 0,
    source: Source = Source.WS,
    **changes: Any,
) -> UserOrder:
    made = UserOrder(
        order_id=order_id,
        market=MARKET,
        token=YES,
        outcome="Yes",
        side="BUY",
        price=Price(400_000),
        original_size=Size(to_micros(size)),
        matched_size=None if matched is None else Size(to_micros(matched)),
        status=status,
        kind="" if source is Source.REST else "UPDATE",
        order_type="GTC",
        owner=KEY,
        maker_address="0xA",
        trades=(),
        created_ns=START,
        expires_ns=Nanos(0),
        venue_ns=Nanos(0) if source is Source.REST else at(seconds),
        local_ns=at(seconds),
        source=source,
    )
    return msgspec.structs.replace(made, **changes)


def maker(order_id: str = "o1", size: str = "4", **changes: Any) -> MakerFill:
    made = MakerFill(
        order_id=order_id,
        owner=KEY,
        maker_address="0xA",
        token=NO,
        outcome="No",
        side="BUY",
        price=Price(600_000),
        size=Size(to_micros(size)),
    )
    return msgspec.structs.replace(made, **changes)


def trade(
    trade_id: str = "t1",
    status: str = "MATCHED",
    *makers: MakerFill,
    size: str = "4",
    seconds: float = 0,
    source: Source = Source.WS,
    **changes: Any,
) -> UserTrade:
    made = UserTrade(
        trade_id=trade_id,
        market=MARKET,
        token=YES,
        outcome="Yes",
        side="BUY",
        price=Price(400_000),
        size=Size(to_micros(size)),
        status=status,
        taker_order_id="o1" if not makers else "theirs",
        role="MAKER" if makers else "TAKER",
        owner=STRANGER if makers else KEY,
        maker_address="0xB",
        fee_rate_bps="0",
        transaction_hash="",
        makers=makers,
        matched_ns=START,
        updated_ns=Nanos(at(seconds) // NS_PER_S * NS_PER_S),
        venue_ns=Nanos(0) if source is Source.REST else at(seconds),
        local_ns=at(seconds),
        source=source,
    )
    return msgspec.structs.replace(made, **changes)


def order_frame(order_id: str = "o1", **members: Any) -> bytes:
    """Return an `order` as the venue sends it."""
    return json.dumps(
        {
            "event_type": "order",
            "type": "PLACEMENT",
            "id": order_id,
            "owner": KEY,
            "market": MARKET,
            "asset_id": YES,
            "side": "BUY",
            "order_owner": KEY,
            "original_size": "10",
            "size_matched": "0",
            "price": "0.4",
            "associate_trades": None,
            "outcome": "Yes",
            "created_at": "1790000000",
            "expiration": "0",
            "order_type": "GTC",
            "status": "LIVE",
            "maker_address": "0xA",
            "timestamp": "1790000000123",
        }
        | members
    ).encode()
