"""Rows about the live feed flat out: as fast as it takes what a server on loopback sends.

The whole way: socket, transport, session, books, engine, and an inline callback a frame. The
client has one core, the server the other.
"""

from collections.abc import Iterator
from typing import Final

from bench.loopback import bare_frames_a_second, frames_a_second, run_of
from bench.measured import Measured
from bench.server import first_core, pin
from bench.setting import Setting
from pr3dict.config import TransportName

CALLBACK: Final = "socket to books, an inline callback a frame"
BARE: Final = "the bare path: a listener, the books, the callback"
AGAINST_BARE: Final = "the whole feed against the bare path"
TWO_COPIES: Final = "two copies racing, each frame twice on the wire"
AGAINST_ONE: Final = "two copies racing: CPU a frame against one copy"
FRAMES: Final = 60_000
QUICK_FRAMES: Final = 10_000


def picows(setting: Setting) -> Iterator[Measured]:
    """Listen by picows on uvloop."""
    yield from _flat_out(setting, "picows", 500_000)


def websockets(setting: Setting) -> Iterator[Measured]:
    """Listen by the package websockets."""
    yield from _flat_out(setting, "websockets", 120_000)


def copies(setting: Setting) -> Iterator[Measured]:
    """Listen twice, on connections that race: each frame is heard twice and fed once."""
    pin(first_core())
    run = run_of(setting, QUICK_FRAMES if setting.quick else FRAMES)
    for prove in (False, True):
        alone, two = (
            max(frames_a_second(one, reads=False) for _ in range(setting.runs))
            for one in (run._replace(prove=prove), run._replace(prove=prove, copies=2))
        )
        by, proof = f"{setting.core.NAME}, picows", "on" if prove else "off"
        yield Measured(what=TWO_COPIES, unit="frames/s", by=by, proof=proof, value=two)
        yield Measured(what=AGAINST_ONE, unit="x", by=by, proof=proof, value=alone / two)


def trust(setting: Setting) -> Iterator[Measured]:
    """Compare the whole feed, with all that watches and heals, with the bare path."""
    pin(first_core())
    run = run_of(setting, QUICK_FRAMES if setting.quick else FRAMES)
    for prove in (False, True):
        one = run._replace(prove=prove)
        ours, bare = [], []
        for _ in range(setting.runs):  # in turns: the machine changes from second to second
            bare.append(bare_frames_a_second(one))
            ours.append(frames_a_second(one, reads=False))
        by, proof = f"{setting.core.NAME}, picows", "on" if prove else "off"
        yield Measured(what=BARE, unit="frames/s", by=by, proof=proof, value=max(bare))
        yield Measured(
            what=AGAINST_BARE,
            unit="x",
            by=by,
            proof=proof,
            value=max(ours) / max(bare),
            at_least=0.85,
        )


def _flat_out(setting: Setting, transport: TransportName, at_least: int) -> Iterator[Measured]:
    pin(first_core())
    run = run_of(setting, QUICK_FRAMES if setting.quick else FRAMES)._replace(transport=transport)
    for what, reads, prove, reach in (
        (CALLBACK, False, False, at_least),
        (CALLBACK, False, True, 0),
        ("a callback that reads the best of the books touched", True, False, 0),
    ):
        one = run._replace(prove=prove)
        yield Measured(
            what=what,
            unit="frames/s",
            by=f"{setting.core.NAME}, {transport}",
            proof="on" if prove else "off",
            value=max(frames_a_second(one, reads=reads) for _ in range(setting.runs)),
            at_least=reach,
        )
