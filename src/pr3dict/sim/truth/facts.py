"""What is known of a market at this moment, from its books, its trades and its listing."""

import hashlib
from datetime import UTC, datetime
from typing import NamedTuple

from pr3dict.sim.truth.books import Rules
from pr3dict.sim.truth.hash import MICROS
from pr3dict.sim.truth.history import History
from pr3dict.sim.truth.listing import Listing
from pr3dict.sim.truth.source import Source

Number = int | float


class Facts(NamedTuple):
    """One market; prices and sizes in micros."""

    listing: Listing
    rules: Rules
    closed: bool
    """The answer was announced."""
    accepting: bool
    """Orders may come: the question is not answered."""
    bid: int
    """Of the first token, as below; 0 where nobody bids."""
    ask: int
    last: int
    worth: tuple[int, int]
    """What a share of each outcome is worth: the middle of its book, or what it paid out."""
    shares: int
    """What was traded."""
    dollars: int


def top_of(source: Source, token: str) -> tuple[int, int]:
    """Return best bid and best ask in micros; 0 and one dollar where a side is empty."""
    bids, asks = source.levels(token)
    return bids[0][0] if bids else 0, asks[0][0] if asks else MICROS


def facts_of(source: Source, history: History, listing: Listing) -> Facts:
    """Return what is known of a market. Raises `KeyError` for one that the source never had."""
    rules = source.rules_of(listing.condition)
    if rules is None:
        raise KeyError(listing.condition)
    first = listing.tokens[0]
    bid, ask = top_of(source, first)
    settled = listing.winner >= 0
    if settled:
        worth = (MICROS, 0) if listing.winner == 0 else (0, MICROS)
    else:
        worth = ((bid + ask) // 2, MICROS - (bid + ask) // 2)
    return Facts(
        listing,
        rules,
        closed=not source.known(first),
        accepting=not settled and source.known(first),
        bid=bid,
        ask=ask,
        last=history.last(first)[0] if not settled else worth[0],
        worth=worth,
        shares=history.shares[listing.condition],
        dollars=history.dollars[listing.condition],
    )


def liquidity_of(source: Source, listing: Listing) -> int:
    """Return the dollars that rest in the book of a market, in micros."""
    bids, asks = source.levels(listing.tokens[0])
    bought = sum(price * size // MICROS for price, size in bids)
    return bought + sum((MICROS - price) * size // MICROS for price, size in asks)


def number(micros: int) -> Number:
    """Return micros as a JSON number.

    >>> number(500_000), number(2_000_000)
    (0.5, 2)
    """
    whole, rest = divmod(micros, MICROS)
    return micros / MICROS if rest else whole


def iso(at_ms: int) -> str:
    """Return a moment as Gamma writes it, to the second.

    >>> iso(1_773_307_500_000)
    '2026-03-12T09:25:00Z'
    """
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def digest(text: str) -> str:
    """Return 32 bytes in hex that belong to a text: ids that nothing else makes."""
    return f"0x{hashlib.sha256(text.encode()).hexdigest()}"
