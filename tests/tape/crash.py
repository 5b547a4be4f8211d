"""A recorder in a process of its own, and system calls of it that are killed or go wrong."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.tape.child import frame

CHILD: Final = Path(__file__).with_name("child.py")
SMALL_BLOCKS: Final = {"block_bytes": 1500, "ballast_bytes": 10_000}
BATCHES: Final = 6
TIMEOUT_S: Final = 60


class Ran(NamedTuple):
    """What is known of a recorder that has ended."""

    acked: int
    """Frames that it said were safe."""
    report: Any
    """What it said at its end; None: it did not come to that."""
    code: int


def can(*command: str) -> bool:
    """Tell whether a tool of the system is here and allowed to do what we want of it."""
    if shutil.which(command[0]) is None:
        return False
    tried = subprocess.run(command, capture_output=True, check=False, timeout=20)  # noqa: S603 ours
    return tried.returncode == 0


def can_strace() -> bool:
    return can("strace", "-f", "-e", "trace=none", "true")


def record(directory: Path, *before: str, **told: object) -> Ran:
    """Run the recorder, under the command `before`."""
    told = {"batches": BATCHES, "settings": SMALL_BLOCKS, "directory": str(directory), **told}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    ran = subprocess.run(  # noqa: S603 ours
        [*before, sys.executable, CHILD, json.dumps(told)],
        env=environment,
        capture_output=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    lines = ran.stdout.decode().splitlines()
    acked = [int(line.removeprefix("acked ")) for line in lines if line.startswith("acked")]
    report = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else None
    return Ran(max(acked, default=0), report, ran.returncode)


def strace(paths: list[Path], inject: str, output: str = "/dev/null") -> list[str]:
    """Return the command that lets system calls on these paths go wrong; `inject` may be ""."""
    calls = "?write,?fsync,?mkdir,?mkdirat,?rename,?renameat,?renameat2"
    of = [word for path in paths for word in ("-P", str(path))]
    wrong = ["-e", f"inject={inject}"] if inject else []
    return ["strace", "-f", "-o", output, *of, "-e", f"trace={calls}", *wrong]


def frames(count: int) -> list[bytes]:
    return [frame(number) for number in range(count)]
