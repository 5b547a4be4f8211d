"""A client of the simulated venue that is not ours, for the tests of its server."""

import asyncio
import json
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from pr3dict.sim.server import SimServer
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.ns = 0

    def now(self) -> int:
        return self.ns


def quiet(**changes: Any) -> Venue:
    """Return a venue where nothing but trading happens."""
    return Venue(
        SimConfig(**{"markets": 2, "created_per_hour": 0.0, "resolved_per_hour": 0.0, **changes})
    )


def paused(venue: Venue | None = None) -> SimServer:
    return SimServer(venue or quiet(), paused=True)


def talk(server: SimServer, **options: Any) -> Any:
    settings = {"proxy": None, "max_size": None, "max_queue": None, "ping_interval": None}
    return connect(server.ws_url, **{**settings, **options})


async def subscribe(client: ClientConnection, tokens: list[str], **members: object) -> str:
    """Send the initial frame and return the opening."""
    await client.send(json.dumps({"type": "market", "assets_ids": tokens, **members}))
    return await heard(client)


async def heard(client: ClientConnection) -> str:
    async with asyncio.timeout(5):
        text = await client.recv()
    assert isinstance(text, str)
    return text


async def until_pong(client: ClientConnection) -> list[str]:
    """Return all texts up to the PONG that answers a PING sent now."""
    await client.send("PING")
    texts = []
    while (text := await heard(client)) != "PONG":
        texts.append(text)
    return texts


async def ending(client: ClientConnection) -> tuple[int | None, str | None]:
    """Read to the end of the connection and return the venue's code and reason."""
    async with asyncio.timeout(5):
        try:
            while True:
                await client.recv()
        except ConnectionClosed as closed:
            return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (None, None)


def tokens_in(texts: list[str]) -> set[str]:
    messages = [json.loads(text) for text in texts]
    return {
        part["asset_id"] for message in messages for part in message.get("price_changes", [message])
    }
