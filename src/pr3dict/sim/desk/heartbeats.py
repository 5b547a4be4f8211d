"""The promise of a client to be there: where it is broken, its orders are taken away.

The first beat of a key arms it and nothing disarms it (protocol, section 4.3). Time is that of the
venue, in milliseconds.
"""

from collections.abc import Callable
from random import Random
from typing import Final
from uuid import UUID

from pr3dict.sim.truth.venue import Venue
from pr3dict.sim.truth.wire import Step

PATIENCE_MS: Final = 10_000
"""How long after a beat the next one may come."""


class Heartbeats:
    """The last beat of each API key."""

    def __init__(self, venue: Venue, broken: Callable[[str, int], None], rng: Random) -> None:
        """`broken`: called with the key and the moment when a beat is missed."""
        self._venue = venue
        self._broken = broken
        self._rng = rng
        self._last: dict[str, str] = {}

    def beat(self, key: str, told: str, now_ms: int) -> tuple[bool, str]:
        """Take a beat; return whether it was the right one, and the id of the right next one."""
        expected = self._last.get(key, "")
        if told != expected:
            return False, expected
        name = str(UUID(int=self._rng.getrandbits(128), version=4))
        self._last[key] = name

        def late(at_ms: int) -> Step:
            if self._last[key] == name:
                self._broken(key, at_ms)
            return Step(at_ms, (), ())

        self._venue.plan(now_ms + PATIENCE_MS, late)
        return True, name
