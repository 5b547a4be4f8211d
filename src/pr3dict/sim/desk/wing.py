"""CLOB private REST, at the root, and the user channel: what needs a wallet or an API key.

The wing checks who asks (`accounts.py`), how often (`buckets.py`), and lets the clerk do the rest.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiohttp import web

from pr3dict.model.errors import MissingExtra
from pr3dict.sim.desk.accounts import ApiKey, Refused
from pr3dict.sim.desk.buckets import NS_PER_S, Bucket, Meter, headers, retry_after
from pr3dict.sim.desk.channel import UserChannel
from pr3dict.sim.desk.clerk import DUTIES, Asked, Duty
from pr3dict.sim.desk.desk import UNAVAILABLE, Desk
from pr3dict.sim.desk.orders import MS_PER_S, NOT_READY, read
from pr3dict.sim.truth.venue import Venue
from pr3dict.sim.truth.wire import Step
from pr3dict.sim.wing import House, Wing

UNAUTHORIZED: Final = 401
TOO_MANY: Final = 429
PLACING: Final = frozenset({("POST", "/order"), ("POST", "/orders")})
CANCELING: Final = frozenset(
    ("DELETE", path) for path in ("/order", "/orders", "/cancel-all", "/cancel-market-orders")
)


class ClobPrivate(Wing):
    """Every account's way to the books. `desk` is for scripts: balances, failures, modes."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.desk: Desk | None = None
        """None where a recording is played: nobody can trade in what is over."""
        self.tier = "Standard"
        """How often a signer may trade, for those who come from now on."""
        self._meters: dict[str, Meter] = {}
        self._user_channel: UserChannel | None = None
        if isinstance(house.source, Venue):
            self.desk = Desk(house.source, house.announce)
            house.listen(self.desk.heard)
            house.listen(self._remember)
            self._user_channel = UserChannel(house, self.desk)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Return one route for each duty, the two ways to a key, and the user channel."""
        found: list[web.AbstractRouteDef] = [
            web.route("POST", "/auth/api-key", self._create),
            web.route("GET", "/auth/derive-api-key", self._create),
        ]
        for method, path in DUTIES:
            found.append(web.route(method, path, self._serve))
        return [*found, *(self._user_channel.routes() if self._user_channel else ())]

    def _remember(self, step: Step) -> None:
        """Let the memory of trades know which accounts took part, for the Data API."""
        if self.desk is None or not step.trades or not self.desk.deals.all:
            return
        deal = self.desk.deals.all[-1]
        made = [(piece.ticket.maker, piece.size) for piece in deal.pieces if piece.ticket]
        self._house.history.amend(deal.transaction, deal.taker.maker if deal.taker else "", made)

    async def _create(self, request: web.Request) -> web.Response:
        """Give a wallet its key (L1)."""
        if self.desk is None:
            return _answer(UNAVAILABLE, {"error": NOT_READY})
        accounts = self.desk.accounts
        make = accounts.create if request.method == "POST" else accounts.derive
        try:
            key = make(_told(request), self._house.now_ms())
        except MissingExtra as absent:
            return _answer(UNAVAILABLE, {"error": str(absent)})
        if isinstance(key, ApiKey):
            return _answer(200, key.told())
        return _answer(key.status, {"error": key.error})

    async def _serve(self, request: web.Request) -> web.Response:
        """Serve one signed request (L2)."""
        if self.desk is None:
            return _answer(UNAVAILABLE, {"error": NOT_READY})
        body = await request.read()
        now_ms = self._house.now_ms()
        found = self.desk.accounts.check(_told(request), request.method, request.path, body, now_ms)
        if isinstance(found, Refused):
            return _answer(found.status, {"error": found.error})
        account, key = found
        route = request.match_info.route.resource
        duty = request.method, route.canonical if route else request.path
        if key.readonly and request.method != "GET":
            return _answer(UNAUTHORIZED, {"error": "Unauthorized/Invalid api key"})
        name = request.match_info.get("name", "")
        asked = Asked(account, key, request.query, body, now_ms, name)
        return self._metered(self.desk, duty, DUTIES[duty], asked)

    def _metered(
        self, desk: Desk, duty: tuple[str, str], serve: Duty, asked: Asked
    ) -> web.Response:
        """Do what is asked unless the signer asks too often."""
        meter = self._meters.setdefault(asked.account.address, Meter(self.tier))
        bucket = meter.orders if duty in PLACING else meter.cancels if duty in CANCELING else None
        told: dict[str, str] = {}
        if bucket is not None:
            n = _weight(asked.body)
            drawn = bucket.draw(n, round(asyncio.get_running_loop().time() * NS_PER_S))
            told = headers(bucket, meter.tier, asked.now_ms // MS_PER_S)
            if not drawn:
                return _too_many(bucket, n, told)
        try:
            status, answer = serve(desk, asked)
        except MissingExtra as absent:
            return _answer(UNAVAILABLE, {"error": str(absent)})
        return _answer(status, answer, told)


def _weight(body: bytes) -> int:
    """Return how many orders a request is about."""
    items = read(body) if body else None
    return max(len(items), 1) if isinstance(items, list) else 1


def _too_many(bucket: Bucket, n: int, told: dict[str, str]) -> web.Response:
    told["Retry-After"] = retry_after(bucket, n)
    return _answer(TOO_MANY, {"error": "Too Many Requests"}, told)


def _told(request: web.Request) -> Mapping[str, str]:
    """Return the headers that prove something, by their names in capitals."""
    return {
        name.upper(): text
        for name, text in request.headers.items()
        if name.upper().startswith("POLY_")
    }


def _answer(status: int, answer: Any, told: dict[str, str] | None = None) -> web.Response:  # noqa: ANN401
    body = json.dumps(answer, separators=(",", ":")).encode()
    return web.Response(
        status=status, body=body, content_type="application/json", headers=told or {}
    )
