"""What REST is asked about an account: each list to its end, and one order at a time."""

from collections.abc import Callable
from typing import Final, TypeVar

from pr3dict.model.errors import RestError
from pr3dict.model.requests import Page, Request
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net.rest import Rest
from pr3dict.ports import Clock
from pr3dict.venues.polymarket.account import requests
from pr3dict.venues.polymarket.clob import requests as clob
from pr3dict.venues.polymarket.user.types import UserOrder, UserTrade

PAGES_MAX: Final = 1_000
"""Parts of one list: more than this is a venue that goes in circles."""
SKEW_S: Final = 30
"""By how much our clock may differ from the venue's before it is blamed for a refusal."""

_T = TypeVar("_T", UserOrder, UserTrade)


class Questions:
    """Asks about one account, on one loop; whatever asks raises `RestError`."""

    def __init__(self, rest: Rest, owner: requests.Account, clock: Clock) -> None:
        self._rest = rest
        self._owner = owner
        self._clock = clock

    async def open_orders(self) -> list[UserOrder]:
        """Return the orders that rest."""
        return await self._all(
            lambda cursor: requests.open_orders(self._owner, cursor=cursor, now=self._clock.now())
        )

    async def trades(self, after: Nanos) -> list[UserTrade]:
        """Return the trades that we had a part in since then."""
        return await self._all(
            lambda cursor: requests.trades(
                self._owner, after=after // NS_PER_S, cursor=cursor, now=self._clock.now()
            )
        )

    async def order(self, order_id: str) -> UserOrder | None:
        """Return what became of an order; None: the venue does not know it."""
        try:
            asked = requests.order(self._owner, order_id, now=self._clock.now())
            return await self._rest.ask(asked)
        except RestError as error:
            if error.name != "not_found":
                raise
            return None

    async def skew(self) -> str:
        """Return what there is to say of our clock, by which requests are signed; often `""`."""
        try:
            venue = await self._rest.ask(clob.server_time(self._owner.clob_url))
        except RestError:
            return ""
        ahead = (self._clock.wall() - venue) // NS_PER_S
        if abs(ahead) <= SKEW_S:
            return ""
        return f"; the clock of this machine is {ahead:+d} s off the venue's: set it right first"

    async def aclose(self) -> None:
        """Close the connections."""
        await self._rest.aclose()

    async def _all(self, request: Callable[[str], Request[Page[_T]]]) -> list[_T]:
        """Read a list to its end."""
        found: list[_T] = []
        cursor = ""
        for _ in range(PAGES_MAX):
            page = await self._rest.ask(request(cursor))
            found += page.items
            if not page.next_cursor or page.next_cursor == cursor:
                return found
            cursor = page.next_cursor
        raise RestError(f"a list of ours has more than {PAGES_MAX} parts", name="bad_answer")
