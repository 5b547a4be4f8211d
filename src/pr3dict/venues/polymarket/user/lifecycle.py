"""How orders and trades live and end, and what two words of the venue on the same one say together.

The order in which the two came makes no difference, nor does one of them coming twice.
Protocol section 2 has the statuses; free text is taken as it is.
"""

from typing import Final

import msgspec

from pr3dict.model.states import Source
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket.user.types import UserOrder, UserTrade

GONE: Final = "GONE"
"""Our own word for an order that REST does not know any more; the venue never said how it ended."""
CONFIRMED: Final = "CONFIRMED"
FAILED: Final = "FAILED"

_ONE_SHOT: Final = frozenset({"FOK", "FAK", "IOC"})
"""Types of orders that never rest: whatever was not matched is killed."""
_TRADE_RANKS: Final = {"MATCHED_NOT_BROADCASTED": 0, "MATCHED": 1, "RETRYING": 2, "MINED": 3}
"""Which status is later where two are told within a second; one not known is like MATCHED."""


def has_ended(order: UserOrder) -> bool:
    """Tell whether nothing more can be matched of an order.

    MATCHED alone is no end of an order that may rest: it is told of a part as well.
    """
    if order.kind == "CANCELLATION" or order.status in (GONE, "INVALID"):
        return True
    if order.status.upper().startswith(("CANCELED", "CANCELLED")):
        return True
    if order.status == "MATCHED" and order.order_type in _ONE_SHOT:
        return True
    return 0 < order.original_size <= (order.matched_size or 0)


def _order_rank(order: UserOrder) -> tuple[int, Nanos, str]:
    """Return by what the later of two words on an order is told; REST tells no time."""
    if order.status == GONE:
        return 2, Nanos(0), ""
    if has_ended(order):
        return 3, order.venue_ns, order.status
    return (0 if order.status == "DELAYED" else 1), order.venue_ns, order.status


def joined_order(known: UserOrder, new: UserOrder) -> UserOrder:
    """Return what both say together; the same whichever of the two came first."""
    early, late = sorted((known, new), key=_order_rank)
    sizes = [size for size in (known.matched_size, new.matched_size) if size is not None]
    return msgspec.structs.replace(
        late,
        matched_size=max(sizes, default=None),
        kind="CANCELLATION" if "CANCELLATION" in (early.kind, late.kind) else late.kind,
        trades=tuple(sorted({*known.trades, *new.trades})),
        created_ns=late.created_ns or early.created_ns,
        expires_ns=late.expires_ns or early.expires_ns,
        outcome=late.outcome or early.outcome,
        order_type=late.order_type or early.order_type,
        local_ns=new.local_ns,
        source=new.source,
    )


def content_of_order(order: UserOrder) -> UserOrder:
    """Return an order without what may differ where nothing new was said."""
    kind = "CANCELLATION" if order.kind == "CANCELLATION" else ""
    return msgspec.structs.replace(
        order, kind=kind, venue_ns=Nanos(0), local_ns=Nanos(0), source=Source.NONE
    )


def is_settled(trade: UserTrade) -> bool:
    """Tell whether the status of a trade is its last."""
    return trade.status in (CONFIRMED, FAILED)


def _trade_rank(trade: UserTrade) -> tuple[bool, int, int, str]:
    """Return by what the later of two words on a trade is told.

    `last_update` is in whole seconds, and all that REST tells, so it is compared in seconds.
    """
    seconds = (trade.updated_ns or trade.venue_ns or trade.matched_ns) // NS_PER_S
    return is_settled(trade), seconds, _TRADE_RANKS.get(trade.status, 1), trade.status


def joined_trade(known: UserTrade, new: UserTrade) -> UserTrade:
    """Return what both say together; the same whichever of the two came first."""
    early, late = sorted((known, new), key=_trade_rank)
    return msgspec.structs.replace(
        late,
        transaction_hash=late.transaction_hash or early.transaction_hash,
        makers=late.makers or early.makers,
        role=late.role or early.role,
        matched_ns=late.matched_ns or early.matched_ns,
        local_ns=new.local_ns,
        source=new.source,
    )


def content_of_trade(trade: UserTrade) -> tuple[object, ...]:
    """Return what of a trade is new where it differs."""
    return trade.status, trade.transaction_hash, trade.role, trade.makers
