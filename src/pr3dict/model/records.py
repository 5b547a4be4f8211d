"""What a record of a tape is about: the numbers that recorders and readers share (docs/tape.md)."""

import struct
from enum import IntEnum, unique
from typing import Final

from pr3dict.model.states import Cause

CLOSED_HEAD: Final = struct.Struct("<BH")
"""How a CLOSED record begins: cause, close code; the reason follows as text."""
COPY_HEAD: Final = struct.Struct("<BB")
"""How a COPY record begins: which copy, and the kind of record that it would have been."""


@unique
class Kind(IntEnum):
    """The kinds of records; append, never renumber: they are on disks."""

    IN = 1
    """A frame as received."""
    OUT = 2
    """A frame as sent, credentials redacted."""
    OPENED = 3
    """A connection is open; the url."""
    CLOSED = 4
    """A connection is lost; `pack_closed`."""
    TRACK = 5
    """A token id, fed by this link from here on."""
    UNTRACK = 6
    """A token id that is forgotten."""
    REST = 7
    """An answer of REST, as fed to the books."""
    GAP = 8
    """Text: what the recorder itself lost, and why."""
    SUSPECT = 9
    """A witness from outside spoke: cause u8, token id."""
    RULES = 10
    """What the stream does not carry, as JSON."""
    RECOVERED = 11
    """What a crash left behind, as JSON."""
    END = 12
    """Counts and digests at a clean end, as JSON."""
    PROOF_OFF = 13
    """Text: why no hash is recomputed from here on."""
    CLOCK_STEP = 14
    """Somebody set the clock of the machine: what latencies are corrected by from here on, i64."""
    COPY = 15
    """What one of several racing connections brought and the books were not fed; `pack_copy`."""


def pack_closed(cause: Cause, code: int, reason: str) -> bytes:
    """Return the payload of CLOSED; `code` is the close code, 0 where there was none."""
    return CLOSED_HEAD.pack(cause, code) + reason.encode()


def pack_copy(copy: int, kind: int, payload: bytes) -> bytes:
    """Return the payload of COPY: what a racing connection brought, and which one it was."""
    return COPY_HEAD.pack(copy, kind) + payload
