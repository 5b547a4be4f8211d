"""One account's REST and user channel over real sockets, without any client of ours."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from tests.sim.client import quiet
from tests.sim.traders import SALTS, SHARE
from tests.sim.wallet import Wallet, compact
from websockets.asyncio.client import ClientConnection, connect

from pr3dict.sim.desk.accounts import TEST_KEY, TEST_PRIVATE_KEY, ApiKey
from pr3dict.sim.server import SimServer

AUTH = dict(zip(("apiKey", "secret", "passphrase"), TEST_KEY[:3], strict=True))


class Terminal:
    """Signs and sends."""

    def __init__(self, server: SimServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.session = session
        self.wallet = Wallet(TEST_PRIVATE_KEY, TEST_KEY[:3])
        self.headers: dict[str, str] = {}
        """Of the last answer."""

    def use(self, key: ApiKey) -> None:
        self.wallet = Wallet(TEST_PRIVATE_KEY, key[:3])

    async def ask(
        self, method: str, path: str, body: object = None, query: str = "", **changes: str
    ) -> tuple[int, Any]:
        data = compact(body) if body is not None else b""
        signed = {**self.wallet.l2(method, path, data, 1_795_251_295), **changes}
        return await self.send(method, path + query, data, signed)

    async def send(
        self, method: str, path: str, data: bytes, headers: dict[str, str]
    ) -> tuple[int, Any]:
        url = self.server.rest_url + path
        async with self.session.request(method, url, data=data, headers=headers) as answer:
            self.headers = dict(answer.headers)
            return answer.status, json.loads(await answer.read())

    def best(self, token: str) -> tuple[int, int]:
        bids, asks = self.server.book(token)
        return bids[0][0], asks[0][0]

    def order(
        self, token: str, side: str, price: int, shares: int, **options: Any
    ) -> dict[str, Any]:
        rules = self.server.source.rules(token)
        assert rules is not None
        amounts = (price * shares, shares * SHARE)
        signed = {"salt": next(SALTS), "neg_risk": rules.neg_risk, **options}
        return self.wallet.order(
            token, side, *(amounts if side == "BUY" else amounts[::-1]), **signed
        )


@asynccontextmanager
async def terminal(server: SimServer | None = None) -> AsyncIterator[Terminal]:
    """Open a paused venue, unless one is given, and a session to it."""
    house = server or SimServer(quiet(markets=2, ticks=("0.01",), first_bid=400_000), paused=True)
    async with house, aiohttp.ClientSession() as session:
        yield Terminal(house, session)


def listen(server: SimServer) -> Any:
    return connect(server.user_ws_url, proxy=None, ping_interval=None)


async def log_in(client: ClientConnection, **members: object) -> None:
    """Subscribe, and wait until the venue has taken it."""
    await client.send(json.dumps({"type": "user", "auth": AUTH, **members}))
    await client.send("PING")
    assert await client.recv() == "PONG"


async def told(client: ClientConnection) -> list[tuple[str, str]]:
    """Return (type, status) of all that was said up to now."""
    await client.send("PING")
    found = []
    while (text := await client.recv()) != "PONG":
        message = json.loads(text)
        found.append((message["type"], message["status"]))
    return found
