"""`RealTimeTradingIntelligence`: watches the busiest markets and tells what it sees in them."""

from typing import Any, Final

from pr3dict.client.facade import START_TIMEOUT_S
from pr3dict.client.live.real_time import PolymarketRealTimeClient
from pr3dict.config import Config
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
        super().__init__(config=config, start_timeout=start_timeout)

    async def start_monitoring(self, market_limit: int = MARKETS) -> None:
        """Stream the busiest open markets, at most `market_limit`, and wait for their books.

        After `stop_monitoring` it begins anew, with those that are the busiest then. Raises
        `UnknownMarketError` where none takes orders, `RestError` and `FeedError`.
        """
        is_number = isinstance(market_limit, int) and not isinstance(market_limit, bool)
        if not is_number or market_limit < 1:
            raise ValueError(
                f"market_limit: wanted a whole number, at least 1, found {market_limit!r:.80}"
            )
        await self._waits.run(self._monitor(market_limit, self._waits.ends))

    async def stop_monitoring(self) -> None:
        """Close all connections within two seconds; what was read stays readable."""
        await self.stop_streaming()

    def get_stats(self) -> dict[str, Any]:
        """Return all figures of the feed by name, and the markets that are watched."""
        return {**super().get_stats(), "markets": [market.slug for market in self.markets]}

    async def _monitor(self, market_limit: int, ends: int) -> None:
        listed = await self._rest().get_all_markets(market_limit * LOOKED_AT)
        markets = [market_of(found) for found in listed]
        busiest = [one for one in markets if one.accepting_orders and one.token_ids]
        if not busiest:
            raise UnknownMarketError(
                f"wanted {market_limit} open markets of Polymarket, found none that takes orders"
            )
        await self._stream(list(busiest[:market_limit]), ends)
