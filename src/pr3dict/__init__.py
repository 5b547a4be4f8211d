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
        "TapeHalted",
    ),
    "pr3dict.app.replay": ("Replay", "replay"),
    "pr3dict.app.system": ("System",),
    "pr3dict.client.credentials": ("credentials_from_environment",),
    "pr3dict.client.manager": ("OrderBookManager",),
    "pr3dict.client.pages": ("Pages",),
    "pr3dict.client.platform": ("PolymarketPlatform",),
    "pr3dict.client.polymarket": ("AsyncPolymarket",),
    "pr3dict.client.polymarket_sync": ("Polymarket",),
    "pr3dict.client.rows": ("Rows",),
    "pr3dict.client.snapshot": ("OrderBookLevel", "OrderBookSnapshot", "TradeEvent"),
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
    "pr3dict.venues.polymarket.auth": ("Wallet",),
    "pr3dict.venues.polymarket.ledger": ("AccountOrder", "AccountTrade", "Fill", "FillState"),
    "pr3dict.venues.polymarket.user_types": ("MakerFill", "UserOrder", "UserTrade"),
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AccountDoubtful",
    "AccountLost",
    "AccountOrder",
    "AccountResumed",
    "AccountTrade",
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
    "ControlReceived",
    "CoreUnavailable",
    "CredentialsError",
    "Event",
    "FeedError",
    "FeedFailed",
    "FeedLost",
    "FeedOpened",
    "Fill",
    "FillState",
    "FrameRejected",
    "HashDrifted",
    "Lagged",
    "LinkRefused",
    "MakerFill",
    "MarketCreated",
    "MarketResolved",
    "MissingExtra",
    "OrderBookLevel",
    "OrderBookManager",
    "OrderBookMetrics",
    "OrderBookSnapshot",
    "Pages",
    "Polymarket",
    "PolymarketPlatform",
    "PolymarketUserClient",
    "PolymarketWebSocketClient",
    "Pr3dictError",
    "Proof",
    "ProofFailed",
    "Replay",
    "RestError",
    "Rows",
    "Source",
    "StateChanged",
    "SyncOrderBookManager",
    "System",
    "TapDetached",
    "TapeCorrupt",
    "TapeError",
    "TapeHalted",
    "TickSizeChanged",
    "Trade",
    "TradeEvent",
    "UnknownMarketError",
    "UnknownTokenError",
    "UserOrder",
    "UserTrade",
    "Wallet",
    "Yardstick",
    "credentials_from_environment",
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
