"""What the Data API tells of trades, wallets and markets, protocol section 4.4.

One type for a kind, whichever version of the API it came from. Sizes are shares, prices dollars a
share, money dollars: exact decimals as the venue wrote them. Times are aware, in UTC. `None` (of
text `""`) stands where the venue says nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Final

from pr3dict.venues.polymarket.answers import Row

_UNKNOWN_OUTCOME: Final = 999
"""What the venue writes for an `outcome_index` that it does not know (protocol 4.4)."""
_NO_PRICE: Final = ("69", 69)
"""What the venue writes for a price that was not proposed yet (SDK, 2026-10-21)."""

Spellings = Mapping[str, tuple[str, ...]]


class _OfOutcome(Row, frozen=True, kw_only=True):
    """Base of what belongs to one outcome of a market."""

    @classmethod
    def arranged(cls, found: dict[str, object]) -> dict[str, object]:
        """Leave out an outcome's index that stands for an unknown one."""
        unknown = [
            name
            for name in ("outcome_index", "outcomeIndex")
            if found.get(name) == _UNKNOWN_OUTCOME
        ]
        return {name: value for name, value in found.items() if name not in unknown}


class PublicTrade(_OfOutcome, frozen=True, kw_only=True):
    """A trade as the chain has it, with who made it."""

    WIRE: ClassVar[Spellings] = {
        "wallet": ("proxy_wallet", "proxyWallet"),
        "token_id": ("token_id", "asset"),
        "time": ("timestamp",),
    }
    time: datetime
    """Whole seconds."""
    token_id: str
    condition_id: str
    side: str
    """`BUY` or `SELL`."""
    price: Decimal
    size: Decimal
    wallet: str = ""
    transaction_hash: str = ""
    outcome: str = ""
    outcome_index: int | None = None
    title: str = ""
    slug: str = ""
    event_slug: str = ""
    icon: str = ""
    name: str = ""
    pseudonym: str = ""
    bio: str = ""
    profile_image: str = ""


class Activity(_OfOutcome, frozen=True, kw_only=True):
    """Something that a wallet did: `TRADE`, `SPLIT`, `MERGE`, `REDEEM`, `REWARD` and so on."""

    WIRE: ClassVar[Spellings] = {
        "wallet": ("proxy_wallet", "proxyWallet"),
        "token_id": ("token_id", "asset"),
        "time": ("timestamp",),
        "amount": ("usdc_size", "usdcSize"),
    }
    type: str
    time: datetime | None = None
    wallet: str = ""
    amount: Decimal | None = None
    """Dollars."""
    size: Decimal | None = None
    price: Decimal | None = None
    side: str = ""
    token_id: str = ""
    condition_id: str = ""
    outcome: str = ""
    outcome_index: int | None = None
    is_combo: bool | None = None
    transaction_hash: str = ""
    title: str = ""
    slug: str = ""
    event_slug: str = ""
    icon: str = ""
    name: str = ""
    pseudonym: str = ""


class Position(_OfOutcome, frozen=True, kw_only=True):
    """What a wallet holds of an outcome, and what it made of it."""

    WIRE: ClassVar[Spellings] = {
        "wallet": ("proxy_wallet", "proxyWallet"),
        "token_id": ("token_id", "asset"),
        "size": ("current_size", "size"),
        "price": ("current_price", "curPrice"),
        "value": ("current_value", "currentValue"),
        "cost": ("entry_cost_usdc", "initialValue"),
        "fees": ("entry_fees_usdc",),
        "total_cost": ("total_cost_usdc",),
        "total_size": ("total_size", "totalBought"),
        "unrealized_pnl": ("unrealized_pnl", "cashPnl"),
        "opposite_token_id": ("opposite_token_id", "oppositeAsset"),
    }
    wallet: str = ""
    token_id: str
    condition_id: str
    size: Decimal
    avg_price: Decimal | None = None
    price: Decimal | None = None
    """Now."""
    value: Decimal | None = None
    """Now."""
    cost: Decimal | None = None
    """Of what is held, without fees."""
    fees: Decimal | None = None
    total_cost: Decimal | None = None
    total_size: Decimal | None = None
    """All that was ever bought."""
    realized_pnl: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    total_pnl: Decimal | None = None
    percent_pnl: Decimal | None = None
    percent_realized_pnl: Decimal | None = None
    status: str = ""
    """`OPEN`, `REDEEMABLE` or `CLOSED` (v2)."""
    redeemable: bool | None = None
    mergeable: bool | None = None
    negative_risk: bool | None = None
    archived: bool | None = None
    verified: bool | None = None
    outcome: str = ""
    outcome_index: int | None = None
    opposite_outcome: str = ""
    opposite_token_id: str = ""
    title: str = ""
    slug: str = ""
    event_slug: str = ""
    event_id: str = ""
    icon: str = ""
    name: str = ""
    end_date: datetime | None = None
    first_entry_at: datetime | None = None
    last_event_at: datetime | None = None


class PortfolioValue(Row, frozen=True, kw_only=True):
    """What the positions of a wallet are worth now."""

    WIRE: ClassVar[Spellings] = {"wallet": ("proxy_wallet", "user")}
    wallet: str = ""
    value: Decimal


