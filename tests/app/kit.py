"""A simulated venue on a thread of its own, and a system that is pointed at it."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from pr3dict.config import Config
from pr3dict.model.units import NS_PER_S
from pr3dict.net.clock import SystemClock
from pr3dict.sim.server import SimServer
from pr3dict.sim.truth.config import Pace, SimConfig
from pr3dict.sim.truth.venue import Venue

T = TypeVar("T")
DEADLINE_S = 20.0
LOOK_S = 0.002
FRAMES_PER_S = 200.0


class Served:
    """The venue and its loop; what is asked of it is done there."""

    def __init__(self, server: SimServer, loop: asyncio.AbstractEventLoop) -> None:
        self.server = server
        self.faults = server.faults
        self._loop = loop

    @property
    def tokens(self) -> list[str]:
        return self.do(lambda: self.server.tokens)

    def do(self, what: Callable[[], T]) -> T:
        """Do something on the loop of the venue."""

        async def on_loop() -> T:
            return what()

        return self.run(on_loop())

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(DEADLINE_S)

    def rest(self) -> None:
        """Let nothing more happen and everything said be on its way."""
        self.do(self.server.pause)
        self.run(self.server.drained())

    def config(self, **settings: Any) -> Config:
        """Return settings with which a client talks to this venue, and heals at a test's pace."""
        quick = {
            "connect_spacing_s": 0.001,
            "backoff_base_s": 0.01,
            "backoff_cap_s": 0.05,
            "first_book_s": 0.2,
            "audit_every_s": 0.3,
            "rest_per_s": 50.0,
        }
        return Config(**(self.server.settings() | quick | settings))


@contextmanager
def venue(
    *, markets: int = 3, frames_per_s: float = FRAMES_PER_S, **shape: Any
) -> Iterator[Served]:
    """Serve a venue until the end of the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="venue", daemon=True)
    thread.start()
    config = SimConfig(
        markets=markets,
        rate=Pace(frames_per_s=frames_per_s),
        start_ms=SystemClock().now() // 1_000_000,
        created_per_hour=0.0,
        resolved_per_hour=0.0,
        **shape,
    )
    server = SimServer(Venue(config))
    served = Served(server, loop)
    served.run(server.__aenter__())
    try:
        yield served
    finally:
        served.run(_left(server))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(DEADLINE_S)
        loop.close()


async def _left(server: SimServer) -> None:
    """Close the venue, and let the transports that it cut be closed by their loop."""
    await server.__aexit__(None, None, None)
    for _ in range(5):
        await asyncio.sleep(0)


def until(true: Callable[[], T]) -> T:
    """Return what this returns once it is true; fails when that does not come to be."""
    clock = SystemClock()
    deadline = clock.monotonic() + DEADLINE_S * NS_PER_S
    while not (found := true()):
        assert clock.monotonic() < deadline, "waited in vain"
        time.sleep(LOOK_S)  # a look at other threads, no assumption of their pace
    return found
