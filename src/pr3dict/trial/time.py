"""Virtual time: a loop that jumps to its next timer when nothing is ready, and its clock."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from pr3dict.model.units import NS_PER_S, Nanos

START: Final = Nanos(1_790_000_000 * NS_PER_S)
"""Wall time at which every trial begins; that of the simulated venue too."""

_T = TypeVar("_T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only when there is nothing to do."""

    def __init__(self) -> None:
        self._passed_s = 0.0
        super().__init__(_Jump(self))

    def time(self) -> float:
        """Return virtual seconds since the loop was made."""
        return self._passed_s

    def jump(self, seconds: float) -> None:
        """Let time pass."""
        self._passed_s += seconds


class _Jump(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Jump over what would be waited for: nothing of a trial comes from a descriptor."""
        if timeout is None:
            raise RuntimeError("nothing is ready and no timer is set: this would wait for ever")
        if timeout > 0:
            self._loop.jump(timeout)
        return []


class VirtualClock:
    """The clock of a trial, as `ports.Clock` wants it."""

    ahead: Final = START

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        time = (loop or asyncio.get_running_loop()).time

        def monotonic() -> Nanos:
            return Nanos(round(time() * NS_PER_S))

        self.monotonic: Final[Callable[[], Nanos]] = monotonic
        """Returns virtual nanoseconds since the loop was made."""

        self.stepped = 0
        """By how much somebody has set the clock of the machine."""

    def wall(self) -> Nanos:
        """Return what the clock of the machine says."""
        return Nanos(self.now() + self.stepped)

    def now(self) -> Nanos:
        """Return virtual wall time in nanoseconds."""
        return Nanos(START + self.monotonic())


def run(main: Coroutine[Any, Any, _T]) -> _T:
    """Run something in virtual time from its start to its end."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
