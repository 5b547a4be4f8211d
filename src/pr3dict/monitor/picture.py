"""The picture of the monitor in the docs, made from the running program on the simulated venue."""

import asyncio
import re
from pathlib import Path
from typing import Final

from pr3dict.app.system import System
from pr3dict.config import Config
from pr3dict.model.errors import FeedError
from pr3dict.model.units import NS_PER_MS
from pr3dict.monitor.app import Monitor
from pr3dict.net.clock import SystemClock
from pr3dict.sim.config import SimConfig
from pr3dict.sim.server import SimServer
from pr3dict.sim.venue import Venue

SIZE: Final = (120, 36)
MARKETS: Final = 9
READINGS: Final = 7
"""Seconds of watching before the picture is taken: rates are known then, and trades were seen."""
FAULT_AT: Final = 3
"""Before this reading a change is lost on its way, so that there is a notice to see."""
LEAD_MS: Final = 200
PATIENCE_S: Final = 20.0


async def paint(size: tuple[int, int] = SIZE) -> str:
    """Return the monitor as SVG, with ids that do not change from picture to picture."""
    clock = SystemClock()
    start_ms = clock.now() // NS_PER_MS + LEAD_MS
    venue = Venue(SimConfig(markets=MARKETS, seed=4, start_ms=start_ms, activity=2.0))
    async with asyncio.timeout(PATIENCE_S), SimServer(venue, paused=True) as server:
        config = Config(polymarket_market_ws_url=server.ws_url, polymarket_clob_url=server.rest_url)
        system = System(config, clock=clock)
        try:
            system.start()
            system.subscribe(server.tokens)
            await asyncio.sleep(start_ms / 1000 - clock.now() / 1e9)
            server.resume()
            return await _watch(system, server, size)
        finally:
            await asyncio.to_thread(system.stop)


async def _watch(system: System, server: SimServer, size: tuple[int, int]) -> str:
    """Let the program run for a few seconds of its own; return its picture."""
    monitor = Monitor(system, "simulated venue")
    async with monitor.run_test(size=size) as pilot:
        for reading in range(READINGS):
            if reading == FAULT_AT:
                server.faults.drop(server.tokens[0])
            await pilot.pause(1.0)
        if not monitor.board.healths:
            raise FeedError("wanted books in the picture, found none")
        monitor.read()
        await pilot.pause()
        return settled(monitor.export_screenshot(title="pr3dict watch"))


def settled(svg: str) -> str:
    """Return a picture whose ids do not change, and which fetches no font.

    >>> settled('<g class="terminal-123-matrix">')
    '<g class="terminal-matrix">'
    """
    without_fonts = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(r"terminal-\d+-", "terminal-", without_fonts)


def save(path: str) -> None:
    """Paint the picture into a file."""
    Path(path).write_text(asyncio.run(paint()) + "\n", "utf-8")
