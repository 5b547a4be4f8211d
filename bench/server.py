"""A venue on loopback that does nothing but send: frames made ready before, written in chunks.

A process of its own, pinned to the last core; a plain blocking socket, so that nothing but the
kernel stands between its clock and the wire. It tells its port on standard output, waits for a
subscription, sends the opening, waits for a line on standard input, sends the rest, and writes
what it did to a file: for each frame when it was sent, by CLOCK_MONOTONIC.
"""

import base64
import hashlib
import os
import socket
import sys
from array import array
from pathlib import Path
from time import monotonic_ns, sleep
from typing import Final

from bench import frames
from bench.stopwatch import SECOND

CHUNK: Final = 256 * 1024
PATIENCE_S: Final = 30.0
"""How long to wait for a client in any one step."""
_KEY_SUFFIX: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT: Final = 0x81
"""RFC 6455 5.2: a whole text message."""


def main(corpus: str, count: str, per_s: str, report: str, copies: str = "1") -> None:
    """Serve one client: `count` frames, `per_s` a second (0: flat out).

    On `copies` connections, each of which is sent all of it (flat out only).
    """
    segment = frames.load(Path(corpus).parent, Path(corpus).name).segments[0]
    opening = b"".join(map(framed, segment.before))
    later = [framed(frame) for frame in segment.frames[: int(count)]]
    pin(last_core())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE_S)
        print(listener.getsockname()[1], flush=True)
        clients = [_welcomed(listener, opening) for _ in range(int(copies))]
    sys.stdin.readline()
    if int(per_s):
        (client,) = clients
        sent = _paced(client, later, int(per_s))
    else:
        sent = _flat_out(clients, later)
    Path(report).write_bytes(sent.tobytes())
    print("sent", flush=True)
    for client in clients:
        client.recv(CHUNK)  # its goodbye
        client.close()


def _welcomed(listener: socket.socket, opening: bytes) -> socket.socket:
    """Return the next connection once it has the opening."""
    client, _ = listener.accept()
    client.settimeout(PATIENCE_S)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(accepted(_head(client)))
    client.recv(CHUNK)  # the subscription: whatever it asks for
    client.sendall(opening)
    return client


def framed(text: bytes) -> bytes:
    """Return a text as a frame of a server."""
    size = len(text)
    if size < 126:  # noqa: PLR2004
        return bytes((_TEXT, size)) + text
    if size < 1 << 16:
        return bytes((_TEXT, 126)) + size.to_bytes(2) + text
    return bytes((_TEXT, 127)) + size.to_bytes(8) + text


def accepted(request: bytes) -> bytes:
    """Return the answer that turns a request of HTTP into a WebSocket."""
    lines = (line.partition(b":") for line in request.split(b"\r\n"))
    key = next(value.strip() for name, _, value in lines if name.lower() == b"sec-websocket-key")
    digest = hashlib.sha1(key + _KEY_SUFFIX, usedforsecurity=False).digest()
    return b"\r\n".join(
        (
            b"HTTP/1.1 101 Switching Protocols",
            b"Upgrade: websocket",
            b"Connection: Upgrade",
            b"Sec-WebSocket-Accept: " + base64.b64encode(digest),
            b"\r\n",
        )
    )


def pin(core: int) -> None:
    """Stay on one core, where the system lets a process choose."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def last_core() -> int:
    """Return a core that is not the client's, where there are two."""
    return max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0


def first_core() -> int:
    """Return the core of the client."""
    return min(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0


def _head(client: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        more = client.recv(CHUNK)
        assert more, "the client left before it asked"
        head += more
    return head


def _flat_out(clients: list[socket.socket], later: list[bytes]) -> "array[int]":
    """Send as fast as the client reads; return when the first chunk left."""
    whole = memoryview(b"".join(later))
    began = monotonic_ns()
    for at in range(0, len(whole), CHUNK):
        for client in clients:
            client.sendall(whole[at : at + CHUNK])
    return array("q", [began] * len(later))


def _paced(client: socket.socket, later: list[bytes], per_s: int) -> "array[int]":
    """Send one frame at a time, each when it is due; return when each left."""
    gap, sent = SECOND // per_s, array("q", bytes(8 * len(later)))
    due, send = monotonic_ns() + gap, client.sendall
    for number, frame in enumerate(later):
        while (now := monotonic_ns()) < due:
            # To spin would starve what the kernel does on this core: sends would wait for its tick.
            sleep((due - now) / SECOND)
        sent[number] = now
        send(frame)
        due += gap
    return sent


if __name__ == "__main__":
    main(*sys.argv[1:])
