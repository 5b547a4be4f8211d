"""How often a connection delivers data, and from when on its silence is odd. Pure."""

from typing import Final

from pr3dict.model.units import Nanos

ODD: Final = 37
"""Times the mean gap: eight times the gap that one in a hundred exceeds where arrivals are random
(an exponential distribution; its 99th percentile is 4.6 times its mean)."""
WEIGHT: Final = 0.3
"""Of the newest window in the mean."""


class Rhythm:
    """The pace of one connection, over the windows between two calls of `heard`."""

    def __init__(self, least: Nanos, most: Nanos) -> None:
        """`least`, `most`: bounds of the patience, in nanoseconds."""
        self._least, self._most = min(least, most), most
        self._gap = 0.0
        self._at, self._frames = Nanos(0), 0

    def begin(self, now: Nanos, frames: int) -> None:
        """Start a window: the connection is open, and so many frames came before."""
        self._at, self._frames = now, frames

    def heard(self, now: Nanos, frames: int) -> None:
        """Close a window; `frames` came in all. A silent window says nothing about the pace."""
        came, passed = frames - self._frames, now - self._at
        self.begin(now, frames)
        if came > 0 and passed > 0:
            gap = passed / came
            self._gap = gap if not self._gap else (1 - WEIGHT) * self._gap + WEIGHT * gap

    def patience(self, *, others_flow: bool) -> Nanos:
        """Return how long no data may come, in nanoseconds.

        `others_flow`: other connections have delivered meanwhile, so it is not the network.
        """
        if not self._gap:
            return self._most
        wanted = self._gap * ODD * (0.5 if others_flow else 1.0)
        return Nanos(round(min(max(wanted, self._least), self._most)))
