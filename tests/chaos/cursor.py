"""Where WebSocket frames begin in a stream of bytes, whatever pieces it comes in."""

from typing import Final, NamedTuple

CLOSE: Final = 8
_GREETED: Final = b"\r\n\r\n"
_MASKED: Final = 0x80
_WIDE: Final = {126: 2, 127: 8}
"""How many bytes tell the size of a payload that does not fit into seven bits."""


class Frame(NamedTuple):
    """A frame that begins in a chunk; `payload` and `end` may lie beyond it."""

    at: int
    opcode: int
    payload: int
    """Where the payload begins, after header and mask."""
    end: int

    def moved(self, by: int) -> "Frame":
        return Frame(self.at + by, self.opcode, self.payload + by, self.end + by)


class Cursor:
    """Walks one direction of a connection, from its HTTP greeting on."""

    def __init__(self) -> None:
        self._greeted = False
        self._skip = 0
        """Bytes of the current frame that are still to come."""
        self._held = b""
        """The beginning of a header, or of the end of the greeting, seen in the last chunk."""

    def frames(self, chunk: bytes) -> list[Frame]:
        """Return the frames whose header ends in this chunk; offsets are those of the chunk."""
        data, before = self._held + chunk, len(self._held)
        self._held = b""
        at = 0
        if not self._greeted:
            at = data.find(_GREETED) + len(_GREETED)
            if at < len(_GREETED):
                self._held = data[-len(_GREETED) + 1 :]
                return []
            self._greeted = True
        found = []
        while at + self._skip < len(data):
            at, self._skip = at + self._skip, 0
            frame = _frame(data, at)
            if frame is None:
                self._held = data[at:]
                return found
            found.append(frame.moved(-before))
            self._skip = frame.end - at
        self._skip -= len(data) - at
        return found


def _frame(data: bytes, at: int) -> Frame | None:
    """Read a header; None where it is not whole."""
    if at + 2 > len(data):
        return None
    size = data[at + 1] & ~_MASKED
    width = _WIDE.get(size, 0)
    payload = at + 2 + width + (4 if data[at + 1] & _MASKED else 0)
    if payload > len(data):
        return None
    if width:
        size = int.from_bytes(data[at + 2 : at + 2 + width])
    return Frame(at, data[at] & 0x0F, payload, payload + size)
