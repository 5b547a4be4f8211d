"""Latency: the same question to the stream's book in memory, and to REST over the wire."""

import asyncio
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter_ns

from start import run

from pr3dict import AsyncPolymarket, Market, PolymarketPlatform

READS = 200
"""Of each kind at most: REST has rate limits."""


async def race(market: Market, seconds: float) -> None:
    """Print the median time of each, and how many times faster memory is."""
    token = market.token_ids[0]
    async with PolymarketPlatform() as platform, AsyncPolymarket() as polymarket:
        await platform.get_orderbook(token)  # the first call waits for the stream
        memory = await typical_us(lambda: platform.get_orderbook(token), seconds / 2)
        rest = await typical_us(lambda: polymarket.get_order_book(token), seconds / 2)
        stats = platform.get_websocket_stats()
    print(f"stream, read in memory: {memory:,.1f} µs")
    print(f"REST, one request:      {rest:,.1f} µs")
    print(f"the stream answers {rest / memory:,.0f} times as fast")
    if stats is not None:
        print(f"and its data is {stats['latency_avg_ms']:.1f} ms old when it comes")


async def typical_us(ask: Callable[[], Awaitable[object]], seconds: float) -> float:
    """Return the median time of a call in microseconds."""
    took: list[int] = []
    while len(took) < READS and sum(took) < seconds * 1e9:
        before = perf_counter_ns()
        await ask()
        took.append(perf_counter_ns() - before)
        await asyncio.sleep(0)
    return median(took) / 1e3


if __name__ == "__main__":
    run(race)
