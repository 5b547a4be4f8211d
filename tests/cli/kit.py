"""The real program in processes of its own, on pipes or on a terminal, against a real venue."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from pr3dict.cli.demo import Addresses, simulated
from pr3dict.cli.sim import environment

SOURCE: Final = Path(__file__).resolve().parents[2] / "src"
PROGRAM: Final = (sys.executable, "-m", "pr3dict")
BOUND_S: Final = 30.0
"""No program may take longer; a bound for tests that hang, not a measure."""
LEAVES_S: Final = 4.0
"""Ctrl-C is to be obeyed in two seconds; a loaded machine gets as much again."""


class Outcome(msgspec.Struct):
    """How a program ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def documents(self) -> list[dict[str, Any]]:
        """The JSON lines of stdout; raises when there is anything else."""
        return [msgspec.json.decode(line) for line in self.out.splitlines()]


def variables(**more: str) -> dict[str, str]:
    """Return an environment without settings of the machine's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PR3DICT_")}
    core = {name: os.environ[name] for name in ("PR3DICT_CORE",) if name in os.environ}
    return {**kept, **core, "PYTHONPATH": str(SOURCE), "TERM": "xterm-256color", **more}


def leading_to(venue: Addresses, tokens: Sequence[str] = (), **more: str) -> dict[str, str]:
    """Return an environment that leads to all services of a venue."""
    found = environment(venue.settings, list(tokens or venue.tokens))
    return variables(**found, **more)


def run(*arguments: str, env: Mapping[str, str] | None = None, cwd: Path) -> Outcome:
    """Run the program to its end."""
    done = subprocess.run(  # noqa: S603 - our own program
        [*PROGRAM, *arguments],
        env=env or variables(),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=BOUND_S,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def interrupted(
    *arguments: str,
    env: Mapping[str, str],
    cwd: Path,
    after_lines: int,
    number: int = signal.SIGINT,
) -> Outcome:
    """Run the program, interrupt it after so many lines of stdout, and see it leave in time."""
    child = subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, *arguments],
        env=env,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    with child:
        said = [child.stdout.readline() for _ in range(after_lines)]
        child.send_signal(number)
        try:
            out, err = child.communicate(timeout=LEAVES_S)
        finally:
            child.kill()
    return Outcome(child.returncode, "".join(said) + out, err)


@contextmanager
def venue(*options: str) -> Iterator[Addresses]:
    """Give a simulated venue in a process of its own."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(SOURCE)
    try:
        with simulated(options) as addresses:
            yield addresses
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


class Terminal:
    """The other end of a terminal in which the program runs."""

    def __init__(self, child: subprocess.Popen[bytes], end: int) -> None:
        self.child, self._end, self.seen = child, end, ""

    def until(self, wanted: str) -> None:
        """Read until a text was shown."""
        while wanted not in self.seen:
            ready, _, _ = select.select([self._end], [], [], BOUND_S)
            assert ready, f"{wanted!r} was never shown, but {self.seen[-2000:]!r}"
            self.seen += os.read(self._end, 65_536).decode(errors="replace")

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._end, keys.encode())

    def leaves(self) -> int:
        """Read on until the program has ended; return its exit code."""
        while self.child.poll() is None:
            ready, _, _ = select.select([self._end], [], [], LEAVES_S)
            assert ready, "it did not leave"
            try:
                self.seen += os.read(self._end, 65_536).decode(errors="replace")
            except OSError:  # the other end is closed
                break
        return self.child.wait(LEAVES_S)


@contextmanager
def terminal(
    *arguments: str, env: Mapping[str, str], cwd: Path, size: tuple[int, int] = (80, 24)
) -> Iterator[Terminal]:
    """Run the program in a terminal of this size."""
    end, its_end = pty.openpty()
    columns, lines = size
    fcntl.ioctl(its_end, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    child = subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, *arguments],
        env=env,
        cwd=cwd,
        stdin=its_end,
        stdout=its_end,
        stderr=its_end,
        start_new_session=True,
    )
    os.close(its_end)
    try:
        yield Terminal(child, end)
    finally:
        child.kill()
        child.wait()
        os.close(end)
