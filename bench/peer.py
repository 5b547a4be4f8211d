"""What others do with a frame: msgspec's typed decode into structs of texts, as SDKs declare them.

No book is kept, no number is read, nothing is checked beyond the types.
"""

from collections.abc import Callable

import msgspec


class PriceChange(msgspec.Struct):
    """An entry of `price_changes`."""

    asset_id: str
    price: str
    size: str
    side: str
    hash: str | None = None
    best_bid: str | None = None
    best_ask: str | None = None


class PriceChanges(msgspec.Struct, tag_field="event_type", tag="price_change"):
    """A `price_change`."""

    market: str
    price_changes: list[PriceChange]
    timestamp: str


class Level(msgspec.Struct):
    """A level of a `book`."""

    price: str
    size: str


class Book(msgspec.Struct, tag_field="event_type", tag="book"):
    """A `book`."""

    market: str
    asset_id: str
    timestamp: str
    hash: str
    bids: list[Level]
    asks: list[Level]
    tick_size: str | None = None
    last_trade_price: str | None = None


class LastTrade(msgspec.Struct, tag_field="event_type", tag="last_trade_price"):
    """A `last_trade_price`."""

    market: str
    asset_id: str
    price: str
    size: str
    side: str
    timestamp: str
    fee_rate_bps: str | None = None
    transaction_hash: str | None = None


Message = PriceChanges | Book | LastTrade


def decoder() -> Callable[[bytes], Message]:
    """Return the decoder of single messages."""
    return msgspec.json.Decoder(Message).decode
