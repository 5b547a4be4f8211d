"""Sockets carried by picows: a message reaches the listener in the call that read it.

picows hands out frames; what makes messages of them, and what a client owes the protocol (RFC
6455), is here: fragments, reserved bits, bounds, the closing handshake. Text is not checked to be
UTF-8: the decoder does that, and rejects a frame without losing the connection.
"""

import asyncio
import logging
import socket
import ssl
from contextlib import suppress
from functools import cache
from typing import Final

import picows

from pr3dict.model.errors import FeedError
from pr3dict.model.links import Closed
from pr3dict.net import handshake
from pr3dict.net.limits import UNREAD_BYTES_MAX, Limits
from pr3dict.ports import Clock, Connect, OnMessage, OnOpen, Transport

_TEXT: Final = picows.WSMsgType.TEXT
_BINARY: Final = picows.WSMsgType.BINARY
_CONTINUATION: Final = picows.WSMsgType.CONTINUATION
_CLOSE: Final = picows.WSMsgType.CLOSE
_PING: Final = picows.WSMsgType.PING

_NO_CODE: Final = 1005
"""RFC 6455 7.4.1: the code of a goodbye that names none."""
_LOST: Final = 1006
"""Likewise: of a connection that ended without a goodbye."""
_CODES: Final = range(1000, 1004), range(1007, 1015), range(3000, 5000)
"""The codes that may be said (RFC 6455 7.4); picows lets 0, 1006 and those from 5000 pass."""

_log = logging.getLogger(__name__)


