"""CLOB public REST, at the root: books, prices, rules (protocol, section 4.2)."""

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from pr3dict.sim import rest
from pr3dict.sim.wing import House, Wing

GETS: Final = (
    "/ok",
    "/time",
    "/book",
    "/tick-size",
    "/neg-risk",
    "/clob-markets/{condition}",
    "/markets-by-token/{token}",
)
POSTS: Final = ("/books",)


class ClobPublic(Wing):
    """Answers from the source alone; nobody needs a key."""

    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Return one route for each path."""
        return [
            *(web.get(path, self._get) for path in GETS),
            *(web.post(path, self._post) for path in POSTS),
        ]

    async def _get(self, request: web.Request) -> web.Response:
        house = self._house
        return _answer(*rest.get(house.source, request.path, request.query, house.now_ms()))

    async def _post(self, request: web.Request) -> web.Response:
        return _answer(*rest.post_books(self._house.source, await request.read()))


def _answer(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, content_type="application/json")
