r"""The user channel as it is on the wire: what we send, and what comes of our orders and trades.

Protocol section 2. What we send is what the official client sends, byte for byte; the first frame
carries the API key in clear text, so each has a twin that may be recorded. Updates name condition
ids, never token ids. One example of each message, shortened with `…`:

    {"event_type":"order","type":"PLACEMENT","id":"0xff35…790b","owner":"9180014b-…",
      "market":"0xbd31…84af","asset_id":"5211…2426","side":"SELL","order_owner":"9180014b-…",
      "original_size":"10","size_matched":"0","price":"0.57","associate_trades":null,
      "outcome":"YES","created_at":"1672290687","expiration":"1234567","order_type":"GTD",
      "status":"LIVE","maker_address":"0x1234…","timestamp":"1672290687"}

`status` may be free text, `size_matched` may be `""`, and an instant may be seconds, milliseconds
or ISO 8601; some messages lack `event_type`. All of it was seen (vectors `ws_user_messages.json`).

    {"event_type":"trade","type":"TRADE","id":"28c4d2eb-…","taker_order_id":"0x06bc…0c42",
      "market":"0xbd31…84af","asset_id":"5211…2426","side":"BUY","size":"10","price":"0.57",
      "status":"MATCHED","match_time":"1672290701","last_update":"1672290701","outcome":"YES",
      "owner":"9180014b-…","trade_owner":"…","maker_address":"0x1234…","transaction_hash":"",
      "bucket_index":0,"maker_orders":[{"order_id":"0xff35…790b","owner":"…","price":"0.57",
      "maker_address":"0x5678…","matched_amount":"10","asset_id":"5211…2426","outcome":"YES",
      "side":"SELL"}],"trader_side":"TAKER","timestamp":"1672290701"}

`side`, `price` and `asset_id` of a trade are the taker's. A maker's own stand in `maker_orders`,
and may be of the other outcome: a BUY of Yes at p meets a BUY of No at 1 - p.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.states import Source
from pr3dict.model.units import MICROS, NS_PER_MS, NS_PER_S, Nanos, Price, Size, to_micros
from pr3dict.venues.polymarket.user.types import BUY, SELL, MakerFill, UserOrder, UserTrade

PING: Final = b"PING"
PONG: Final = b"PONG"

_ORDER_TYPES: Final = frozenset({"PLACEMENT", "UPDATE", "CANCELLATION"})
_REST_PREFIX: Final = "TRADE_STATUS_"
_REST_ORDER_PREFIX: Final = "ORDER_STATUS_"
"""REST may write it before the status of an order (docs, "Get user orders"), the channel never."""
_DECIMAL: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)
_DIGITS: Final = re.compile(r"[0-9]{1,19}", re.ASCII)
_SECONDS_MAX: Final = 10**11
"""More than this are no seconds but milliseconds: it would be the year 5138."""
_MILLISECONDS_MAX: Final = 10**14
"""And more than this are nothing that was ever seen."""
_SPOILT: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What a decoder raises of a text that is no JSON, or another one, or nested without end."""
_encode: Final = msgspec.json.Encoder().encode


def open_with(creds: ClobApiKeyCreds, markets: Iterable[str]) -> bytes:
    """Return the first frame of a connection. It shows the secrets: send it, and keep it nowhere.

    No markets: events of all of them.
    """
    key, secret, phrase = creds.key, creds.secret.reveal(), creds.passphrase.reveal()
    return _open(key, secret, phrase, markets)


def open_redacted(markets: Iterable[str]) -> bytes:
    """Return what may be recorded of the first frame.

    >>> open_redacted(["0x2", "0x1"])
    b'{"type":"user","auth":"redacted","markets":["0x1","0x2"]}'
    """
    ids = sorted(markets)
    return _encode({"type": "user", "auth": "redacted"} | ({"markets": ids} if ids else {}))


def subscribe(markets: Iterable[str]) -> bytes:
    """Return the frame that adds markets, by condition id.

    >>> subscribe(["0x2", "0x1"])
    b'{"operation":"subscribe","markets":["0x1","0x2"]}'
    """
    return _encode({"operation": "subscribe", "markets": sorted(markets)})


