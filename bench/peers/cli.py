"""The command line: which scenarios, for which clients, shown how."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from bench.peers import install
from bench.peers.catalogue import PEERS, Peer
from bench.peers.judge import Outcome, judge
from bench.peers.recording import Recording
from bench.peers.scenarios import SCENARIOS, Scenario

INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Play and print; 0 well, 1 ours could not be measured, 2 a wrong argument."""
    options = _options().parse_args(arguments)
    known = {scenario.key for scenario in SCENARIOS}
    names = {peer.name for peer in PEERS}
    for option, asked, possible in (
        ("--only", options.only, known),
        ("--peers", options.peers, names),
    ):
        if unknown := set(asked) - possible:
            found = ", ".join(sorted(unknown))
            return _refuse(f"{option}: wanted some of {', '.join(sorted(possible))}, found {found}")
    if options.install:
        for name, reason in install.install(peer.name for peer in PEERS).items():
            print(f"{name}: not installed: {reason}", file=sys.stderr)
    scenarios = [s for s in SCENARIOS if not options.only or s.key in options.only]
    peers = [peer for peer in PEERS if not options.peers or peer.name in options.peers]
    try:
        recordings = asyncio.run(play_all(scenarios, peers, shortened=not options.defaults))
    except KeyboardInterrupt:
        return INTERRUPTED
    if options.keep:
        options.keep.write_bytes(msgspec.json.encode(recordings))
    outcomes = [judge(recording) for recording in recordings]
    _print(outcomes, options)
    return 1 if any(outcome.trouble for outcome in outcomes if _is_ours(outcome)) else 0


async def play_all(
    scenarios: Sequence[Scenario], peers: Sequence[Peer], *, shortened: bool
) -> list[Recording]:
    """Play the scenarios one after the other, each for all clients at once."""
    from bench.peers import stage  # noqa: PLC0415 - needs aiohttp

    recordings: list[Recording] = []
    for number, scenario in enumerate(scenarios, 1):
        print(f"{number}/{len(scenarios)} {scenario.key} {scenario.title}", file=sys.stderr)
        absent = {
            peer.name: _out_of(scenario, peer) or install.absence(peer.name) for peer in peers
        }
        async with asyncio.TaskGroup() as group:
            playing = [
                group.create_task(stage.play(scenario, peer, shortened=shortened))
                for peer in peers
                if not absent[peer.name]
            ]
        played = {task.result().peer: task.result() for task in playing}
        recordings += [
            played.get(peer.name) or _left_out(scenario, peer, absent[peer.name]) for peer in peers
        ]
    return recordings


def _out_of(scenario: Scenario, peer: Peer) -> str:
    """Return why a scenario is not for a client; `""` where it is."""
    foreign = scenario.texts and peer.protocol != "polymarket"
    return "n/a: the texts are of another protocol than its own" if foreign else ""


def _left_out(scenario: Scenario, peer: Peer, why: str) -> Recording:
    return Recording(
        scenario=scenario.key,
        peer=peer.name,
        tokens=[],
        victims=[],
        struck=0,
        ended=0,
        truth=[],
        lines=[],
        connects=[],
        trouble=why,
    )


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.peers",
        description="Eight faults, side by side with other clients. All of it takes six minutes.",
    )
    keys = ", ".join(scenario.key for scenario in SCENARIOS)
    names = ", ".join(peer.name for peer in PEERS)
    parser.add_argument(
        "--only", metavar="KEY,...", type=_split, default=[], help=f"some scenarios only: {keys}"
    )
    parser.add_argument(
        "--peers", metavar="NAME,...", type=_split, default=[], help=f"some clients only: {names}"
    )
    parser.add_argument("--install", action="store_true", help="install the peers first")
    parser.add_argument(
        "--defaults", action="store_true", help="leave every client's time-outs as they are"
    )
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep what was seen, as JSON")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="JSON on stdout, and nothing else")
    form.add_argument("--markdown", action="store_true", help="as docs/reliability.md has it")
    return parser


def _split(text: str) -> list[str]:
    return text.split(",")


def _print(outcomes: list[Outcome], options: argparse.Namespace) -> None:
    from rich.console import Console  # noqa: PLC0415 - an optional dependency

    from bench.peers import show  # noqa: PLC0415

    if options.json:
        print(msgspec.json.encode(outcomes).decode())
    elif options.markdown:
        print(show.markdown(outcomes, shortened=not options.defaults), end="")
    else:
        console = Console(width=None if sys.stdout.isatty() else 150)
        show.on_terminal(outcomes, console, shortened=not options.defaults)


def _is_ours(outcome: Outcome) -> bool:
    return outcome.peer == PEERS[0].name


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)
    return 2
