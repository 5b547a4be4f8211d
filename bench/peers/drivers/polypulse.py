"""polypulse: its books and reads; what it tells is silence and a reconnect."""

import asyncio
from importlib import import_module
from typing import Any

from bench.peers.drivers.telling import NOTHING, Seen, begin, keep_looking, micros, seen


async def main() -> None:
    """Follow the tokens until the end of input."""
    teller = begin()
    task = teller.task
    module: Any = import_module("polypulse.feed")
    rest: Any = import_module("polypulse.rest")
    module.WS_URL = task.ws_url
    rest.REST_BOOK = f"{task.rest_url}/book?token_id="
    short = {"ping_interval": 3.0, "watchdog_timeout": 10.0} if task.shortened else {}
    feed = module.BookFeed(task.tokens, on_update=lambda *_: teller.called(), **short)

    def look(token: str) -> Seen:
        book = feed.book(token)
        if book is None:
            return NOTHING
        bids = [(micros(price), micros(size)) for price, size in book.bids.items()]
        asks = [(micros(price), micros(size)) for price, size in book.asks.items()]
        return seen(bids, asks, f"source {feed.source(token)}")

    await asyncio.gather(feed.run(), keep_looking(teller, look))


if __name__ == "__main__":
    asyncio.run(main())
