"""The context that gives a book the hash which the venue claims for it.

A hash that is reproduced cannot be chance, so a context may be searched for: first the few
likely last trade prices, then all of three decimals.
"""

import re
from collections.abc import Iterable
from itertools import product
from typing import Final, TypeVar

from msgspec import Struct

from pr3dict.core.reference.book import Book
from pr3dict.core.reference.digest import Preimage, hash_of_2024

TICK_SIZES: Final = ("0.01", "0.001", "0.1", "0.005", "0.0025", "0.0001")
MIN_ORDER_SIZES: Final = ("5", "15", "1", "10", "100", "0")
NEG_RISKS: Final = (False, True)
TRADE_PRICE_GRID: Final = (*(f"{n // 1000}.{n % 1000:03d}" for n in range(1001)), "")
"""Every last trade price of three decimals, and none."""

_HASH: Final = re.compile(r"[0-9a-f]{40}")
_T = TypeVar("_T")


class Found(Struct, frozen=True):
    """A context that reproduces a hash."""

    min_order_size: str
    tick_size: str
    neg_risk: bool
    last_trade_price: str


def is_hash(text: str) -> bool:
    """Tell whether a text is the lower-case hex of a SHA-1: anything else is no claim."""
    return _HASH.fullmatch(text) is not None


def same_claim(one: str, other: str) -> bool:
    """Tell whether two hashes claim the same; what cannot be a hash claims nothing."""
    return one == other or not (is_hash(one) or is_hash(other))


def is_rebuildable(book: Book) -> bool:
    """Tell whether a hash is claimed for a book whose texts we can rebuild to the letter."""
    return book.canonical and is_hash(book.hash_claimed)


def likely(book: Book, preimage: Preimage) -> Found | None:
    """Search the context of a provable book among the likely last trade prices."""
    return _first(book, preimage, _rules(book), book.likely_trade_prices())


def on_grid(book: Book, preimage: Preimage) -> Found | None:
    """Search the context of a provable book among all last trade prices."""
    return _first(book, preimage, _rules(book), TRADE_PRICE_GRID)


def is_of_2024(book: Book) -> bool:
    """Tell whether the claim is the hash in the form of 2024."""
    return hash_of_2024(book) == book.hash_claimed


def known_hash(book: Book) -> str:
    """Return the hash of a book with its trusted context."""
    context = book.context
    return Preimage(book).hash(
        context.min_order_size or "",
        context.tick_size or "",
        context.last_trade_price or "",
        neg_risk=bool(context.neg_risk),
    )


def _rules(book: Book) -> list[tuple[str, str, bool]]:
    """Return every (tick size, min order size, neg risk) that the book may have."""
    context = book.context
    return list(
        product(
            _known_or(context.tick_size, TICK_SIZES),
            _known_or(context.min_order_size, MIN_ORDER_SIZES),
            _known_or(context.neg_risk, NEG_RISKS),
        )
    )


def _known_or(known: _T | None, candidates: tuple[_T, ...]) -> tuple[_T, ...]:
    return candidates if known is None else (known,)


def _first(
    book: Book,
    preimage: Preimage,
    rules: list[tuple[str, str, bool]],
    trade_prices: Iterable[str],
) -> Found | None:
    claimed = bytes.fromhex(book.hash_claimed)
    for tick_size, min_order_size, neg_risk in rules:
        rule = (tick_size, min_order_size, neg_risk)
        price = preimage.last_trade_price(claimed, rule, trade_prices)
        if price is not None:
            return Found(min_order_size, tick_size, neg_risk, price)
    return None
