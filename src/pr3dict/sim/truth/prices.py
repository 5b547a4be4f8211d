"""What coins and shares cost at the simulated venue: a walk for each, second by second.

Prices are integers in units of 10^-18 dollars, as Chainlink reports them (protocol, section 3.2).
Each source sees the same walk with its own grain: Binance in cents, Pyth in 10^-8, Chainlink in
what a double of sixteen digits holds. The same seed gives the same prices, whenever one asks.
"""

import hashlib
from random import Random
from typing import Final

UNIT: Final = 10**18
"""One dollar."""
HISTORY_S: Final = 180
"""How far back prices reach before the venue's first moment."""
STEP_PPM: Final = 80
"""The largest move of a second, in millionths of the price."""
ABSENT_PERCENT: Final = 3
"""How many seconds Chainlink never reports (protocol, section 11: missing seconds)."""

COINS: Final = {"btc": 64_123_500_000, "eth": 2_431_190_000, "sol": 151_420_000, "xrp": 1_087_500}
"""First price of each coin, in micros."""
SHARES: Final = {
    "aapl": 307_914_990,
    "tsla": 412_330_000,
    "nvda": 198_452_300,
    "xauusd": 4_120_450_000,
}
"""First price of each share and metal, in micros."""

BINANCE: Final = "binance"
CHAINLINK: Final = "chainlink"
PYTH: Final = "pyth"
GRAINS: Final = {BINANCE: 10**14, CHAINLINK: 10**7, PYTH: 10**10}
"""The smallest step of each source, in units."""
BINANCE_CENT: Final = 10**16
CENTS_FROM: Final = 100 * UNIT
"""From this price on Binance quotes in whole cents."""

OPENS_S: Final = 13 * 3600 + 30 * 60
CLOSES_S: Final = 20 * 3600
DAY_S: Final = 86_400
FRIDAY: Final = 4
"""Days of the week count from Monday, 0."""
THURSDAY: Final = 3
"""1970-01-01."""


class Prices:
    """The walks of all symbols. Seconds are UNIX time; before the history begins it is flat."""

    def __init__(self, seed: int, start_ms: int) -> None:
        self._seed = seed
        self._from_s = start_ms // 1000 - HISTORY_S
        self._rows: dict[tuple[str, str], tuple[Random, list[int]]] = {}
        """Prices by asset and source, the walk itself under no source."""

    def at(self, asset: str, second: int, source: str) -> int:
        """Return the price of a coin or share at a second as a source reports it, in units.

        Raises `KeyError` for an asset that the venue does not know.
        """
        index = max(second - self._from_s, 0)
        rng, seen = self._row(asset, source)
        while len(seen) <= index:
            seen.append(_seen(self._walked(asset, len(seen)), source, rng))
        return seen[index]

    def mean(self, asset: str, second: int, window_s: int, source: str = CHAINLINK) -> int:
        """Return the time-weighted average of the last seconds, in units."""
        seen = (self.at(asset, second - ago, source) for ago in range(window_s))
        return sum(seen) // window_s

    def reported(self, asset: str, second: int, stream: str) -> bool:
        """Tell whether a stream of Chainlink reports this second at all: some are missing."""
        key = f"{self._seed}:{stream}:{asset}:{second}"
        digest = hashlib.blake2b(key.encode(), digest_size=4).digest()
        return int.from_bytes(digest, "big") % 100 >= ABSENT_PERCENT

    def _walked(self, asset: str, index: int) -> int:
        first = (COINS | SHARES)[asset] * (UNIT // 1_000_000)
        rng, walk = self._row(asset, "")
        while len(walk) <= index:
            last = walk[-1] if walk else first
            walk.append(last + last * rng.randint(-STEP_PPM, STEP_PPM) // 1_000_000)
        return walk[index]

    def _row(self, asset: str, source: str) -> tuple[Random, list[int]]:
        if (asset, source) not in self._rows:
            rng = Random(f"{self._seed}:{asset}:{source}")  # noqa: S311 - the same seed, the same walk
            self._rows[asset, source] = rng, []
        return self._rows[asset, source]


def _seen(price: int, source: str, rng: Random) -> int:
    """Return a price as a source reports it: in its grain, and not quite that of another."""
    if source == BINANCE:
        grain = BINANCE_CENT if price >= CENTS_FROM else GRAINS[BINANCE]
    else:
        grain = GRAINS[source]
        price += price * rng.randint(-STEP_PPM, STEP_PPM) // 1_000_000
    return price // grain * grain


def number(price: int) -> float:
    """Return a price as the venue's JSON number: lossy, for display."""
    return price / UNIT


def decimal(price: int) -> str:
    """Return a price as exact decimal text with at least eight places."""
    text = f"{price // UNIT}.{price % UNIT:018d}"
    return text[:-10] + text[-10:].rstrip("0")


def last_trading_second(second: int) -> int:
    """Return the second itself while shares trade, else the last one before it in which they did.

    Shares trade on weekdays from 13:30 to 20:00 UTC here; the venue carries the last price forward.
    """
    day, of_day = divmod(second, DAY_S)
    if of_day < OPENS_S:
        day, of_day = day - 1, CLOSES_S
    weekday = (day + THURSDAY) % 7
    if weekday > FRIDAY:
        day, of_day = day - (weekday - FRIDAY), CLOSES_S
    return day * DAY_S + min(of_day, CLOSES_S)
