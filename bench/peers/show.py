"""Outcomes for people: a table on a terminal, and Markdown for the page on reliability."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.peers.catalogue import OURS, PEERS, pinned
from bench.peers.judge import Outcome
from bench.peers.scenarios import SCENARIOS, Scenario

HEADS: Final = (
    "client",
    "noticed after",
    "how",
    "wrong book served as good",
    "no good book",
    "right again after",
    "other",
)
RULES: Final = """\
Each client had a venue of its own, with the same seed: ten tokens, about sixteen changes a \
second. B1, B2, C1 and C7 were played without trades: after a trade the venue sends the whole book \
anew, which mends what nobody has noticed.
Every client was looked at ten times a second through what its users see, and judged by the same \
code: a book is right if it was the venue's within the last 0.8 s; a second more or less is the \
grain of this table.
"> 45 s" says that nothing was seen within the time that we looked.
We chose the scenarios, and ours was built with them in mind.
""".splitlines()


SHORTENED: Final = """\
Time-outs are shortened where a client has a public setting for them, or nobody would wait; those \
that cannot be set are as they are. Fast detection by a short time-out is no merit.\
"""
AS_THEY_ARE: Final = "Every client had the time-outs that it comes with."


def on_terminal(outcomes: Sequence[Outcome], console: Console, *, shortened: bool = True) -> None:
    """Print a table for each scenario."""
    for scenario, found in _by_scenario(outcomes):
        grid = Table(
            title=f"{scenario.key} {scenario.title}: {scenario.story}", title_justify="left"
        )
        for head in HEADS:
            grid.add_column(head, overflow="fold")
        for outcome in found:
            grid.add_row(*cells(outcome), style="bold" if outcome.peer == OURS else "")
        console.print(grid, "")
    for note in notes(shortened=shortened):
        console.print(note, highlight=False, markup=False)


def markdown(outcomes: Sequence[Outcome], *, shortened: bool = True) -> str:
    """Return the summary, the tables and the notes as Markdown, without a heading."""
    lines = [*_summary(outcomes), ""]
    for scenario, found in _by_scenario(outcomes):
        lines += [f"**{scenario.key} {scenario.title}**: {scenario.story}.", ""]
        lines += [_row(HEADS), "|---|--:|---|--:|--:|--:|---|"]
        lines += [_row(cells(outcome)) for outcome in found] + [""]
    return "\n".join(lines + [f"* {note}" for note in notes(shortened=shortened)]) + "\n"


def cells(outcome: Outcome) -> tuple[str, ...]:
    """Return the texts of an outcome, in the order of `HEADS`."""
    if outcome.trouble:
        return outcome.peer, "-", outcome.trouble, "-", "-", "-", ""
    beyond = f"> {outcome.bound_s:.0f} s"
    tokens = f" ({outcome.wrong_tokens} of {outcome.victims} tokens)" if outcome.wrong_s else ""
    recovered = outcome.recovered_s
    return (
        outcome.peer,
        beyond if outcome.noticed_s is None else f"{outcome.noticed_s:.1f} s",
        outcome.how,
        f"{outcome.wrong_s:.1f} s{tokens}",
        f"{outcome.without_s:.1f} s",
        beyond if recovered is None else f"{recovered:.1f} s",
        "; ".join(_more(outcome)),
    )


def verdict(outcome: Outcome) -> str:
    """Return an outcome in a few words, for the summary.

    >>> verdict(Outcome(scenario="A1", peer="x", bound_s=45, wrong_s=44.2))
    'unnoticed, wrong 44.2 s, not right again'
    >>> verdict(Outcome(scenario="A1", peer="x", noticed_s=9.8, wrong_s=9.6, recovered_s=11.0))
    'noticed 9.8 s, wrong 9.6 s'
    """
    if outcome.trouble:
        return outcome.trouble.split(":")[0]
    noticed = "unnoticed" if outcome.noticed_s is None else f"noticed {outcome.noticed_s:.1f} s"
    if outcome.noticed_s is None and not outcome.recovered_s and outcome.recovered_s is not None:
        return "no harm"
    said = [noticed]
    for seconds, word in (
        (outcome.wrong_s, "wrong"),
        (outcome.without_s, "no book"),
        (outcome.still_s, "unreadable"),
    ):
        said += [f"{word} {seconds:.1f} s"] if seconds else []
    return ", ".join(said + ([] if outcome.recovered_s is not None else ["not right again"]))


def notes(*, shortened: bool = True) -> list[str]:
    """Return the rules, and for each client its version, its time-outs and what was read."""
    clients = [
        f"{peer.name} {pinned(peer.name)}: {f'{peer.times}; ' if shortened else ''}"
        f"read: {peer.reads}."
        for peer in PEERS
    ]
    return [*RULES, SHORTENED if shortened else AS_THEY_ARE, *clients]


def _more(outcome: Outcome) -> list[str]:
    more = []
    if outcome.reconnects:
        more.append(f"{outcome.reconnects} new connection{'s' * (outcome.reconnects > 1)}")
    if outcome.still_s:
        more.append(f"nobody could read for {outcome.still_s:.1f} s")
    if outcome.others_wrong_s:
        more.append(f"other tokens wrong for {outcome.others_wrong_s:.1f} s")
    return more


def _summary(outcomes: Sequence[Outcome]) -> list[str]:
    """Return a matrix: a row for each scenario, a column for each client."""
    names = [peer.name for peer in PEERS]
    found = {(outcome.scenario, outcome.peer): verdict(outcome) for outcome in outcomes}
    rows = [_row(["fault", *names]), "|---" * (len(names) + 1) + "|"]
    return rows + [
        _row([f"{s.key} {s.title}", *(found.get((s.key, name), "") for name in names)])
        for s, _ in _by_scenario(outcomes)
    ]


def _by_scenario(outcomes: Sequence[Outcome]) -> list[tuple[Scenario, list[Outcome]]]:
    grouped = [(s, [each for each in outcomes if each.scenario == s.key]) for s in SCENARIOS]
    return [(scenario, found) for scenario, found in grouped if found]


def _row(texts: Sequence[str]) -> str:
    """Return a row of a table; what a client said cannot break it."""
    clean = (" ".join(text.replace("|", "/").replace("<", "(").split()) for text in texts)
    return f"| {' | '.join(clean)} |"
