"""An order and a trade as the venue keeps them, and how it tells them (protocol, sections 2, 4.3).

Stream and REST tell the same things in different dress: seconds and milliseconds, numbers and
texts, plain and prefixed statuses. The differences here are those that were seen.
"""

import json
from typing import Any, Final, NamedTuple

import msgspec

from pr3dict.sim.desk.accounts import Account
from pr3dict.sim.desk.orders import BUY, FOK
from pr3dict.sim.truth.books import Rules
from pr3dict.sim.truth.hash import MICROS, plain

LIVE: Final = "LIVE"
MATCHED: Final = "MATCHED"
DELAYED: Final = "DELAYED"
UNMATCHED: Final = "UNMATCHED"
CANCELED: Final = "CANCELED"
MINED: Final = "MINED"
CONFIRMED: Final = "CONFIRMED"
RETRYING: Final = "RETRYING"
FAILED: Final = "FAILED"
MS_PER_S: Final = 1_000


class Ticket(msgspec.Struct, eq=False):
    """One order of an account; micros."""

    id: str
    account: Account
    owner: str
    """The API key that sent it."""
    maker: str
    """The wallet that pays: the account's own, or a proxy of it."""
    rules: Rules
    token: str
    side: str
    price: int
    size: int
    kind: str
    expiration_s: int
    created_ms: int
    matched: int = 0
    status: str = LIVE
    trades: list[str] = msgspec.field(default_factory=list)

    @property
    def left(self) -> int:
        """What was not matched yet."""
        return self.size - self.matched

    @property
    def rests_at(self) -> tuple[str, int]:
        """The token and the price among whose bids it rests."""
        if self.side == BUY:
            return self.token, self.price
        return self._other, MICROS - self.price

    @property
    def _other(self) -> str:
        first, second = self.rules.tokens
        return second if self.token == first else first

    @property
    def outcome(self) -> str:
        """The name of its token."""
        return self.rules.outcomes[self.rules.tokens.index(self.token)]


class Piece(NamedTuple):
    """The part of one maker in a trade."""

    order_id: str
    owner: str
    maker: str
    size: int
    price: int
    token: str
    outcome: str
    side: str
    ticket: Ticket | None
    """None: one of the crowd."""


class Deal(msgspec.Struct, eq=False):
    """A trade in which an account takes part; micros."""

    id: str
    rules: Rules
    taker_order_id: str
    owner: str
    """The taker's API key."""
    maker: str
    """The taker's wallet: on the wire it is called `maker_address` all the same."""
    token: str
    side: str
    price: int
    size: int
    transaction: str
    matched_ms: int
    updated_ms: int
    number: int
    """Counts from 0."""
    pieces: tuple[Piece, ...]
    taker: Ticket | None
    status: str = MATCHED

    @property
    def parties(self) -> list[tuple[Account, str]]:
        """Who takes part, each once, and as what."""
        found = {id(piece.ticket.account): (piece.ticket.account, "MAKER")
                 for piece in self.pieces if piece.ticket}  # fmt: skip
        if self.taker:
            found[id(self.taker.account)] = (self.taker.account, "TAKER")
        return list(found.values())


def order_event(ticket: Ticket, kind: str, now_ms: int) -> bytes:
    """Return the `order` of the user channel: PLACEMENT, UPDATE or CANCELLATION.

    A killed FOK order comes without the size that matched, the time, and the outcome.
    """
    killed = ticket.kind == FOK and kind == "CANCELLATION"
    return _compact(
        {
            "event_type": "order",
            "id": ticket.id,
            "owner": ticket.owner,
            "market": ticket.rules.condition,
            "asset_id": ticket.token,
            "side": ticket.side,
            "order_owner": ticket.owner,
            "original_size": plain(ticket.size),
            "size_matched": "" if killed else plain(ticket.matched),
            "price": plain(ticket.price),
            "associate_trades": ticket.trades or ([] if killed else None),
            "outcome": "" if killed else ticket.outcome,
            "type": kind,
            "created_at": "" if killed else _seconds(ticket.created_ms),
            "expiration": str(ticket.expiration_s),
            "order_type": ticket.kind,
            "status": ticket.status,
            "maker_address": ticket.maker,
            "timestamp": str(now_ms),
        }
    )


def open_order(ticket: Ticket) -> dict[str, Any]:
    """Return an order as REST lists it."""
    return {
        "id": ticket.id,
        "status": ticket.status,
        "owner": ticket.owner,
        "maker_address": ticket.maker,
        "market": ticket.rules.condition,
        "asset_id": ticket.token,
        "side": ticket.side,
        "original_size": plain(ticket.size),
        "size_matched": plain(ticket.matched),
        "price": plain(ticket.price),
        "outcome": ticket.outcome,
        "expiration": str(ticket.expiration_s),
        "order_type": ticket.kind,
        "associate_trades": ticket.trades,
        "created_at": ticket.created_ms // MS_PER_S,
    }


def trade_event(deal: Deal, role: str) -> bytes:
    """Return the `trade` of the user channel in its present status, for a TAKER or a MAKER.

    As seen: the time of a confirmed trade is in seconds, that of others in milliseconds. Captures
    spell `match_time` and the documentation `matchtime`, so every other trade is told so.
    """
    time_ms = deal.updated_ms
    spelling = "matchtime" if deal.number % 2 else "match_time"
    return _compact(
        {
            "event_type": "trade",
            "type": "TRADE",
            **_trade(deal, role),
            "status": deal.status,
            spelling: _seconds(deal.matched_ms),
            "trade_owner": deal.owner,
            "timestamp": _seconds(time_ms) if deal.status == CONFIRMED else str(time_ms),
        }
    )


def trade_row(deal: Deal, role: str) -> dict[str, Any]:
    """Return a trade as REST lists it."""
    return {
        **_trade(deal, role),
        "status": f"TRADE_STATUS_{deal.status}",
        "match_time": _seconds(deal.matched_ms),
    }


def _trade(deal: Deal, role: str) -> dict[str, Any]:
    return {
        "id": deal.id,
        "taker_order_id": deal.taker_order_id,
        "market": deal.rules.condition,
        "asset_id": deal.token,
        "side": deal.side,
        "size": plain(deal.size),
        "price": plain(deal.price),
        "fee_rate_bps": "0",
        "last_update": _seconds(deal.updated_ms),
        "outcome": deal.rules.outcomes[deal.rules.tokens.index(deal.token)],
        "owner": deal.owner,
        "maker_address": deal.maker,
        "transaction_hash": deal.transaction,
        "bucket_index": 0,
        "maker_orders": [
            {
                "order_id": piece.order_id,
                "owner": piece.owner,
                "maker_address": piece.maker,
                "matched_amount": plain(piece.size),
                "price": plain(piece.price),
                "fee_rate_bps": "0",
                "asset_id": piece.token,
                "outcome": piece.outcome,
                "side": piece.side,
            }
            for piece in deal.pieces
        ],
        "trader_side": role,
    }


def _seconds(ms: int) -> str:
    return str(ms // MS_PER_S)


def _compact(message: object) -> bytes:
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()
