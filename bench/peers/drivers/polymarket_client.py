"""polymarket-client: it keeps no book, so what a user has is the top that it last told.

Best bid and ask of the last `book` or `price_change` of a token, from its public events.
"""

import asyncio
import contextlib
from dataclasses import replace
from importlib import import_module
from typing import Any

from bench.peers.drivers.telling import NOTHING, Seen, Teller, begin, keep_looking, micros

State = dict[str, Seen]


async def main() -> None:
    """Follow the tokens until the end of input."""
    teller = begin()
    tops: State = {}
    await asyncio.gather(
        _listen(teller, tops), keep_looking(teller, lambda token: tops.get(token, NOTHING))
    )


async def _listen(teller: Teller, tops: State) -> None:
    task = teller.task
    module: Any = import_module("polymarket")
    places: Any = import_module("polymarket.environments")
    streams: Any = import_module("polymarket.streams")
    config = replace(
        places.PRODUCTION._config,  # noqa: SLF001 - it has no public way to name another place
        clob_market_ws_url=task.ws_url,
        clob_url=task.rest_url,
    )
    place = places._create_environment(name="loopback", config=config)  # noqa: SLF001
    async with module.AsyncPublicClient(environment=place) as client:
        spec = streams.MarketSpec(asset_ids=task.tokens)
        handle = await client.subscribe(spec)
        dropped = 0
        async for event in handle:
            tops.update(_tops(event))
            if handle.dropped > dropped:
                dropped = handle.dropped
                teller.event(f"dropped: {dropped}")
            with contextlib.suppress(RuntimeError):  # the consumer is the driver itself
                teller.called()
    teller.event("the stream ended")


def _tops(event: Any) -> State:  # noqa: ANN401 - the client's own type
    """Return the tops that an event tells."""
    payload = event.payload
    if event.type == "book":
        if not payload.bids or not payload.asks:
            return {payload.asset_id: NOTHING}
        bid = max(micros(level.price) for level in payload.bids)
        ask = min(micros(level.price) for level in payload.asks)
        return {payload.asset_id: Seen((bid, ask), None)}
    if event.type == "price_change":
        return {
            change.asset_id: Seen((micros(change.best_bid), micros(change.best_ask)), None)
            for change in payload.price_changes
            if change.best_bid is not None and change.best_ask is not None
        }
    return {}


if __name__ == "__main__":
    asyncio.run(main())
