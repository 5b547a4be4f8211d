"""From the bytes of a frame to entries, or `Rejected` (docs/books.md sections 1 and 2).

Members are judged in the order in which they are read here; the first fault rejects the frame.
"""

from collections.abc import Callable
from typing import Any, Final

from pr3dict.core.reference.decimal_text import parse_micros, parse_ms
from pr3dict.core.reference.entries import (
    EMPTY_ASK,
    EMPTY_BID,
    Change,
    Control,
    Entry,
    NewMarket,
    Quote,
    Resolution,
    Snapshot,
    TickChange,
    TradeReport,
    Unknown,
)
from pr3dict.core.reference.json_text import Rejected, decode
from pr3dict.model.units import MICROS

Members = dict[str, Any]

CONTROL_BYTES_MAX: Final = 64
"""A longer frame is no control text."""
CONTEXT_MAX: Final = 12
"""A longer text of the context is no claim."""

_WHITE_SPACE: Final = b" \t\n\f\r"


def read(frame: bytes) -> list[Entry] | Control:
    """Return what a frame of the stream says; raises `Rejected`."""
    return _control(frame) or _read(decode(frame), _message)


def read_rest(answer: bytes) -> list[Entry]:
    """Return the books of an answer of REST `/book` or `/books`; raises `Rejected`."""
    return _read(decode(answer), lambda members: [_snapshot(members)])


def context_text(text: str | None) -> str | None:
    """Return a text of the context, None for one that is no claim."""
    if text is None or len(text) > CONTEXT_MAX or parse_micros(text) is None:
        return None
    return text


def _control(frame: bytes) -> Control | None:
    if len(frame) > CONTROL_BYTES_MAX:
        return None
    text = frame.strip(_WHITE_SPACE)
    if text in {b"", b"[]", b"{}", b"null"}:
        return Control("empty", "")
    if text.upper() == b"PONG":
        return Control("pong", text.decode())
    if text == b"NO NEW ASSETS":
        return Control("no_new_assets", text.decode())
    if text == b"INVALID OPERATION":
        return Control("invalid_operation", text.decode())
    return None


def _read(value: object, message: Callable[[Members], list[Entry]]) -> list[Entry]:
    entries: list[Entry] = []
    for members in value if type(value) is list else [value]:
        if type(members) is not dict:
            raise Rejected("schema", "a message is no object")
        entries += message(members)
    return entries


def _message(members: Members) -> list[Entry]:
    event_type = _text(members, "event_type")
    if event_type == "price_change":
        return _changes(members)
    reader = _READERS.get(event_type)
    return [Unknown() if reader is None else reader(members)]


def _snapshot(members: Members) -> Snapshot:
    token, market, ms = _head(members)
    bids, bids_canonical = _levels(members, "bids")
    asks, asks_canonical = _levels(members, "asks")
    claim = _hash(members)
    tick_size = context_text(_optional(members, "tick_size"))
    last_trade_price = _optional(members, "last_trade_price")
    if last_trade_price != "":
        last_trade_price = context_text(last_trade_price)
    min_order_size = context_text(_optional(members, "min_order_size"))
    neg_risk = members.get("neg_risk")
    if neg_risk is not None and type(neg_risk) is not bool:
        raise Rejected("schema", "neg_risk")
    return Snapshot(
        token,
        market,
        ms,
        bids,
        asks,
        bids_canonical and asks_canonical,
        claim,
        tick_size,
        last_trade_price,
        min_order_size,
        neg_risk,
    )


def _levels(members: Members, side: str) -> tuple[list[tuple[int, int]], bool]:
    levels: list[tuple[int, int]] = []
    all_canonical = True
    for level in _array(members, side):
        if type(level) is not dict:
            raise Rejected("schema", side)
        price, price_canonical = _price(level, "price", side)
        size, size_canonical = _number(level, "size", side)
        if size == 0:
            raise Rejected("size", side)
        levels.append((price, size))
        all_canonical = all_canonical and price_canonical and size_canonical
    if len({price for price, _ in levels}) < len(levels):
        raise Rejected("levels", side)
    return levels, all_canonical


def _changes(members: Members) -> list[Entry]:
    """Read a `price_change` of any of the three schemas."""
    market = _text(members, "market")
    ms = _timestamp(members)
    if members.get("price_changes") is not None:
        changes = _array(members, "price_changes")
        return [_change(_object(change, "price_changes"), market, ms) for change in changes]
    token = _text(members, "asset_id")
    if members.get("changes") is not None:
        claim = _hash(members)
        changes = _array(members, "changes")
        return [_level_change(_object(c, "changes"), token, market, ms, claim) for c in changes]
    return [_level_change(members, token, market, ms, "", own_hash=True)]


