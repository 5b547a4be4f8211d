"""Every row of the table, and the frames that each needs.

A row has parts; each part of each round is measured in a process of its own.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from bench import asking, capture, feeding, frames, latency, live, memory, reading, tape
from bench.frames import Corpus
from bench.measured import Measured
from bench.setting import Setting

Part = Callable[[Setting], Iterator[Measured]]
"""Measures for one round and tells its figures."""


class Row(NamedTuple):
    """Some lines of the table."""

    title: str
    parts: tuple[Part, ...]
    corpora: tuple[str, ...] = ()
    """Names in `CORPORA`."""


class Recipe(NamedTuple):
    """How frames are made, and how many."""

    make: Callable[[int], Corpus | None]
    """None: what it is made of is not here."""
    frames: int
    quick_frames: int


def _captured(count: int) -> Corpus | None:
    return capture.looped(capture.PATH, count) if capture.PATH.exists() else None


CORPORA: Final = {
    "changes": Recipe(frames.changes, 60_000, 10_000),
    "capture": Recipe(_captured, 40_000, 8_000),
    "mix": Recipe(frames.mix, 30_000, 6_000),
    "books": Recipe(frames.books, 2_000, 1_000),
    "singles": Recipe(frames.singles, 20_000, 5_000),
    "preimages": Recipe(frames.preimages, 5_000, 2_000),
}

_BOTH: Final = ("changes", "capture")

ROWS: Final = {
    "frame": Row("One frame", (feeding.frame,), _BOTH),
    "blocks": Row("Blocks of frames", (feeding.blocks,), _BOTH),
    "book": Row("A whole book", (feeding.book,), ("books",)),
    "proof": Row("Proof", (feeding.proof,), ("singles", "preimages")),
    "everything": Row("Everything on", (feeding.everything,), (*_BOTH, "mix")),
    "tape": Row("Replay of a tape", (tape.replay, tape.app_replay), _BOTH),
    "live": Row(
        "Live on loopback, flat out",
        (live.picows, live.websockets, live.trust, live.copies),
        ("changes",),
    ),
    "latency": Row("Live latency, wire to callback", (latency.latency,), ("changes",)),
    "memory": Row("Memory", (memory.memory_off, memory.memory_on)),
    "reading": Row("Reading a book", (reading.reading,)),
    "asking": Row("Asking the platform for a book", (asking.asking,)),
    "reference": Row("The reference engine", (feeding.reference,), _BOTH),
}


def part(name: str) -> Part:
    """Return a part by the name that `name_of` gives it; raises `KeyError`."""
    return {name_of(part): part for row in ROWS.values() for part in row.parts}[name]


def name_of(part: Part) -> str:
    """Return the name of a part, as the processes that measure are told it."""
    return part.__name__
