"""`MarketRoster`: markets come and go; who follows them hears of each once, with all its rules."""

import asyncio
from collections.abc import AsyncIterator, Callable

from pr3dict.client.manager import OrderBookManager
from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.model.errors import RestError
from pr3dict.model.events import MarketCreated
from pr3dict.model.units import NS_PER_S
from pr3dict.net.clock import SystemClock
from pr3dict.venues.polymarket.markets.market import Market
from pr3dict.venues.polymarket.markets.roster import Change, Roster


class MarketRoster:
    """Follows markets from their listing to their end, by the stream and the catalogue together.

    polymarket: asks the catalogue. manager: hears the stream, with custom features; it is started
    by you. wanted: chooses, of all new markets of the site, those that are told; none by default.
    Raises `TypeError` for those without `await`, `Polymarket` and `SyncOrderBookManager`.
    """

    def __init__(
        self,
        polymarket: AsyncPolymarket,
        manager: OrderBookManager,
        *,
        wanted: Callable[[MarketCreated], bool] = lambda _: False,
    ) -> None:
        _wanted("polymarket", polymarket, AsyncPolymarket)
        _wanted("manager", manager, OrderBookManager)
        self._polymarket = polymarket
        self._manager = manager
        self._clock = SystemClock()
        self._roster = Roster(wanted)

    async def follow(self, anything: str) -> Market:
        """Find a market, keep its books, and tell when it is over.

        Raises `UnknownMarketError`, `RestError`, and what `OrderBookManager.subscribe` raises.
        """
        market = await self._polymarket.market(anything)
        self._roster.follow(market, self._clock.now())
        await self._manager.subscribe(market.token_ids)
        return market

    def markets(self) -> list[Market]:
        """Return the markets that are followed."""
        return self._roster.markets()

    async def changes(self) -> AsyncIterator[Change]:
        """Yield `MarketListed` for each wanted new market, `MarketSettled` for each that is over.

        One that is listed is followed from then on; its books are kept when you subscribe them.
        Where the catalogue does not answer it is asked again later.
        """
        events = self._manager.events()
        try:
            while True:
                ask = self._roster.due(self._clock.now())
                if ask is not None:
                    try:
                        found = await self._polymarket.markets_of(ask.open, ask.closed)
                    except RestError:
                        self._roster.failed(ask, self._clock.now())
                    else:
                        for change in self._roster.answered(ask, found, self._clock.now()):
                            yield change
                try:
                    async with asyncio.timeout(self._nap_s()):
                        self._roster.heard([await anext(events)])
                except TimeoutError:
                    pass
                except StopAsyncIteration:
                    return
        finally:
            events.close()

    def _nap_s(self) -> float | None:
        wake_at = self._roster.wake_at()
        return None if wake_at is None else max(0.0, (wake_at - self._clock.now()) / NS_PER_S)


def _wanted(name: str, found: object, kind: type) -> None:
    """Refuse the twin of the same name that cannot be awaited, and anything else."""
    if not isinstance(found, kind):
        raise TypeError(f"{name}: wanted an {kind.__name__}, found a {type(found).__name__}")


async def keep_rolling(
    manager: OrderBookManager, markets: AsyncIterator[Market]
) -> AsyncIterator[Market]:
    """Keep the books of each market as it comes, and let go of the one before the last.

    `async for market in keep_rolling(manager, polymarket.rolling("btc-updown-5m"))`: at the turn
    the books of the old market and of the new one are both there.
    """
    held: list[Market] = []
    async for market in markets:
        await manager.subscribe(market.token_ids)
        held.append(market)
        if len(held) > 2:  # noqa: PLR2004 - the one that ends and the one that begins
            await manager.unsubscribe(held.pop(0).token_ids)
        yield market
