"""How often a signer may trade: token buckets, and what the venue tells of them in headers.

Rates and sizes are those of the tiers (protocol, section 4.5). Time is an argument, in nanoseconds
of whatever clock the caller keeps.
"""

from typing import Final, NamedTuple

NS_PER_S: Final = 1_000_000_000
LOW: Final = 0.2
"""Below this share of a bucket the venue warns."""


class Tier(NamedTuple):
    """Orders and cancels a second, and how many at once."""

    order_rate: int
    order_burst: int
    cancel_rate: int
    cancel_burst: int


TIERS: Final = {
    "Standard": Tier(40, 60, 80, 120),
    "Copper": Tier(60, 90, 120, 180),
    "Bronze": Tier(80, 120, 160, 240),
    "Silver": Tier(200, 300, 400, 600),
    "Gold": Tier(400, 600, 800, 1200),
    "Platinum": Tier(450, 675, 900, 1350),
    "Diamond": Tier(525, 787, 1050, 1575),
    "Elite": Tier(600, 900, 1200, 1800),
}


class Bucket:
    """So many now, and so many more a second."""

    def __init__(self, rate: int, burst: int) -> None:
        self.rate, self.burst = rate, burst
        self._left = float(burst)
        self._at_ns: int | None = None

    def draw(self, n: int, now_ns: int) -> bool:
        """Take n; False, and nothing taken, where there are fewer."""
        self._refill(now_ns)
        if n > self._left:
            return False
        self._left -= n
        return True

    @property
    def left(self) -> int:
        """How many there were after the last draw."""
        return int(self._left)

    def seconds_until(self, n: int) -> float:
        """Return how long after the last draw there will be n, at most a full bucket."""
        return max(min(n, self.burst) - self._left, 0) / self.rate

    def _refill(self, now_ns: int) -> None:
        if self._at_ns is not None:
            grown = (now_ns - self._at_ns) * self.rate / NS_PER_S
            self._left = min(self._left + grown, self.burst)
        self._at_ns = now_ns


class Meter:
    """The two buckets of one signer."""

    def __init__(self, tier: str = "Standard") -> None:
        self.tier = tier
        limits = TIERS[tier]
        self.orders = Bucket(limits.order_rate, limits.order_burst)
        self.cancels = Bucket(limits.cancel_rate, limits.cancel_burst)


def headers(bucket: Bucket, tier: str, now_s: int) -> dict[str, str]:
    """Return what the venue tells after a draw; `now_s`: its time, UNIX seconds."""
    full_s = bucket.seconds_until(bucket.burst)
    told = {
        "Poly-RateLimit-Remaining": str(bucket.left),
        "Poly-RateLimit-Reset": str(now_s + -(-int(full_s * 1_000) // 1_000)),
        "Poly-RateLimit-Tier": tier,
    }
    if bucket.left < bucket.burst * LOW:
        told["Poly-RateLimit-Warning"] = "approaching the limit of this tier"
    return told


def retry_after(bucket: Bucket, n: int) -> str:
    """Return whole seconds, at least one, after which n may be drawn."""
    return str(max(-(-int(bucket.seconds_until(n) * 1_000) // 1_000), 1))
