"""The one file that asks the operating system for the time.

The wall clock is read once and then carried by the monotonic clock: no timer fires early and no
latency turns negative when somebody sets the time of the machine.
"""

import time

from pr3dict.model.units import Nanos


class SystemClock:
    """The clock of the machine, as `ports.Clock` wants it."""

    def __init__(self) -> None:
        self._read_monotonic = time.monotonic_ns
        self._ahead = 0
        self.anchor()

    def now(self) -> Nanos:
        """Return nanoseconds since the UNIX epoch; never less than before, but see `anchor`."""
        # Once a frame: the call of `Nanos` would cost as much as the rest.
        return self._read_monotonic() + self._ahead  # type: ignore[return-value]

    def monotonic(self) -> Nanos:
        """Return nanoseconds since a moment that is the same for this run of the machine."""
        return Nanos(self._read_monotonic())

    def anchor(self) -> Nanos:
        """Read the wall clock again; return by how much `now` jumped, which may be backwards."""
        ahead = time.time_ns() - time.monotonic_ns()
        step, self._ahead = ahead - self._ahead, ahead
        return Nanos(step)
