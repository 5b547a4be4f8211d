"""Helpers of the tests of the live-data streams: a venue whose time a hand moves, and shapes."""

import asyncio
import json
from collections.abc import Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from tests.real.shared import shared_file
from tests.sim.client import HandClock, quiet
from websockets.asyncio.client import ClientConnection, connect

from pr3dict.sim.live.stream import Out, Said
from pr3dict.sim.server import SimServer

NS_PER_S = 1_000_000_000


class Hand:
    """A running venue and the hand that moves its time."""

    def __init__(self, server: SimServer, clock: HandClock) -> None:
        self.server = server
        self._clock = clock

    def passes(self, seconds: float) -> None:
        """Let venue time pass; the streams notice within their tick."""
        self._clock.ns += round(seconds * NS_PER_S)


@asynccontextmanager
async def venue(**config: Any) -> Any:
    clock = HandClock()
    async with SimServer(quiet(**config), clock=clock) as server:
        await asyncio.sleep(0)  # The venue ties its time to the clock in its first turn.
        yield Hand(server, clock)


def talk(url: str, **options: Any) -> Any:
    settings = {"proxy": None, "ping_interval": None, "compression": None, "max_queue": None}
    return connect(url, **{**settings, **options})


async def send(client: ClientConnection, message: object) -> None:
    await client.send(message if isinstance(message, str) else json.dumps(message))


async def told(
    client: ClientConnection, wanted: Callable[[dict[str, Any]], bool] = bool
) -> dict[str, Any]:
    """Return the next JSON object that is wanted; others, and texts that are none, are passed."""
    async with asyncio.timeout(5):
        while True:
            message = parsed(await client.recv())
            if message is not None and wanted(message):
                return message


def parsed(text: str | bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(text)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def texts(outs: Iterable[Out]) -> list[str]:
    return [out.text for out in outs if isinstance(out, Said)]


def messages(outs: Iterable[Out]) -> list[dict[str, Any]]:
    return [json.loads(text) for text in texts(outs) if text]


def shape(value: object) -> object:
    """Return the names and types of a message; of a list, those of its first element."""
    if isinstance(value, dict):
        return {name: shape(held) for name, held in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def vector(file: str, kind: str) -> dict[str, Any]:
    """Return a real or documented message of the shared vectors; skip loudly without them."""
    vectors = json.loads(shared_file(f"vectors/polymarket/{file}").read_text("utf-8"))
    found = next(each for each in vectors["messages"] if each["kind"] == kind)
    message: dict[str, Any] = found["message"]
    return message
