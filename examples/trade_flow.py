"""Pattern 3, trade flow: whether takers buy or sell."""

import asyncio
from decimal import Decimal

from start import run

from pr3dict import Market, OrderBookManager, TradeEvent


async def follow(market: Market, seconds: float) -> None:
    """Print the imbalance after each trade: +100 % only buyers, -100 % only sellers."""
    volume = {"BUY": Decimal(0), "SELL": Decimal(0)}

    async def on_trade(trade: TradeEvent) -> None:
        volume[trade.side] += trade.size
        total = sum(volume.values())
        imbalance = (volume["BUY"] - volume["SELL"]) / total
        print(f"{trade.side:4} {trade.size:>12,.2f}  imbalance {imbalance:+.1%}")

    async with OrderBookManager(market.token_ids[:1]) as manager:
        manager.register_trade_callback(on_trade)
        await asyncio.sleep(seconds)
    print(f"bought {volume['BUY']:,.2f}, sold {volume['SELL']:,.2f} shares")


if __name__ == "__main__":
    run(follow)
