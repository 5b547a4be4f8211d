"""Peers on 127.0.0.1 that say exactly what a test wants, byte by byte, and own their handshake."""

import asyncio
import base64
import hashlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Peer:
    """The server's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.request = b""

    async def accept(self, *, first: bytes = b"") -> None:
        """Answer the handshake; `first` goes out in the same segment."""
        key = (await self.hear_request())["sec-websocket-key"].encode()
        token = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
        self.writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + token + b"\r\n\r\n" + first
        )

    async def refuse(self, status: str, body: bytes = b"", **headers: str) -> None:
        await self.hear_request()
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        with suppress(ConnectionError):
            await self.writer.drain()

    async def hear_request(self) -> dict[str, str]:
        self.request = await self.reader.readuntil(b"\r\n\r\n")
        lines = self.request.decode().split("\r\n")[1:-2]
        return {name.lower(): value.strip() for name, _, value in (n.partition(":") for n in lines)}

    async def hear(self) -> tuple[int, bytes]:
        """Return (opcode, payload) of the next frame of the client."""
        first, second = await self.reader.readexactly(2)
        assert second & 0x80, "a client masks its frames"
        size = second & 0x7F
        if size > 125:
            width = {126: 2, 127: 8}[size]
            size = int.from_bytes(await self.reader.readexactly(width))
        mask = await self.reader.readexactly(4)
        masked = await self.reader.readexactly(size)
        return first & 0x0F, bytes(b ^ mask[i % 4] for i, b in enumerate(masked))

    def say(self, *frames: bytes) -> None:
        for frame in frames:
            self.writer.write(frame)

    async def goodbye(self, code: int, reason: str = "") -> bytes:
        """Close as the protocol wants it; return the payload of the client's answer."""
        self.say(close_frame(code, reason))
        while True:
            opcode, payload = await self.hear()
            if opcode == CLOSE:
                return payload

    def reset(self) -> None:
        """End the connection with an RST."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


def frame(payload: bytes, opcode: int = TEXT, *, fin: bool = True, reserved: int = 0) -> bytes:
    first = bytes([(0x80 if fin else 0) | reserved << 4 | opcode])
    if len(payload) < 126:
        return first + bytes([len(payload)]) + payload
    if len(payload) < 1 << 16:
        return first + bytes([126]) + len(payload).to_bytes(2) + payload
    return first + bytes([127]) + len(payload).to_bytes(8) + payload


def close_frame(code: int, reason: str = "") -> bytes:
    return frame(code.to_bytes(2) + reason.encode(), CLOSE)


Script = Callable[[Peer], Awaitable[object]]


@asynccontextmanager
async def serving(script: Script) -> AsyncIterator[str]:
    """Serve a script to each connection; yield the address. What goes wrong in it is raised.

    In the end the scripts have two seconds to finish.
    """
    scripts: list[asyncio.Future[None]] = []

    async def play(peer: Peer) -> None:
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                await script(peer)
        finally:
            peer.writer.close()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        scripts.append(asyncio.ensure_future(play(Peer(reader, writer))))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        host, port = server.sockets[0].getsockname()
        yield f"ws://{host}:{port}/ws/market"
    finally:
        server.close()
        if scripts:
            await asyncio.wait(scripts, timeout=2)
        for playing in scripts:
            playing.cancel()
        results = await asyncio.gather(*scripts, return_exceptions=True)
        await server.wait_closed()
    for result in results:
        if isinstance(result, Exception):
            raise result


def free_address() -> str:
    """Return an address at which nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"ws://127.0.0.1:{unused.getsockname()[1]}/ws/market"
