"""How many requests may go out now: the venue's rate limits, counted on our side.

Pure: time is an argument, in nanoseconds. A request names its limits, the widest first; each must
let it pass. A name may say whose limit it is: `orders@0xabc` obeys the rule `orders` and counts for
`0xabc` alone. A name that stands twice takes two.
"""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from pr3dict.model.rates import Refill, Rule, Window
from pr3dict.model.units import NS_PER_S, Nanos

SLOTS: Final = 10
"""A window is counted in this many parts: it lets pass a little less than it might, never more."""
RESET_MAX: Final = Nanos(120 * NS_PER_S)
"""The longest that we stay away because of `Poly-RateLimit-Reset`; a later one is nonsense."""


class Shut(msgspec.Struct, frozen=True):
    """Why nothing may be asked under a name, and until when."""

    until: Nanos
    name: str
    """Of the `RestError` that says so."""
    words: str


class Buckets:
    """What was sent under each name, and what the venue said about it."""

    def __init__(
        self,
        rules: Mapping[str, Sequence[Rule]],
        tiers: Mapping[str, Mapping[str, Rule]] | None = None,
    ) -> None:
        """Take the rules by name; `tiers` has, by tier and name, those of accounts above others."""
        self._rules = rules
        self._tiers = tiers or {}
        self._counts: dict[str, list[_Sliding | _Saved]] = {}
        self._shut: dict[str, Shut] = {}

    def wait(self, names: Sequence[str], now: Nanos) -> Nanos:
        """Return how long until all let one more request pass; 0: it may go now."""
        waits = [self._until(name) - now for name in names]
        for name, cost in Counter(names).items():
            waits += [count.wait(cost, now) for count in self._of(name)]
        return Nanos(max(0, *waits, 0))

    def take(self, names: Sequence[str], now: Nanos) -> None:
        """Count a request that goes out now."""
        for name, cost in Counter(names).items():
            for count in self._of(name):
                count.take(cost, now)

    def shut(self, names: Sequence[str], why: Shut) -> None:
        """Let nothing pass under these names until then; what is shut for longer stays so."""
        for name in names:
            if why.until > self._until(name):
                self._shut[name] = why

    def shut_for(self, names: Sequence[str], now: Nanos) -> Shut | None:
        """Return what shuts one of these names the longest, None where all are open."""
        found = [self._shut[name] for name in names if self._until(name) > now]
        return max(found, key=lambda shut: shut.until, default=None)

    def heard(self, names: Sequence[str], headers: Mapping[str, str], now: Nanos) -> None:
        """Obey what an answer says about the limits of an account (`Poly-RateLimit-…`).

        The names of `headers` are in lower case. What cannot be read is left out.
        """
        remaining = _whole(headers.get("poly-ratelimit-remaining", ""))
        reset = _whole(headers.get("poly-ratelimit-reset", ""))
        tier = self._tiers.get(headers.get("poly-ratelimit-tier", ""), {})
        for name in {name for name in names if "@" in name}:
            kind = name.partition("@")[0]
            for count in self._of(name):
                if isinstance(count, _Saved):
                    count.hear(tier.get(kind), remaining, now)
            if remaining == 0 and reset is not None:
                until = Nanos(min(reset * NS_PER_S, now + RESET_MAX))
                self.shut([name], Shut(until, "rate_limited", f"the venue's limit {kind} is used"))

    def _until(self, name: str) -> Nanos:
        shut = self._shut.get(name)
        return Nanos(0) if shut is None else shut.until

    def _of(self, name: str) -> "list[_Sliding | _Saved]":
        if name not in self._counts:
            rules = self._rules.get(name.partition("@")[0], ())
            self._counts[name] = [
                _Sliding(rule) if isinstance(rule, Window) else _Saved(rule) for rule in rules
            ]
        return self._counts[name]


class _Sliding:
    """A window, counted in parts: the one that runs, and as many before it as it could touch."""

    def __init__(self, rule: Window) -> None:
        self._most = rule.most
        self._slot = max(1, rule.span // SLOTS)
        self._taken: deque[tuple[int, int]] = deque()
        self._sum = 0

    def wait(self, cost: int, now: Nanos) -> Nanos:
        self._forget(now)
        left, cost = self._sum, min(cost, self._most)
        if left + cost <= self._most:
            return Nanos(0)
        for slot, count in self._taken:
            left -= count
            if left + cost <= self._most:
                return Nanos((slot + SLOTS + 1) * self._slot - now)
        raise AssertionError("an empty window lets one request pass")

    def take(self, cost: int, now: Nanos) -> None:
        self._forget(now)
        slot = now // self._slot
        if self._taken and self._taken[-1][0] >= slot:
            last, count = self._taken.pop()
            self._taken.append((last, count + cost))
        else:
            self._taken.append((slot, cost))
        self._sum += cost

    def _forget(self, now: Nanos) -> None:
        oldest = now // self._slot - SLOTS
        while self._taken and self._taken[0][0] < oldest:
            self._sum -= self._taken.popleft()[1]


class _Saved:
    """A bucket of tokens, as the time at which it would be full again."""

    def __init__(self, rule: Refill) -> None:
        self._set(rule)
        self._full_at = 0

    def wait(self, cost: int, now: Nanos) -> Nanos:
        cost = min(cost, self._burst)
        held = self._burst * self._each
        return Nanos(max(0, max(self._full_at, now) + cost * self._each - held - now))

    def take(self, cost: int, now: Nanos) -> None:
        self._full_at = max(self._full_at, now) + cost * self._each

    def hear(self, rule: Rule | None, remaining: int | None, now: Nanos) -> None:
        if isinstance(rule, Refill):
            self._set(rule)
        if remaining is not None:
            self._full_at = max(self._full_at, now + (self._burst - remaining) * self._each)

    def _set(self, rule: Refill) -> None:
        self._burst = rule.burst
        self._each = -(-NS_PER_S // rule.rate)


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text[:18]) if text.isascii() and text.isdigit() else None
