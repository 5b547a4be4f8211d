"""`pr3dict bench`: hands over to the benchmarks, which are no part of the package."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pr3dict.model.errors import Pr3dictError

CHECKOUT: Final = Path(__file__).resolve().parents[3]
"""Where `bench/` lies, if this is a checkout."""


def run(arguments: Sequence[str], checkout: Path = CHECKOUT) -> int:
    """Run the benchmarks with these arguments; return their exit code."""
    if not (checkout / "bench" / "__main__.py").is_file():
        raise Pr3dictError(
            "the benchmarks are in the repository, not in the package: clone it, then `make bench`"
        )
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=checkout, check=False).returncode  # noqa: S603 - our own
