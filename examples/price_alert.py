"""Pattern 1, price alert: hear of it when the best bid has moved."""

import asyncio

from start import run

from pr3dict import Market, OrderBookManager, OrderBookMetrics, OrderBookSnapshot


async def alert(market: Market, seconds: float) -> None:
    """Print each move of the best bid of the first outcome by a tick or more."""
    token = market.token_ids[0]
    async with OrderBookManager([token]) as manager:
        first = manager.get_orderbook(token)
        mark = None if first is None else first.best_bid
        print(f"watching for moves from {mark}")

        async def on_book(book: OrderBookSnapshot, _: OrderBookMetrics) -> None:
            nonlocal mark
            if not book.is_live or book.best_bid == mark:
                return
            print(f"ALERT: best bid {mark} -> {book.best_bid}")
            mark = book.best_bid

        manager.register_book_callback(on_book)
        await asyncio.sleep(seconds)
    print(f"best bid at the end: {mark}")


if __name__ == "__main__":
    run(alert)
