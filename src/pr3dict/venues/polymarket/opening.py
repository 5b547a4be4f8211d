"""What a frame is about, told without reading it to the end: for connections that race."""

from collections.abc import Callable
from typing import Final

import msgspec

from pr3dict.model.units import NS_PER_MS, Nanos

_BOOK: Final = "book"
_CONTENT: Final = (b'"price_change"', b'"book"')


class _Head(msgspec.Struct):
    """What a message says of itself; its levels are skipped."""

    event_type: str
    asset_id: str
    timestamp: str


_entries: Final = msgspec.json.Decoder(list[msgspec.Raw])
_head: Final = msgspec.json.Decoder(_Head)


def restates(frame: bytes) -> bool:
    """Tell whether a frame says how books are: such a one may be fed again, a trade may not.

    >>> restates(b'{"event_type":"last_trade_price","asset_id":"1"}')
    False
    """
    return any(name in frame for name in _CONTENT)


def sift(frame: bytes, wanted: Callable[[str, Nanos], bool]) -> bytes:
    """Leave out of a frame the books that are not wanted, as `ports.Sift`.

    What is no book, or cannot be read, is left to the books to judge.

    >>> frame = b'[{"event_type":"book","asset_id":"1","timestamp":"5","bids":[]}]'
    >>> sift(frame, lambda token, venue_ns: venue_ns > 5_000_000)
    b''
    """
    if b'"book"' not in frame:
        return frame
    try:
        many = frame.lstrip().startswith(b"[")
        texts = [bytes(raw) for raw in _entries.decode(frame)] if many else [frame]
        heads = [_head.decode(text) for text in texts]
        times = [Nanos(int(head.timestamp) * NS_PER_MS) for head in heads]
    except (msgspec.DecodeError, ValueError, RecursionError):
        return frame
    kept = [
        text
        for text, head, at in zip(texts, heads, times, strict=True)
        if head.event_type != _BOOK or wanted(head.asset_id, at)
    ]
    if len(kept) == len(texts):
        return frame
    return b"[" + b",".join(kept) + b"]" if kept else b""
