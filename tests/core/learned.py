"""`python -m tests.core.learned FOLDER [MOST]`: both engines on what the fuzzer learned.

libFuzzer searches the native engine alone. Each story that it keeps reaches something new, so
these are the runs on which the two engines are most worth comparing. MOST are drawn by lot.
"""

import random
import sys
from pathlib import Path

from tests.conftest import engine_named
from tests.core.stories import steps_of
from tests.core.test_differential import compare


def main(folder: Path, most: int | None) -> int:
    """Compare; return how many stories the engines tell differently."""
    engines = engine_named("reference"), engine_named("native")
    paths = sorted(folder.iterdir())
    chosen = paths if most is None else random.SystemRandom().sample(paths, min(most, len(paths)))
    differing = 0
    for path in chosen:
        told, prove, adopt = steps_of(path.read_bytes())
        try:
            compare(engines, told, prove=prove, adopt=adopt)
        except AssertionError as differs:
            differing += 1
            print(f"{path}: {differs}", file=sys.stderr)  # noqa: T201 - the answer
    print(f"{len(chosen)} learned stories on both engines: {differing} differ")  # noqa: T201
    return differing


if __name__ == "__main__":
    sys.exit(bool(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)))
