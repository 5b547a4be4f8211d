from pr3dict.app.events import (
    AccountDoubtful,
    AccountLost,
    AccountResumed,
    BooksMissing,
    ClockStepped,
    FeedFailed,
    HashDrifted,
    LinkChanged,
    TapeHalted,
)
from pr3dict.app.replay import Replay, replay
from pr3dict.app.system import System
from pr3dict.client.credentials import credentials_from_environment
from pr3dict.client.live.analysis import Arbitrage, MarketAnalysis
from pr3dict.client.live.data import RealTimeDataClient
from pr3dict.client.live.hub import ConnectionStatus
from pr3dict.client.live.intelligence import RealTimeTradingIntelligence
from pr3dict.client.live.real_time import PolymarketRealTimeClient
from pr3dict.client.live.subscriptions import (
    Subscriptions,
    create_activity_subscription,
    create_comments_subscription,
    create_crypto_prices_subscription,
    create_equity_prices_subscription,
    create_market_subscription,
    create_rfq_subscription,
    create_sports_subscription,
    create_user_subscription,
)
from pr3dict.client.manager import OrderBookManager
from pr3dict.client.platform import PolymarketPlatform
from pr3dict.client.rest.pages import Pages
from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.rest.polymarket_sync import Polymarket
from pr3dict.client.rest.rows import Rows
from pr3dict.client.roster import MarketRoster, keep_rolling
from pr3dict.client.snapshot import OrderBookLevel, OrderBookSnapshot, TradeEvent
from pr3dict.client.sync import SyncOrderBookManager
from pr3dict.client.user import PolymarketUserClient
from pr3dict.client.websocket import PolymarketWebSocketClient
from pr3dict.config import Config
from pr3dict.engine.engine import TapDetached
from pr3dict.measure.metrics import OrderBookMetrics, Yardstick
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import (
    ConfigError,
    CoreUnavailable,
    CredentialsError,
    FeedError,
    LinkRefused,
    MissingExtra,
    Pr3dictError,
    RestError,
    TapeCorrupt,
    TapeError,
    UnknownMarketError,
    UnknownTokenError,
)
from pr3dict.model.events import (
    BestQuoted,
    BookReset,
    ControlReceived,
    Event,
    FeedLost,
    FeedOpened,
    FrameRejected,
    Lagged,
    MarketCreated,
    MarketResolved,
    ProofFailed,
    StateChanged,
    TickSizeChanged,
    Trade,
)
from pr3dict.model.states import BookState, Cause, Proof, Source
from pr3dict.venues.polymarket.fees import FeeSchedule
from pr3dict.venues.polymarket.gamma.types import Outcome
from pr3dict.venues.polymarket.live.types import (
    Message,
    StreamGap,
    StreamRefused,
    Subscription,
    TopicSilent,
)
from pr3dict.venues.polymarket.markets.market import Market
from pr3dict.venues.polymarket.markets.roster import MarketListed, MarketSettled
from pr3dict.venues.polymarket.signing.auth import Wallet
from pr3dict.venues.polymarket.user.ledger import AccountOrder, AccountTrade, Fill, FillState
from pr3dict.venues.polymarket.user.types import MakerFill, UserOrder, UserTrade

__version__: str

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
