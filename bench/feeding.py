"""Rows about frames on their way into books, called from Python as the live feed calls.

What is read is the best bid and ask of a token that the frame changes.
"""

import hashlib
from collections.abc import Iterator
from functools import partial
from itertools import islice
from statistics import fmean
from time import perf_counter_ns
from typing import Final

from bench import peer
from bench.frames import BATCH, BATCH_NS, LINK, Batch, Corpus, Segment, batches, opened
from bench.measured import Measured
from bench.setting import Setting
from bench.stopwatch import SECOND, median_us, per_item, rate
from pr3dict.core import Core
from pr3dict.core import load as load_core
from pr3dict.model.records import Kind

BLOCK_FRAMES: Final = 400
"""Frames of a block of a quarter of a MiB."""
FRAME: Final = "price_change of 2 changes: decode, apply, read best"
FOREVER: Final = (1 << 63) - 1
REFERENCE_FRAMES: Final = 8_000


def frame(setting: Setting) -> Iterator[Measured]:
    """Decode, apply and read a frame, beside a typed decode of the same bytes alone."""
    core = setting.core
    for captured, corpus in setting.columns():
        off, alone = [], []
        for _ in range(setting.passes):
            off += _feed_and_read(core, corpus, prove=False)
            alone += _decode_alone(corpus)
        on = _feed_and_read(core, corpus, prove=True)
        ours, theirs = median_us(off), median_us(alone)
        fed, by = FRAME, core.NAME
        yield Measured(
            what=fed, unit="µs", by=by, proof="off", value=ours, capture=captured, at_most=0.50
        )
        yield Measured(
            what="against msgspec's typed decode alone",
            unit="x",
            by=by,
            proof="off",
            value=ours / theirs,
            capture=captured,
            at_most=0.55,
        )
        yield Measured(
            what="msgspec's typed decode alone, no book",
            unit="µs",
            by="msgspec",
            value=theirs,
            capture=captured,
        )
        yield Measured(
            what=fed, unit="µs", by=by, proof="on", value=median_us(on), capture=captured
        )


def blocks(setting: Setting) -> Iterator[Measured]:
    """Feed packed blocks, one call each."""
    core = setting.core
    for captured, corpus in setting.columns():
        for proof, passes, at_least in ("off", setting.passes, 2_000_000), ("on", 1, 0):
            taken: list[float] = []
            for _ in range(passes):
                taken += _replay_blocks(core, corpus, prove=proof == "on")
            yield Measured(
                what="price_change, one call a block, nothing read",
                unit="frames/s",
                by=core.NAME,
                proof=proof,
                value=rate(taken),
                capture=captured,
                at_least=at_least,
            )


def book(setting: Setting) -> Iterator[Measured]:
    """Decode and apply whole books of 60 levels a side."""
    core, corpus = setting.core, setting.corpus("books")
    for proof, at_most in ("off", 4.5), ("on", 0):
        taken: list[float] = []
        for _ in range(setting.passes):
            taken += _feed(core, corpus, prove=proof == "on")
        yield Measured(
            what="book of 60 levels a side: decode, apply",
            unit="µs",
            by=core.NAME,
            proof=proof,
            value=median_us(taken),
            at_most=at_most,
        )


def proof(setting: Setting) -> Iterator[Measured]:
    """Take the time of a proof from frames fed with proof on and off; one token a market."""
    core, corpus = setting.core, setting.corpus("singles")
    texts = setting.corpus("preimages").frames
    on, off, alone = [], [], []
    for _ in range(setting.passes):
        on += _feed(core, corpus, prove=True, tokens=corpus.tokens[::2])
        off += _feed(core, corpus, prove=False, tokens=corpus.tokens[::2])
        alone += _sha1(texts)
    ours, theirs = median_us(on) - median_us(off), median_us(alone)
    what = "one token at a batch end, 93 levels"
    yield Measured(
        what=f"{what}: frames on less off", unit="µs", by=core.NAME, proof="on", value=ours
    )
    yield Measured(what="hashlib.sha1 alone", unit="µs", by="hashlib", value=theirs)
    yield Measured(
        what="against hashlib.sha1 over the same bytes",
        unit="x",
        by=core.NAME,
        proof="on",
        value=ours / theirs,
        at_most=1.5,
    )


def everything(setting: Setting) -> Iterator[Measured]:
    """Prove both tokens at every batch end, one call a frame."""
    core = setting.core
    for captured, corpus in setting.columns():
        yield Measured(
            what="price_change, both tokens proved",
            unit="frames/s",
            by=core.NAME,
            proof="on",
            value=_frames_a_second(setting, corpus, prove=True),
            capture=captured,
            at_least=120_000,
        )
    whole = setting.corpus("mix")
    for on in True, False:
        yield Measured(
            what="all kinds as the venue sends them, 13 % book",
            unit="frames/s",
            by=core.NAME,
            proof="on" if on else "off",
            value=_frames_a_second(setting, whole, prove=on),
        )


