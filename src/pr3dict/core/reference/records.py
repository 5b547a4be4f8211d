"""Records of a tape, in memory: a header, a checksum, a payload (docs/tape.md).

Nothing here touches a file. A block is any run of whole records; where one ends in the middle
of a record, the reader says that bytes are missing and leaves the judgement to its caller.
"""

import struct
from typing import Final
from zlib import crc32

from pr3dict.model.errors import TapeCorrupt

HEADER_BYTES: Final = 32
CHECKED_FROM: Final = 8
"""Where the part of a record begins that its checksum covers."""

_LENGTH_AND_CRC: Final = struct.Struct("<II")
_CHECKED: Final = struct.Struct("<QQIBxxx")


class RecordBuffer:
    """Records on their way to a tape, back to back in memory."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = bytearray()

    def append(self, kind: int, link: int, wall_ns: int, mono_ns: int, payload: bytes) -> int:
        """Add a record; return the bytes held."""
        checked = _CHECKED.pack(wall_ns, mono_ns, link, kind)
        self._held += _LENGTH_AND_CRC.pack(len(payload), crc32(payload, crc32(checked)))
        self._held += checked
        self._held += payload
        return len(self._held)

    def take(self) -> bytes:
        """Return what is held and start anew."""
        held = bytes(self._held)
        self._held.clear()
        return held


def read_record(block: bytes, offset: int) -> tuple[int, int, int, int, bytes, int] | None:
    """Return (kind, link, wall_ns, mono_ns, payload, next offset); None when bytes are missing.

    Raises `TapeCorrupt` when the checksum is wrong.
    """
    start = offset + HEADER_BYTES
    if start > len(block):
        return None
    length, crc = _LENGTH_AND_CRC.unpack_from(block, offset)
    end = start + length
    if end > len(block):
        return None
    found = crc32(memoryview(block)[offset + CHECKED_FROM : end])
    if found != crc:
        raise TapeCorrupt(
            f"record at offset {offset}: wanted checksum {crc:08x}, found {found:08x}; "
            "what precedes it is sound"
        )
    wall_ns, mono_ns, link, kind = _CHECKED.unpack_from(block, offset + CHECKED_FROM)
    return kind, link, wall_ns, mono_ns, block[start:end], end
