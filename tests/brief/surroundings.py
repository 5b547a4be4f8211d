"""What a block of the brief finds around it, and who sees what it does."""

import ast
import asyncio
import inspect
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from types import CodeType, FrameType, FunctionType
from typing import Any, Final

import pytest

import pr3dict
from pr3dict.client.live.data import RealTimeDataClient
from pr3dict.client.live.real_time import PolymarketRealTimeClient

PATIENCE_S: Final = 20
"""How long a callback may be waited for; a simulated venue needs a moment."""


class Calls:
    """Which functions of a block were entered, seen from outside: the block stays as it is."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        self.entered: set[str] = set()
        self.changed = asyncio.Event()

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        code: CodeType = frame.f_code
        if event == "call" and code.co_filename == self.filename:
            self.entered.add(code.co_name)
            self.changed.set()

    async def expect(self, names: set[str]) -> None:
        """Wait until these were entered."""
        async with asyncio.timeout(PATIENCE_S):
            while not names <= self.entered:
                self.changed.clear()
                await self.changed.wait()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look on meanwhile."""
        sys.setprofile(self)
        try:
            yield
        finally:
            sys.setprofile(None)


class Surroundings:
    """What a block finds around it, made when it asks for it and ended after it."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.printed: list[str] = []
        self.heard: set[str] = set()
        self.left: list[Any] = []
        """What blocks make inside their functions, and do not end."""
        self.namespace: dict[str, Any] = {"print": self.print, "__name__": "brief"}

    def print(self, *words: object) -> None:
        """Keep what is printed."""
        self.printed.append(" ".join(map(str, words)))

    async def supply(self, names: set[str]) -> None:
        """Make what a block takes for granted."""
        for name in sorted(names):
            self.namespace[name] = await self.made(name)

    async def made(self, name: str) -> object:
        """Make one thing of a name."""
        if name in {"manager", "platform", "client"}:
            return await getattr(self, name)()
        if name.endswith("callback"):
            return self.callback(name)
        if name.endswith("handler"):
            return lambda *_: self.heard.add(name)
        plain = {
            "Decimal": Decimal,
            "asset_id": self.tokens[0],
            "market_id": self.tokens[0],
            "order_size_usdc": 100,
            "message": b'{"event_type":"book","bids":[]}',
            "logger": logging.getLogger("brief"),
            "process_message": Fragile(),
            "asks": [(Decimal(cents) / 100, Decimal(10)) for cents in range(60, 99)],
            "bids": [(Decimal(cents) / 100, Decimal(10)) for cents in range(59, 1, -1)],
        }
        return plain[name] if name in plain else getattr(pr3dict, name)

    async def manager(self) -> pr3dict.OrderBookManager:
        """Return a manager that runs."""
        manager = pr3dict.OrderBookManager(asset_ids=self.tokens[:2])
        await manager.start()
        return manager

    async def platform(self) -> pr3dict.PolymarketPlatform:
        """Return a platform that has been asked for a book."""
        platform = pr3dict.PolymarketPlatform(use_websocket=True)
        await platform.connect()
        await platform.get_orderbook(self.tokens[0])
        return platform

    async def client(self) -> RealTimeDataClient:
        """Return a live-data client that is connected."""
        client = RealTimeDataClient()
        await client.connect()
        return client

    def callback(self, name: str) -> Callable[..., Any]:
        """Return a callback that notes that it was called."""

        async def called(*_: object) -> None:
            self.heard.add(name)

        return called

    async def end(self) -> None:
        """Stop whatever runs, also what a block has made and left inside its functions."""
        things = [*self.namespace.values(), *self.left]
        for thing in {id(thing): thing for thing in things}.values():
            if isinstance(thing, pr3dict.OrderBookManager | pr3dict.PolymarketWebSocketClient):
                await thing.stop()
            elif isinstance(thing, pr3dict.PolymarketPlatform | RealTimeDataClient):
                await thing.disconnect()
            elif isinstance(thing, PolymarketRealTimeClient):
                await thing.stop_streaming()
            elif isinstance(thing, pr3dict.Polymarket):
                thing.close()


def noting(monkeypatch: pytest.MonkeyPatch, made: list[Any], *kinds: type) -> None:
    """Let `made` have each thing of these kinds that anybody makes from here on."""
    for kind in kinds:

        def note(self: Any, *args: Any, _init: Any = kind.__init__, **kwargs: Any) -> None:  # type: ignore[misc]
            made.append(self)
            _init(self, *args, **kwargs)

        monkeypatch.setattr(kind, "__init__", note)


class Fragile:
    """Fails at the first message, and counts the others."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    def __call__(self, message: object) -> None:
        self.messages.append(message)
        if len(self.messages) == 1:
            raise ValueError("the first one")


async def run(code: str, filename: str, namespace: dict[str, Any]) -> None:
    """Run a block as the module that it is, awaiting where it awaits.

    One that makes a loop of its own gets a thread for it.
    """
    compiled = compile(code, filename, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    module = FunctionType(compiled, namespace)
    outcome = await asyncio.to_thread(module) if "asyncio.run(" in code else module()
    if inspect.isawaitable(outcome):
        await outcome
