"""`RealTimeTradingIntelligence`: watches the busiest markets and tells what it sees in them."""

from typing import Any, Final

from pr3dict.client.facade import START_TIMEOUT_S
from pr3dict.client.live.real_time import PolymarketRealTimeClient
from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.config import Config, from_environment
from pr3dict.model.errors import UnknownMarketError
from pr3dict.venues.polymarket.markets.market import market_of

MARKETS: Final = 5
"""How many markets are watched unless told otherwise."""
LOOKED_AT: Final = 4
"""For each market that is wanted so many are looked at: some have no book, or take no orders."""


class RealTimeTradingIntelligence(PolymarketRealTimeClient):
    """A `PolymarketRealTimeClient` that finds the markets itself: the open ones, busiest first.

    config: from the environment unless given. All that is read is read as there.
    """

    def __init__(
        self, *, config: Config | None = None, start_timeout: float = START_TIMEOUT_S
    ) -> None:
        config = config or from_environment()
        self._catalogue = AsyncPolymarket(config)
        super().__init__(self._catalogue, config=config, start_timeout=start_timeout)

    async def start_monitoring(self, market_limit: int = MARKETS) -> None:
        """Stream the busiest open markets, at most `market_limit`, and wait for their books.

        Raises `UnknownMarketError` where none takes orders, `RestError` and `FeedError`.
        """
        if not isinstance(market_limit, int) or market_limit < 1:
            raise ValueError(
                f"market_limit: wanted a whole number, at least 1, found {market_limit!r:.80}"
            )
        listed = await self._catalogue.get_all_markets(market_limit * LOOKED_AT)
        markets = [market_of(found) for found in listed]
        busiest = [one for one in markets if one.accepting_orders and one.token_ids]
        if not busiest:
            raise UnknownMarketError(
                f"wanted {market_limit} open markets of Polymarket, found none that takes orders"
            )
        await self.start_streaming(busiest[:market_limit])

    async def stop_monitoring(self) -> None:
        """Close all connections within two seconds; what was read stays readable."""
        await self.stop_streaming()
        await self._catalogue.aclose()

    def get_stats(self) -> dict[str, Any]:
        """Return all figures of the feed by name, and the markets that are watched."""
        return {**super().get_stats(), "markets": [market.slug for market in self.markets]}
