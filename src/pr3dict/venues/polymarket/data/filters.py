"""What the Data API can be asked for, protocol section 4.4, and how each is written.

Names are ours; in the tables of v1 stand those that v1 has under another name. A list of values is
sent with commas between.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, TypedDict

from pr3dict.venues.polymarket.query import (
    Filters,
    choice,
    choices,
    condition,
    flag,
    joined,
    number,
    seconds,
    text,
    wallet,
    whole,
)

Moment = int | datetime
"""Seconds since 1970, or a datetime with its time zone."""
Words = str | Sequence[str]

CONDITIONS: Final = joined(condition, 20)
EVENT_IDS: Final = joined(whole, 20)
SIDE: Final = choice("BUY", "SELL")
DIRECTION: Final = choice("ASC", "DESC")
UNIT: Final = choice("CASH", "TOKENS")
WINDOW: Final = choice("day", "week", "month", "all")


class TradeFilters(TypedDict, total=False):
    """What `list_trades` can be narrowed by."""

    user: str
    condition_ids: Words
    event_ids: int | Sequence[int]
    side: str
    taker_only: bool
    filter_type: str
    filter_amount: Decimal | float
    start: Moment
    end: Moment


TRADES: Final[Filters] = {
    "user": ("user", wallet),
    "condition_ids": ("condition_id", CONDITIONS),
    "event_ids": ("event_id", EVENT_IDS),
    "side": ("side", SIDE),
    "taker_only": ("taker_only", flag),
    "filter_type": ("filter_type", UNIT),
    "filter_amount": ("filter_amount", number),
    "start": ("start", seconds),
    "end": ("end", seconds),
}

TRADES_V1: Final[Filters] = {
    "user": ("user", wallet),
    "condition_ids": ("market", CONDITIONS),
    "event_ids": ("eventId", EVENT_IDS),
    "side": ("side", SIDE),
    "taker_only": ("takerOnly", flag),
    "filter_type": ("filterType", UNIT),
    "filter_amount": ("filterAmount", number),
}


class ActivityFilters(TypedDict, total=False):
    """What `list_activity` can be narrowed by."""

    condition_ids: Words
    event_ids: int | Sequence[int]
    types: Words
    side: str
    sort_direction: str
    start: Moment
    end: Moment


TYPES: Final = joined(
    choices(
        *("TRADE", "SPLIT", "MERGE", "REDEEM", "REWARD", "CONVERSION", "MIGRATION", "DEPOSIT"),
        *("WITHDRAWAL", "YIELD", "MAKER_REBATE", "TAKER_REBATE", "REFERRAL_REWARD", "TIP"),
    ),
    20,
)

ACTIVITY: Final[Filters] = {
    "user": ("user", wallet),
    "condition_ids": ("condition_id", CONDITIONS),
    "event_ids": ("event_id", EVENT_IDS),
    "types": ("type", TYPES),
    "side": ("side", SIDE),
    "sort_direction": ("sort_direction", DIRECTION),
    "start": ("start", seconds),
    "end": ("end", seconds),
    "exclude_deposits_withdrawals": ("exclude_deposits_withdrawals", flag),
}

ACTIVITY_V1: Final[Filters] = {
    "user": ("user", wallet),
    "condition_ids": ("market", CONDITIONS),
    "event_ids": ("eventId", EVENT_IDS),
    "types": ("type", TYPES),
    "side": ("side", SIDE),
    "sort_direction": ("sortDirection", DIRECTION),
    "start": ("start", seconds),
    "end": ("end", seconds),
}


class PositionFilters(TypedDict, total=False):
    """What `list_positions` can be narrowed by."""

    user: str
    condition_ids: Words
    event_ids: int | Sequence[int]
    status: str
    title: str
    filter_type: str
    filter_amount: Decimal | float
    include_archived: bool
    sort_by: str
    sort_direction: str
    start: Moment
    end: Moment


POSITIONS: Final[Filters] = {
    "user": ("user", wallet),
    "condition_ids": ("condition_id", CONDITIONS),
    "event_ids": ("event_id", EVENT_IDS),
    "status": (
        "status",
        choice("OPEN", "REDEEMABLE", "REDEEMABLE_LOST", "MERGEABLE", "CLOSED"),
    ),
    "title": ("title", text),
    "filter_type": ("filter_type", UNIT),
    "filter_amount": ("filter_amount", number),
    "include_archived": ("include_archived", flag),
    "sort_by": (
        "sort_by",
        choice(
            *("CURRENT_VALUE", "PRICE", "TOKENS", "UNREALIZED_PNL", "REALIZED_PNL"),
            *("TOTAL_PNL", "TIMESTAMP"),
        ),
    ),
    "sort_direction": ("sort_direction", DIRECTION),
    "start": ("start", seconds),
    "end": ("end", seconds),
}

POSITIONS_V1: Final[Filters] = {
    "user": ("user", wallet),
    "condition_ids": ("market", CONDITIONS),
    "event_ids": ("eventId", EVENT_IDS),
    "title": ("title", text),
    "sort_by": (
        "sortBy",
        choice(
            *("CURRENT", "INITIAL", "TOKENS", "CASHPNL", "PERCENTPNL", "TITLE"),
            *("RESOLVING", "PRICE", "AVGPRICE"),
        ),
    ),
    "sort_direction": ("sortDirection", DIRECTION),
}
