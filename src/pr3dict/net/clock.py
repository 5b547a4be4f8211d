"""The one file that asks the operating system for the time.

The wall clock is read once and then carried by the monotonic clock: no timer fires early and no
latency turns negative when somebody sets the time of the machine.
"""

import time
from typing import TYPE_CHECKING, Final, cast

from pr3dict.model.units import Nanos

if TYPE_CHECKING:
    from collections.abc import Callable


class SystemClock:
    """The clock of the machine, as `ports.Clock` wants it."""

    def __init__(self) -> None:
        self.monotonic: Final = cast("Callable[[], Nanos]", time.monotonic_ns)
        """Returns nanoseconds since a moment that is the same for this run of the machine."""
        self.ahead: Final = Nanos(time.time_ns() - time.monotonic_ns())
        """What to add to `monotonic` for `now`."""

    def now(self) -> Nanos:
        """Return nanoseconds since the UNIX epoch; never less than before."""
        return Nanos(self.monotonic() + self.ahead)

    def wall(self) -> Nanos:
        """Return what the clock of the machine says, which may be set at any time."""
        return Nanos(time.time_ns())
