"""`pr3dict sim --seed N --trace`: one seed in virtual time, every step of it shown."""

from typing import Final

from pr3dict.cli.output import remark, say, say_json
from pr3dict.model.units import NS_PER_S
from pr3dict.trial import Verdict, try_seed

BROKEN: Final = 1
"""The exit code where an invariant does not hold."""


def run(seed: int, *, as_json: bool) -> int:
    """Try a seed; print the trace, or the verdict alone as JSON; return the exit code."""
    verdict = try_seed(seed, on_trace=None if as_json else _line)
    if as_json:
        say_json(verdict)
    else:
        _conclude(verdict)
    return BROKEN if verdict.broken else 0


def _line(passed_ns: int, line: str) -> None:
    say(f"{passed_ns / NS_PER_S:12.6f} {' '.join(line.split())}")


def _conclude(verdict: Verdict) -> None:
    struck = ", ".join(f"{count} {name}" for name, count in sorted(verdict.struck.items()))
    remark(f"seed {verdict.seed}: {verdict.virtual_s:.1f} virtual seconds, {verdict.frames} frames")
    remark(f"struck: {struck or 'nothing'}")
    remark(f"trace {verdict.trace}")
    remark(f"BROKEN: {verdict.broken}" if verdict.broken else "every invariant held")