def unsubscribe(markets: Iterable[str]) -> bytes:
    """Return the frame that removes markets.

    >>> unsubscribe(["0x1"])
    b'{"operation":"unsubscribe","markets":["0x1"]}'
    """
    return _encode({"operation": "unsubscribe", "markets": sorted(markets)})


def entries(frame: bytes) -> list[bytes]:
    """Return the messages of a frame, one or an array of them; raises `ValueError`.

    >>> entries(b'[{"a":1},{"b":2}]'), entries(b'{"a":1}')
    ([b'{"a":1}', b'{"b":2}'], [b'{"a":1}'])
    """
    try:
        if frame.lstrip().startswith(b"["):
            return [bytes(raw) for raw in _list.decode(frame)]
        return [bytes(_one.decode(frame))]
    except _SPOILT as wrong:
        raise ValueError(f"wanted JSON: {wrong}") from None


def read(message: bytes, now: Nanos) -> UserOrder | UserTrade | str:
    """Return what a message of the channel says; of another kind than these, its name.

    Raises `ValueError` with one sentence where a member is missing or cannot be one.
    """
    try:
        head = _head.decode(message)
        kind = head.event_type or ("order" if head.type in _ORDER_TYPES else head.type.lower())
        if kind == "order":
            return order_of(message, now, Source.WS)
        if kind == "trade":
            return trade_of(message, now, Source.WS)
    except _SPOILT as wrong:
        raise ValueError(f"wanted an order or a trade: {wrong}") from None
    return kind or "nameless"


def order_of(message: bytes, now: Nanos, source: Source) -> UserOrder:
    """Read one order, of the channel or of REST; raises `ValueError` or `msgspec.MsgspecError`."""
    found = _order.decode(message)
    return UserOrder(
        order_id=_named(found.id, "id"),
        market=found.market,
        token=found.asset_id,
        outcome=found.outcome or "",
        side=found.side.upper(),
        price=Price(_micros(found.price, "price")),
        original_size=Size(_micros(found.original_size, "original_size")),
        matched_size=_size_or_none(found.size_matched),
        status=found.status.removeprefix(_REST_ORDER_PREFIX),
        kind=found.type or "",
        order_type=found.order_type or "",
        owner=found.owner or found.order_owner or "",
        maker_address=found.maker_address or "",
        trades=tuple(found.associate_trades or ()),
        created_ns=_instant(found.created_at),
        expires_ns=_instant(found.expiration),
        venue_ns=_instant(found.timestamp),
        local_ns=now,
        source=source,
    )


def trade_of(message: bytes, now: Nanos, source: Source) -> UserTrade:
    """Read one trade, of the channel or of REST; raises `ValueError` or `msgspec.MsgspecError`."""
    found = _trade.decode(message)
    price, side = Price(_micros(found.price, "price")), found.side.upper()
    makers = [_maker(one, found.asset_id, side, price) for one in found.maker_orders or ()]
    return UserTrade(
        trade_id=_named(found.id, "id"),
        market=found.market,
        token=found.asset_id,
        outcome=found.outcome or "",
        side=side,
        price=price,
        size=Size(_micros(found.size, "size")),
        status=found.status.removeprefix(_REST_PREFIX),
        taker_order_id=found.taker_order_id or "",
        role=(found.trader_side or "").upper(),
        owner=found.owner or found.trade_owner or "",
        maker_address=found.maker_address or "",
        fee_rate_bps=_text(found.fee_rate_bps),
        transaction_hash=found.transaction_hash or "",
        makers=tuple(makers),
        matched_ns=_instant(found.match_time) or _instant(found.matchtime),
        updated_ns=_instant(found.last_update),
        venue_ns=_instant(found.timestamp),
        local_ns=now,
        source=source,
    )


class _Head(msgspec.Struct):
    event_type: str = ""
    type: str = ""


class _Order(msgspec.Struct):
    """The members of `order`; numbers and instants are read by `_micros` and `_instant`."""

    id: str
    market: str
    asset_id: str
    side: str
    price: msgspec.Raw
    original_size: msgspec.Raw
    status: str
    size_matched: msgspec.Raw = msgspec.Raw(b"null")
    outcome: str | None = None
    type: str | None = None
    order_type: str | None = None
    owner: str | None = None
    order_owner: str | None = None
    maker_address: str | None = None
    associate_trades: list[str] | None = None
    created_at: msgspec.Raw = msgspec.Raw(b"null")
    expiration: msgspec.Raw = msgspec.Raw(b"null")
    timestamp: msgspec.Raw = msgspec.Raw(b"null")


