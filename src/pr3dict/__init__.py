"""PR3DICT: order books you can trust, from prediction markets.

>>> from pr3dict import OrderBookManager

What a program needs is imported from here; a name is loaded when it is first asked for, so that
`import pr3dict` is quick and wants no optional package. Type checkers read `__init__.pyi`.
"""

from importlib import import_module
from typing import Any, Final

_HOMES: Final = {
    "pr3dict.app.events": (
        "AccountDoubtful",
        "AccountLost",
        "AccountResumed",
        "BooksMissing",
        "ClockStepped",
        "FeedFailed",
        "HashDrifted",
        "LinkChanged",
        "TapeHalted",
    ),
    "pr3dict.app.replay": ("Replay", "replay"),
    "pr3dict.app.system": ("System",),
    "pr3dict.client.live.analysis": ("Arbitrage", "MarketAnalysis"),
    "pr3dict.client.credentials": ("credentials_from_environment",),
    "pr3dict.client.live.intelligence": ("RealTimeTradingIntelligence",),
    "pr3dict.client.live.data": ("RealTimeDataClient",),
    "pr3dict.client.live.hub": ("ConnectionStatus",),
    "pr3dict.client.manager": ("OrderBookManager",),
    "pr3dict.client.rest.pages": ("Pages",),
    "pr3dict.client.platform": ("PolymarketPlatform",),
    "pr3dict.client.rest.polymarket": ("AsyncPolymarket",),
    "pr3dict.client.rest.polymarket_sync": ("Polymarket",),
    "pr3dict.client.live.real_time": ("PolymarketRealTimeClient",),
    "pr3dict.client.roster": ("MarketRoster", "keep_rolling"),
    "pr3dict.client.rest.rows": ("Rows",),
    "pr3dict.client.snapshot": ("OrderBookLevel", "OrderBookSnapshot", "TradeEvent"),
    "pr3dict.client.live.subscriptions": (
        "Subscriptions",
        "create_activity_subscription",
        "create_comments_subscription",
        "create_crypto_prices_subscription",
        "create_equity_prices_subscription",
        "create_market_subscription",
        "create_rfq_subscription",
        "create_sports_subscription",
        "create_user_subscription",
    ),
    "pr3dict.client.sync": ("SyncOrderBookManager",),
    "pr3dict.client.user": ("PolymarketUserClient",),
    "pr3dict.client.websocket": ("PolymarketWebSocketClient",),
    "pr3dict.config": ("Config",),
    "pr3dict.engine.engine": ("TapDetached",),
    "pr3dict.measure.metrics": ("OrderBookMetrics", "Yardstick"),
    "pr3dict.model.credentials": ("ClobApiKeyCreds",),
    "pr3dict.model.errors": (
        "ConfigError",
        "CoreUnavailable",
        "CredentialsError",
        "FeedError",
        "LinkRefused",
        "MissingExtra",
        "Pr3dictError",
        "RestError",
        "TapeCorrupt",
        "TapeError",
        "UnknownMarketError",
        "UnknownTokenError",
    ),
    "pr3dict.model.events": (
        "BestQuoted",
        "BookReset",
        "ControlReceived",
        "Event",
        "FeedLost",
        "FeedOpened",
        "FrameRejected",
        "Lagged",
        "MarketCreated",
        "MarketResolved",
        "ProofFailed",
        "StateChanged",
        "TickSizeChanged",
        "Trade",
    ),
    "pr3dict.model.states": ("BookState", "Cause", "Proof", "Source"),
    "pr3dict.venues.polymarket.signing.auth": ("Wallet",),
    "pr3dict.venues.polymarket.fees": ("FeeSchedule",),
    "pr3dict.venues.polymarket.gamma.types": ("Outcome",),
    "pr3dict.venues.polymarket.user.ledger": ("AccountOrder", "AccountTrade", "Fill", "FillState"),
    "pr3dict.venues.polymarket.live.types": (
        "Message",
        "StreamGap",
        "StreamRefused",
        "Subscription",
        "TopicSilent",
    ),
    "pr3dict.venues.polymarket.markets.market": ("Market",),
    "pr3dict.venues.polymarket.markets.roster": ("MarketListed", "MarketSettled"),
    "pr3dict.venues.polymarket.user.types": ("MakerFill", "UserOrder", "UserTrade"),
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AccountDoubtful",
    "AccountLost",
    "AccountOrder",
    "AccountResumed",
    "AccountTrade",
    "Arbitrage",
    "AsyncPolymarket",
    "BestQuoted",
    "BookReset",
    "BookState",
    "BooksMissing",
    "Cause",
    "ClobApiKeyCreds",
    "ClockStepped",
    "Config",
    "ConfigError",
    "ConnectionStatus",
    "ControlReceived",
    "CoreUnavailable",
    "CredentialsError",
    "Event",
    "FeeSchedule",
    "FeedError",
    "FeedFailed",
    "FeedLost",
    "FeedOpened",
    "Fill",
    "FillState",
    "FrameRejected",
    "HashDrifted",
    "Lagged",
    "LinkChanged",
    "LinkRefused",
    "MakerFill",
    "Market",
    "MarketAnalysis",
    "MarketCreated",
    "MarketListed",
    "MarketResolved",
    "MarketRoster",
    "MarketSettled",
    "Message",
    "MissingExtra",
    "OrderBookLevel",
    "OrderBookManager",
    "OrderBookMetrics",
    "OrderBookSnapshot",
    "Outcome",
    "Pages",
    "Polymarket",
    "PolymarketPlatform",
    "PolymarketRealTimeClient",
    "PolymarketUserClient",
    "PolymarketWebSocketClient",
    "Pr3dictError",
    "Proof",
    "ProofFailed",
    "RealTimeDataClient",
    "RealTimeTradingIntelligence",
    "Replay",
    "RestError",
    "Rows",
    "Source",
    "StateChanged",
    "StreamGap",
    "StreamRefused",
    "Subscription",
    "Subscriptions",
    "SyncOrderBookManager",
    "System",
    "TapDetached",
    "TapeCorrupt",
    "TapeError",
    "TapeHalted",
    "TickSizeChanged",
    "TopicSilent",
    "Trade",
    "TradeEvent",
    "UnknownMarketError",
    "UnknownTokenError",
    "UserOrder",
    "UserTrade",
    "Wallet",
    "Yardstick",
    "create_activity_subscription",
    "create_comments_subscription",
    "create_crypto_prices_subscription",
    "create_equity_prices_subscription",
    "create_market_subscription",
    "create_rfq_subscription",
    "create_sports_subscription",
    "create_user_subscription",
    "credentials_from_environment",
    "keep_rolling",
    "replay",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name == "__version__":
        return _version()
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'pr3dict' has no attribute {name!r}")
    return getattr(import_module(home), name)


def _version() -> str:
    """Return the version that is installed; of sources that were never installed, none."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - takes a while

    try:
        return version("pr3dict")
    except PackageNotFoundError:
        return "0+unknown"


def __dir__() -> list[str]:
    return __all__
