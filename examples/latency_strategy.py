"""Pattern 4, a strategy that acts on fresh and proved books only."""

import asyncio
from collections import Counter
from decimal import Decimal

from start import run

from pr3dict import Market, OrderBookManager, OrderBookMetrics, OrderBookSnapshot

FRESH_MS = 10
TIGHT = Decimal("0.02")


def verdict(book: OrderBookSnapshot, metrics: OrderBookMetrics) -> str:
    """Return what to do with a book, and why not more."""
    if not book.is_live:
        return f"leave it: {book.trust()}"
    if not book.verified:
        return "leave it: not proved yet"
    if not metrics.update_latency_ms < FRESH_MS:  # nan is not fresh either
        return f"leave it: older than {FRESH_MS} ms"
    if book.spread is None or book.spread > TIGHT:
        return "leave it: too wide"
    return "quote"


async def trade(market: Market, seconds: float) -> None:
    """Print each change of mind; at the end, how often each verdict was given."""
    given: Counter[str] = Counter()
    last = ""

    async def on_book(book: OrderBookSnapshot, metrics: OrderBookMetrics) -> None:
        nonlocal last
        said = verdict(book, metrics)
        given[said] += 1
        if said != last:
            print(f"{book.best_bid} / {book.best_ask}: {said}")
            last = said

    async with OrderBookManager(market.token_ids[:1]) as manager:
        manager.register_book_callback(on_book)
        await asyncio.sleep(seconds)
    for said, times in given.most_common():
        print(f"{times:>6,} x {said}")


if __name__ == "__main__":
    run(trade)
