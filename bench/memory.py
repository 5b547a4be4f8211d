"""The row about memory: what a process grows by for each token whose book it keeps.

Measured in a process that has done nothing else, as growth of its resident memory while books of
50 levels a side are fed. Frames are made one by one and thrown away; the first ones, whose makers
take memory themselves, are made before the measurement and fed to nobody.
"""

import gc
from collections.abc import Iterator
from itertools import islice
from mmap import PAGESIZE
from pathlib import Path
from random import Random
from typing import Final

from bench.frames import LAG_NS, LINK
from bench.measured import Measured
from bench.setting import Setting
from pr3dict.model.units import NS_PER_MS
from pr3dict.sim.truth import wire
from pr3dict.sim.truth.config import START_MS, SimConfig
from pr3dict.sim.truth.markets import new_market

TOKENS: Final = 10_000
LEVELS: Final = 50
WARM_TOKENS: Final = 400
KB: Final = 1_000
_STATM: Final = Path("/proc/self/statm")


def memory_off(setting: Setting) -> Iterator[Measured]:
    """Keep the books without proving them."""
    yield _grown(setting, prove=False)


def memory_on(setting: Setting) -> Iterator[Measured]:
    """Keep the books and what is needed to prove them."""
    yield _grown(setting, prove=True)


def _grown(setting: Setting, *, prove: bool) -> Measured:
    tokens = TOKENS // 10 if setting.quick else TOKENS
    books = setting.core.new_books(prove=prove)
    books.open_link(LINK, 1)
    now = START_MS * NS_PER_MS + LAG_NS
    frames = _openings(tokens)
    for _ in range(WARM_TOKENS):
        next(frames)
    before = _resident()
    for token, frame in islice(frames, tokens):
        books.track(token, LINK)
        books.feed(LINK, frame, now)
        books.take()
    return Measured(
        what=f"a token; {tokens:,} tokens of {LEVELS} levels a side",
        unit="KB",
        by=setting.core.NAME,
        proof="on" if prove else "off",
        value=(_resident() - before) / tokens / KB,
        at_most=3.0,
    )


def _openings(tokens: int) -> Iterator[tuple[str, bytes]]:
    """Give tokens and their opening books, one after the other, and keep none."""
    rng = Random(6)
    config = SimConfig(ticks=("0.001",), levels=(LEVELS, LEVELS), first_bid=500_000)
    for number in range((tokens + WARM_TOKENS) // 2):
        market = new_market(config, number, START_MS, rng)
        for side, token in enumerate(market.rules.tokens):
            yield token, wire.opening([wire.opening_book(market, side)])


def _resident() -> int:
    """Return the bytes of this process that are in memory."""
    gc.collect()
    pages = int(_STATM.read_text().split()[1])
    return pages * PAGESIZE
