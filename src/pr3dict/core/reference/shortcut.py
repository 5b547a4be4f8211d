"""The shortcut for 97 frames of 100: a plain `price_change` of two tokens, and no hash to prove.

It is there for speed alone and does nothing that the long way (`wire`, `apply`, `witness`) does
not do. It takes a frame only where nothing needs judgement: the members that we read and no
other (so nothing is skipped unread), numbers in canonical form and in range, two books that are
LIVE, settled and not older. Anything else it leaves untouched, and the long way is gone.
"""

from typing import Final, Literal

import msgspec

from pr3dict.core.reference import witness
from pr3dict.core.reference.book import Book, Standing
from pr3dict.core.reference.decimal_text import MS_MAX, REMEMBERED, parse_micros
from pr3dict.core.reference.shelf import Shelf
from pr3dict.model.states import BookState
from pr3dict.model.units import MICROS


class _PlainChange(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    asset_id: str
    price: str
    size: str
    side: Literal["BUY", "SELL"]
    hash: str
    best_bid: str
    best_ask: str


class _PlainFrame(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    market: str
    price_changes: tuple[_PlainChange, _PlainChange]
    timestamp: str
    event_type: Literal["price_change"]


class _Sizes(dict[str, int]):
    """Micros by canonical text; learns a text when it is first asked for."""

    def __missing__(self, text: str) -> int:
        number = parse_micros(text)
        if number is None or not number[1]:
            raise ValueError(text)
        if len(self) >= REMEMBERED:
            self.clear()
        self[text] = number[0]
        return number[0]


class _Prices(_Sizes):
    """The same for prices of levels."""

    def __missing__(self, text: str) -> int:
        price = super().__missing__(text)
        if not 0 < price < MICROS:
            del self[text]
            raise ValueError(text)
        return price


_decode: Final = msgspec.json.Decoder(_PlainFrame).decode
_sizes: Final = _Sizes()
_prices: Final = _Prices()
_LIVE: Final = BookState.LIVE
_SETTLED: Final = Standing.SETTLED
_CHANGED: Final = Standing.CHANGED


def feed(shelf: Shelf, link: int, frame: bytes, now: int) -> bool:
    """Apply a frame if it is a plain one; tell whether it was."""
    try:
        said = _decode(frame)
        ms = int(said.timestamp)
        one, other = said.price_changes
        one_book, twin = shelf.books[one.asset_id], shelf.books[other.asset_id]
        one_price, one_size = _prices[one.price], _sizes[one.size]
        twin_price, twin_size = _prices[other.price], _sizes[other.size]
        one_bid, one_ask = _prices[one.best_bid], _prices[one.best_ask]
        twin_bid, twin_ask = _prices[other.best_bid], _prices[other.best_ask]
    except (ValueError, KeyError, RecursionError):  # msgspec's errors are ValueErrors
        return False
    if (
        one_book is twin
        or one_book.link != link
        or twin.link != link
        or not one_book.ms <= ms <= MS_MAX
        or ms < twin.ms
        or one_book.state is not _LIVE
        or twin.state is not _LIVE
        or one_book.standing is not _SETTLED
        or twin.standing is not _SETTLED
        or str(ms) != said.timestamp
    ):
        return False
    is_settled = True
    for book, change, price, size, bid, ask in (
        (one_book, one, one_price, one_size, one_bid, one_ask),
        (twin, other, twin_price, twin_size, twin_bid, twin_ask),
    ):
        bids, asks = book.bids, book.asks
        if size and change.side == "BUY" and price in bids.sizes:
            bids.sizes[price] = size
        elif size and change.side == "SELL" and MICROS - price in asks.sizes:
            asks.sizes[MICROS - price] = size
        else:
            (bids if change.side == "BUY" else asks).set(price, size)
        book.ms = ms
        book.local_ns = now
        book.version += 1
        book.hash_claimed = change.hash
        book.best_bid_claimed = bid
        book.best_ask_claimed = ask
        keys, ask_keys = bids.keys, asks.keys
        if not keys or not ask_keys or keys[-1] != bid or ask_keys[-1] != MICROS - ask or bid >= ask:
            book.standing = _CHANGED
            is_settled = False
    shelf.changed = {one.asset_id: one_book, other.asset_id: twin}
    shelf.plain_frames += 1
    shelf.latencies.record(now, ms)
    shelf.links[link].last_data_ns = now
    if is_settled and one_book.mates is twin.mates and len(twin.mates) == 2:
        # Best of one is best of other
        b,a = one_book.bids, one_book.asks
        if keys[-1]==a.keys[-1] and ask_keys[-1]==b.keys[-1] and bids.sizes[keys[-1]]==a.sizes[keys[-1]] and asks.sizes[ask_keys[-1]]==b.sizes[ask_keys[-1]]:
            shelf.mirrored += 1
            return True
    shelf.heard = dict(shelf.changed)
    witness.hear(shelf, now)
    return True
