"""Ours, by its public API: `get_orderbook`, a book callback and an event callback."""

import asyncio
from typing import Final

from bench.peers.drivers.telling import NOTHING, Seen, Teller, begin, digest, keep_looking
from pr3dict import OrderBookManager
from pr3dict.client.snapshot import OrderBookSnapshot
from pr3dict.config import Config
from pr3dict.model.events import (
    BestQuoted,
    BookReset,
    Event,
    FeedOpened,
    MarketCreated,
    MarketResolved,
    StateChanged,
    TickSizeChanged,
    Trade,
)
from pr3dict.model.states import BookState

ORDINARY: Final = (
    BestQuoted,
    BookReset,
    FeedOpened,
    MarketCreated,
    MarketResolved,
    TickSizeChanged,
    Trade,
)
"""Events that tell of no trouble."""
SKIPPED: Final = 5
"""Updates that a busy machine may cost a callback; more are told."""


async def main() -> None:
    """Follow the tokens until the end of input."""
    teller = begin()
    task = teller.task
    config = Config(polymarket_market_ws_url=task.ws_url, polymarket_clob_url=task.rest_url)
    if task.shortened:
        config = Config(
            polymarket_market_ws_url=task.ws_url,
            polymarket_clob_url=task.rest_url,
            ping_every_s=3.0,
            pong_timeout_s=10.0,
            silence_s=10.0,
            audit_every_s=10.0,
        )
    manager = OrderBookManager(task.tokens, config=config)
    if task.calls:
        manager.register_book_callback(lambda book, _: _called(teller, book))

    def told(event: Event) -> None:
        text = _worth_telling(event)
        for token in _tokens(event) if text else ():
            teller.event(text, token)

    manager.register_event_callback(told)

    def look(token: str) -> Seen:
        book = manager.get_orderbook(token)
        if book is None:
            return NOTHING
        bids = [(level.price_micros, level.size_micros) for level in book.bids]
        asks = [(level.price_micros, level.size_micros) for level in book.asks]
        top = (bids[0][0], asks[0][0]) if bids and asks else None
        state = f"{book.state.name} {book.cause.name} {book.source.name}"
        return Seen(top, digest(bids, asks), good=book.is_live, state=state)

    async with asyncio.TaskGroup() as group:
        group.create_task(keep_looking(teller, look))
        await manager.start()


def _called(teller: Teller, book: OrderBookSnapshot) -> None:
    if book.skipped > SKIPPED:
        teller.event(f"skipped {book.skipped} updates", book.asset_id)
    teller.called()


def _worth_telling(event: Event) -> str:
    """Return the name of an event that tells of trouble; `""` of any other.

    >>> from pr3dict.model.events import ControlReceived, Lagged
    >>> _worth_telling(Lagged(3)), _worth_telling(ControlReceived(0, "PONG", 0))
    ('Lagged', '')
    """
    name = type(event).__name__
    if isinstance(event, ORDINARY) or getattr(event, "text", "").upper() == "PONG":
        return ""
    if isinstance(event, StateChanged) and event.now not in {BookState.SUSPECT, BookState.STALE}:
        return ""
    detail = getattr(event, "cause", None) or getattr(event, "reason", "") or ""
    detail = detail or getattr(event, "text", "")
    return f"{name}({getattr(detail, 'name', detail)})" if detail else name


def _tokens(event: Event) -> tuple[str, ...]:
    """Return the tokens that an event is about; one without a name stands for all."""
    tokens: tuple[str, ...] = getattr(event, "tokens", ())
    return tokens or (getattr(event, "token", ""),)


if __name__ == "__main__":
    asyncio.run(main())
