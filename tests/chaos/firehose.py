"""A venue in a process of its own that says tens of thousands of things a second, and counts them.

What it says is a pure function of the number of the frame, so whoever reads it can tell what every
book must be after the last one. It prints its port, waits for a subscription, opens, waits for a
line on standard input, sends, and prints what it sent; PINGs are answered throughout.
"""

import base64
import hashlib
import json
import socket
import sys
import threading
from time import sleep
from typing import Final

from pr3dict.model.units import NS_PER_S
from pr3dict.net.clock import SystemClock
from pr3dict.sim.connection import framed

TOKENS: Final = tuple(str(number) for number in range(101, 121))
LEVELS: Final = 50
SIZES: Final = 9
CYCLE: Final = len(TOKENS) * LEVELS * SIZES
"""Frames after which everything is said again."""
TRADE_EVERY: Final = 50
SLOT_S: Final = 0.005
NO_TIME: Final = b"0000000000000"
BEST_BID, BEST_ASK = 500_000, 600_000
_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def is_trade(number: int) -> bool:
    return number % TRADE_EVERY == 0


def trades(count: int) -> int:
    """Return how many of the first `count` frames are trades."""
    return -(-count // TRADE_EVERY)


def change(number: int) -> tuple[str, int, int]:
    """Return (token, price, size) in micros of a frame that is no trade."""
    level = number // len(TOKENS) % LEVELS
    size = 1 + number // (len(TOKENS) * LEVELS) % SIZES
    return TOKENS[number % len(TOKENS)], 100_000 + 1000 * level, size * 1_000_000


def opening() -> bytes:
    books = [
        {
            "event_type": "book",
            "asset_id": token,
            "market": f"0x{token}",
            "timestamp": str(now_ms()),
            "bids": [{"price": "0.5", "size": "100"}],
            "asks": [{"price": "0.6", "size": "100"}],
        }
        for token in TOKENS
    ]
    return json.dumps(books).encode()


def bids_after(count: int) -> dict[str, dict[int, int]]:
    """Return each token's bids, size by price, after so many frames."""
    bids = {token: {BEST_BID: 100_000_000} for token in TOKENS}
    for number in range(max(0, count - CYCLE), count):
        if not is_trade(number):
            token, price, size = change(number)
            bids[token][price] = size
    return bids


def said(number: int) -> bytes:
    """Return a frame on the wire; its time is filled in when it leaves."""
    token, price, size = change(number)
    head = f'"market":"0x{token}","timestamp":"{NO_TIME.decode()}"'
    if is_trade(number):
        text = (
            f'{{"event_type":"last_trade_price","asset_id":"{token}",{head},'
            f'"price":"0.5","size":"{1 + number % 7}","side":"BUY"}}'
        )
    else:
        text = (
            f'{{"event_type":"price_change",{head},"price_changes":[{{"asset_id":"{token}",'
            f'"price":"0.{price:06}","size":"{size // 1_000_000}","side":"BUY",'
            f'"best_bid":"0.5","best_ask":"0.6"}}]}}'
        )
    return framed(text.encode())


def now_ms() -> int:
    return SystemClock().now() // 1_000_000


class Client:
    """The one client: whoever writes holds the lock, so that frames stay whole."""

    def __init__(self, raw: socket.socket) -> None:
        self._raw = raw
        self._lock = threading.Lock()
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += raw.recv(4096)
        lines = (line.partition(b":") for line in head.split(b"\r\n"))
        key = next(v.strip() for n, _, v in lines if n.lower() == b"sec-websocket-key")
        token = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
        raw.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + token + b"\r\n\r\n"
        )
        raw.recv(1 << 16)  # the subscription

    def say(self, frames: bytes) -> None:
        with self._lock:
            self._raw.sendall(frames)

    def answer_pings(self) -> None:
        """Take whatever small frame a client sends for a PING, until it leaves."""
        while self._raw.recv(4096):
            self.say(framed(b"PONG"))


def flood(client: Client, per_s: int, seconds: float) -> tuple[int, float]:
    """Send so many frames a second; return how many, and in how many seconds."""
    cycle = [said(number) for number in range(CYCLE)]
    clock = SystemClock()
    began, sent, total = clock.monotonic(), 0, round(per_s * seconds)
    print("begun", flush=True)  # noqa: T201 - this is a program
    while sent < total:
        elapsed_s = (clock.monotonic() - began) / NS_PER_S
        due = min(total, round(elapsed_s * per_s) + 1, sent + 4 * round(per_s * SLOT_S))
        if due <= sent:
            sleep(SLOT_S)
            continue
        frames = b"".join(cycle[number % CYCLE] for number in range(sent, due))
        client.say(frames.replace(NO_TIME, str(now_ms()).encode()))
        sent = due
    return sent, (clock.monotonic() - began) / NS_PER_S


def main(per_s: str, seconds: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        print(listener.getsockname()[1], flush=True)  # noqa: T201
        raw, _ = listener.accept()
    with raw:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = Client(raw)
        client.say(framed(opening()))
        threading.Thread(target=client.answer_pings, daemon=True).start()
        sys.stdin.readline()
        sent, took_s = flood(client, int(per_s), float(seconds))
        print(json.dumps({"frames": sent, "seconds": took_s}), flush=True)  # noqa: T201
        sys.stdin.readline()


if __name__ == "__main__":
    main(*sys.argv[1:])
