"""Somebody sets the clock of the machine: seen, measured, and told. Pure."""

from typing import Final

from pr3dict.model.units import NS_PER_S, Nanos

STEP_NS: Final = NS_PER_S // 2
"""Below this it is the steady hand of NTP."""


class Steps:
    """How far the wall clock is from the one that we carry, which nobody can set."""

    def __init__(self, now: Nanos, wall: Nanos) -> None:
        self._apart = wall - now
        self.total = 0
        """By how much the wall clock was set since the start, in nanoseconds."""

    def seen(self, now: Nanos, wall: Nanos) -> int:
        """Return by how much the wall clock was set since the last call; 0: it was not."""
        step = (wall - now) - self._apart
        if abs(step) < STEP_NS:
            return 0
        self._apart += step
        self.total += step
        return step
