"""When to try again: full jitter, so that many links that fell together do not rise together.

Pure: a seeded `random.Random` makes every wait foreseeable.
"""

import random

import msgspec

from pr3dict.model.links import Pace
from pr3dict.model.units import NS_PER_S, Nanos


class RetryRules(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of the waits, in nanoseconds. `Config` has the same in seconds, with reasons."""

    base: Nanos = Nanos(1 * NS_PER_S)
    """The first wait is at most this long, the second at most twice as long, and so on …"""
    cap: Nanos = Nanos(60 * NS_PER_S)
    """… up to this."""
    slow: Nanos = Nanos(300 * NS_PER_S)
    """After a refusal: at least this long."""
    live_stretch: Nanos = Nanos(30 * NS_PER_S)
    """Data for this long forgives the failures before it. An open socket alone does not: a venue
    that accepts us and drops us at once must not be asked ever faster."""
    asked_max: Nanos = Nanos(3600 * NS_PER_S)
    """The longest wait that we let the other side impose."""


class Backoff:
    """The waits of one link."""

    def __init__(self, rng: random.Random, rules: RetryRules | None = None) -> None:
        self._rng = rng
        self._rules = rules or RetryRules()
        self._failures = 0

    def wait(self, pace: Pace, *, lived: int = 0, asked: int = 0, spread: int = 0) -> Nanos:
        """Return how long to wait after a failure.

        All in nanoseconds. `lived`: for how long the connection delivered data; `asked`: the wait
        that the other side asked for (Retry-After), 0 where it named none; `spread`: over what time
        it wants its clients to come back.
        """
        rules = self._rules
        if lived >= rules.live_stretch:
            self._failures = 0
        ceiling = min(rules.cap, rules.base << self._failures)
        if ceiling < rules.cap:
            self._failures += 1
        least = max(self._least(pace), min(asked, rules.asked_max))
        return Nanos(least + self._rng.randrange(max(ceiling, min(spread, rules.asked_max)) + 1))

    def _least(self, pace: Pace) -> Nanos:
        match pace:
            case Pace.QUICK:
                return Nanos(0)
            case Pace.PATIENT:
                return self._rules.base
            case Pace.SLOW | Pace.IDLE:
                return self._rules.slow
