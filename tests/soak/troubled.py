"""A venue in a process of its own that is never well for long: seeded and counted.

It prints where it is and its tokens, then does something bad every so often, at the venue or on the
way to it. At a line on standard input it stops doing so; at the next it rests, prints the digest of
the true books and how often each fault struck. The third is its end.
"""

import asyncio
import json
import random
import sys
from collections.abc import Awaitable, Callable
from typing import Final

from tests.chaos.proxy import ChaosProxy

from pr3dict.net.clock import SystemClock
from pr3dict.sim.server import SimServer
from pr3dict.sim.truth.config import Pace, SimConfig
from pr3dict.sim.truth.venue import Venue

GARBAGE: Final = (
    b"",
    b"[]",
    b"{",
    b'{"event_type":"news"}',
    b"NO NEW ASSETS",
    b"\xff\xfe",
    b"null",
)
SPELL_S: Final = 2.0
"""How long a bad spell lasts: a slow network, a frozen connection."""


Deed = Callable[[], Awaitable[object] | None]


class Nemesis:
    """Does one bad thing at a time to a venue and the way to it."""

    def __init__(self, server: SimServer, proxy: ChaosProxy, seed: int) -> None:
        self._server = server
        self._faults = server.faults
        self._proxy = proxy
        self._rng = random.Random(seed)
        self._deeds: tuple[Deed, ...] = (
            lambda: self._faults.drop(self._token()),
            lambda: self._faults.corrupt(self._token()),
            lambda: self._faults.falsify(self._token()),
            lambda: self._faults.duplicate(self._token(), 3),
            lambda: self._faults.garbage(self._rng.choice(GARBAGE)),
            lambda: self._faults.refuse(429, {"Retry-After": "1"}),
            lambda: self._faults.refuse_rest(503),
            lambda: server.cut(self._connection()),
            lambda: server.hang_up(self._rng.choice((1001, 1012, 1013)), "", self._connection()),
            lambda: proxy.zombie(self._rng.choice(proxy.lines)) if proxy.lines else None,
            proxy.reset_mid_frame,
            proxy.corrupt,
            proxy.blackhole,
            self._slow,
            self._sliced,
            self._frozen,
        )

    async def rage(self, every_s: float) -> None:
        """Go on until cancelled, then leave everything in good order."""
        try:
            while True:
                await asyncio.sleep(every_s * self._rng.uniform(0.5, 1.5))
                doing = self._rng.choice(self._deeds)()
                if doing is not None:
                    await doing
        finally:
            self._mend()

    async def _slow(self) -> None:
        self._proxy.down.bytes_per_s, self._proxy.down.delay_s = 200_000.0, 0.05
        await asyncio.sleep(SPELL_S)
        self._mend()

    async def _sliced(self) -> None:
        self._proxy.down.slice_bytes = 7
        await asyncio.sleep(SPELL_S)
        self._mend()

    async def _frozen(self) -> None:
        self._faults.freeze(connection=self._connection())
        await asyncio.sleep(3 * SPELL_S)
        self._mend()

    def _mend(self) -> None:
        self._faults.thaw()
        for weather in (self._proxy.down, self._proxy.up):
            weather.slice_bytes, weather.delay_s, weather.bytes_per_s = 0, 0.0, 0.0

    def _token(self) -> str:
        return self._rng.choice(self._server.tokens)

    def _connection(self) -> int:
        return self._rng.choice(list(self._server.connections) or [1])


async def main(markets: str, activity: str, every_s: str, seed: str) -> None:
    config = SimConfig(
        markets=int(markets),
        seed=int(seed),
        rate=Pace(1.0),
        activity=float(activity),
        start_ms=SystemClock().now() // 1_000_000,
        created_per_hour=0.0,
        resolved_per_hour=0.0,
    )
    async with SimServer(Venue(config)) as server:
        port = int(server.rest_url.rpartition(":")[2])
        async with ChaosProxy(port) as proxy:
            tell({"ws": proxy.url, "rest": server.rest_url, "tokens": server.tokens})
            raging = asyncio.ensure_future(Nemesis(server, proxy, int(seed)).rage(float(every_s)))
            await asyncio.to_thread(sys.stdin.readline)
            raging.cancel()
            await asyncio.wait([raging])
            await asyncio.to_thread(sys.stdin.readline)
            server.pause()
            await server.drained()
            struck = dict(server.faults.struck + proxy.struck)
            tell({"digest": server.digest(), "struck": struck, "delivered": server.delivered})
            await asyncio.to_thread(sys.stdin.readline)


def tell(what: object) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201 - this is a program


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
