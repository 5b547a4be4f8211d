"""Trades: every trade of a market, in order, as it is told."""

import asyncio
from contextlib import suppress

from start import run

from pr3dict import Market, OrderBookManager


async def listen(market: Market, seconds: float) -> None:
    """Print trades; `skipped` would tell of those that we were too slow for."""
    told = 0
    async with OrderBookManager(market.token_ids) as manager:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                async for trade in manager.trades():
                    told += 1
                    label = market.outcome(trade.asset_id).label
                    print(f"{trade.timestamp:%H:%M:%S} {trade.side:4} {label:4}", end=" ")
                    print(f"{trade.size:>12,.2f} @ {trade.price}")
    print(f"{told} trades in {seconds:g} s")


if __name__ == "__main__":
    run(listen)
