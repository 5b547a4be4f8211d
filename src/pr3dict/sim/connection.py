"""One client's socket as the venue sees it: frames gather, then leave in one write.

The WebSocket frames are made here (a header of 2, 4 or 10 bytes and the text), because one write
for many frames is what lets the venue play flat out.
"""

import asyncio
import contextlib
import struct
from collections.abc import Callable
from typing import Final

TEXT: Final = 0x81
"""First byte of a WebSocket frame that is one whole text (RFC 6455, section 5.2)."""
CLOSE: Final = 0x88
"""First byte of a WebSocket frame that closes."""
SHORT: Final = 126
LONG: Final = 1 << 16
NAP_S: Final = 0.001
"""The grain of our timers."""
LINGER_S: Final = 2.0
"""How long a close waits for its answer."""


def framed(text: bytes, kind: int = TEXT) -> bytes:
    """Return a text, or another payload, as one WebSocket frame of a server."""
    size = len(text)
    if size < SHORT:
        return struct.pack("!BB", kind, size) + text
    if size < LONG:
        return struct.pack("!BBH", kind, 126, size) + text
    return struct.pack("!BBQ", kind, 127, size) + text


class Connection:
    """The socket of one client of any wing, and what waits for it."""

    def __init__(self, number: int, transport: asyncio.Transport) -> None:
        self.number = number
        self.ending = False
        """The venue has decided to close; no more data."""
        self.gone = False
        """The conversation is over, by whomever."""
        self.openings = 0
        """Bytes of opening frames that may still be on their way."""
        self._transport = transport
        self._waiting: list[bytes] = []
        self._half_open = False

    def say(self, text: bytes) -> None:
        """Take a text that no fault touches."""
        self._waiting.append(framed(text))

    def flush(self) -> None:
        """Hand everything to the socket; of one that is half-open nothing leaves."""
        if self._half_open:
            self._waiting.clear()
        if self._waiting and not self._transport.is_closing():
            self._transport.write(b"".join(self._waiting))
        self._waiting.clear()
        if not self.buffered:
            self.openings = 0

    @property
    def buffered(self) -> int:
        """Bytes that the socket has not taken yet."""
        return 0 if self._transport.is_closing() else self._transport.get_write_buffer_size()

    @property
    def pending(self) -> bool:
        """Whether anything is still on this side of the socket."""
        return bool(self._waiting) or self.buffered > 0

    async def close(self, code: int, reason: str) -> None:
        """Close as the venue does, with a code; a client that does not answer is cut off."""
        self.ending = True
        self.flush()
        if not self._transport.is_closing() and not self._half_open:
            payload = struct.pack("!H", code) + reason.encode()
            self._transport.write(framed(payload, CLOSE))
        await until(lambda: self.gone, LINGER_S)
        self.cut()

    def half_open(self) -> None:
        """Neither send nor read from here on, and do not close: as if the path were gone.

        The kernel still acknowledges what arrives, so TCP itself notices nothing.
        """
        self._half_open = True
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def cut(self) -> None:
        """End the TCP connection at once, without a close frame."""
        self.ending = True
        self._transport.abort()


async def until(holds: Callable[[], bool], within_s: float) -> bool:
    """Wait until something holds, at most so long; tell whether it does.

    Transports tell nobody when their buffers are empty, so this looks every millisecond.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while not holds():  # noqa: ASYNC110 - see above
                await asyncio.sleep(NAP_S)
    return holds()
