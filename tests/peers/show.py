"""The log of a run: a table, one line for each driver."""

from collections import Counter
from collections.abc import Iterable

from tests.peers.stage import Run

HEAD = (
    "| client | version | what | calls | REST answers | events, by kind | lost | refused |",
    "|---|---|---|---|---|---|---|---|",
)


def markdown(runs: Iterable[Run]) -> str:
    """Return the table; `lost` is what the client rejected or dropped, `refused` the venue."""
    return "\n".join([*HEAD, *map(_row, runs)]) + "\n"


def _row(run: Run) -> str:
    name = f"| {run.driver.client} | {run.version} | {run.driver.what} "
    if run.absent:
        return f"{name}| {run.absent} | | | | |"
    well = sum(not each.trouble for each in run.done)
    answers = sum(run.last.answers.values())
    lost = len(run.last.rejected) + run.last.dropped
    row = f"{name}| {well} of {len(run.done)} | {answers or '-'} | {_events(run)} "
    row += f"| {lost} | {len(run.refused)} |"
    return f"{row} {'; '.join(run.troubles)}".rstrip()


def _events(run: Run) -> str:
    """Return how many events were seen, by kind: markets and symbols together."""
    kinds: Counter[str] = Counter()
    for key, n in run.last.seen.items():
        kind, _, which = key.rpartition(" ")
        of_price = kind.startswith("price.") or "/" in kind
        kinds[kind if of_price or which.startswith("0x") else key] += n
    if not kinds:
        return "-"
    parts = (f"{kind} {n}" for kind, n in sorted(kinds.items()))
    return f"{kinds.total()}: {', '.join(parts)}"
