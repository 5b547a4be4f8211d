"""What the order book API (CLOB) answers to everybody, protocol section 4.2, as typed values.

Prices are dollars a share, sizes shares, both exact; times are UTC.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal

import msgspec

from pr3dict.venues.polymarket.answers import Row
from pr3dict.venues.polymarket.fees import FREE, FeeSchedule

Side = Literal["BUY", "SELL"]
Interval = Literal["1m", "1h", "6h", "1d", "1w", "max"]


class BookLevel(Row, frozen=True, kw_only=True):
    """What is offered at one price."""

    price: Decimal
    size: Decimal


class BookSummary(Row, frozen=True, kw_only=True):
    """The book of a token as REST tells it, the best level of each side first.

    It is a moment, and never proved: `OrderBookManager` keeps books that are.
    """

    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "condition_id": ("market",),
        "token_id": ("asset_id",),
    }
    condition_id: str
    token_id: str
    timestamp: datetime
    """When the book last changed."""
    hash: str = ""
    """SHA-1 of the book, by the venue."""
    bids: tuple[BookLevel, ...]
    asks: tuple[BookLevel, ...]
    min_order_size: Decimal | None = None
    tick_size: Decimal | None = None
    neg_risk: bool = False
    last_trade_price: Decimal | None = None

    def __post_init__(self) -> None:
        """Turn the sides round: the venue sends the best level last."""
        bids = sorted(self.bids, key=lambda level: level.price, reverse=True)
        asks = sorted(self.asks, key=lambda level: level.price)
        msgspec.structs.force_setattr(self, "bids", tuple(bids))
        msgspec.structs.force_setattr(self, "asks", tuple(asks))

    @property
    def best_bid(self) -> Decimal | None:
        """The highest price that somebody pays; None where nobody does."""
        return self.bids[0].price if self.bids else None

    @property
    def best_ask(self) -> Decimal | None:
        """The lowest price that somebody takes; None where nobody does."""
        return self.asks[0].price if self.asks else None


class LastTrade(Row, frozen=True, kw_only=True):
    """The last trade of a token."""

    token_id: str
    price: Decimal
    side: str = ""
    """Of the taker: BUY or SELL."""


class TokenMarket(Row, frozen=True, kw_only=True):
    """The market that a token belongs to, with its two tokens where the venue names them."""

    condition_id: str
    primary_token_id: str = ""
    secondary_token_id: str = ""


class OutcomeToken(Row, frozen=True, kw_only=True):
    """One outcome of a market, and the token that pays if it comes true."""

    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {"token_id": ("t",), "outcome": ("o",)}
    token_id: str
    outcome: str = ""
    price: Decimal | None = None
    winner: bool = False


class ClobMarketInfo(Row, frozen=True, kw_only=True):
    """What an order for a market has to keep to, in one answer (`/clob-markets/{id}`)."""

    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "condition_id": ("c",),
        "tokens": ("t",),
        "min_order_size": ("mos",),
        "tick_size": ("mts",),
        "maker_base_fee": ("mbf",),
        "taker_base_fee": ("tbf",),
        "neg_risk": ("nr",),
        "fees": ("fd",),
        "game_start_time": ("gst",),
        "rfq_enabled": ("rfqe",),
        "taker_order_delayed": ("itode",),
    }
    condition_id: str = ""
    tokens: tuple[OutcomeToken, ...]
    min_order_size: Decimal
    tick_size: Decimal
    neg_risk: bool = False
    maker_base_fee: int = 0
    """In basis points; as `taker_base_fee` a ceiling, not what is charged: see `fees`."""
    taker_base_fee: int = 0
    fees: FeeSchedule = FREE
    """What takers pay; the venue leaves it out where that is nothing."""
    game_start_time: datetime | None = None
    rfq_enabled: bool = False
    taker_order_delayed: bool = False


class Reward(Row, frozen=True, kw_only=True):
    """What makers are paid a day for resting orders, in one asset."""

    asset_address: str = ""
    rewards_daily_rate: Decimal | None = None


class Rewards(Row, frozen=True, kw_only=True):
    """Which resting orders are paid for: of at least `min_size`, within `max_spread` cents."""

    rates: tuple[Reward, ...] = ()
    min_size: Decimal | None = None
    max_spread: Decimal | None = None


class SimplifiedMarket(Row, frozen=True, kw_only=True):
    """A market in brief."""

    condition_id: str
    tokens: tuple[OutcomeToken, ...] = ()
    rewards: Rewards | None = None
    active: bool = False
    closed: bool = False
    archived: bool = False
    accepting_orders: bool = False


class ClobMarket(SimplifiedMarket, frozen=True, kw_only=True):
    """A market as the order book API lists it."""

    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "slug": ("market_slug",),
        "end_date": ("end_date_iso",),
        "min_order_size": ("minimum_order_size",),
        "tick_size": ("minimum_tick_size",),
    }
    question: str = ""
    question_id: str = ""
    slug: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    enable_order_book: bool = False
    accepting_order_timestamp: datetime | None = None
    end_date: datetime | None = None
    game_start_time: datetime | None = None
    seconds_delay: int = 0
    min_order_size: Decimal | None = None
    tick_size: Decimal | None = None
    maker_base_fee: int = 0
    taker_base_fee: int = 0
    neg_risk: bool = False
    neg_risk_market_id: str = ""
    neg_risk_request_id: str = ""
    is_50_50_outcome: bool = False
    notifications_enabled: bool = False
    fpmm: str = ""
    icon: str = ""
    image: str = ""


class LiveActivity(Row, frozen=True, kw_only=True):
    """Something that somebody did in a market just now, mostly a trade."""

    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {"kind": ("event_type",)}
    kind: str = ""
    condition_id: str = ""
    token_id: str = ""
    side: str = ""
    price: Decimal | None = None
    size: Decimal | None = None
    outcome: str = ""
    timestamp: datetime | None = None
    transaction_hash: str = ""
    user_address: str = ""
    user_name: str = ""

    @classmethod
    def arranged(cls, found: dict[str, object]) -> dict[str, object]:
        """Bring the members of its market and of its user up."""
        market, user = found.get("market"), found.get("user")
        if isinstance(market, dict):
            found = {
                "condition_id": market.get("condition_id"),
                "token_id": market.get("asset_id"),
                **found,
            }
        if isinstance(user, dict):
            found = {
                "user_address": user.get("address"),
                "user_name": user.get("username"),
                **found,
            }
        return found


class PricePoint(Row, frozen=True, kw_only=True):
    """The price of a token at a time."""

    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {"time": ("t",), "price": ("p",)}
    time: datetime
    price: Decimal
