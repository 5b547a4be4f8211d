"""The combined strategy: REST finds the markets, the stream watches them, both decide.

No order is sent: what would be done is printed.
"""

import asyncio
from decimal import Decimal

from start import run

from pr3dict import AsyncPolymarket, Market, MarketAnalysis, PolymarketRealTimeClient

MARKETS = 4
LEANING = 0.3
"""A book or a flow of trades that leans further than this to one side is a sign."""


class SmartTrader:
    """Trades with the crowd, where the book is proved and leans as the trades do."""

    def __init__(self, polymarket: AsyncPolymarket) -> None:
        self.polymarket = polymarket
        self.rt_client = PolymarketRealTimeClient(polymarket)

    async def trade_strategy(self, seconds: float) -> None:
        """Find markets, watch them for a while, decide."""
        markets = await self.polymarket.get_all_markets(limit=MARKETS)
        await self.rt_client.start_streaming(market.id for market in markets)
        try:
            await asyncio.sleep(seconds)
            for market in markets:
                price = self.rt_client.get_live_price(market.id)
                analysis = self.rt_client.analyze_market_opportunity(market.id)
                if price is not None and analysis is not None:
                    print(f"{market.question}\n  {price}: {self.decide(analysis, price)}")
        finally:
            await self.rt_client.stop_streaming()

    def decide(self, analysis: MarketAnalysis, price: Decimal) -> str:
        """Return what would be done."""
        leans = f"book {analysis.imbalance:+.2f}, trades {analysis.flow:+.2f}"
        if not analysis.verified:
            return f"nothing, the book is {analysis.state.name} and not proved"
        if analysis.imbalance > LEANING and analysis.flow > LEANING:
            return f"BUY at {analysis.best_ask}, mid {price} ({leans})"
        if analysis.imbalance < -LEANING and analysis.flow < -LEANING:
            return f"SELL at {analysis.best_bid}, mid {price} ({leans})"
        return f"nothing ({leans})"


async def trade(market: Market, seconds: float) -> None:
    """Let the trader choose among the most traded markets."""
    del market  # it finds its own
    async with AsyncPolymarket() as polymarket:
        await SmartTrader(polymarket).trade_strategy(seconds)


if __name__ == "__main__":
    run(trade)
