"""polymarket-client: what its two drivers share, an environment of this machine and a listener."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from importlib import import_module
from typing import Any, Final

from tests.peers.drivers.telling import Teller

PAGES: Final = 3


def environment(task: dict[str, Any]) -> Any:
    """Return an environment in which every address is that of the simulated venue."""
    inside: Any = import_module("polymarket._internal.environment")
    clob = task["polymarket_clob_url"]
    config = replace(
        inside.PRODUCTION_CONFIG,
        clob_url=clob,
        clob_market_ws_url=task["polymarket_market_ws_url"],
        clob_user_ws_url=task["polymarket_user_ws_url"],
        gamma_url=task["polymarket_gamma_url"],
        data_url=task["polymarket_data_url"],
        rtds_ws_url=task["polymarket_rtds_url"],
        realtime_ws_url=task["polymarket_polybolt_url"],
        sports_ws_url=task["polymarket_sports_url"],
        relayer_url=f"{clob}/relayer",
        rfq_url=f"{clob}/rfq",
        rpc_url=f"{clob}/rpc",
        perps_url=f"{clob}/perps",
    )
    return inside.create_environment(name="loopback", config=config)


async def pages(paginator: Any) -> list[Any]:
    """Return the items of the first pages of a list."""
    found: list[Any] = []
    read = 0
    async for page in paginator:
        found += page.items
        read += 1
        if read == PAGES:
            break
    return found


class Following:
    """The streams that a driver listens to."""

    def __init__(self, teller: Teller, client: Any) -> None:
        self.handles: list[Any] = []
        self.events: list[Any] = []
        self._teller = teller
        self._client = client
        self._tasks: list[asyncio.Task[None]] = []

    async def subscribe(self, what: str, spec: object, key: Callable[[Any], str]) -> Any:
        """Follow a stream, and count its events by a key."""
        handle = await self._teller.do(f"subscribe {what}", self._client.subscribe(spec))
        if handle is not None:
            self.handles.append(handle)
            self._tasks.append(asyncio.ensure_future(self._listen(handle, key)))
        return handle

    async def _listen(self, handle: AsyncIterator[Any], key: Callable[[Any], str]) -> None:
        async for event in handle:
            self.events.append(event)
            self._teller.seen[key(event)] += 1

    async def close(self) -> None:
        """Leave all streams, and count what they lost for want of room."""
        self._teller.dropped = sum(handle.dropped for handle in self.handles)
        for handle in self.handles:
            await handle.close()
        await asyncio.gather(*self._tasks)
