"""One side of a book: sizes by key, worst level first, best level last.

A bid's key is its price, an ask's one dollar minus its price. So the best level of either side
is the last, where nearly all changes fall, and the bids of YES equal the asks of NO key for key.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable

from pr3dict.model.units import MICROS


class Ladder:
    """Levels of one side; prices and sizes in micros."""

    __slots__ = ("is_bid", "keys", "sizes")

    def __init__(self, *, is_bid: bool) -> None:
        self.is_bid = is_bid
        self.keys: list[int] = []
        """Ascending: worst first."""
        self.sizes: dict[int, int] = {}

    def set(self, price: int, size: int) -> None:
        """Set the absolute size at a price; 0 removes, also what is not there."""
        key = price if self.is_bid else MICROS - price
        if size:
            if key not in self.sizes:
                insort(self.keys, key)
            self.sizes[key] = size
        elif self.sizes.pop(key, 0):
            del self.keys[bisect_left(self.keys, key)]

    def replace(self, levels: Iterable[tuple[int, int]]) -> bool:
        """Hold these levels (price, size) and no others; tell whether that is a change."""
        offset, sign = (0, 1) if self.is_bid else (MICROS, -1)
        sizes = {offset + sign * price: size for price, size in levels}
        changed = sizes != self.sizes
        if changed:
            self.sizes = sizes
            self.keys = sorted(sizes)
        return changed

    def best_price(self) -> int:
        """Return the best price as the venue tells it: 0 for no bid, one dollar for no ask."""
        key = self.keys[-1] if self.keys else 0
        return key if self.is_bid else MICROS - key

    def best(self) -> tuple[int, int]:
        """Return the best level as (price, size), zeros where there is none."""
        if not self.keys:
            return 0, 0
        key = self.keys[-1]
        return key if self.is_bid else MICROS - key, self.sizes[key]

    def worst_first(self) -> list[tuple[int, int]]:
        """Return all levels as (price, size), as the venue orders them in a `book`."""
        sizes = self.sizes
        if self.is_bid:
            return [(key, sizes[key]) for key in self.keys]
        return [(MICROS - key, sizes[key]) for key in self.keys]

    def best_first(self, n: int = 0) -> list[tuple[int, int]]:
        """Return the best n levels (0: all) as (price, size)."""
        sizes = self.sizes
        keys = self.keys[-n:] if n else self.keys
        if self.is_bid:
            return [(key, sizes[key]) for key in reversed(keys)]
        return [(MICROS - key, sizes[key]) for key in reversed(keys)]
