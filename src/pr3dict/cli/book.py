"""`pr3dict book`: the books of one market, once, by REST, each with what its proof says."""

import asyncio
from typing import Any, Final

from pr3dict.cli.markets import as_builtins
from pr3dict.cli.output import say, say_json
from pr3dict.client.platform import PolymarketPlatform
from pr3dict.client.polymarket import AsyncPolymarket
from pr3dict.client.snapshot import OrderBookLevel, OrderBookSnapshot
from pr3dict.config import Config, from_environment
from pr3dict.model.errors import UnknownMarketError
from pr3dict.venues.polymarket.market import Market

WIDTH: Final = 12
"""Columns of a price or a size."""


def run(name: str, *, outcome: str | None, depth: int, as_json: bool) -> int:
    """Print the books; return the exit code: 1 where the venue has none of them."""
    market, books = asyncio.run(_ask(from_environment(), name, outcome))
    if as_json:
        told = {label: _as_builtins(book, depth) for label, book in books.items()}
        say_json({"market": as_builtins(market), "books": told})
    else:
        say(market.question)
        for label, book in books.items():
            say()
            _print(label, book, depth)
    return 0 if any(books.values()) else 1


async def _ask(
    config: Config, name: str, outcome: str | None
) -> tuple[Market, dict[str, OrderBookSnapshot | None]]:
    """Return the market and the book of each of its outcomes, or of the one that is wanted."""
    async with AsyncPolymarket(config) as polymarket:
        market = await polymarket.market(name)
    wanted = market.outcomes if outcome is None else (market.outcome(outcome),)
    if market.closed:
        won = f": {market.winner} won" if market.winner else ""
        raise UnknownMarketError(f"{market.slug} is closed{won}: it has no book any more")
    async with PolymarketPlatform(use_websocket=False, config=config) as platform:
        return market, {each.label: await platform.get_orderbook(each.token_id) for each in wanted}


def _print(label: str, book: OrderBookSnapshot | None, depth: int) -> None:
    """Print a ladder: asks above bids, the best ones where they meet."""
    if book is None:
        say(f"{label}: the venue has no book")
        return
    age = "" if book.timestamp is None else f", {book.timestamp:%H:%M:%S} UTC"
    say(f"{label}: {book.proof.name.lower()}, from {book.source.name}{age}")
    for level in reversed(book.asks[:depth]):
        say(f"{_row(level)}  ask")
    for level in book.bids[:depth]:
        say(f"{_row(level)}  bid")


def _row(level: OrderBookLevel) -> str:
    return f"{level.price:>{WIDTH}f}{level.size:>{WIDTH + 2},f}"


def _as_builtins(book: OrderBookSnapshot | None, depth: int) -> dict[str, Any] | None:
    if book is None:
        return None
    return {
        "asset_id": book.asset_id,
        "proof": book.proof.name,
        "source": book.source.name,
        "venue_ns": book.venue_ns,
        "local_ns": book.local_ns,
        "bids": [[f"{level.price:f}", f"{level.size:f}"] for level in book.bids[:depth]],
        "asks": [[f"{level.price:f}", f"{level.size:f}"] for level in book.asks[:depth]],
    }