def reference(setting: Setting) -> Iterator[Measured]:
    """Feed the same frames to the engine in plain Python."""
    core = load_core("reference")
    count = REFERENCE_FRAMES // 4 if setting.quick else REFERENCE_FRAMES
    for captured, corpus in setting.columns():
        for proof, at_most in ("off", 3.0), ("on", 0):
            taken = _feed_and_read(core, _shortened(corpus, count), prove=proof == "on")
            yield Measured(
                what=FRAME,
                unit="µs",
                by=core.NAME,
                proof=proof,
                value=median_us(taken),
                capture=captured,
                at_most=at_most,
            )


def _feed_and_read(core: Core, corpus: Corpus, *, prove: bool) -> list[float]:
    """Return nanoseconds a frame, batch by batch."""
    return [_timed_reading(batch) for batch in batches(core, corpus, prove=prove)]


def _timed_reading(batch: Batch) -> float:
    feed, top, now = batch.books.feed, batch.books.top, batch.now
    began = perf_counter_ns()
    for frame, token in zip(batch.frames, batch.tokens, strict=False):
        feed(LINK, frame, now)
        top(token)
    return (perf_counter_ns() - began) / batch.size


def _feed(
    core: Core, corpus: Corpus, *, prove: bool, tokens: list[str] | None = None
) -> list[float]:
    """Return nanoseconds a frame, batch by batch; nothing is read."""
    taken = []
    for batch in batches(core, corpus, prove=prove, tokens=tokens):
        feed, now = batch.books.feed, batch.now
        began = perf_counter_ns()
        for frame in batch.frames:
            feed(LINK, frame, now)
        taken.append((perf_counter_ns() - began) / batch.size)
    return taken


def _frames_a_second(setting: Setting, corpus: Corpus, *, prove: bool) -> float:
    """Return what a whole corpus is fed at, its dear frames and its cheap ones; the fastest run."""
    runs = [fmean(_feed(setting.core, corpus, prove=prove)) for _ in range(setting.passes)]
    return SECOND / min(runs)


def _decode_alone(corpus: Corpus) -> list[float]:
    """Return nanoseconds a frame for msgspec."""
    frames, decode = corpus.frames, peer.decoder()
    waiting = iter(frames)
    return [per_item(decode, islice(waiting, BATCH), BATCH) for _ in range(len(frames) // BATCH)]


def _replay_blocks(core: Core, corpus: Corpus, *, prove: bool) -> list[float]:
    """Return nanoseconds a frame, block by block; all blocks are packed before the first is fed."""
    books = opened(core, corpus.tokens, prove=prove)
    packed = [_packed(core, segment) for segment in corpus.segments]
    taken = []
    for segment, segment_blocks in zip(corpus.segments, packed, strict=True):
        for frame in segment.before:
            books.feed(LINK, frame, segment.arrives_ns())
        for block, size in segment_blocks:
            began = perf_counter_ns()
            reached = books.replay(block, 0, FOREVER, None)
            taken.append((perf_counter_ns() - began) / size)
            assert reached == len(block)
            books.take()
    return taken


def _packed(core: Core, segment: Segment) -> list[tuple[bytes, int]]:
    """Return the frames of a segment as blocks of a tape, each with its number of frames."""
    buffer, now, frames = core.new_record_buffer(), segment.arrives_ns(), segment.frames
    packed = []
    for at in range(0, len(frames), BLOCK_FRAMES):
        some = frames[at : at + BLOCK_FRAMES]
        for frame in some:
            buffer.append(Kind.IN, LINK, now, now, frame)
        packed.append((buffer.take(), len(some)))
        now += BATCH_NS
    return packed


def _sha1(texts: list[bytes]) -> list[float]:
    """Return nanoseconds a text, batch by batch, for the SHA-1 of Python's own library."""
    sha1 = partial(hashlib.sha1, usedforsecurity=False)
    waiting, taken = iter(texts), []
    for _ in range(len(texts) // BATCH):
        began = perf_counter_ns()
        for text in islice(waiting, BATCH):
            sha1(text).digest()
        taken.append((perf_counter_ns() - began) / BATCH)
    return taken


def _shortened(corpus: Corpus, count: int) -> Corpus:
    """Return the first frames of a corpus, for an engine that is slow."""
    kept, left = [], count
    for segment in corpus.segments:
        frames, tokens = segment.frames[:left], segment.tokens[:left]
        kept.append(Segment(segment.before, frames, tokens))
        left -= len(frames)
        if left <= 0:
            break
    return Corpus(corpus.tokens, kept)