class _Maker(msgspec.Struct):
    """One of `maker_orders`; captures of 2024 have no `side`."""

    order_id: str
    matched_amount: msgspec.Raw
    price: msgspec.Raw = msgspec.Raw(b"null")
    owner: str | None = None
    maker_address: str | None = None
    asset_id: str | None = None
    outcome: str | None = None
    side: str | None = None


class _Trade(msgspec.Struct):
    """The members of `trade`; the docs spell `matchtime`, captures `match_time`."""

    id: str
    market: str
    asset_id: str
    side: str
    price: msgspec.Raw
    size: msgspec.Raw
    status: str
    outcome: str | None = None
    taker_order_id: str | None = None
    trader_side: str | None = None
    owner: str | None = None
    trade_owner: str | None = None
    maker_address: str | None = None
    fee_rate_bps: msgspec.Raw = msgspec.Raw(b"null")
    transaction_hash: str | None = None
    maker_orders: list[_Maker] | None = None
    match_time: msgspec.Raw = msgspec.Raw(b"null")
    matchtime: msgspec.Raw = msgspec.Raw(b"null")
    last_update: msgspec.Raw = msgspec.Raw(b"null")
    timestamp: msgspec.Raw = msgspec.Raw(b"null")


_list: Final = msgspec.json.Decoder(list[msgspec.Raw])
_one: Final = msgspec.json.Decoder(msgspec.Raw)
_head: Final = msgspec.json.Decoder(_Head)
_order: Final = msgspec.json.Decoder(_Order)
_trade: Final = msgspec.json.Decoder(_Trade)


def _open(key: str, secret: str, passphrase: str, markets: Iterable[str]) -> bytes:
    auth = {"apiKey": key, "secret": secret, "passphrase": passphrase}
    ids = sorted(markets)
    return _encode({"type": "user", "auth": auth} | ({"markets": ids} if ids else {}))


def _maker(found: _Maker, token: str, side: str, price: Price) -> MakerFill:
    """Return the part of one resting order, with what the venue left out worked out.

    Of the taker's own token the maker stands on the other side at the same price; of the other
    outcome on the same side, at what is left of a dollar.
    """
    same = found.asset_id in (None, token)
    other_side = {BUY: SELL, SELL: BUY}.get(side, "")
    told = _text(found.price)
    return MakerFill(
        order_id=found.order_id,
        owner=found.owner or "",
        maker_address=found.maker_address or "",
        token=found.asset_id or token,
        outcome=found.outcome or "",
        side=(found.side or "").upper() or (other_side if same else side),
        price=Price(_micros(found.price, "price") if told else price if same else MICROS - price),
        size=Size(_micros(found.matched_amount, "matched_amount")),
    )


def _named(text: str, member: str) -> str:
    if not text:
        raise ValueError(f"wanted an {member}, found an empty one")
    return text


def _text(raw: msgspec.Raw) -> str:
    r"""Return a JSON text or number as plain text; of null, `""`."""
    text = bytes(raw).decode().strip('"')
    return "" if text == "null" else text


def _micros(raw: msgspec.Raw, member: str) -> int:
    text = _text(raw)
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{member}: wanted a plain decimal, found {text[:40]!r}")
    return to_micros(text)


def _size_or_none(raw: msgspec.Raw) -> Size | None:
    return Size(_micros(raw, "size_matched")) if _text(raw) else None


def _instant(raw: msgspec.Raw) -> Nanos:
    """Return an instant that is seconds, milliseconds or ISO 8601; 0 where there is none."""
    text = _text(raw)
    if _DIGITS.fullmatch(text):
        number = int(text)
        if number <= _SECONDS_MAX:
            return Nanos(number * NS_PER_S)
        return Nanos(number * NS_PER_MS if number <= _MILLISECONDS_MAX else 0)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return Nanos(0)  # An instant that nobody can read is no reason to lose an order.
    return Nanos(round(at.timestamp()) * NS_PER_S) if at.tzinfo else Nanos(0)
