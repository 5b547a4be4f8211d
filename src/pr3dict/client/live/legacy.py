"""Topics that RTDS served once, in the shapes that it gave them: made of what is served today.

`clob_market` is made of the frames of the market channel, `clob_user` of the orders and trades of
the user channel. Shapes: github Polymarket/real-time-data-client 1.4.1 (2025-09-25), protocol
section 3.2. The project's brief shows a `price_change` without the array `pc`: where a message has
one change, its members stand beside the array as well.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from pr3dict.client.snapshot import OrderBookLevel, TradeEvent
from pr3dict.model.units import NS_PER_MS, to_micros, to_text
from pr3dict.venues.polymarket.live.types import ANY, Message
from pr3dict.venues.polymarket.user.types import UserOrder, UserTrade

FROM_MARKET: Final = "the market channel"
FROM_USER: Final = "the user channel"

Wanted = Mapping[str, frozenset[str]]
"""Types by token; `*` among the types means all of them."""


class AggOrderbook(msgspec.Struct, frozen=True):
    """A whole book as a message told it; the manager's own is what can be trusted."""

    asset_id: str
    market: str
    bids: tuple[OrderBookLevel, ...]
    """Best first, as in `asks`."""
    asks: tuple[OrderBookLevel, ...]
    hash: str
    timestamp: int
    """Milliseconds."""


class PriceChange(msgspec.Struct, frozen=True):
    """The new total size at one price."""

    asset_id: str
    price: Decimal
    side: str
    size: Decimal
    """Shares; 0: none is left."""
    best_bid: Decimal | None
    best_ask: Decimal | None


class TickSizeChange(msgspec.Struct, frozen=True):
    """The price grid of a token changed."""

    asset_ids: tuple[str, ...]
    old_tick_size: Decimal
    new_tick_size: Decimal


_frames: Final = msgspec.json.Decoder(dict[str, Any] | list[dict[str, Any]], float_hook=Decimal)


def of_market(frame: bytes, wanted: Wanted, local_ns: int) -> list[Message]:
    """Return what a frame of the market channel tells of these tokens, as topic `clob_market`.

    What cannot be read is left out: the books count it and tell it.
    """
    try:
        said = _frames.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return []
    return list(_messages(said if isinstance(said, list) else [said], wanted, local_ns))


def of_user(event: UserOrder | UserTrade) -> Message:
    """Return an order or a trade of one's own, as topic `clob_user`."""
    is_order = isinstance(event, UserOrder)
    return Message(
        topic="clob_user",
        type="order" if is_order else "trade",
        timestamp=event.venue_ns // NS_PER_MS,
        payload=_order(event) if isinstance(event, UserOrder) else _trade(event),
        typed=event,
        served_from=FROM_USER,
        local_ns=event.local_ns,
    )


def _messages(
    said: Iterable[Mapping[str, Any]], wanted: Wanted, local_ns: int
) -> Iterator[Message]:
    for message in said:
        make = _MAKERS.get(str(message.get("event_type", "")))
        if make is None:
            continue
        kind, read = make
        try:
            made = read(message, lambda token, kind=kind: _is_wanted(wanted, token, kind))
            if made is None:
                continue
            payload, typed = made
            timestamp = int(message.get("timestamp") or 0)
        except (KeyError, TypeError, ValueError, ArithmeticError):
            continue
        yield Message(
            topic="clob_market",
            type=kind,
            timestamp=timestamp,
            payload=payload,
            typed=typed,
            backfill=kind == "agg_orderbook" and "tick_size" in message,
            served_from=FROM_MARKET,
            local_ns=local_ns,
        )


def _is_wanted(wanted: Wanted, token: str, kind: str) -> bool:
    types = wanted.get(token, frozenset())
    return ANY in types or kind in types


_Made = tuple[dict[str, Any], Any] | None


def _book(said: Mapping[str, Any], wants: Any) -> _Made:  # noqa: ANN401 - a predicate
    if not wants(said["asset_id"]):
        return None
    payload = {name: value for name, value in said.items() if name != "event_type"}
    bids, asks = _levels(said["bids"]), _levels(said["asks"])
    typed = AggOrderbook(
        said["asset_id"],
        said["market"],
        tuple(sorted(bids, key=lambda level: -level.price_micros)),
        tuple(sorted(asks, key=lambda level: level.price_micros)),
        said.get("hash", ""),
        int(said["timestamp"]),
    )
    return payload, typed


