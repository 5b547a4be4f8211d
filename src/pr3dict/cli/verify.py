"""`pr3dict verify`: check a recording offline, and print the digest of every final book."""

import msgspec

from pr3dict.cli.output import progress, say, say_json
from pr3dict.config import from_environment
from pr3dict.core import load
from pr3dict.tape import verify


def run(path: str, *, as_json: bool) -> int:
    """Check a tape or a capture; return 1 when it is wrong."""
    core = load(from_environment().core)
    with progress("checking") as told:
        report = verify(path, core, told)
    if as_json:
        say_json(msgspec.to_builtins(report))
    else:
        for run_report in report.runs:
            for token, digest in sorted(run_report.digests.items()):
                say(f"{digest} {token}")
        for line in report.lines():
            say(line)
    return 0 if report.ok else 1
