"""`pr3dict book`: the books of one market, once, by REST, each with what its proof says."""

import asyncio
from decimal import Decimal
from typing import Any, Final

from pr3dict.cli.markets import as_builtins
from pr3dict.cli.output import say, say_json
from pr3dict.client.platform import PolymarketPlatform
from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.snapshot import OrderBookLevel, OrderBookSnapshot
from pr3dict.config import Config, from_environment
from pr3dict.venues.polymarket.markets.market import Market, still_open

PRICE_DECIMALS: Final = 4
"""Of the finest grid."""
WIDTH: Final = 10
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
            _print(label, book, depth, _decimals(market.tick_size))
    return 0 if any(books.values()) else 1


async def _ask(
    config: Config, name: str, outcome: str | None
) -> tuple[Market, dict[str, OrderBookSnapshot | None]]:
    """Return the market and the book of each of its outcomes, or of the one that is wanted."""
    async with AsyncPolymarket(config) as polymarket:
        market = await polymarket.market(name)
    wanted = market.outcomes if outcome is None else (market.outcome(outcome),)
    still_open(market)
    async with PolymarketPlatform(use_websocket=False, config=config) as platform:
        return market, {each.label: await platform.get_orderbook(each.token_id) for each in wanted}


def _print(label: str, book: OrderBookSnapshot | None, depth: int, decimals: int) -> None:
    """Print a ladder: asks above bids, the best ones where they meet."""
    if book is None:
        say(f"{label}: the venue has no book")
        return
    age = "" if book.timestamp is None else f", {book.timestamp:%H:%M:%S} UTC"
    say(f"{label}: {book.proof.name.lower()}, from {book.source.name}{age}")
    for level in reversed(book.asks[:depth]):
        say(_row(level, "ask", decimals))
    if book.spread is not None:
        say(f"{'spread':>{WIDTH}}{book.spread:>{WIDTH}.{decimals}f}")
    for level in book.bids[:depth]:
        say(_row(level, "bid", decimals))
    for name, side in (("asks", book.asks), ("bids", book.bids)):
        if not side:
            say(f"{'no ' + name:>{WIDTH}}")


def _row(level: OrderBookLevel, side: str, decimals: int) -> str:
    return f"{side:>{WIDTH}}{level.price:>{WIDTH}.{decimals}f}{_size(level.size):>{WIDTH + 4}}"


def _decimals(tick_size: Decimal | None) -> int:
    """Return how many decimals the prices of a grid have, two at least.

    >>> _decimals(Decimal("0.001")), _decimals(Decimal("0.1")), _decimals(None)
    (3, 2, 4)
    """
    if tick_size is None:
        return PRICE_DECIMALS
    exponent = tick_size.normalize().as_tuple().exponent
    return max(2, -exponent) if isinstance(exponent, int) else PRICE_DECIMALS


def _size(size: Decimal) -> str:
    """Return shares to the hundredth, or exactly where there are finer ones.

    >>> _size(Decimal(4646)), _size(Decimal("1234.5")), _size(Decimal("0.000001"))
    ('4,646.00', '1,234.50', '0.000001')
    """
    return f"{size:,.2f}" if size == round(size, 2) else f"{size:,f}"


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
