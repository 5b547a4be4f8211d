"""The true books. A market is held once, as the bids of its two outcome tokens.

To buy YES at p is to sell NO at 1 - p, so the asks of one token are the bids of the other seen in
a mirror, and the order of the wire (worst level first) is the same for both. Prices and sizes are
integers in micros; the text of each level is kept, because every batch hashes all of them.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from pr3dict.sim.truth.hash import (
    MICROS,
    Sides,
    book_hash,
    head_text,
    level_text,
    plain,
    summary,
    tail_text,
)

Levels = list[tuple[int, int]]
"""(price, size) in micros, best first."""


class Change(NamedTuple):
    """A new absolute size at one price of one ladder."""

    ladder: int
    """Whose bids: 0 the first token, 1 the second."""
    price: int
    size: int
    owner: int
    """Whose order it was: the ladder's own token (a BUY), or the other (a SELL at 1 - price)."""


class Ladder:
    """The bids of one token, worst first, which are the asks of the other."""

    __slots__ = ("mirrored", "prices", "sizes", "texts")

    def __init__(self) -> None:
        self.prices: list[int] = []
        self.sizes: list[int] = []
        self.texts: list[bytes] = []
        self.mirrored: list[bytes] = []

    @property
    def best(self) -> int:
        """The best price, 0 where there is none."""
        return self.prices[-1] if self.prices else 0

    def size_at(self, price: int) -> int:
        """Return the size at a price, 0 where nothing rests."""
        at = bisect_left(self.prices, price)
        return self.sizes[at] if at < len(self.prices) and self.prices[at] == price else 0

    def put(self, price: int, size: int) -> None:
        """Set the size at a price; 0 removes the level."""
        at = bisect_left(self.prices, price)
        held = at < len(self.prices) and self.prices[at] == price
        if not size:
            if held:
                del self.prices[at], self.sizes[at], self.texts[at], self.mirrored[at]
            return
        text, mirrored = level_text(price, size), level_text(MICROS - price, size)
        if held:
            self.sizes[at], self.texts[at], self.mirrored[at] = size, text, mirrored
        else:
            self.prices.insert(at, price)
            self.sizes.insert(at, size)
            self.texts.insert(at, text)
            self.mirrored.insert(at, mirrored)


class Rules(msgspec.Struct, frozen=True):
    """What REST tells about a market and the stream does not."""

    condition: str
    tokens: tuple[str, str]
    outcomes: tuple[str, str]
    min_order_size: str
    tick_size: str
    neg_risk: bool


class Market:
    """One market: its rules, its two ladders, and the fingerprints of its last batch end."""

    __slots__ = (
        "_heads",
        "_tail",
        "announced",
        "hashes",
        "ladders",
        "last_trade",
        "own",
        "resolved",
        "rules",
        "settled",
        "tick",
        "time_ms",
        "title",
    )

    def __init__(self, rules: Rules, *, tick: int, title: str) -> None:
        self.rules = rules
        self.tick = tick
        self.last_trade = ""
        self.title = title
        self.ladders = (Ladder(), Ladder())
        self.own: dict[tuple[int, int], int] = {}
        """What rests for accounts, by ladder and price; the levels contain it."""
        self.time_ms = 0
        self.hashes = ("", "")
        self.settled = False
        """The question is answered: all levels are gone and nobody trades."""
        self.resolved = False
        """The answer was announced: REST knows the book no more."""
        self.announced: bool | None = None
        """Whether the stream is to tell the answer; None: as chance has it."""
        first, second = rules.tokens
        self._heads = (head_text(rules.condition, first), head_text(rules.condition, second))
        self._tail = b""
        self._write_tail()

    def _write_tail(self) -> None:
        rules = self.rules
        self._tail = tail_text(
            rules.min_order_size, rules.tick_size, self.last_trade, neg_risk=rules.neg_risk
        )

    def traded(self, price: int) -> None:
        """Remember the price of a trade, in three decimals; both tokens tell the same one."""
        thousandths = (price + 500) // 1_000
        self.last_trade = f"{thousandths // 1_000}.{thousandths % 1_000:03d}"
        self._write_tail()

    def regrid(self, tick: int) -> None:
        """Change the price grid; levels stay where they are."""
        self.tick = tick
        self.rules = msgspec.structs.replace(self.rules, tick_size=plain(tick))
        self._write_tail()

    def apply(self, changes: Sequence[Change], now_ms: int) -> None:
        """Apply the changes of one batch and take the fingerprints after the last of them."""
        for change in changes:
            self.ladders[change.ladder].put(change.price, change.size)
        self.seal(now_ms)

    def seal(self, now_ms: int) -> None:
        """Take the fingerprints of both books as they stand at a moment."""
        at, tail = str(now_ms), self._tail
        self.time_ms = now_ms
        self.hashes = (
            book_hash(self._heads[0], at, self.joined(0), tail),
            book_hash(self._heads[1], at, self.joined(1), tail),
        )

    def best(self, side: int) -> tuple[int, int]:
        """Return best bid and best ask of a token; 0 and one dollar where a side is empty."""
        return self.ladders[side].best, MICROS - self.ladders[1 - side].best

    def joined(self, side: int) -> Sides:
        """Return the bids and the asks of a token in compact wire form, worst first."""
        return b",".join(self.ladders[side].texts), b",".join(self.ladders[1 - side].mirrored)

    def rest_book(self, side: int) -> bytes:
        """Return the book of a token as REST `/book` tells it."""
        at, digest = str(self.time_ms), self.hashes[side]
        return summary(self._heads[side], at, digest, self.joined(side), self._tail)

    def levels(self, side: int) -> tuple[Levels, Levels]:
        """Return (bids, asks) of a token as (price, size) in micros, best first."""
        own, other = self.ladders[side], self.ladders[1 - side]
        bids = list(zip(reversed(own.prices), reversed(own.sizes), strict=True))
        asks = [
            (MICROS - price, size)
            for price, size in zip(reversed(other.prices), reversed(other.sizes), strict=True)
        ]
        return bids, asks


def levels_digest(bids: Levels, asks: Levels) -> str:
    """Return the digest of docs/books.md section 7; levels as (price, size), best first."""
    sides = (
        "".join(f"{plain(price)}@{plain(size)};" for price, size in side)
        for side in (reversed(bids), reversed(asks))
    )
    return hashlib.sha1("|".join(sides).encode(), usedforsecurity=False).hexdigest()
