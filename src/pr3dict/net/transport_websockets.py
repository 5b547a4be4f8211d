"""Sockets carried by the package websockets: everywhere, at about 100,000 frames a second."""

import asyncio
import logging
import ssl
from contextlib import suppress
from functools import cache
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.frames import CloseCode

from pr3dict.model.errors import FeedError
from pr3dict.model.links import Closed
from pr3dict.net import handshake
from pr3dict.net.limits import UNREAD_BYTES_MAX, Limits
from pr3dict.ports import Clock, Connect, OnMessage, OnOpen, Transport

_NO_CODE: Final = 1006
"""RFC 6455 7.1.5: the code of a connection that ended without one."""


class _Discreet(logging.LoggerAdapter[logging.Logger]):
    """Says all but what is sent and received: at DEBUG websockets logs credentials as it does."""

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the name that logging gives it
        return level > logging.DEBUG and super().isEnabledFor(level)


_log = _Discreet(logging.getLogger(__name__))


class _Connect(connect):
    """Without redirects: headers with credentials would reach the second origin as well."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class _Connection(ClientConnection):
    """Lost, once the peer has left too many of our answers unread."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.get_write_buffer_size() > UNREAD_BYTES_MAX:
            self.transport.abort()


class _Socket:
    """One open connection, as `ports.Transport` wants it."""

    def __init__(self, connection: ClientConnection, on_message: OnMessage, limits: Limits) -> None:
        self._connection = connection
        self._on_message = on_message
        self._outgoing: asyncio.Queue[str] = asyncio.Queue(limits.outgoing_frames_max)

    def send(self, frame: bytes) -> None:
        try:
            self._outgoing.put_nowait(frame.decode())
        except asyncio.QueueFull:
            self.abort()  # Nobody has read for so long that the connection is dead.

    def abort(self) -> None:
        self._connection.transport.abort()

    async def close(self) -> None:
        try:
            await self._connection.close()
        finally:
            # Python 3.11.2 takes the end of the goodbye's patience for our own cancellation.
            self.abort()

    async def run(self) -> Closed:
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(self._write())
            ended = await self._read()
            writer.cancel()
        if not isinstance(ended, ConnectionClosed):
            # The listener alone judges the text.
            bad_text = isinstance(ended, UnicodeDecodeError)
            fault = CloseCode.INVALID_DATA if bad_text else CloseCode.INTERNAL_ERROR
            await self._connection.close(fault)
            raise ended
        # What the peer said counts; else what we had to say, when it broke the protocol.
        close = ended.rcvd or ended.sent
        return Closed(int(close.code), close.reason) if close else Closed(_NO_CODE, "")

    async def _read(self) -> Exception:
        """Hand over messages until the connection ends or the listener raises; return the end."""
        receive, on_message = self._connection.recv, self._on_message
        while True:
            try:
                message = await receive(decode=False)
            except ConnectionClosed as ended:
                return ended
            try:
                on_message(message)
            except Exception as error:  # noqa: BLE001 - whatever it is, `run` raises it
                return error

    async def _write(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                await self._connection.send(await self._outgoing.get())


def connector(limits: Limits, clock: Clock) -> Connect:
    """Return what opens sockets."""

    async def open_socket(url: str, on_open: OnOpen, on_message: OnMessage) -> Transport:
        try:
            connection = await _Connect(
                url,
                ssl=_tls() if url.startswith("wss:") else None,
                proxy=None,  # The environment's proxies are not for a feed.
                # Off unless asked for; a bomb unpacks to `max_size` at most.
                compression="deflate" if limits.compression else None,
                ping_interval=None,  # The session keeps the connection alive.
                open_timeout=limits.connect_timeout_s,
                close_timeout=limits.close_timeout_s,
                max_size=limits.frame_bytes_max,
                logger=_log,
                create_connection=_Connection,
            )
        except InvalidStatus as answer:
            raise _refused(url, answer, clock) from answer
        except (OSError, ValueError, EOFError, WebSocketException) as error:
            raise handshake.unreachable(url, error) from error
        socket = _Socket(connection, on_message, limits)
        on_open(socket)
        return socket

    return open_socket


def _refused(url: str, answer: InvalidStatus, clock: Clock) -> FeedError:
    response = answer.response
    headers = {name.lower(): value for name, value in response.headers.raw_items()}
    return handshake.refused(
        url, response.status_code, headers, bytes(response.body or b""), clock.now()
    )


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
