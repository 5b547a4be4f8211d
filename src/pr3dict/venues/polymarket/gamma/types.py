"""What the market catalogue (Gamma) tells, protocol section 4.1.

Prices, sizes and money are exact decimals as the venue wrote them: dollars, shares, dollars. Times
are aware, in UTC. `None` (of text `""`) stands where the venue says nothing; a flag that is `None`
is no `False`.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from typing import ClassVar

from pr3dict.venues.polymarket.answers import Row, listed
from pr3dict.venues.polymarket.fees import FeeSchedule


class Outcome(Row, frozen=True, kw_only=True):
    """One side of a market, which can be bought and sold as a token."""

    label: str = ""
    token_id: str = ""
    price: Decimal | None = None
    """Dollars per share, as of the last time that the catalogue looked: the book knows better."""
    position_id: str = ""
    """Its id in Protocol V2, section 0."""


class ClobReward(Row, frozen=True, kw_only=True):
    """What the venue pays those who quote a market."""

    id: str = ""
    condition_id: str = ""
    asset_address: str = ""
    rewards_amount: Decimal | None = None
    rewards_daily_rate: Decimal | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None


class Tag(Row, frozen=True, kw_only=True):
    """A word under which markets and events are found."""

    id: str
    label: str = ""
    slug: str = ""
    force_show: bool | None = None
    force_hide: bool | None = None
    is_carousel: bool | None = None
    active_events_count: int | None = None
    published_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class RelatedTag(Row, frozen=True, kw_only=True):
    """How near one tag is to another."""

    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "tag_id": ("tagID",),
        "related_tag_id": ("relatedTagID",),
    }
    id: str
    tag_id: str = ""
    related_tag_id: str = ""
    rank: int | None = None


class EventName(Row, frozen=True, kw_only=True):
    """The event that a market belongs to, by name."""

    id: str
    slug: str = ""
    ticker: str = ""
    title: str = ""
    series_slug: str = ""
    start_time: datetime | None = None
    """When what is asked about begins: of a five-minute market its first second."""
    end_date: datetime | None = None


class GammaMarket(Row, frozen=True, kw_only=True):
    r"""One question with its outcomes, as the catalogue has it.

    ```
    {"id":"1557558","question":"Bitcoin Up or Down - …","conditionId":"0x7844…",
     "outcomes":"[\"Up\", \"Down\"]","outcomePrices":"[\"0.505\", \"0.495\"]",
     "clobTokenIds":"[\"1042…\", \"7118…\"]","volume":"9.999997","volumeNum":9.999997, …}
    ```
    """

    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "condition_id": ("conditionId", "condition"),
        "question_id": ("questionID", "questionId"),
        "neg_risk_market_id": ("negRiskMarketID",),
        "neg_risk_request_id": ("negRiskRequestID",),
        "outcomes": ("outcomes",),
        "tick_size": ("orderPriceMinTickSize",),
        "min_order_size": ("orderMinSize",),
        "volume": ("volumeNum", "volume"),
        "liquidity": ("liquidityNum", "liquidity"),
        "fees": ("feeSchedule",),
    }
    id: str = ""
    question: str = ""
    slug: str = ""
    condition_id: str = ""
    question_id: str = ""
    outcomes: tuple[Outcome, ...] = ()
    """In the venue's order: YES, then NO."""
    tick_size: Decimal | None = None
    min_order_size: Decimal | None = None
    neg_risk: bool | None = None
    version: str = ""
    """Of the protocol: `v1` or `v2`."""

    active: bool | None = None
    closed: bool | None = None
    archived: bool | None = None
    accepting_orders: bool | None = None
    enable_order_book: bool | None = None
    restricted: bool | None = None
    ready: bool | None = None
    funded: bool | None = None
    approved: bool | None = None
    featured: bool | None = None
    new: bool | None = None
    automatically_active: bool | None = None
    automatically_resolved: bool | None = None
    rfq_enabled: bool | None = None
    combo_status: str = ""
    seconds_delay: int | None = None
    """How long the venue holds an order that would trade at once, in sports."""

    start_date: datetime | None = None
    end_date: datetime | None = None
    closed_time: datetime | None = None
    event_start_time: datetime | None = None
    game_start_time: datetime | None = None
    accepting_orders_timestamp: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    best_bid: Decimal | None = None
    best_ask: Decimal | None = None
    spread: Decimal | None = None
    last_trade_price: Decimal | None = None
    one_hour_price_change: Decimal | None = None
    one_day_price_change: Decimal | None = None
    one_week_price_change: Decimal | None = None
    one_month_price_change: Decimal | None = None
    one_year_price_change: Decimal | None = None

    volume: Decimal | None = None
    volume_24hr: Decimal | None = None
    volume_1wk: Decimal | None = None
    volume_1mo: Decimal | None = None
    volume_1yr: Decimal | None = None
    volume_amm: Decimal | None = None
    volume_clob: Decimal | None = None
    liquidity: Decimal | None = None
    liquidity_amm: Decimal | None = None
    liquidity_clob: Decimal | None = None
    competitive: Decimal | None = None

    fees_enabled: bool | None = None
    fee_type: str = ""
    fees: FeeSchedule | None = None
    maker_base_fee: int | None = None
    taker_base_fee: int | None = None
    """In basis points, and not what is paid: see `fees`."""
    maker_rebates_fee_share_bps: int | None = None
    rewards_min_size: Decimal | None = None
    rewards_max_spread: Decimal | None = None
    """In cents."""
    holding_rewards_enabled: bool | None = None
    clob_rewards: tuple[ClobReward, ...] = ()

    description: str = ""
    category: str = ""
    image: str = ""
    icon: str = ""
    group_item_title: str = ""
    group_item_threshold: str = ""
    resolution_source: str = ""
    resolution_status: str = ""
    uma_resolution_status: str = ""
    uma_resolution_statuses: tuple[str, ...] = ()
    resolved_by: str = ""
    request_id: str = ""
    onchain_event_id: str = ""
    neg_risk_market_id: str = ""
    neg_risk_request_id: str = ""
    neg_risk_other: bool | None = None
    sports_market_type: str = ""
    line: Decimal | None = None
    game_id: str = ""
    events: tuple[EventName, ...] = ()
    tags: tuple[Tag, ...] = ()

    @property
    def token_ids(self) -> tuple[str, ...]:
        """The token ids of the outcomes, in their order."""
        return tuple(outcome.token_id for outcome in self.outcomes)

    @classmethod
    def arranged(cls, found: dict[str, object]) -> dict[str, object]:
        """Put what the venue has in four lists side by side: label, price, token, position."""
        if not (found.get("id") or found.get("conditionId") or found.get("condition")):
            raise ValueError("neither id nor conditionId is there")
        names = ("label", "price", "token_id", "position_id")
        columns = ("outcomes", "outcomePrices", "clobTokenIds", "positionIds")
        lists = [listed(found.get(column)) for column in columns]
        outcomes = [dict(zip(names, side, strict=True)) for side in zip_longest(*lists)]
        return {**found, "outcomes": outcomes}


