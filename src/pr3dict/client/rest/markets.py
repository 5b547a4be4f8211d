"""Methods of `AsyncPolymarket` that find markets by what people call them."""

from collections.abc import AsyncIterator, Sequence

from pr3dict.app.discovery import Discovery
from pr3dict.client.arguments import seconds
from pr3dict.client.rest.base import RestMethods
from pr3dict.client.rest.rows import Rows
from pr3dict.net.clock import SystemClock
from pr3dict.venues.polymarket.gamma import requests as gamma
from pr3dict.venues.polymarket.markets.market import Market, market_of


class MarketMethods(RestMethods):
    """Find markets by an address of the site, a slug, a condition id, a token id or words.

    Each costs two requests at most. Raises `UnknownMarketError` where there is none.
    """

    async def market(self, anything: str) -> Market:
        """Return the one market that is meant: its outcomes by label, its rules, its fees.

        Of several that words found it is the best match; of an event with several open markets
        none is guessed, and the error names them. `btc-updown-5m` is the one of this moment.
        """
        return await self._discovery.market(anything)

    async def markets(self, anything: str) -> Rows[Market]:
        """Return all markets that are meant: of an event all of its own, of words what they find.

        Open ones come first.
        """
        return Rows((await self._discovery.find(anything)).markets, Market)

    async def markets_of(
        self, condition_ids: Sequence[str], closed_condition_ids: Sequence[str] = ()
    ) -> Rows[Market]:
        """Return which of these are open markets, and which of those are closed, 100 at most each.

        Those that are not are left out.
        """
        found: list[Market] = []
        for ids, closed in ((condition_ids, False), (closed_condition_ids, True)):
            if ids:
                page = gamma.markets(
                    self._config.polymarket_gamma_url, condition_ids=list(ids), closed=closed
                )
                found += map(market_of, (await self._rest.ask(page)).items)
        return Rows(found, Market)

    def rolling(self, row: str, *, lead_s: float = 10.0) -> AsyncIterator[Market]:
        """Iterate over the markets of a row that comes again every few minutes, for ever.

        The one of now comes at once, each next one `lead_s` seconds before it begins, so that its
        books can be there in time. `row` is a name such as `btc-updown-5m`.
        """
        return self._discovery.rolling(row, seconds("lead_s", lead_s))

    @property
    def _discovery(self) -> Discovery:
        return Discovery(self._rest, self._config.polymarket_gamma_url, SystemClock())
