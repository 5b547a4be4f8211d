"""The shortcut for 97 frames of 100: a plain `price_change` of two books, and no hash to prove.

It is there for speed alone and does nothing that the long way (`wire`, `apply`, `witness`) does
not do. It takes a frame only where nothing needs judgement: the members that we read and no
other, so that nothing is skipped unread; sizes in canonical form, prices on the grid; two books
that are LIVE and not newer. Any other frame it leaves untouched, and the long way is gone.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec

from pr3dict.core.reference import witness
from pr3dict.core.reference.book import Book, Standing
from pr3dict.core.reference.decimal_text import MS_MAX, REMEMBERED, to_text
from pr3dict.core.reference.shelf import Shelf
from pr3dict.model.states import BookState
from pr3dict.model.units import MICROS

GRID: Final = 1_000
"""The finest tick but one: prices off it are rare enough for the long way."""
_PRICES: Final = {to_text(price): price for price in range(GRID, MICROS, GRID)}
"""Micros by text."""

# A literal is decoded to the one string that stands here, whose hash is known: so the lookup of
# its price costs little more than nothing.
if TYPE_CHECKING:
    _Price: TypeAlias = str
else:
    _Price = Literal[tuple(_PRICES)]

_WHOLE_MAX: Final = 12
_PLACES_MAX: Final = 6
_SCALES: Final = (1_000_000, 100_000, 10_000, 1_000, 100, 10, 1)
_DIGITS: Final = 13
_EARLIEST_MS: Final = 10 ** (_DIGITS - 1)
"""September 2001: so many digits make no earlier time, and no sign or space is among them."""
_LIVE: Final = BookState.LIVE
_SETTLED: Final = Standing.SETTLED
_CHANGED: Final = Standing.CHANGED


class _PlainChange(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    asset_id: str
    price: _Price
    size: str
    side: Literal["BUY", "SELL"]
    hash: str
    best_bid: _Price
    best_ask: _Price


class _PlainFrame(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    market: str
    price_changes: tuple[_PlainChange, _PlainChange]
    timestamp: str
    event_type: Literal["price_change"]


@lru_cache(REMEMBERED)
def _size(text: str) -> int:
    """Return the micros of a canonical text; raises `ValueError` for any other."""
    whole, point, places = text.partition(".")
    digits = whole + places
    if (
        not digits.isdigit()
        or not digits.isascii()
        or not 0 < len(whole) <= _WHOLE_MAX
        or len(places) > _PLACES_MAX
        or (whole[0] == "0" and whole != "0")
        or (point and text[-1] in "0.")
    ):
        raise ValueError(text)
    return int(digits) * _SCALES[len(places)]


_decode: Final = msgspec.json.Decoder(_PlainFrame).decode


def feed_plain(shelf: Shelf, link: int, frame: bytes, now: int) -> bool:
    """Apply a frame if it is a plain one; tell whether it was. No claim may be due."""
    try:
        said = _decode(frame)
        timestamp = said.timestamp
        ms = int(timestamp)
        one, other = said.price_changes
        book, twin = shelf.books[one.asset_id], shelf.books[other.asset_id]
        size = _size(one.size)
        twin_size = size if other.size == one.size else _size(other.size)
    except (ValueError, KeyError, RecursionError):  # msgspec's errors are ValueErrors
        return False
    if (
        len(timestamp) != _DIGITS
        or not timestamp.isascii()
        or not _EARLIEST_MS <= ms <= MS_MAX
        or book is twin
        or ms < book.ms
        or ms < twin.ms
        or book.link != link
        or twin.link != link
        or book.state is not _LIVE
        or twin.state is not _LIVE
        or book.standing is not _SETTLED
        or twin.standing is not _SETTLED
    ):
        return False
    bid, ask = _PRICES[one.best_bid], _PRICES[one.best_ask]
    twin_bid, twin_ask = _PRICES[other.best_bid], _PRICES[other.best_ask]
    is_settled = _apply(book, one, size, bid, ask, ms, now)
    is_settled = _apply(twin, other, twin_size, twin_bid, twin_ask, ms, now) and is_settled
    shelf.plain_frames += 1
    shelf.plain_bytes += len(frame)
    shelf.changed = [book, twin]
    heard = shelf.links[link]
    heard.last_data_ns = now
    heard.frames += 1
    heard.bytes += len(frame)
    shelf.latencies.record(now, ms)
    if not (
        is_settled
        and bid + twin_ask == MICROS == ask + twin_bid
        and book.mates is twin.mates
        and len(book.mates) == 2  # noqa: PLR2004 - YES and NO
        and book.bids.sizes[bid] == twin.asks.sizes[bid]
        and book.asks.sizes[twin_bid] == twin.bids.sizes[twin_bid]
    ):
        shelf.plain_mirrors -= 1
        shelf.heard = [book, twin]
        witness.hear(shelf, now)
    return True


def _apply(
    book: Book, change: _PlainChange, size: int, bid: int, ask: int, ms: int, now: int
) -> bool:
    """Apply one change; tell whether best bid and ask are what it claims."""
    bids, asks = book.bids, book.asks
    price = _PRICES[change.price]
    if change.side == "BUY":
        ladder, key = bids, price
    else:
        ladder, key = asks, MICROS - price
    if size and key in ladder.sizes:
        ladder.sizes[key] = size
    else:
        ladder.set(price, size)
    book.ms = ms
    book.local_ns = now
    book.version += 1
    try:
        if bids.keys[-1] == bid < ask == MICROS - asks.keys[-1]:
            return True  # Settled: what was claimed is never asked for again.
    except IndexError:
        pass  # A side is empty, though the claim says that it is not.
    book.hash_claimed = change.hash
    book.best_bid_claimed, book.best_ask_claimed = bid, ask
    book.standing = _CHANGED
    return False
