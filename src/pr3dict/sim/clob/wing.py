"""CLOB public REST, at the root: books, prices, rules, markets (protocol, section 4.2)."""

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from pr3dict.sim.clob import markets as clob_markets
from pr3dict.sim.clob import rest
from pr3dict.sim.wing import House, Wing

GETS: Final = (
    "/ok",
    "/time",
    "/version",
    "/book",
    "/price",
    "/midpoint",
    "/spread",
    "/last-trade-price",
    "/tick-size",
    "/tick-size/{token}",
    "/neg-risk",
    "/fee-rate",
    "/fee-rate/{token}",
    "/clob-markets/{condition}",
    "/markets-by-token/{token}",
)
LISTS: Final = ("markets", "simplified-markets", "sampling-markets", "sampling-simplified-markets")


class ClobPublic(Wing):
    """Answers from the source and its history; nobody needs a key."""

    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Return one route for each path."""
        return [
            *(web.get(path, self._get) for path in GETS),
            *(web.post(path, self._post) for path in rest.BATCHES),
            *(web.get(f"/{kind}", self._list) for kind in LISTS),
            web.get("/markets/live-activity/{condition}", self._activity),
            web.get("/markets/{condition}", self._market),
            web.get("/prices-history", self._prices),
        ]

    async def _get(self, request: web.Request) -> web.Response:
        house = self._house
        path, query = request.path, request.query
        return json_answer(*rest.get(house.source, path, query, house.now_ms(), house.history))

    async def _post(self, request: web.Request) -> web.Response:
        house, body = self._house, await request.read()
        return json_answer(*rest.post(house.source, request.path, body, house.history))

    async def _list(self, request: web.Request) -> web.Response:
        house, kind = self._house, request.path.strip("/")
        return json_answer(*clob_markets.markets(house.source, house.history, kind, request.query))

    async def _market(self, request: web.Request) -> web.Response:
        house, condition = self._house, request.match_info["condition"]
        return json_answer(*clob_markets.market(house.source, house.history, condition))

    async def _activity(self, request: web.Request) -> web.Response:
        house, condition = self._house, request.match_info["condition"]
        return json_answer(*clob_markets.activity(house.source, house.history, condition))

    async def _prices(self, request: web.Request) -> web.Response:
        house = self._house
        answer = clob_markets.prices(house.source, house.history, request.query, house.now_ms())
        return json_answer(*answer)


def json_answer(status: int, body: bytes) -> web.Response:
    """Return an answer of REST."""
    return web.Response(status=status, body=body, content_type="application/json")
