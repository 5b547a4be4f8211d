"""Bugs of this trade, planted: what clients of this venue have done wrong, one at a time.

Each is put into the product from outside, for as long as a block lasts, and the seeds of the
campaign must notice. A bug that no seed notices means that the trial sees too little.

`python -m tests.trial.planted --json` prints which seed noticed which bug, and by what.
"""

import argparse
import importlib
import logging
import sys
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec
from tests.trial.plant import Bug
from tests.trial.plant_books import BOOK_BUGS
from tests.trial.plant_feed import FEED_BUGS

from pr3dict.trial import Verdict, try_seed

BUGS: Final = (*FEED_BUGS, *BOOK_BUGS)
CI_SEEDS: Final = 300
"""The fixed seeds of the campaign: 0 up to this."""
SEEDS_MAX: Final = 40
"""How many of them are tried where the likeliest notice nothing."""
CLEAN: Final = -1
"""The seed without trouble, in which nothing may be distrusted, asked for anew or resumed."""
SCENARIO: Final = -2
"""No seed: a scripted scenario of the catalogue."""
ALARMS: Final = ("proofs.failed", "best.failed", "crossed.failed", "mirror.failed")
HEALING: Final = ("resubscribed", "fetched", "moved", "doubted")


class Killed(NamedTuple):
    """Which seed noticed a bug, and what it said."""

    bug: str
    sentence: str
    seed: int
    """`CLEAN`: the one without trouble; None: none did."""
    broken: str


def noticed(seed: int, core: str) -> str:
    """Return what a seed of the campaign says of the product as it is; `""`: all is well."""
    if seed != CLEAN:
        return try_seed(seed, core=core).broken
    verdict = try_seed(1, core=core, only=())
    return verdict.broken or _false_alarm(verdict)


def kill(bug: Bug, seeds: Iterable[int] | None = None) -> Killed | None:
    """Return the first seed that notices a bug; None where none does."""
    if bug.scenario and seeds is None:
        with bug.plant():
            broken = fails(bug.scenario)
        return Killed(bug.name, bug.sentence, SCENARIO, broken) if broken else None
    order = dict.fromkeys((*bug.likely, CLEAN, *range(SEEDS_MAX))) if seeds is None else seeds
    with bug.plant():
        for seed in order:
            if broken := noticed(seed, bug.core):
                return Killed(bug.name, bug.sentence, seed, broken)
    return None


def fails(scenario: str) -> str:
    """Return what a scenario of the catalogue fails with; `""`: it does not."""
    module, name = scenario.split(":")
    test = getattr(importlib.import_module(f"tests.trial.catalogue.{module}"), name)
    try:
        test()
    except AssertionError as error:
        return f"{name}: {error}".splitlines()[0]
    return ""


def _false_alarm(verdict: Verdict) -> str:
    counts = verdict.counters | verdict.healing
    alarms = {name: counts.get(name, 0) for name in (*ALARMS, *HEALING, "snapshots.diverged")}
    found = {name: count for name, count in alarms.items() if count}
    return f"a false alarm on a clean feed: {found}" if found else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; the exit code is 1 where a bug survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.trial.planted", description=main.__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON array instead of lines")
    parser.add_argument("names", nargs="*", help="only these bugs")
    options = parser.parse_args(arguments)
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # what is planted is logged, rightly
    try:
        return _show(options)
    finally:
        logging.disable(before)


def _show(options: argparse.Namespace) -> int:
    wanted = [bug for bug in BUGS if not options.names or bug.name in options.names]
    rows = [kill(bug) or Killed(bug.name, bug.sentence, -3, "") for bug in wanted]
    if options.json:
        table = [row._asdict() | {"killed": bool(row.broken)} for row in rows]
        sys.stdout.write(msgspec.json.encode(table).decode() + "\n")
    else:
        for row in rows:
            sys.stdout.write(f"{row.bug:26} {row.seed:4} {row.broken or 'SURVIVES'}\n")
        killed = sum(bool(row.broken) for row in rows)
        sys.stdout.write(f"{killed} of {len(rows)} planted bugs are noticed\n")
    return int(not all(row.broken for row in rows))


if __name__ == "__main__":
    sys.exit(main())
