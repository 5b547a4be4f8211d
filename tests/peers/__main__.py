"""`python -m tests.peers [--markdown]`: let other people's clients work, and print the log."""

import asyncio
import sys

from tests.peers.show import markdown
from tests.peers.stage import Run, play_all


def main() -> int:
    """Print the table, or everything that was done; 1 where something went wrong."""
    runs = list(asyncio.run(play_all()).values())
    if "--markdown" not in sys.argv[1:]:
        for run in runs:
            _print(run)
    print(markdown(runs), end="")  # noqa: T201 - it is for who reads
    return 1 if any(run.troubles for run in runs) else 0


def _print(run: Run) -> None:
    title = f"# {run.driver.client} {run.version}: {run.driver.what}"
    lines = [f"  {each.did}: {each.trouble or each.saw}" for each in run.done]
    print("\n".join([f"{title}: {run.absent}" if run.absent else title, *lines]))  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