class Series(Row, frozen=True, kw_only=True):
    """Events that come again: each day's, each five minutes'."""

    id: str
    ticker: str = ""
    slug: str = ""
    title: str = ""
    subtitle: str = ""
    description: str = ""
    series_type: str = ""
    recurrence: str = ""
    """`5m`, `15m`, `hourly`, `daily`, …"""
    image: str = ""
    icon: str = ""
    active: bool | None = None
    closed: bool | None = None
    archived: bool | None = None
    featured: bool | None = None
    restricted: bool | None = None
    volume: Decimal | None = None
    volume_24hr: Decimal | None = None
    liquidity: Decimal | None = None
    comment_count: int | None = None
    start_date: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    events: tuple[EventName, ...] = ()
    tags: tuple[Tag, ...] = ()


class Team(Row, frozen=True, kw_only=True):
    """One team of a league."""

    id: str
    name: str = ""
    league: str = ""
    record: str = ""
    logo: str = ""
    abbreviation: str = ""
    alias: str = ""
    color: str = ""
    provider_id: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None


class GammaEvent(Row, frozen=True, kw_only=True):
    """What happens in the world, with the markets that ask about it."""

    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "neg_risk_market_id": ("negRiskMarketID",),
        "finished_at": ("finishedTimestamp",),
    }
    id: str
    slug: str = ""
    ticker: str = ""
    title: str = ""
    subtitle: str = ""
    markets: tuple[GammaMarket, ...] = ()
    series: tuple[Series, ...] = ()
    tags: tuple[Tag, ...] = ()
    version: str = ""
    parent_event_id: str = ""

    active: bool | None = None
    closed: bool | None = None
    archived: bool | None = None
    new: bool | None = None
    featured: bool | None = None
    restricted: bool | None = None
    live: bool | None = None
    ended: bool | None = None
    automatically_active: bool | None = None
    automatically_resolved: bool | None = None
    enable_order_book: bool | None = None
    neg_risk: bool | None = None
    enable_neg_risk: bool | None = None
    neg_risk_augmented: bool | None = None
    cumulative_markets: bool | None = None
    """Whether one outcome includes the next, as of "by March" and "by June"."""
    neg_risk_market_id: str = ""

    start_date: datetime | None = None
    creation_date: datetime | None = None
    end_date: datetime | None = None
    closed_time: datetime | None = None
    start_time: datetime | None = None
    event_date: datetime | None = None
    finished_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    volume: Decimal | None = None
    volume_24hr: Decimal | None = None
    volume_1wk: Decimal | None = None
    volume_1mo: Decimal | None = None
    volume_1yr: Decimal | None = None
    liquidity: Decimal | None = None
    liquidity_amm: Decimal | None = None
    liquidity_clob: Decimal | None = None
    open_interest: Decimal | None = None
    competitive: Decimal | None = None
    comment_count: int | None = None

    description: str = ""
    category: str = ""
    subcategory: str = ""
    resolution_source: str = ""
    image: str = ""
    icon: str = ""
    sort_by: str = ""
    country_name: str = ""
    election_type: str = ""
    series_slug: str = ""
    game_id: str = ""
    score: str = ""
    elapsed: str = ""
    period: str = ""
    game_status: str = ""
    home_team_name: str = ""
    away_team_name: str = ""
    teams: tuple[Team, ...] = ()
    spreads_main_line: Decimal | None = None
    totals_main_line: Decimal | None = None
    event_week: int | None = None


class Sport(Row, frozen=True, kw_only=True):
    """A league, and the tags and the series of its games."""

    sport: str
    id: str = ""
    name: str = ""
    image: str = ""
    resolution: str = ""
    ordering: str = ""
    tags: str = ""
    """Ids with commas between."""
    series: str = ""
    created_at: datetime | None = None


class SportsMarketTypes(Row, frozen=True, kw_only=True):
    """The words that the filter `sports_market_types` may be."""

    market_types: tuple[str, ...]
