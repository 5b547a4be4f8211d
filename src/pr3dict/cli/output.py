"""What goes to stdout (results, nothing else) and to stderr: lines, JSON, progress."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

OnProgress = Callable[[int, int], object]
"""Told (done, in all); 0 in all: not known."""


def say(line: str = "") -> None:
    """Write a line of the result."""
    print(harmless(line), flush=True)


def remark(line: str) -> None:
    """Write a line for the person in front: to stderr, so that results stay pure."""
    print(harmless(line), file=sys.stderr, flush=True)


def harmless(text: str) -> str:
    r"""Return text with nothing in it that commands a terminal or turns the direction of reading.

    What markets are called is written by strangers.

    >>> harmless("Fed\x1b]0;rm\x07 up?\u202e")
    'Fed�]0;rm� up?�'
    """
    return "".join(each if each.isprintable() or each in "\n\t" else "\ufffd" for each in text)


def say_json(value: Any) -> None:  # noqa: ANN401 - anything that has a form as JSON
    """Write one JSON document on one line. A figure that is not known (nan) is null."""
    print(msgspec.json.encode(value, order="deterministic").decode(), flush=True)


@contextmanager
def progress(what: str) -> Iterator[OnProgress]:
    """Give what to tell the progress of long work to; a bar, if stderr is a terminal."""
    if not sys.stderr.isatty():
        yield _unheard
        return
    from rich.console import Console  # noqa: PLC0415 - the start of other verbs is faster without
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(what, *columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def told(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        yield told


def _unheard(_done: int, _total: int) -> None:
    """Nobody watches."""