class _Socket(picows.WSListener):
    """One connection, as `ports.Transport` wants it."""

    def __init__(self, on_open: OnOpen, on_message: OnMessage, limits: Limits) -> None:
        self._on_open = on_open
        self._on_message = on_message
        self._limits = limits
        self._transport: picows.WSTransport
        self.opened = False
        self._special = False
        """In the middle of a fragmented message, or closing: not every frame is a message."""
        self._parts = bytearray()
        self._ended: Closed | None = None
        self._error: Exception | None = None
        """What the listener raised."""

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._transport = transport
        self.opened = True
        self._on_open(self)

    def on_ws_frame(self, _transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        try:
            if (
                frame.msg_type is _TEXT
                and frame.fin
                and not (self._special or frame.rsv1 or frame.rsv2 or frame.rsv3)
            ):
                self._on_message(frame.get_payload_as_bytes())
            elif self._ended is None:
                self._take(frame)
        except picows.WSProtocolError:
            raise  # The peer's fault: picows answers it, and `run` tells it.
        except Exception as error:  # noqa: BLE001 - whatever it is, `run` raises it
            self._error = error
            self._fail(_fault_of(error), "")

    def send(self, frame: bytes) -> None:
        self._transport.send(_TEXT, frame)

    def abort(self) -> None:
        self._transport.disconnect(graceful=False)

    async def close(self) -> None:
        if not self._transport.is_close_frame_sent:
            self._transport.send_close(picows.WSCloseCode.OK)
        try:
            with suppress(Exception):  # Why it ended is told by `run`.
                async with asyncio.timeout(self._limits.close_timeout_s):
                    await self._transport.wait_disconnected()
        finally:
            self.abort()

    async def run(self) -> Closed:
        found = Closed(_LOST, "")
        try:
            await self._transport.wait_disconnected()
        except picows.WSProtocolError as error:
            # picows reads one frame ahead: what it finds there does not unsay what came before.
            found = Closed(int(error.code), str(error))
        if self._error is not None:
            raise self._error
        return self._ended or found

    def _take(self, frame: picows.WSFrame) -> None:
        """Do what a frame asks for that is no whole text message."""
        kind = frame.msg_type
        if frame.rsv1 or frame.rsv2 or frame.rsv3:
            self._fail(picows.WSCloseCode.PROTOCOL_ERROR, "a reserved bit is set")
        elif kind is _CLOSE:
            self._answer_close(frame)
        elif kind is _PING:
            self._answer_ping(frame)
        elif kind is _TEXT or kind is _BINARY:
            if self._special:
                self._fail(picows.WSCloseCode.PROTOCOL_ERROR, "a message inside another")
            else:
                self._special = True
                self._join(frame)
        elif kind is _CONTINUATION:
            if self._special:
                self._join(frame)
            else:
                self._fail(picows.WSCloseCode.PROTOCOL_ERROR, "the rest of no message")

    def _join(self, frame: picows.WSFrame) -> None:
        if len(self._parts) + frame.payload_size > self._limits.frame_bytes_max:
            self._fail(picows.WSCloseCode.MESSAGE_TOO_BIG, "the message is too big")
            return
        self._parts += frame.get_payload_as_memoryview()
        if frame.fin:
            message, self._parts = bytes(self._parts), bytearray()
            self._special = False
            self._on_message(message)

    def _answer_ping(self, frame: picows.WSFrame) -> None:
        if self._transport.underlying_transport.get_write_buffer_size() > UNREAD_BYTES_MAX:
            self._end(Closed(1006, ""))
            self.abort()
        else:
            self._transport.send_pong(frame.get_payload_as_bytes())

    def _answer_close(self, frame: picows.WSFrame) -> None:
        told = frame.get_payload_as_bytes()[:2]
        code = int.from_bytes(told) if told else _NO_CODE
        if told and not any(code in codes for codes in _CODES):
            self._fail(picows.WSCloseCode.PROTOCOL_ERROR, f"close code {code}")
            return
        self._end(Closed(code, frame.get_close_reason() or ""))
        if not self._transport.is_close_frame_sent:
            # A goodbye without a code is not echoed: picows would make the code 0 of it.
            answer = frame.get_close_code() if told else picows.WSCloseCode.OK
            self._transport.send_close(answer)
        self._leave()

    def _fail(self, code: picows.WSCloseCode, reason: str) -> None:
        """Fail the connection, RFC 6455 7.1.7."""
        self._end(Closed(code.value, reason))
        self._transport.send_close(code, reason.encode())
        self._leave()

    def _end(self, ended: Closed) -> None:
        self._ended = ended
        self._special = True
        self._parts.clear()

    def _leave(self) -> None:
        """Close the socket once what we said is written; a peer that does not read gets a bound."""
        self._transport.disconnect()
        asyncio.get_running_loop().call_later(self._limits.close_timeout_s, self.abort)


def _fault_of(error: Exception) -> picows.WSCloseCode:
    """Return what the peer is told of an error of the listener, which alone judges the text."""
    if isinstance(error, UnicodeDecodeError):
        return picows.WSCloseCode.INVALID_TEXT
    return picows.WSCloseCode.INTERNAL_ERROR


def connector(limits: Limits, clock: Clock) -> Connect:
    """Return what opens sockets."""

    async def open_socket(url: str, on_open: OnOpen, on_message: OnMessage) -> Transport:
        listener = _Socket(on_open, on_message, limits)
        line: list[socket.socket] = []
        try:
            async with asyncio.timeout(limits.connect_timeout_s):
                await picows.ws_connect(
                    lambda: listener,
                    url,
                    socket_factory=lambda to: _dial(to, line),
                    ssl_context=_tls() if url.startswith("wss:") else None,
                    websocket_handshake_timeout=limits.connect_timeout_s,
                    logger_name=_log,
                    enable_auto_ping=False,  # The session keeps the connection alive.
                    enable_auto_pong=False,  # It would answer a peer that does not read, forever.
                    max_frame_size=limits.frame_bytes_max,
                    max_redirects=0,  # Headers with credentials would reach the second origin.
                    proxy=None,
                )
        except picows.WSHandshakeError as error:
            raise _refused(url, error, clock) from error
        except (OSError, ValueError, AssertionError, picows.WSError) as error:
            # Of half a login in an address picows asserts that there is none.
            raise handshake.unreachable(url, error) from error
        finally:
            if not listener.opened:
                _hang_up(line)
        if not listener.opened:
            # picows takes an end of the connection instead of an answer for success.
            raise handshake.unreachable(url, EOFError("it hung up before it answered"))
        return listener

    return open_socket


async def _dial(to: picows.WSParsedURL, line: list[socket.socket]) -> socket.socket:
    """Return a socket that is connected, as `asyncio` would make it, and put it into `line`."""
    loop = asyncio.get_running_loop()
    failed = OSError(f"{to.host} has no address")
    for family, kind, protocol, _, address in await loop.getaddrinfo(
        to.host, to.port, type=socket.SOCK_STREAM
    ):
        tried = socket.socket(family, kind, protocol)
        try:
            tried.settimeout(0)
            await loop.sock_connect(tried, address)
        except OSError as error:
            failed = error
        else:
            line.append(tried)
            return tried
        finally:
            if not line:
                tried.close()
    raise failed


def _hang_up(line: list[socket.socket]) -> None:
    """End a connection that nobody will use: a call given up midway leaves its socket open.

    picows reads the end and closes it; to close it here would pull it from under its transport.
    """
    for each in line:
        with suppress(OSError):  # It is closed already.
            each.shutdown(socket.SHUT_RDWR)


def _refused(url: str, error: picows.WSHandshakeError, clock: Clock) -> FeedError:
    """Read the answer ourselves: picows gives up on a status that is not in Python's list (520)."""
    first, *lines = (error.raw_header or b"").decode("latin-1").split("\r\n")
    _, _, rest = first.partition(" ")
    status = rest[:3]
    if not (status.isascii() and status.isdigit()) or status == "101":
        return handshake.unreachable(url, error)
    fields = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    return handshake.refused(url, int(status), headers, error.raw_body or b"", clock.now())


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
