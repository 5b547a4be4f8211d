"""Rows about asking the platform for a book: by the stream, which is in memory, and by REST.

The venue is the simulated one, in a process of its own on loopback: no network is nearer.
"""

import asyncio
from collections.abc import Iterator
from time import perf_counter_ns
from typing import Final

from bench.measured import Measured
from bench.setting import Setting
from bench.stopwatch import US
from pr3dict.cli.demo import Addresses, simulated
from pr3dict.client.platform import PolymarketPlatform
from pr3dict.config import Config

STREAM: Final = "get_orderbook by the stream"
REST: Final = "get_orderbook by REST on loopback"
RATIO: Final = "books a second by the stream, against REST"
ASKED: Final = 20_000
ASKED_BY_REST: Final = 400
QUICK: Final = 20
"""A quick run asks for so many times fewer."""
WANTED: Final = 50.0


def asking(setting: Setting) -> Iterator[Measured]:
    """Ask for the best prices of four books in turn, again and again."""
    few = QUICK if setting.quick else 1
    with simulated(["--markets", "2", "--activity", "0.2"]) as venue:
        held, read = asyncio.run(_both(setting, venue, ASKED // few, ASKED_BY_REST // few))
    by = setting.core.NAME
    yield Measured(what=STREAM, unit="µs", by=by, value=held / US)
    yield Measured(what=REST, unit="µs", by=by, value=read / US)
    yield Measured(what=RATIO, unit="x", by=by, value=read / held, at_least=WANTED)


async def _both(
    setting: Setting, venue: Addresses, times: int, times_by_rest: int
) -> tuple[float, float]:
    """Return the nanoseconds a call, by the stream and by REST."""
    config = Config(
        core="native" if setting.core.NAME == "native" else "reference",
        polymarket_market_ws_url=venue.ws_url,
        polymarket_clob_url=venue.rest_url,
    )
    async with PolymarketPlatform(config=config) as platform:
        await platform.subscribe(venue.tokens)
        held = await _timed(platform, venue.tokens, times)
    async with PolymarketPlatform(use_websocket=False, config=config) as platform:
        await _timed(platform, venue.tokens, len(venue.tokens))  # opens the connection
        return held, await _timed(platform, venue.tokens, times_by_rest)


async def _timed(platform: PolymarketPlatform, tokens: list[str], times: int) -> float:
    """Return the nanoseconds that a call takes, the reading of the best prices included."""
    began = perf_counter_ns()
    for number in range(times):
        book = await platform.get_orderbook(tokens[number % len(tokens)])
        assert book is not None
        assert book.best_bid is not None
    return (perf_counter_ns() - began) / times
