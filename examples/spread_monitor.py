"""Pattern 2, spread monitor: how often a market is tight, and how tight."""

import asyncio
from collections import Counter

from start import run

from pr3dict import Market, OrderBookManager, OrderBookMetrics, OrderBookSnapshot


async def watch(market: Market, seconds: float) -> None:
    """Print each new spread; at the end, how often each was seen."""
    seen: Counter[object] = Counter()

    async def on_book(book: OrderBookSnapshot, metrics: OrderBookMetrics) -> None:
        if not book.is_live or metrics.spread is None or metrics.spread_bps is None:
            return
        if metrics.spread not in seen:
            print(f"spread {metrics.spread} ({metrics.spread_bps:.0f} bps)")
        seen[metrics.spread] += 1

    async with OrderBookManager(market.token_ids[:1]) as manager:
        manager.register_book_callback(on_book)
        await asyncio.sleep(seconds)

    for spread, times in seen.most_common():
        print(f"{spread}: {times / seen.total():.0%} of {seen.total()} updates")


if __name__ == "__main__":
    run(watch)
