"""What the Data API tells of who trades and how well, protocol section 4.4; all of v2.

Volumes are shares where the name does not say dollars; profits are dollars. `None` (of text `""`)
stands where the venue says nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from pr3dict.venues.polymarket.answers import Row

Spellings = Mapping[str, tuple[str, ...]]


class Leader(Row, frozen=True, kw_only=True):
    """A trader's place among all."""

    WIRE: ClassVar[Spellings] = {
        "wallet": ("user_id",),
        "name": ("user_name",),
        "pnl_rank": ("rank_pnl",),
        "volume_rank": ("rank_volume",),
    }
    wallet: str
    rank: int | None = None
    pnl: Decimal | None = None
    volume: Decimal | None = None
    name: str = ""
    x_username: str = ""
    profile_image: str = ""
    verified: bool | None = None
    pnl_rank: int | None = None
    volume_rank: int | None = None
    """These two only where one wallet was asked for; 0 for one without a rank."""


class PnlPoint(Row, frozen=True, kw_only=True):
    """What a wallet had made up to a time."""

    WIRE: ClassVar[Spellings] = {"time": ("timestamp",)}
    time: datetime
    trade_count: int | None = None
    realized_pnl: Decimal | None = None
    realized_market_pnl: Decimal | None = None
    realized_lp_pnl: Decimal | None = None
    realized_combo_pnl: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    position_pnl: Decimal | None = None
    settled_pnl: Decimal | None = None
    economic_pnl: Decimal | None = None
    trade_pnl: Decimal | None = None
    volume: Decimal | None = None
    """Shares."""
    volume_usdc: Decimal | None = None
    fees: Decimal | None = None
    fees_paid: Decimal | None = None
    fees_refunded: Decimal | None = None
    maker_rebate: Decimal | None = None
    taker_rebate: Decimal | None = None
    reward_income: Decimal | None = None
    yield_income: Decimal | None = None
    referral_income: Decimal | None = None
    sponsored_income: Decimal | None = None
    wallet_income: Decimal | None = None
    deposits: Decimal | None = None
    withdrawals: Decimal | None = None
    cashflow_net: Decimal | None = None
    source_block: int | None = None


class UserPnl(Row, frozen=True, kw_only=True):
    """What a wallet made over time."""

    WIRE: ClassVar[Spellings] = {"wallet": ("proxy_wallet",)}
    wallet: str = ""
    interval: str = ""
    fidelity: str = ""
    source_fidelity: str = ""
    points: tuple[PnlPoint, ...]


class UserStats(Row, frozen=True, kw_only=True):
    """A wallet in a few numbers."""

    WIRE: ClassVar[Spellings] = {"wallet": ("proxy_wallet",), "traded_market_count": ("trades",)}
    wallet: str
    traded_market_count: int | None = None
    biggest_win: Decimal | None = None
    views: int | None = None
    join_date: datetime | None = None
    all_time_pnl: PnlPoint | None = None


class UserVolume(Row, frozen=True, kw_only=True):
    """What a wallet traded."""

    volume: Decimal
    """Shares."""
    volume_usdc: Decimal
    trade_count: int


class Winner(Row, frozen=True, kw_only=True):
    """One of the largest wins."""

    WIRE: ClassVar[Spellings] = {
        "rank": ("win_rank",),
        "wallet": ("user_id",),
        "name": ("user_name",),
        "token_id": ("position_id",),
    }
    rank: int
    wallet: str
    kind: str = ""
    """`market` or `combo`."""
    pnl: Decimal
    initial_value: Decimal | None = None
    final_value: Decimal | None = None
    resolved_at: datetime | None = None
    condition_id: str = ""
    token_id: str = ""
    event_id: str = ""
    event_slug: str = ""
    event_title: str = ""
    name: str = ""
    profile_image: str = ""


class BuilderVolume(Row, frozen=True, kw_only=True):
    """What came in through a program that others trade with, in all or in a calendar bucket."""

    WIRE: ClassVar[Spellings] = {
        "name": ("builder_name",),
        "code": ("builder_code",),
        "size": ("volume",),
    }
    rank: int | None = None
    name: str = ""
    code: str
    size: Decimal
    active_users: int | None = None
    verified: bool | None = None
    profile_image: str = ""
    date: datetime | None = None
