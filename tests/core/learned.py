"""`python -m tests.core.learned FOLDER [MOST]`: both engines on what the fuzzer learned.

libFuzzer searches the native engine alone. Each story and each frame that it keeps reaches
something new, so these are what the two engines are most worth comparing on. MOST are drawn by
lot. A folder named `frame` holds frames, any other stories.
"""

import random
import sys
from pathlib import Path

from tests.conftest import engine_named
from tests.core.frames import START_MS
from tests.core.runs import NS_PER_MS, Step
from tests.core.seeds import KNOWN
from tests.core.stories import steps_of
from tests.core.test_differential import compare


def steps_in(path: Path) -> tuple[list[Step], bool, bool]:
    """Return the run that a file tells, and whether it proves and adopts."""
    text, now = path.read_bytes(), START_MS * NS_PER_MS
    if path.parent.name != "frame":
        return steps_of(text)
    run: list[Step] = [("track", token.decode(), 0) for token in KNOWN]
    run += [("set_rules", token.decode(), "5", "0.01", False) for token in KNOWN]
    run += [("open_link", 0, now), ("feed", 0, text, now), ("feed", 0, text, now + 1)]
    return [*run, ("wake", now + 10**12)], True, False


def main(folder: Path, most: int | None) -> int:
    """Compare; return how many files the engines tell differently."""
    engines = engine_named("reference"), engine_named("native")
    paths = sorted(folder.iterdir())
    chosen = paths if most is None else random.SystemRandom().sample(paths, min(most, len(paths)))
    differing = 0
    for path in chosen:
        told, prove, adopt = steps_in(path)
        try:
            compare(engines, told, prove=prove, adopt=adopt)
        except AssertionError as differs:
            differing += 1
            print(f"{path}: {differs}", file=sys.stderr)  # noqa: T201 - the answer
    print(f"{len(chosen)} of what {folder.name} learned on both engines: {differing} differ")  # noqa: T201
    return differing


if __name__ == "__main__":
    sys.exit(bool(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)))
