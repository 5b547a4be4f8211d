"""Rows about the live feed flat out: as fast as it takes what a server on loopback sends.

The whole way: socket, transport, session, books, engine, and an inline callback a frame. The
client has one core, the server the other.
"""

from collections.abc import Callable, Iterator
from statistics import median
from typing import Final

from bench.loopback import OnBooks, Run, frames_a_second
from bench.measured import Measured
from bench.server import first_core, pin
from bench.setting import Setting
from pr3dict.core import Books

FRAMES: Final = 60_000
QUICK_FRAMES: Final = 10_000


def picows(setting: Setting) -> Iterator[Measured]:
    """Listen by picows on uvloop."""
    yield from _flat_out(setting, "picows", 500_000)


def websockets(setting: Setting) -> Iterator[Measured]:
    """Listen by the package websockets."""
    yield from _flat_out(setting, "websockets", 120_000)


def _flat_out(setting: Setting, transport: str, at_least: int) -> Iterator[Measured]:
    pin(first_core())
    run = Run(setting, setting.corpus("changes"), QUICK_FRAMES if setting.quick else FRAMES)
    run = run._replace(transport=transport)
    for what, listen, prove, reach in (
        ("live, flat out, an inline callback a frame", _counting, False, at_least),
        ("live, flat out, an inline callback a frame", _counting, True, 0),
        ("the callback reads the best of every book touched", _reading, False, 0),
    ):
        rates = [
            frames_a_second(run._replace(prove=prove), listen) for _ in range(setting.passes)
        ]
        yield Measured(
            what=what,
            unit="frames/s",
            by=f"{setting.core.NAME}, {transport}",
            proof="on" if prove else "off",
            value=median(rates),
            at_least=reach,
        )


def _counting(_: Books, hear: Callable[[], None]) -> OnBooks:
    def tap(_: tuple[str, ...]) -> None:
        hear()

    return tap


def _reading(books: Books, hear: Callable[[], None]) -> OnBooks:
    top = books.top

    def tap(tokens: tuple[str, ...]) -> None:
        for token in tokens:
            top(token)
        hear()

    return tap
