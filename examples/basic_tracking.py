"""Basic tracking: follow the books of a market, and say how far each can be trusted."""

import asyncio

from start import run

from pr3dict import Market, OrderBookManager, OrderBookMetrics, OrderBookSnapshot


async def track(market: Market, seconds: float) -> None:
    """Print each outcome's book at most once a second, then the last metrics."""

    async def on_book(book: OrderBookSnapshot, metrics: OrderBookMetrics) -> None:
        label = market.outcome(book.asset_id).label
        print(f"{label:4} {book.best_bid} / {book.best_ask}  {book.trust()}", end="  ")
        print(f"{metrics.update_latency_ms:.1f} ms after the venue")

    async with OrderBookManager(market.token_ids) as manager:
        manager.register_book_callback(on_book, every=1.0)
        await asyncio.sleep(seconds)
        metrics = manager.get_metrics(market.token_ids[0])
        proved = manager.get_stats()["proofs"]["proved"]

    if metrics is not None:
        print(f"spread {metrics.spread}, within 2 cents {metrics.bid_depth} shares are bid for")
    print(f"the venue's own hash proved {proved:,} books")


if __name__ == "__main__":
    run(track)
