"""polyws: the books of its cache (it has no public read), and its callbacks on_error and on_close.

The cache is newer than what its price update tells, so reading it favours the client.
"""

import asyncio
from importlib import import_module
from typing import Any

from bench.peers.drivers.telling import NOTHING, Seen, begin, keep_looking, micros, seen


async def main() -> None:
    """Follow the tokens until the end of input."""
    teller = begin()
    task = teller.task
    module: Any = import_module("polyws.manager")
    types: Any = import_module("polyws.types")
    module.CLOB_WSS_URL = task.ws_url

    async def changed(_: object) -> None:
        teller.called()

    async def failed(error: Exception) -> None:
        teller.event(f"on_error: {error}")

    async def closed(_: str, code: int, reason: str) -> None:
        teller.event(f"on_ws_close: {code} {reason}")

    handlers = types.WebSocketHandlers(
        on_book=changed, on_price_change=changed, on_error=failed, on_ws_close=closed
    )
    short = {"reconnect_interval_s": 1.0} if task.shortened else {}
    manager = module.WSSubscriptionManager(handlers, **short)

    def look(token: str) -> Seen:
        entry = manager._book_cache.get_book_entry(token)  # noqa: SLF001 - see above
        if entry is None:
            return NOTHING
        bids, asks = (
            [(micros(level.price), micros(level.size)) for level in side]
            for side in (entry.bids, entry.asks)
        )
        return seen(bids, asks)

    await manager.add_subscriptions(task.tokens)
    await keep_looking(teller, look)


if __name__ == "__main__":
    asyncio.run(main())