class Holder(_OfOutcome, frozen=True, kw_only=True):
    """Who holds an outcome, and how much of it."""

    WIRE: ClassVar[Spellings] = {
        "wallet": ("proxy_wallet", "proxyWallet"),
        "token_id": ("token_id", "asset"),
        "size": ("amount",),
        "price": ("current_price",),
        "value": ("current_value",),
        "cost": ("entry_cost_usdc",),
    }
    wallet: str
    token_id: str = ""
    size: Decimal
    outcome_index: int | None = None
    name: str = ""
    pseudonym: str = ""
    verified: bool | None = None
    display_username_public: bool | None = None
    avg_price: Decimal | None = None
    cost: Decimal | None = None
    price: Decimal | None = None
    value: Decimal | None = None
    realized_pnl: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    total_pnl: Decimal | None = None


class Holders(Row, frozen=True, kw_only=True):
    """The holders of one outcome, largest first."""

    WIRE: ClassVar[Spellings] = {"token_id": ("token_id", "token")}
    token_id: str
    holders: tuple[Holder, ...] = ()


class OpenInterest(Row, frozen=True, kw_only=True):
    """How many dollars stand in a market."""

    WIRE: ClassVar[Spellings] = {"condition_id": ("condition_id", "market")}
    condition_id: str
    """`GLOBAL` for all markets together."""
    value: Decimal


class MarketVolume(Row, frozen=True, kw_only=True):
    """What takers traded in one market: shares by v2, dollars by v1."""

    WIRE: ClassVar[Spellings] = {
        "condition_id": ("condition_id", "market"),
        "size": ("taker_volume",),
        "amount": ("value",),
    }
    condition_id: str = ""
    size: Decimal | None = None
    amount: Decimal | None = None
    """Dollars."""


class LiveVolume(Row, frozen=True, kw_only=True):
    """What takers traded in the markets of some events: shares by v2, dollars by v1."""

    WIRE: ClassVar[Spellings] = {
        "size": ("taker_volume_total",),
        "amount": ("total",),
        "markets": ("conditions", "markets"),
    }
    size: Decimal | None = None
    amount: Decimal | None = None
    """Dollars."""
    markets: tuple[MarketVolume, ...] = ()

    @classmethod
    def arranged(cls, found: dict[str, object]) -> dict[str, object]:
        """Refuse an object that tells no volume."""
        if not {"taker_volume_total", "total"} & found.keys():
            raise ValueError("neither taker_volume_total nor total is there")
        return found


class PricePoint(Row, frozen=True, kw_only=True):
    """A price of the past."""

    WIRE: ClassVar[Spellings] = {"time": ("timestamp", "t"), "price": ("price", "p")}
    time: datetime
    price: Decimal
    resolution_seconds: int | None = None
    """How far apart points are; 0 for a price that was seen at that very time."""


class TokenFacts(Row, frozen=True, kw_only=True):
    """What a token id stands for, and how it was settled."""

    token_id: str
    condition_id: str
    structural_condition_id: str = ""
    module: str = ""
    """The family of contracts: `v1_ctf`, `binary`, `neg_risk` or `combo`."""
    outcome: str = ""
    outcome_index: int | None = None
    clob_index: int | None = None
    opposite_token_id: str = ""
    resolved: bool | None = None
    final_price: Decimal | None = None
    closed: bool | None = None
    neg_risk: bool | None = None
    neg_risk_market_id: str = ""
    title: str = ""
    market_slug: str = ""
    event_id: str = ""
    event_slug: str = ""
    question_index: int | None = None


class Resolution(Row, frozen=True, kw_only=True):
    """How far the resolution of a market is, and what it pays."""

    WIRE: ClassVar[Spellings] = {
        "question_rules_updated": ("new_version_q",),
        "last_updated_at": ("last_update_timestamp",),
        "payouts_micros": ("payouts",),
    }
    status: str
    """`posed`, `proposed`, `challenged`, `disputed`, …, `resolved`."""
    question_id: str = ""
    condition_id: str = ""
    market_type: str = ""
    price: Decimal | None = None
    proposed_price: Decimal | None = None
    reproposed_price: Decimal | None = None
    payouts_micros: tuple[int, ...] = ()
    """Millionths of a dollar a share, one for each outcome."""
    resolution_source: str = ""
    reporter: str = ""
    extended_review: bool | None = None
    was_disputed: bool | None = None
    was_arbitrated: bool | None = None
    question_rules_updated: bool | None = None
    expected_settlement_time: datetime | None = None
    """The earliest, not a promise."""
    settlement_time_basis: str = ""
    resolved_at: datetime | None = None
    resolved_block: int | None = None
    last_updated_at: datetime | None = None
    transaction_hash: str = ""
    log_index: int | None = None

    @classmethod
    def arranged(cls, found: dict[str, object]) -> dict[str, object]:
        """Leave out prices that nobody proposed yet."""
        unset = ("price", "proposed_price", "reproposed_price")
        return {
            name: value
            for name, value in found.items()
            if not (name in unset and value in _NO_PRICE)
        }
