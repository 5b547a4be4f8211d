"""What a simulated venue is like: size, pace, habits. Frozen, checked once."""

from typing import Final

import msgspec

from pr3dict.model.errors import ConfigError
from pr3dict.sim.truth.hash import MICROS
from pr3dict.sim.truth.recurring import COINS, is_kind

TICKS: Final = {
    "0.1": 100_000,
    "0.01": 10_000,
    "0.005": 5_000,
    "0.0025": 2_500,
    "0.001": 1_000,
    "0.0001": 100,
}
"""The price grids that the venue allows, in micros (protocol, section 4.2)."""

START_MS: Final = 1_790_000_000_000
"""The default first moment of a venue, fixed so that the same seed gives the same bytes."""
MARKETS_MAX: Final = 10_000
"""Markets at the start: as many as are built in seconds, and kept in a few hundred megabytes."""
ACTIVITY: Final = (0.000_001, 1_000_000.0)
"""From an order in some days to more than a machine can make."""
FASTEST: Final = 1_000_000.0
"""A speed or a rate that no machine reaches; as fast as it can is 0."""
START_MS_MAX: Final = 4_102_444_800_000
"""The year 2100: what happens later than 2262 no count of nanoseconds in 64 bits can tell."""


class Pace(msgspec.Struct, frozen=True):
    """How fast a server plays its source."""

    speed: float = 1.0
    """Venue time for each unit of wall time; 0 means flat out, as fast as the sockets take."""
    frames_per_s: float = 0.0
    """Frames a second whatever their timestamps say; 0 means `speed` decides."""

    def __post_init__(self) -> None:
        if not (0 <= self.speed <= FASTEST and 0 <= self.frames_per_s <= FASTEST):
            raise ConfigError(f"rate: wanted numbers from 0 to {FASTEST:.0f}, found {self}")


FLAT_OUT: Final = Pace(speed=0.0)


class SimConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A generated venue. Raises `ConfigError` for a value that makes no venue."""

    markets: int = 20
    """Markets at the start; each has two tokens."""
    seed: int = 1
    rate: Pace = Pace()
    ticks: tuple[str, ...] = ("0.01", "0.01", "0.01", "0.001")
    """The grids among which each market draws its own."""
    levels: tuple[int, int] = (14, 110)
    """Fewest and most levels a side; fewer where the price stands near an edge of the grid."""
    first_bid: int = 0
    """Best bid of the first token at the start, in micros; 0 means drawn for each market."""
    activity: float = 1.0
    """1.0 is one liquid event market, about 3.2 frames/s a market."""
    trade_share: float = 7 / 83
    """How many of the orders trade."""
    custom: bool = True
    """Whether best_bid_ask, new_market and market_resolved are made for those who ask."""
    created_per_hour: float = 60.0
    resolved_per_hour: float = 6.0
    recurring: tuple[str, ...] = ()
    """Kinds of markets that recur, besides: `btc-5m`, `eth-15m` (`recurring.py`)."""
    start_ms: int = START_MS
    """Venue time at the start, milliseconds since the UNIX epoch."""
    duration_ms: int = 0
    """Venue time after which nothing happens any more; 0 means never."""

    def __post_init__(self) -> None:
        if not 1 <= self.markets <= MARKETS_MAX:
            raise ConfigError(f"markets: wanted 1 to {MARKETS_MAX}, found {self.markets}")
        if not self.ticks or not set(self.ticks) <= TICKS.keys():
            raise ConfigError(f"ticks: wanted some of {', '.join(TICKS)}, found {self.ticks}")
        if not 1 <= self.levels[0] <= self.levels[1]:
            raise ConfigError(f"levels: wanted 1 <= fewest <= most, found {self.levels}")
        if not 0 <= self.first_bid < MICROS:
            raise ConfigError(f"first_bid: wanted micros below a dollar, found {self.first_bid}")
        if not all(map(is_kind, self.recurring)):
            raise ConfigError(
                f"recurring: wanted some of {', '.join(COINS)} with -5m or -15m, "
                f"found {self.recurring}"
            )
        least, most = ACTIVITY
        if not least <= self.activity <= most:
            raise ConfigError(f"activity: wanted {least:f} to {most:.0f}, found {self.activity}")
        if not 0 <= self.start_ms <= START_MS_MAX:
            raise ConfigError(
                f"start_ms: wanted milliseconds since 1970, 0 to {START_MS_MAX}, found"
                f" {self.start_ms}"
            )
        if not 0 <= self.trade_share <= 1:
            raise ConfigError(f"trade_share: wanted 0 to 1, found {self.trade_share}")
        if min(self.created_per_hour, self.resolved_per_hour, self.duration_ms) < 0:
            raise ConfigError("created_per_hour, resolved_per_hour, duration_ms: wanted 0 or more")
