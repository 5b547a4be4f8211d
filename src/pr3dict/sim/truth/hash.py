"""The venue's own fingerprint of a book: SHA-1 over the compact JSON of the whole of it.

The text that is hashed is the REST answer with an empty `hash` (protocol, section 1.6), so both
are made here from the same pieces: a head that never changes, the moment, the levels, and a tail
that changes when the tick or the last trade price does.
"""

import hashlib
from functools import lru_cache
from typing import Final

MICROS: Final = 1_000_000
PRICES_MAX: Final = 1 << 14
"""Prices whose text is kept: all of the finest grid."""

Sides = tuple[bytes, bytes]
"""Bids and asks in compact wire form, joined by commas, worst level first."""


def plain(micros: int) -> str:
    """Return micros as the venue writes numbers, without superfluous zeros.

    >>> plain(500_000), plain(12_000_000), plain(56_204_080)
    ('0.5', '12', '56.20408')
    """
    whole, rest = divmod(micros, MICROS)
    return f"{whole}.{rest:06d}".rstrip("0") if rest else str(whole)


@lru_cache(maxsize=PRICES_MAX)
def price_text(price: int) -> str:
    """Return a price as `plain` does, remembered: a grid has few prices, and all of it is text."""
    return plain(price)


def level_text(price: int, size: int) -> bytes:
    """Return one level as it stands in the hashed text; micros.

    >>> level_text(480_000, 55_000_000)
    b'{"price":"0.48","size":"55"}'
    """
    return f'{{"price":"{price_text(price)}","size":"{plain(size)}"}}'.encode()


def head_text(market: str, token: str) -> bytes:
    """Return the hashed text up to the moment."""
    return f'{{"market":"{market}","asset_id":"{token}","timestamp":"'.encode()


def tail_text(
    min_order_size: str, tick_size: str, last_trade_price: str, *, neg_risk: bool
) -> bytes:
    """Return the hashed text after the levels."""
    return (
        f'],"min_order_size":"{min_order_size}","tick_size":"{tick_size}",'
        f'"neg_risk":{"true" if neg_risk else "false"},"last_trade_price":"{last_trade_price}"}}'
    ).encode()


def summary(head: bytes, timestamp: str, digest: str, sides: Sides, tail: bytes) -> bytes:
    """Return the book as REST tells it."""
    return b'%b%b","hash":"%b","bids":[%b],"asks":[%b%b' % (
        head,
        timestamp.encode(),
        digest.encode(),
        *sides,
        tail,
    )


def book_hash(head: bytes, timestamp: str, sides: Sides, tail: bytes) -> str:
    """Return the fingerprint, 40 lower-case hex digits."""
    text = summary(head, timestamp, "", sides, tail)
    return hashlib.sha1(text, usedforsecurity=False).hexdigest()
