"""From what people say to the market that they mean, in two requests at most.

The catalogue (Gamma) leaves out closed markets unless they are asked for, so an id may cost a
second look; an address or a slug may be that of a market or of an event.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from pr3dict.model.errors import RestError, UnknownMarketError
from pr3dict.model.units import NS_PER_S
from pr3dict.ports import Clock, Rest
from pr3dict.venues.polymarket.gamma import requests as gamma
from pr3dict.venues.polymarket.gamma.filters import MarketFilters
from pr3dict.venues.polymarket.markets.market import Market, market_of, the_one
from pr3dict.venues.polymarket.markets.names import Kind, Name, read_name, shown
from pr3dict.venues.polymarket.markets.recurring import Recurring, read_recurring, slug_now

SEARCHED: Final = 10
"""Events that a search may find."""
NO_SUCH: Final = (404, 422)
"""What the catalogue answers to an id that no market has, or can have."""
LOOK_S: Final = 2.0
"""A market that should have begun and is not listed yet is looked for this often."""


_HINTS: Final = {
    Kind.SLUG: ": some words of its question may find it",
    Kind.EVENT: ": some words of its title may find it",
    Kind.WORDS: ": fewer words may find one",
}
"""What to do where nothing was found."""


class Found(msgspec.Struct, frozen=True):
    """The markets that a name stands for: one, those of an event, or what words found."""

    name: Name
    markets: tuple[Market, ...]
    """The open ones first, otherwise as the venue orders them."""


class Discovery:
    """Finds markets. Raises `UnknownMarketError` where there is none, and `RestError`."""

    def __init__(self, rest: Rest, gamma_url: str, clock: Clock) -> None:
        self._rest = rest
        self._gamma = gamma_url
        self._clock = clock

    async def find(self, anything: str) -> Found:
        """Return all markets that an address, a slug, an id or words stand for.

        The name of a row such as `btc-updown-5m` stands for the market of this moment.
        """
        name = read_name(anything)
        match name.kind:
            case Kind.TOKEN:
                found = await self._by_id({"token_ids": name.text})
            case Kind.CONDITION:
                found = await self._by_id({"condition_ids": name.text})
            case Kind.ID:
                found = await self._by_number(name.text)
            case Kind.WORDS:
                found = await self._by_words(name.text)
            case Kind.SLUG | Kind.EVENT:
                found = await self._by_slug(name)
        if not found:
            raise UnknownMarketError(
                f"no market of Polymarket has the {name.kind.value} {shown(anything)}"
                f"{_HINTS.get(name.kind, '')}"
            )
        return Found(name, tuple(sorted(found, key=lambda market: market.closed)))

    async def market(self, anything: str) -> Market:
        """Return the one market that is meant; of several that words found the best match.

        Of an event with several open markets none is guessed: the error names them.
        """
        found = await self.find(anything)
        if found.name.kind is Kind.WORDS:
            return found.markets[0]
        return the_one(found.markets, anything)

    async def rolling(self, row: str, lead_s: float = 10.0) -> AsyncIterator[Market]:
        """Yield the market of now, and each next one `lead_s` seconds before it begins, for ever.

        One that the venue does not list by its end is left out. `row` is a name such as
        `btc-updown-5m`, or the slug of any of its markets. Raises `UnknownMarketError` where the
        venue lists none of it: not this market, nor the one before or after.
        """
        recurring = read_recurring(row)
        start = recurring.start(self._clock.now())
        await self._refuse_unknown(recurring, start)
        while True:
            market = await self._listed(recurring, start)
            if market is not None:
                yield market
            start = recurring.after(start)
            await self._until(start - lead_s)

    async def _by_slug(self, name: Name) -> list[Market]:
        """Return the market or the markets of the event of a slug; what is likelier comes first."""
        text = slug_now(name.text, self._clock.now())
        looks = (self._market, self._event)
        for look in looks if name.kind is Kind.SLUG else reversed(looks):
            try:
                return await look(text)
            except RestError as error:
                if error.name != "not_found":
                    raise
        return []

    async def _market(self, slug: str) -> list[Market]:
        return [market_of(await self._rest.ask(gamma.market_by_slug(self._gamma, slug)))]

    async def _event(self, slug: str) -> list[Market]:
        event = await self._rest.ask(gamma.event_by_slug(self._gamma, slug))
        return [market_of(market, event) for market in event.markets]

    async def _by_id(self, ids: MarketFilters) -> list[Market]:
        """Return the market of an id among those that are open, else among those that are not."""
        for closed in (False, True):
            filters: MarketFilters = {**ids, "closed": closed}
            asked = gamma.markets(self._gamma, limit=1, **filters)
            if rows := (await self._rest.ask(asked)).items:
                return [market_of(rows[0])]
        return []

    async def _by_number(self, number: str) -> list[Market]:
        """Return the market of an id of the catalogue, which answers 404 or 422 for no market."""
        try:
            return [market_of(await self._rest.ask(gamma.market(self._gamma, number)))]
        except RestError as refused:
            if refused.status in NO_SUCH:
                return []
            raise

    async def _by_words(self, words: str) -> list[Market]:
        """Return what a search finds: those whose question has most of the words come first."""
        result = await self._rest.ask(gamma.search(self._gamma, words, limit=SEARCHED))
        found = [market_of(market, event) for event in result.events for market in event.markets]
        wanted = words.casefold().split()
        return sorted(found, key=lambda market: (market.closed, -_hits(market, wanted)))

    async def _refuse_unknown(self, recurring: Recurring, start: int) -> None:
        """Raise `UnknownMarketError` for a row of which nothing is listed: it may be waited for."""
        length = recurring.after(start) - start
        for begins in (start, start + length, start - length):
            try:
                await self._market(recurring.slug(begins))
            except RestError as error:
                if error.name != "not_found":
                    raise
            else:
                return
        raise UnknownMarketError(
            f"Polymarket lists no market of the row {shown(recurring.name)}: wanted one that comes"
            " again now, such as btc-updown-5m"
        )

    async def _listed(self, recurring: Recurring, start: int) -> Market | None:
        """Return the market that begins then, as soon as the venue lists it; None: it never did."""
        while self._clock.now() < recurring.after(start) * NS_PER_S:
            try:
                return (await self._market(recurring.slug(start)))[0]
            except RestError as error:
                if error.name != "not_found":
                    raise
            await asyncio.sleep(LOOK_S)
        return None

    async def _until(self, second: float) -> None:
        await asyncio.sleep(max(0.0, second - self._clock.now() / NS_PER_S))


def _hits(market: Market, wanted: list[str]) -> int:
    """Return how many words a market has in its question or the title of its event."""
    text = f"{market.question} {market.event_title}".casefold()
    return sum(word in text for word in wanted)
