"""The page: what was run, what came of it, and with which command to see the same."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from bench.prove.campaign import Campaign, quantile
from pr3dict.model.units import NS_PER_S

HEAD: Final = """# Reliability

Written by `make prove`; every figure stands under the command that prints it. The feed that is
tried here is the one that runs live: the same code, with its sockets, its REST and its clock
replaced by a venue in memory and virtual time, and with faults drawn from a seed. The venue owns
the true books and shares no code with the feed; an oracle compares the two, level by level,
whenever nothing is under way. What is promised, and what cannot be, is in
[continuity](continuity.md).
"""
BELIEVED: Final = """### How long a wrong book was believed
From the moment at which the lost or altered frame was due until the book was no longer LIVE, or
right again; virtual seconds. A loss that later messages of its token show takes until the next of
them; one that nothing shows takes an audit by REST.
"""
WELL: Final = """### How soon everything was well
From the end of the faults until every book was LIVE and equal to the venue's, losses that nobody
could notice included: p50 {p50}, p99 {p99}, max {most}. A book that is known to be ill is well
within 15 s of the end of trouble: that is an invariant.
"""
FAULTS: Final = {
    "close": "the venue closes a connection",
    "cut": "the network resets a connection",
    "half_open": "nothing passes either way, and nobody is told",
    "zombie": "PING is answered, no data comes",
    "mute": "one market of a healthy connection falls silent",
    "freeze": "frames that a zombie or a mute market swallowed",
    "deaf": "subscriptions are accepted and forgotten",
    "refuse": "an attempt to connect is refused (429, 503, nobody there)",
    "slow_open": "an attempt to connect takes seconds, or too long",
    "slow": "everything takes up to three seconds longer",
    "ignore_pings": "PING stays without answer",
    "drop": "a frame is lost",
    "duplicate": "a frame comes twice",
    "corrupt": "a frame is cut in the middle",
    "falsify": "a size in a frame is another",
    "garbage": "something comes that is no message",
    "swap": "two neighbouring frames change places",
    "withhold_snapshot": "an opening book does not come",
    "tick": "the price grid changes",
    "settle": "a market is over",
    "hash_drift": "the venue changes the recipe of its hash",
    "refuse_rest": "REST refuses a request",
    "rest_slow": "REST does not answer in time",
    "rest_html": "REST answers with a page",
    "rest_half": "REST answers half a book",
    "rest_ghost": "REST shows a book that never was",
    "rest_stale": "REST shows an old book",
    "stall": "the process stands still for seconds",
    "clock_step": "somebody sets the clock of the machine",
    "doze": "the process stands still just when a PONG is on its way",
    "slam": "every connection is closed as soon as it is used, for a while",
    "blackout": "a zombie while REST is no help",
    "maim": "a whole book comes without its asks",
    "tick_again": "a change of the price grid that is none",
    "churn": "the user lets go of a token and wants it again at once",
}


def trouble(campaign: Campaign, command: str) -> str:
    """Return the section about the trials with faults."""
    hours, times = campaign.virtual_s / 3600, campaign.virtual_s / campaign.real_s
    seconds = campaign.recovered_s
    well = {
        "p50": _s(quantile(seconds, 0.5)),
        "p99": _s(quantile(seconds, 0.99)),
        "most": _s(max(seconds)),
    }
    told = (
        f"{campaign.seeds:,} seeds, {hours:,.1f} virtual hours at {times:,.0f} times the pace of"
        f" life, {campaign.frames:,} frames, {sum(campaign.struck.values()):,} faults. Invariants"
        f" looked at {sum(campaign.checks.values()):,} times; seeds in which one did not hold:"
        f" **{len(campaign.broken)}**."
    )
    lines = [
        *("## Under faults", f"`{command}`", "", told),
        *(f"* seed {seed}: {sentence}" for seed, sentence in campaign.broken),
        *("", *_table(("fault", "what goes wrong", "struck"), _struck(campaign)), ""),
        BELIEVED,
        *(*_table(("fault", "books", "p50", "p99", "max"), _found(campaign)), ""),
        WELL.format(**well).rstrip(),
    ]
    return "\n".join(lines)


def clean(campaign: Campaign, command: str) -> str:
    """Return the section about the trials without faults."""
    alarms = ", ".join(f"{name} {count}" for name, count in sorted(campaign.alarms.items()))
    told = (
        f"{campaign.frames:,} messages, {campaign.seeds:,} seeds:"
        f" **{sum(campaign.alarms.values())}** false alarms, resyncs and refetches ({alarms})."
    )
    return "\n".join(["## Without faults", f"`{command}`", "", told])


def crashes(told: dict[str, Any], command: str) -> str:
    """Return the section about recorders that were killed."""
    rows = [
        (name, f"{part['points']}", f"{part['acked_lost']}", f"{part['wrong']}")
        for name, part in told["scenarios"].items()
    ]
    found = f"{told['points']} crash points; acknowledged records lost: **{told['acked_lost']}**."
    lines = [
        *("## The recorder, killed at each of its system calls", f"`{command}`", ""),
        *(told["skipped"] or found, ""),
        *_table(("scenario", "crash points", "acked and lost", "other promises broken"), rows),
    ]
    return "\n".join(lines)


def planted(bugs: list[dict[str, Any]], command: str) -> str:
    """Return the section about the bugs that were planted to try the trials."""
    killed = sum(bug["killed"] for bug in bugs)
    found = (
        "Bugs that clients of this field have, or had, planted into ours:"
        f" **{killed} of {len(bugs)}** are found by what runs with every change: the seeds, the"
        " feed without faults, or a scenario of the catalogue."
    )
    rows = [(bug["bug"], bug["sentence"], _killer(bug)) for bug in bugs]
    lines = [
        *("## The trials, tried", f"`{command}`", "", found, ""),
        *_table(("bug", "what it does", "found by"), rows),
    ]
    return "\n".join(lines)


def catalogue(rows: Sequence[tuple[str, str, str]], command: str) -> str:
    """Return the section about the scenarios that are covered, and those that are not."""
    lines = [
        "## The catalogue",
        f"`{command}`",
        "",
        *_table(("scenario", "fault", "test, or why there is none"), map(_shortened, rows)),
    ]
    return "\n".join(lines)


def peers(table: str, command: str) -> str:
    """Return the section about other clients under the same faults."""
    return f"## Side by side\n`{command}`\n\n{table.strip()}"


def _struck(campaign: Campaign) -> list[tuple[str, str, str]]:
    return [(name, what, f"{campaign.struck[name]:,}") for name, what in FAULTS.items()]


def _found(campaign: Campaign) -> list[tuple[str, str, str, str, str]]:
    return [
        (
            cause,
            f"{len(took):,}",
            _s(quantile(took, 0.5) / NS_PER_S),
            _s(quantile(took, 0.99) / NS_PER_S),
            _s(max(took) / NS_PER_S),
        )
        for cause, took in sorted(campaign.found_ns.items())
    ]


def _shortened(row: tuple[str, str, str]) -> tuple[str, str, str]:
    """Return a row with the first of its tests and the number of the others."""
    number, fault, tests = row
    if "::" not in tests:
        return number, fault, tests
    first, *others = tests.split(", ")
    name = first.rpartition("::")[2]
    return number, fault, f"`{name}`" + (f" and {len(others)} more" if others else "")


def _killer(bug: dict[str, Any]) -> str:
    """Return which seed found a planted bug, and by which invariant."""
    if not bug["killed"]:
        return "**nobody**"
    by = {-1: "the feed without faults", -2: "a scenario"}.get(bug["seed"], f"seed {bug['seed']}")
    return f"{by}: {bug['broken'].partition(' ')[0].rstrip(':')}"


def _s(seconds: float) -> str:
    return f"{seconds:.2f} s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
