"""What a record of a tape is about: the numbers that recorders and readers share (docs/tape.md)."""

import struct
from enum import IntEnum
from typing import Final

from pr3dict.model.states import Cause

CLOSED_HEAD: Final = struct.Struct("<BH")
"""How a CLOSED record begins: cause, close code; the reason follows as text."""


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


def pack_closed(cause: Cause, code: int, reason: str) -> bytes:
    """Return the payload of CLOSED; `code` is the close code, 0 where there was none."""
    return CLOSED_HEAD.pack(cause, code) + reason.encode()
