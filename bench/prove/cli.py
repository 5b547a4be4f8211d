"""`python -m bench.prove`: run everything and write the page, or one part of it as JSON."""

import argparse
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from bench.prove import page
from bench.prove.campaign import Campaign, clean, trouble

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "reliability.md"
SEEDS: Final = 1000
MESSAGES: Final = 1_000_000
PARTS: Final = ("trouble", "clean", "crashes", "planted", "catalogue", "peers")
OTHERS: Final = {
    "crashes": "python -m tests.tape.crash_table",
    "planted": "python -m tests.trial.planted --json",
    "catalogue": "python -m tests.test_catalogue",
    "peers": "python -m bench.peers --install --markdown",
}
"""Commands of other rooms, which print what the page shows."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; 0 well, 1 something promised did not hold, 2 a wrong argument."""
    options = _options().parse_args(arguments)
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # a trial fails on purpose, and says so
    try:
        return _run(options)
    finally:
        logging.disable(before)


def _run(options: argparse.Namespace) -> int:
    if unknown := set(options.only) - set(PARTS):
        found = ", ".join(sorted(unknown))
        return _refuse(f"--only: wanted some of {', '.join(PARTS)}, found {found}")
    if options.json:
        return _as_json(options)
    sections, broken = [page.HEAD.rstrip()], False
    for part in options.only or PARTS:
        _remark(f"{part} …")
        section, well = _section(part, options)
        sections.append(section)
        broken |= not well
    options.out.write_text("\n\n".join(sections) + "\n", "utf-8")
    _remark(f"written: {options.out}")
    return 1 if broken else 0


def _section(part: str, options: argparse.Namespace) -> tuple[str, bool]:
    """Return a section of the page, and whether everything in it is as it should be."""
    command = _command(part, options)
    if part in {"trouble", "clean"}:
        campaign = _campaign(part, options)
        make = page.trouble if part == "trouble" else page.clean
        alarms = part == "clean" and any(campaign.alarms.values())
        return make(campaign, command), not (campaign.broken or alarms)
    ran = subprocess.run(  # noqa: S603 - our own modules
        [sys.executable, *command.split()[1:]], cwd=ROOT, stdout=subprocess.PIPE, check=False
    )
    text = ran.stdout.decode()
    if part == "peers":
        return page.peers(text, command), ran.returncode == 0
    make_one: dict[str, Callable[[Any, str], str]] = {
        "crashes": page.crashes,
        "planted": page.planted,
        "catalogue": page.catalogue,
    }
    return make_one[part](json.loads(text), command), ran.returncode == 0


def _campaign(part: str, options: argparse.Namespace) -> Campaign:
    if part == "clean":
        return clean(options.messages, _progress)
    return trouble(range(options.seeds), _progress)


def _command(part: str, options: argparse.Namespace) -> str:
    """Return what prints the figures of a part."""
    if part == "trouble":
        return f"python -m bench.prove --json --only trouble --seeds {options.seeds}"
    if part == "clean":
        return f"python -m bench.prove --json --only clean --messages {options.messages}"
    return OTHERS[part]


def _as_json(options: argparse.Namespace) -> int:
    parts = [part for part in options.only or PARTS if part not in OTHERS]
    campaigns = {part: _campaign(part, options) for part in parts}
    print(msgspec.json.encode(campaigns, order="deterministic").decode())
    return 1 if any(campaign.broken for campaign in campaigns.values()) else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.prove", description=main.__doc__)
    parser.add_argument(
        "--only", type=lambda text: text.split(","), default=[], help=f"of {', '.join(PARTS)}"
    )
    parser.add_argument("--seeds", type=int, default=SEEDS, help="trials with faults")
    parser.add_argument("--messages", type=int, default=MESSAGES, help="without faults, at least")
    parser.add_argument("--out", type=Path, default=PAGE, help="where the page goes")
    parser.add_argument("--json", action="store_true", help="the trials as JSON; no page")
    return parser


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{of}", end="\n" if done == of else "", file=sys.stderr, flush=True)


def _remark(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _refuse(sentence: str) -> int:
    _remark(f"python -m bench.prove: {sentence}")
    return 2
