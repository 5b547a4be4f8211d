"""`python -m tests.core.seeds FOLDER`: where `rust/fuzz` begins to search.

What our simulated venue sends, and runs of calls from `runs`; each small, so that what is
mutated still makes sense. The same folder twice is the same files.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.core.frames import ODDITIES, START_MS
from tests.core.runs import steps
from tests.core.stories import START_NS, story_of

from pr3dict.core import load
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue

KNOWN = (b"1001", b"1002")
"""The tokens that the target `frame` tracks."""
FRAMES, STEPS, RUNS = 60, 12, 80
UNTIL_RESOLVED = 400
IN, LINK = 1, 0


def frames() -> Iterator[bytes]:
    """Yield frames of every kind, of a small market, with the tokens that the fuzzer knows."""
    config = SimConfig(markets=1, levels=(2, 5), start_ms=START_MS, trade_share=0.4)
    venue = Venue(config)
    tokens = list(venue.tokens)
    said = [venue.opening(tokens)]
    for _ in range(FRAMES):
        said += venue.step()
    venue.change_tick(tokens[0], 1_000)
    venue.create()
    venue.settle(tokens[0])
    for _ in range(UNTIL_RESOLVED):
        said += [frame for frame in venue.step() if b"price_change" not in frame]
    said += [answer for token in tokens if (answer := venue.book(token)) is not None]
    for frame in said:
        for token, known in zip(tokens, KNOWN, strict=True):
            frame = frame.replace(token.encode(), known)  # noqa: PLW2901 - one name for both
        yield frame
    yield from (text.encode() for text in ODDITIES)


def stories() -> Iterator[bytes]:
    """Yield short runs with every option."""
    for seed in range(RUNS):
        prove, adopt = bool(seed & 1), seed % 8 in {3, 4}
        yield story_of(steps(seed, STEPS), prove=prove, adopt=adopt)


def tapes() -> Iterator[bytes]:
    """Yield records of a few frames, and of other kinds."""
    buffer = load("reference").new_record_buffer()
    for number, frame in enumerate(frames()):
        buffer.append(IN if number % 5 else 3, LINK, START_NS + number, number, frame)
        if number % 4 == 3:
            yield buffer.take()


def write(folder: Path) -> int:
    """Write all seeds, a folder a target; return how many."""
    written = 0
    for target, seeds in (("frame", frames()), ("story", stories()), ("tape", tapes())):
        (folder / target).mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds):
            (folder / target / f"{number:04d}").write_bytes(seed)
            written += 1
    return written


if __name__ == "__main__":
    write(Path(sys.argv[1]))
