"""The frames that are fed: those of the simulated venue, at the statistics of the real one.

25 markets, half with a tick of 0.001 and 60 levels a side, half with 0.01 and 46. Everything is
made before anything is measured, with true fingerprints and increasing times, and kept in files,
so that every process of a run feeds the same bytes.
"""

import heapq
import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from pr3dict.core import Books, Core
from pr3dict.model.units import NS_PER_MS
from pr3dict.sim.truth import wire
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue

LINK: Final = 1
BATCH: Final = 100
"""Frames that are timed together: long against the clock's own cost, short against a time slice."""
LAG_NS: Final = 20 * NS_PER_MS
"""From the last venue time of a segment to the local time at which its first frame arrives."""
BATCH_NS: Final = NS_PER_MS // 5
"""By how much the local clock goes on with each batch: a feed at half a million frames a second."""

_OWN_HASH: Final = re.compile(rb'"hash":"[0-9a-f]{40}"')
_LAST_TIME: Final = re.compile(rb'"timestamp": ?"(\d+)"')


class Segment(msgspec.Struct):
    """Frames that are fed unmeasured, then frames that are measured."""

    before: list[bytes]
    frames: list[bytes]
    tokens: list[str]
    """For each measured frame a token whose book it changes."""

    def arrives_ns(self) -> int:
        """Return a local time shortly after the last frame, so that no latency is negative."""
        last = _LAST_TIME.findall(self.frames[-1])
        return int(last[-1]) * NS_PER_MS + LAG_NS


class Corpus(msgspec.Struct):
    """A feed, from its opening on."""

    tokens: list[str]
    segments: list[Segment]

    @property
    def frames(self) -> list[bytes]:
        """The frames measured, without those before."""
        return [frame for segment in self.segments for frame in segment.frames]


class Batch(NamedTuple):
    """Frames that are timed together. Not touched before, lest they wait in the cache."""

    books: Books
    now: int
    """The local time at which they arrive."""
    size: int
    frames: Iterator[bytes]
    tokens: Iterator[str]


def load(directory: Path, name: str) -> Corpus:
    """Read a corpus that `store` has written."""
    return msgspec.msgpack.decode((directory / name).read_bytes(), type=Corpus)


def store(directory: Path, name: str, corpus: Corpus) -> None:
    """Write a corpus for the processes that measure."""
    (directory / name).write_bytes(msgspec.msgpack.encode(corpus))


def changes(count: int) -> Corpus:
    """Return an opening and `count` price_change frames of two changes, in batches as they come.

    Nothing trades, so each frame is the same kind of work.
    """
    venues = _venues(trade_share=0.0)
    return _feed(venues, islice(_merged(venues), count))


def mix(count: int) -> Corpus:
    """Return an opening and `count` frames of all kinds: about 81 % price_change, 13 % book."""
    venues = _venues(trade_share=7 / 83)
    return _feed(venues, islice(_merged(venues), count))


def books(count: int) -> Corpus:
    """Return `count` messages `book` of 60 levels a side, each of them another book."""
    venue = Venue(_config(13, "0.001", 60, seed=3, trade_share=0.0, first_bid=500_000))
    opening = venue.opening(venue.tokens)
    frames: list[bytes] = []
    while len(frames) < count:
        step = venue.advance()
        assert step is not None
        frames += [_book_message(_rest(venue, token)) for token in step.tokens]
    tokens = [json.loads(frame)["asset_id"] for frame in frames]
    return Corpus(venue.tokens, [Segment([opening], frames, tokens)])


def singles(count: int) -> Corpus:
    """Return price_change frames that are a batch each, on books of 93 levels.

    Batches of several frames keep the books right and are fed unmeasured: only the last frame of a
    batch proves a book.
    """
    venue = _level_venue()
    segments = [Segment([venue.opening(venue.tokens)], [], [])]
    measured = 0
    while measured < count:
        step = venue.step()
        if len(step) == 1:
            segments[-1].frames += step
            segments[-1].tokens.append(_token_of(step[0]))
            measured += 1
        elif segments[-1].frames:
            segments.append(Segment(step, [], []))
        else:
            segments[-1].before += step
    return Corpus(venue.tokens, segments)


