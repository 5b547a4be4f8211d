"""The real capture, played again and again as a feed that goes on.

Its price_change frames are used as they came, on the real books, with new times; what depends on
the time (the fingerprints) is computed anew. Each round of it begins with the opening books, which
are fed unmeasured. Trades are left out, so the last trade price stays that of the opening.
"""

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.frames import Corpus, Segment
from pr3dict.sim.truth.hash import Sides, book_hash, head_text, level_text, tail_text

PATH: Final = (
    Path(__file__).resolve().parents[2] / "shared" / "data" / "polymarket-predxt" / "merged.jsonl"
)
ROUND_MS: Final = 200_000
"""From one round to the next; longer than the capture."""

Message = dict[str, Any]


class Claim(NamedTuple):
    """A fingerprint that stands in some frames, and what it is made of."""

    old: bytes
    head: bytes
    sides: Sides
    tail: bytes

    def at(self, time_ms: int) -> bytes:
        """Return the fingerprint of the same book at another time."""
        return book_hash(self.head, str(time_ms), self.sides, self.tail).encode()


class Moment(NamedTuple):
    """The frames of one time, and the fingerprints in them."""

    time_ms: int
    frames: list[bytes]
    claims: list[Claim]

    def shifted(self, by_ms: int) -> list[bytes]:
        """Return the frames as they would be at another time."""
        time_ms = self.time_ms + by_ms
        texts = [(str(self.time_ms).encode(), str(time_ms).encode())]
        texts += [(claim.old, claim.at(time_ms)) for claim in self.claims]
        frames = []
        for frame in self.frames:
            moved = frame
            for old, new in texts:
                moved = moved.replace(old, new)
            frames.append(moved)
        return frames


class _Book:
    """A recorded book: sizes by price, in micros."""

    def __init__(self, message: Message) -> None:
        self.head = head_text(message["market"], message["asset_id"])
        self.tail = tail_text(
            "5", message["tick_size"], message["last_trade_price"], neg_risk=False
        )
        self.hash = message["hash"].encode()
        self.sides = {
            "BUY": {_micros(level["price"]): _micros(level["size"]) for level in message["bids"]},
            "SELL": {_micros(level["price"]): _micros(level["size"]) for level in message["asks"]},
        }

    def change(self, change: Message) -> None:
        self.hash = change["hash"].encode()
        side, price = self.sides[change["side"]], _micros(change["price"])
        side[price] = _micros(change["size"])
        if not side[price]:
            del side[price]

    def claim(self) -> Claim:
        bids, asks = self.sides["BUY"], self.sides["SELL"]
        rising = b",".join(level_text(price, bids[price]) for price in sorted(bids))
        falling = b",".join(level_text(price, asks[price]) for price in sorted(asks, reverse=True))
        return Claim(self.hash, self.head, (rising, falling), self.tail)


def looped(path: Path, count: int) -> Corpus:
    """Return at least `count` price_change frames of the capture, round by round."""
    first, *later = path.read_bytes().splitlines()
    books = {message["asset_id"]: _Book(message) for message in json.loads(first)}
    opening = _opening(first, books)
    moments = list(_moments(later, books))
    segments: list[Segment] = []
    for turn in range(-(-count // sum(len(moment.frames) for moment in moments))):
        shift = turn * ROUND_MS
        frames = [frame for moment in moments for frame in moment.shifted(shift)]
        tokens = [json.loads(frame)["price_changes"][0]["asset_id"] for frame in frames]
        segments.append(Segment(opening.shifted(shift), frames, tokens))
    return Corpus(list(books), segments)


def _opening(frame: bytes, books: dict[str, _Book]) -> Moment:
    time_ms = int(json.loads(frame)[0]["timestamp"])
    return Moment(time_ms, [frame], [book.claim() for book in books.values()])


def _moments(lines: list[bytes], books: dict[str, _Book]) -> Iterator[Moment]:
    """Give the price_change frames time by time, with the books as they stand after each time."""
    messages = ((line, json.loads(line)) for line in lines)
    changes = [(line, told) for line, told in messages if told["event_type"] == "price_change"]
    for timestamp, group in groupby(changes, key=lambda change: change[1]["timestamp"]):
        frames, touched = [], {}
        for line, told in group:
            frames.append(line)
            for change in told["price_changes"]:
                touched[change["asset_id"]] = books[change["asset_id"]]
                books[change["asset_id"]].change(change)
        yield Moment(int(timestamp), frames, [book.claim() for book in touched.values()])


def _micros(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(whole) * 1_000_000 + int(rest.ljust(6, "0"))
