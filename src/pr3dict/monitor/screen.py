"""The monitor on this terminal: for every verb that shows one."""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from pr3dict.app.stats import Running
from pr3dict.model.errors import MissingExtra
from pr3dict.monitor.labels import NAMELESS, Labels
from pr3dict.monitor.summary import summary

if TYPE_CHECKING:
    from pr3dict.monitor.app import Monitor

YIELD_S: Final = 0.0005
"""How long the monitor may keep the interpreter while the feed wants it; Python's own is 5 ms."""


def show(
    running: Running,
    where: str,
    *,
    check: Callable[[], object] | None = None,
    seconds: float | None = None,
    labels: Labels = NAMELESS,
) -> None:
    """Run the monitor until somebody quits. Raises what `check` raised, and `MissingExtra`.

    `where` names the source, `labels` the tokens; `check` is called each second; `seconds`: when
    to leave by itself.
    A live feed leaves its summary behind on the terminal.
    """
    program = load()
    with yielding(), _silent_log():
        monitor = program(running, where, check=check, seconds=seconds, labels=labels)
        monitor.run()
    if monitor.failure is not None:
        raise monitor.failure
    if monitor.return_code:
        raise RuntimeError("the monitor broke down: what is above says where")
    board = monitor.last()
    if board.live:  # a replay has its own last words
        sys.stdout.write("".join(f"{line}\n" for line in summary(board)[1:]))
        sys.stdout.flush()


def is_terminal() -> bool:
    """Whether a full-screen program may run here: both ends are a terminal that can do it."""
    ends = sys.stdin.isatty() and sys.stdout.isatty()
    return ends and os.environ.get("TERM", "dumb") != "dumb"


def load() -> type["Monitor"]:
    """Return the program; call it before the feed starts, which would wait for Textual to load.

    Raises `MissingExtra`.
    """
    try:
        from pr3dict.monitor.app import Monitor  # noqa: PLC0415 - Textual is optional, and large
    except ModuleNotFoundError as missing:
        raise MissingExtra((missing.name or "textual").partition(".")[0], "tui") from None
    return Monitor


@contextmanager
def yielding() -> Iterator[None]:
    """Let the feed in within half a millisecond, whatever this thread is at.

    Painting takes tens of milliseconds of pure Python. By Python's default the thread of the feed
    waits 5 ms for the interpreter at each read, and the latencies that are shown become those of
    the monitor.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(YIELD_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@contextmanager
def _silent_log() -> Iterator[None]:
    """Keep what is logged off the screen, which is the monitor's."""
    log = logging.getLogger("pr3dict")
    handlers, log.handlers = log.handlers, [logging.NullHandler()]
    try:
        yield
    finally:
        log.handlers = handlers