def _levels(said: Iterable[Mapping[str, str]]) -> list[OrderBookLevel]:
    return [OrderBookLevel(to_micros(one["price"]), to_micros(one["size"])) for one in said]


def _changes(said: Mapping[str, Any], wants: Any) -> _Made:  # noqa: ANN401 - likewise
    mine = [one for one in said["price_changes"] if wants(one["asset_id"])]
    if not mine:
        return None
    short = [{name: one[long] for name, long in _SHORT.items() if long in one} for one in mine]
    flat = short[0] if len(short) == 1 else {}
    payload = {"m": said["market"], **flat, "pc": short, "t": said["timestamp"]}
    typed = tuple(
        PriceChange(
            one["asset_id"],
            Decimal(one["price"]),
            one["side"],
            Decimal(one["size"]),
            _optional(one.get("best_bid")),
            _optional(one.get("best_ask")),
        )
        for one in mine
    )
    return payload, typed


_SHORT: Final = {
    "a": "asset_id",
    "h": "hash",
    "p": "price",
    "s": "side",
    "si": "size",
    "ba": "best_ask",
    "bb": "best_bid",
}


def _optional(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def _last_trade(said: Mapping[str, Any], wants: Any) -> _Made:  # noqa: ANN401 - likewise
    if not wants(said["asset_id"]):
        return None
    typed = TradeEvent(
        said["asset_id"],
        said["market"],
        to_micros(said["price"]),
        to_micros(said["size"]),
        said["side"],
        int(said["timestamp"]) * NS_PER_MS,
        0,
        said.get("transaction_hash", ""),
    )
    return {name: value for name, value in said.items() if name != "event_type"}, typed


def _tick(said: Mapping[str, Any], wants: Any) -> _Made:  # noqa: ANN401 - likewise
    if not wants(said["asset_id"]):
        return None
    payload = {name: said[name] for name in ("market", "old_tick_size", "new_tick_size")}
    payload["asset_id"] = [said["asset_id"]]
    old, new = Decimal(said["old_tick_size"]), Decimal(said["new_tick_size"])
    return payload, TickSizeChange((said["asset_id"],), old, new)


def _created(said: Mapping[str, Any], wants: Any) -> _Made:  # noqa: ANN401 - likewise
    """Return a market of the whole site, which names no token that somebody could have wanted."""
    if not wants(ANY):
        return None
    payload = {"market": said["market"], "asset_ids": said["assets_ids"]}
    payload["tick_size"] = said.get("order_price_min_tick_size", "")
    return payload | {name: said[name] for name in ("question", "slug") if name in said}, None


def _resolved(said: Mapping[str, Any], wants: Any) -> _Made:  # noqa: ANN401 - likewise
    if not any(map(wants, said["assets_ids"])):
        return None
    payload = {"market": said["market"], "asset_ids": said["assets_ids"]}
    names = ("winning_asset_id", "winning_outcome")
    return payload | {name: said[name] for name in names if name in said}, None


_MAKERS: Final[dict[str, tuple[str, Any]]] = {
    "book": ("agg_orderbook", _book),
    "price_change": ("price_change", _changes),
    "last_trade_price": ("last_trade_price", _last_trade),
    "tick_size_change": ("tick_size_change", _tick),
    "new_market": ("market_created", _created),
    "market_resolved": ("market_resolved", _resolved),
}
TYPES: Final = {
    "clob_market": tuple(kind for kind, _ in _MAKERS.values()),
    "clob_user": ("order", "trade"),
}
"""The types of the topics that are made here."""


def _order(order: UserOrder) -> dict[str, Any]:
    matched = order.matched_size
    return {
        "id": order.order_id,
        "market": order.market,
        "asset_id": order.token,
        "outcome": order.outcome,
        "side": order.side,
        "price": to_text(order.price),
        "original_size": to_text(order.original_size),
        "size_matched": "" if matched is None else to_text(matched),
        "status": order.status,
        "type": order.kind,
        "order_type": order.order_type,
        "associate_trades": list(order.trades),
        "timestamp": str(order.venue_ns // NS_PER_MS),
    }


def _trade(trade: UserTrade) -> dict[str, Any]:
    return {
        "id": trade.trade_id,
        "market": trade.market,
        "asset_id": trade.token,
        "outcome": trade.outcome,
        "side": trade.side,
        "price": to_text(trade.price),
        "size": to_text(trade.size),
        "status": trade.status,
        "taker_order_id": trade.taker_order_id,
        "trader_side": trade.role,
        "transaction_hash": trade.transaction_hash,
        "timestamp": str(trade.venue_ns // NS_PER_MS),
    }