def preimages(count: int) -> Corpus:
    """Return as frames the texts that the venue hashes, of `count` books of 93 levels."""
    venue = _level_venue()
    texts: list[bytes] = []
    while len(texts) < count:
        step = venue.advance()
        assert step is not None
        texts += [
            _OWN_HASH.sub(b'"hash":""', _rest(venue, token), count=1) for token in step.tokens
        ]
    return Corpus([], [Segment([], texts, [])])


def batches(
    core: Core, corpus: Corpus, *, prove: bool, tokens: list[str] | None = None
) -> Iterator[Batch]:
    """Feed what comes before and give the rest batch by batch, on fresh books.

    `tokens`: those to track, all unless told.
    """
    kept = opened(core, corpus.tokens if tokens is None else tokens, prove=prove)
    now = 0
    for segment in corpus.segments:
        now = max(now, segment.arrives_ns())
        for frame in segment.before:
            kept.feed(LINK, frame, now)
        frames, tokens_of = iter(segment.frames), iter(segment.tokens)
        for left in range(len(segment.frames), 0, -BATCH):
            size = min(left, BATCH)
            yield Batch(kept, now, size, islice(frames, size), islice(tokens_of, size))
            kept.take()
            now += BATCH_NS


def opened(core: Core, tokens: list[str], *, prove: bool) -> Books:
    """Return books that track these tokens on an open link."""
    kept = core.new_books(prove=prove)
    for token in tokens:
        kept.track(token, LINK)
    kept.open_link(LINK, 1)
    return kept


def _config(
    markets: int, tick: str, levels: int, *, seed: int, trade_share: float, first_bid: int = 0
) -> SimConfig:
    """Return a venue where markets are neither opened nor settled."""
    return SimConfig(
        markets=markets,
        seed=seed,
        ticks=(tick,),
        levels=(levels, levels + 1),
        first_bid=first_bid,
        trade_share=trade_share,
        custom=False,
        created_per_hour=0.0,
        resolved_per_hour=0.0,
    )


def _venues(trade_share: float) -> list[Venue]:
    fine = _config(13, "0.001", 60, seed=1, trade_share=trade_share)
    coarse = _config(12, "0.01", 46, seed=2, trade_share=trade_share)
    return [Venue(fine), Venue(coarse)]


def _level_venue() -> Venue:
    """Return a venue whose books have 93 levels, as those of the capture."""
    return Venue(_config(25, "0.01", 46, seed=4, trade_share=0.0, first_bid=490_000))


def _merged(venues: list[Venue]) -> Iterator[bytes]:
    """Give the frames of several venues in the order of their times."""
    forever_ms = 1 << 62
    for _, frame in heapq.merge(*(venue.run(forever_ms) for venue in venues), key=_time):
        yield frame


def _time(said: tuple[int, bytes]) -> int:
    return said[0]


def _feed(venues: list[Venue], later: Iterator[bytes]) -> Corpus:
    tokens = [token for venue in venues for token in venue.tokens]
    before = [venue.opening(venue.tokens) for venue in venues]
    frames = list(later)
    return Corpus(tokens, [Segment(before, frames, [_token_of(frame) for frame in frames])])


def _token_of(frame: bytes) -> str:
    message = json.loads(frame)
    changed = message.get("price_changes") or [message]
    token: str = changed[0]["asset_id"]
    return token


def _rest(venue: Venue, token: str) -> bytes:
    answer = venue.book(token)
    assert answer is not None
    return answer


def _book_message(rest: bytes) -> bytes:
    """Return a `book` as the channel sends it after a trade, from the answer of REST."""
    told = json.loads(rest)
    names = ("market", "asset_id", "bids", "asks", "hash", "timestamp")
    return wire.spaced({name: told[name] for name in names} | {"event_type": "book"})
