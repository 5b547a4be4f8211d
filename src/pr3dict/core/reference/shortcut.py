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
        book, twin = shelf.books[one.asset_id], shelf.books[other.asset_id]
        price, size = _prices[one.price], _sizes[one.size]
        twin_price, twin_size = _prices[other.price], _sizes[other.size]
        bid, ask = _prices[one.best_bid], _prices[one.best_ask]
        twin_bid, twin_ask = _prices[other.best_bid], _prices[other.best_ask]
    except (ValueError, KeyError, RecursionError):  # msgspec's errors are ValueErrors
        return False
    if (
        book is twin
        or book.link != link
        or twin.link != link
        or not book.ms <= ms <= MS_MAX
        or ms < twin.ms
        or book.state is not _LIVE
        or twin.state is not _LIVE
        or book.standing is not _SETTLED
        or twin.standing is not _SETTLED
        or str(ms) != said.timestamp
    ):
        return False
    settled = _change(book, one, price, size, ms, now, bid, ask)
    settled &= _change(twin, other, twin_price, twin_size, ms, now, twin_bid, twin_ask)
    shelf.changed = {book.token: book, twin.token: twin}
    shelf.plain_frames += 1
    shelf.latencies.record(now, ms)
    shelf.links[link].last_data_ns = now
    if not settled or not _mirrored(shelf, book, twin):
        shelf.heard = dict(shelf.changed)
        witness.hear(shelf, now)
    return True


def _change(book, change, price, size, ms, now, bid, ask) -> bool:
    is_bid = change.side == "BUY"
    ladder = book.bids if is_bid else book.asks
    key = price if is_bid else MICROS - price
    if size and key in ladder.sizes:
        ladder.sizes[key] = size
    else:
        ladder.set(price, size)
    book.ms = ms
    book.local_ns = now
    book.version += 1
    book.hash_claimed = change.hash
    book.best_bid_claimed = bid
    book.best_ask_claimed = ask
    bids, asks = book.bids.keys, book.asks.keys
    if bids and asks and bids[-1] == bid and MICROS - asks[-1] == ask and bid < ask:
        return True
    book.standing = _CHANGED
    return False


def _mirrored(shelf: Shelf, book: Book, twin: Book) -> bool:
    bids, asks = book.bids, book.asks
    tbids, tasks = twin.bids, twin.asks
    k, l = bids.keys[-1], asks.keys[-1]
    if (
        book.mates is twin.mates and len(book.mates) == 2
        and k == tasks.keys[-1] and l == tbids.keys[-1]
        and bids.sizes[k] == tasks.sizes[k] and asks.sizes[l] == tbids.sizes[l]
    ):
        shelf.mirrored += 1
        return True
    return False
