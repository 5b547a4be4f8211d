"""A process that measures one part of one row for one round, and tells its figures as JSON."""

import sys
from pathlib import Path

import msgspec

from bench import rows
from bench.setting import Setting


def main(part: str, directory: str, engine: str, quick: str) -> None:
    """Measure; `quick` is `quick` or `full`."""
    setting = Setting(
        Path(directory), "native" if engine == "native" else "reference", quick == "quick"
    )
    figures = list(rows.part(part)(setting))
    sys.stdout.buffer.write(msgspec.json.encode(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
