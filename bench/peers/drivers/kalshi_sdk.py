"""kalshi-sdk: its public iterator of whole books, one for each ticker; its state callback.

The stage's tokens 2n and 2n + 1 are YES and NO of ticker n, as bench/peers/kalshi.py has them.
"""

import asyncio
import contextlib
from importlib import import_module
from typing import Any, Final

from bench.peers.drivers.telling import (
    NOTHING,
    Micros,
    Seen,
    Teller,
    begin,
    keep_looking,
    micros,
    seen,
)

WHOLE: Final = 1_000_000
KEY_BITS: Final = 2048
FIRST_S: Final = 2.0

Books = dict[str, Any]
"""The newest book of each ticker; None where the client said that there is none."""


async def main() -> None:
    """Follow the tokens until the end of input."""
    teller = begin()
    task = teller.task
    module: Any = import_module("kalshi.ws.client")
    settings: Any = import_module("kalshi.config")
    key = import_module("cryptography.hazmat.primitives.asymmetric.rsa").generate_private_key(
        public_exponent=65537, key_size=KEY_BITS
    )
    auth = import_module("kalshi.auth").KalshiAuth("nobody", key)
    ping = {"ws_ping_interval": 3.0} if task.shortened else {}
    patience = {"heartbeat_timeout": 10.0} if task.shortened else {}
    config = settings.KalshiConfig(ws_base_url=task.ws_url, allow_unknown_host=True, **ping)

    async def changed(_: object, state: Any) -> None:  # noqa: ANN401 - the client's own type
        if state.value in {"reconnecting", "closed"}:
            teller.event(f"state {state.value}")

    books: Books = {}
    client = module.KalshiWebSocket(auth, config, on_state_change=changed, **patience)
    async with client.connect() as session, asyncio.TaskGroup() as group:
        group.create_task(keep_looking(teller, lambda token: _look(task.tokens, books, token)))
        for number in range(len(task.tokens) // 2):
            ticker = f"SIM-{number}"
            first = asyncio.Event()
            iterator = await session.orderbook(ticker)
            group.create_task(_follow(teller, books, ticker, iterator, first))
            # Asked for the next at once, it loses the opening book of this one.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(first.wait(), FIRST_S)


async def _follow(
    teller: Teller,
    books: Books,
    ticker: str,
    iterator: Any,  # noqa: ANN401 - the client's own type
    first: asyncio.Event,
) -> None:
    """Keep the newest book of a ticker, as the client gives it."""
    errors: Any = import_module("kalshi.errors")
    tokens = teller.task.tokens[2 * int(ticker[4:]) :][:2]
    while True:
        try:
            books[ticker] = await anext(iterator)
            first.set()
            teller.called()
        except errors.KalshiOrderbookUnavailableError as absent:
            books[ticker] = None
            _tell(teller, tokens, absent)
        except errors.KalshiError as failed:
            books[ticker] = None
            _tell(teller, tokens, failed)
            return
        except StopAsyncIteration:
            _tell(teller, tokens, "the iterator ended")
            return
        except RuntimeError:
            continue  # the consumer is the driver itself


def _tell(teller: Teller, tokens: list[str], what: object) -> None:
    for token in tokens:
        name = type(what).__name__ if isinstance(what, Exception) else what
        teller.event(f"{name}", token)


def _look(tokens: list[str], books: Books, token: str) -> Seen:
    number = tokens.index(token)
    book = books.get(f"SIM-{number // 2}")
    if book is None:
        return NOTHING
    own, other = (book.no, book.yes) if number % 2 else (book.yes, book.no)
    return seen(_levels(own), [(WHOLE - price, size) for price, size in _levels(other)])


def _levels(side: Any) -> list[Micros]:  # noqa: ANN401 - the client's own type
    return [(micros(level.price), micros(level.quantity)) for level in side]


if __name__ == "__main__":
    asyncio.run(main())