def _change(members: Members, market: str, ms: int) -> Change:
    """Read a change of the current schema."""
    token = _text(members, "asset_id")
    price, price_canonical = _price(members, "price")
    size, size_canonical = _number(members, "size")
    return Change(
        token,
        market,
        ms,
        _side(members) == "BUY",
        price,
        size,
        price_canonical and size_canonical,
        _hash(members),
        _best(members, "best_bid", EMPTY_BID),
        _best(members, "best_ask", EMPTY_ASK),
    )


def _level_change(
    members: Members,
    token: str,
    market: str,
    ms: int,
    claim: str,
    *,
    own_hash: bool = False,
) -> Change:
    """Read a change of the old schemas: no best prices, and the token stands outside."""
    price, price_canonical = _price(members, "price")
    size, size_canonical = _number(members, "size")
    is_bid = _side(members) == "BUY"
    if own_hash:
        claim = _hash(members)
    canonical = price_canonical and size_canonical
    return Change(token, market, ms, is_bid, price, size, canonical, claim, None, None)


def _trade(members: Members) -> TradeReport:
    token, market, ms = _head(members)
    price, _ = _number(members, "price")
    if price > MICROS:
        raise Rejected("price", "price")
    size, _ = _number(members, "size")
    side = _side(members)
    return TradeReport(
        token, market, ms, price, size, side, _optional(members, "transaction_hash") or ""
    )


def _tick_change(members: Members) -> TickChange:
    token, market, ms = _head(members)
    old, _ = _number(members, "old_tick_size")
    new, _ = _number(members, "new_tick_size")
    return TickChange(token, market, ms, old, new, members["new_tick_size"])


def _quote(members: Members) -> Quote:
    token, market, ms = _head(members)
    bid = _best(members, "best_bid", EMPTY_BID)
    return Quote(token, market, ms, bid, _best(members, "best_ask", EMPTY_ASK))


def _new_market(members: Members) -> NewMarket:
    return NewMarket(
        _text(members, "market"),
        _timestamp(members),
        _optional(members, "question") or "",
        _optional(members, "slug") or "",
        _texts(members, "assets_ids"),
        _texts(members, "outcomes"),
    )


def _resolution(members: Members) -> Resolution:
    return Resolution(
        _text(members, "market"),
        _timestamp(members),
        _texts(members, "assets_ids"),
        _optional(members, "winning_asset_id") or "",
        _optional(members, "winning_outcome") or "",
    )


_READERS: Final[dict[str, Callable[[Members], Entry]]] = {
    "book": _snapshot,
    "last_trade_price": _trade,
    "tick_size_change": _tick_change,
    "best_bid_ask": _quote,
    "new_market": _new_market,
    "market_resolved": _resolution,
}


def _head(members: Members) -> tuple[str, str, int]:
    return _text(members, "asset_id"), _text(members, "market"), _timestamp(members)


def _text(members: Members, name: str, detail: str | None = None) -> str:
    value = members.get(name)
    if type(value) is not str:
        raise Rejected("schema", detail or name)
    return value


def _optional(members: Members, name: str) -> str | None:
    return None if members.get(name) is None else _text(members, name)


def _array(members: Members, name: str) -> list[Any]:
    value = members.get(name)
    if type(value) is not list:
        raise Rejected("schema", name)
    return value


def _object(value: object, array: str) -> Members:
    if type(value) is not dict:
        raise Rejected("schema", array)
    return value


def _texts(members: Members, name: str) -> tuple[str, ...]:
    values = _array(members, name)
    if any(type(value) is not str for value in values):
        raise Rejected("schema", name)
    return tuple(values)


def _timestamp(members: Members) -> int:
    ms = parse_ms(_text(members, "timestamp"))
    if ms is None:
        raise Rejected("timestamp", "timestamp")
    return ms


def _number(members: Members, name: str, detail: str | None = None) -> tuple[int, bool]:
    number = parse_micros(_text(members, name, detail))
    if number is None:
        raise Rejected("number", detail or name)
    return number


def _price(members: Members, name: str, detail: str | None = None) -> tuple[int, bool]:
    """Read the price of a level or a change, which lies in (0, 1)."""
    price, canonical = _number(members, name, detail)
    if not 0 < price < MICROS:
        raise Rejected("price", detail or name)
    return price, canonical


def _best(members: Members, name: str, empty: int) -> int | None:
    text = _optional(members, name)
    if text is None:
        return None
    return _number(members, name)[0] if text else empty


def _side(members: Members) -> str:
    side = _text(members, "side")
    if side not in {"BUY", "SELL"}:
        raise Rejected("side", "side")
    return side


def _hash(members: Members) -> str:
    return _optional(members, "hash") or ""
