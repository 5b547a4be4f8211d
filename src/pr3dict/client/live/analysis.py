"""What `analyze_market_opportunity` finds: the figures of one outcome at one moment. Pure."""

from collections.abc import Iterable
from decimal import Decimal
from enum import Enum
from typing import Final

import msgspec

from pr3dict.client.snapshot import OrderBookSnapshot, TradeEvent
from pr3dict.measure.metrics import OrderBookMetrics
from pr3dict.model.states import BookState, Cause
from pr3dict.model.units import MICROS, NS_PER_S, Price, Size, to_decimal
from pr3dict.venues.polymarket.fees import FeeSchedule
from pr3dict.venues.polymarket.markets.market import Market

FLOW_S: Final = 60
"""Over how many seconds trades are summed up."""


class Arbitrage(Enum):
    """Whether all outcomes of a market together can be bought or sold at a profit, after fees."""

    NONE = "none"
    BUY_ALL = "buy all"
    """One share of each costs less than the dollar that exactly one of them will pay."""
    SELL_ALL = "sell all"
    """One share of each, which a dollar buys as a set, sells for more than that."""
    UNKNOWN = "unknown"
    """Some book is not LIVE or has an empty side, or nobody says what the fees are."""


class MarketAnalysis(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome of a market. Prices in dollars per share, sizes in shares."""

    asset_id: str
    question: str
    """`""` where the catalogue was not asked."""
    outcome: str
    state: BookState
    """How far the book can be trusted; figures of one that is not LIVE are not to be acted on."""
    cause: Cause
    verified: bool
    """Whether the venue's own hash proved this very book."""
    age_s: float
    """Seconds since the last frame that changed it; nan before the first."""
    best_bid: Decimal | None
    best_ask: Decimal | None
    spread: Decimal | None
    spread_bps: float | None
    """In basis points (hundredths of a per cent) of the mid price."""
    mid: Decimal | None
    microprice: Decimal | None
    """The mid price drawn to the thinner side."""
    imbalance: float
    """(bid size - ask size) / both, of the whole book: 1 all bids, -1 all asks."""
    bid_depth: Decimal
    """Shares bid for within `band` of the mid price."""
    ask_depth: Decimal
    band: Decimal
    trades: int
    """In the last `window_s` seconds, as `bought` and `sold`."""
    bought: Decimal
    """Shares that takers bought."""
    sold: Decimal
    flow: float
    """(bought - sold) / both: 1 only buyers, -1 only sellers, 0 neither."""
    last_price: Decimal | None
    window_s: int
    arbitrage: Arbitrage
    profit_per_set: Decimal | None
    """Of the better of both ways, after fees, per set of one share each; negative: a loss."""
    sets: Decimal
    """How many sets the best prices have room for; 0 where there is no arbitrage."""


class Side(msgspec.Struct, frozen=True):
    """The whole set of outcomes bought, or sold, at the best prices; in micros."""

    profit: int
    """Per set, after fees."""
    sets: int


def analyse(
    book: OrderBookSnapshot,
    metrics: OrderBookMetrics,
    trades: Iterable[TradeEvent],
    market: Market | None,
    all_books: Iterable[OrderBookSnapshot | None],
) -> MarketAnalysis:
    """Return the analysis of an outcome; `all_books` are those of its market, its own among them.

    `trades` are those of the outcome, the oldest first.
    """
    since = book.read_ns - FLOW_S * NS_PER_S
    recent = [trade for trade in trades if trade.local_ns >= since]
    bought = sum(trade.size_micros for trade in recent if trade.side == "BUY")
    sold = sum(trade.size_micros for trade in recent if trade.side == "SELL")
    kind, best = arbitrage(list(all_books), None if market is None else market.fees)
    return MarketAnalysis(
        asset_id=book.asset_id,
        question="" if market is None else market.question,
        outcome="" if market is None else market.outcome(book.asset_id).label,
        state=book.state,
        cause=book.cause,
        verified=book.verified,
        age_s=book.age,
        best_bid=book.best_bid,
        best_ask=book.best_ask,
        spread=book.spread,
        spread_bps=metrics.spread_bps,
        mid=book.mid_price,
        microprice=metrics.microprice,
        imbalance=metrics.imbalance,
        bid_depth=metrics.bid_depth,
        ask_depth=metrics.ask_depth,
        band=to_decimal(metrics.band_micros),
        trades=len(recent),
        bought=to_decimal(bought),
        sold=to_decimal(sold),
        flow=(bought - sold) / (bought + sold) if bought + sold else 0.0,
        last_price=book.last_trade_price,
        window_s=FLOW_S,
        arbitrage=kind,
        profit_per_set=None if best is None else to_decimal(best.profit),
        sets=to_decimal(best.sets) if best is not None and best.profit > 0 else Decimal(0),
    )


def arbitrage(
    books: list[OrderBookSnapshot | None], fees: FeeSchedule | None
) -> tuple[Arbitrage, Side | None]:
    """Return whether a set of all outcomes can be traded at a profit, and the better way.

    A taker pays the fee on each outcome. Splitting and merging sets costs nothing.
    """
    live = [book for book in books if book is not None and book.is_live]
    if fees is None or len(live) != len(books) or len(live) < 2:  # noqa: PLR2004 - a set
        return Arbitrage.UNKNOWN, None
    tops = [book.top_micros for book in live]
    if not all(bid and ask for bid, _, ask, _ in tops):
        return Arbitrage.UNKNOWN, None
    cost = sum(ask + _fee(fees, ask) for _, _, ask, _ in tops)
    proceeds = sum(bid - _fee(fees, bid) for bid, _, _, _ in tops)
    buy = Side(MICROS - cost, min(size for _, _, _, size in tops))
    sell = Side(proceeds - MICROS, min(size for _, size, _, _ in tops))
    kind, best = (
        (Arbitrage.BUY_ALL, buy) if buy.profit >= sell.profit else (Arbitrage.SELL_ALL, sell)
    )
    return (kind if best.profit > 0 else Arbitrage.NONE), best


def _fee(fees: FeeSchedule, price: int) -> int:
    """Return the fee on one share, in micros."""
    return fees.fee(Price(price), Size(MICROS))
