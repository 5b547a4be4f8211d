"""Groups C and D of the catalogue, what needs real sockets: frames that are huge, odd or hostile.

The venue cannot say such things, so a script does. Each script misbehaves on the first connection
and behaves on the next: the client must leave the first with the right code and be LIVE after it.
"""

import asyncio
import base64
import hashlib
import struct
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

import pytest
from tests.chaos.kit import MIB, QUICK, TRANSPORTS, Client, client
from tests.chaos.memory import HighWater
from tests.engine.waiting import until
from tests.net.peers import BINARY, CLOSE, PING, PONG, TEXT, Peer, frame, serving

from pr3dict.config import Config
from pr3dict.core import View

pytestmark = [pytest.mark.timeout(40), pytest.mark.parametrize("transport", TRANSPORTS)]

TOKEN: Final = "42"
GROWTH_MIB_MAX: Final = 64.0
TURN_CPU_S: Final = 0.25
"""What one frame may cost the feed's thread, whose PINGs wait for it."""
_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def book(bids: str, asks: str, at_ms: int = 1_766_000_000_000) -> bytes:
    text = (
        f'[{{"event_type":"book","asset_id":"{TOKEN}","market":"0xaa","timestamp":"{at_ms}",'
        f'"bids":[{bids}],"asks":[{asks}]}}]'
    )
    return text.encode()


def level(micros: int, size: int) -> str:
    return f'{{"price":"0.{micros:06}","size":"{size}"}}'


SMALL: Final = book(level(400_000, 10), level(600_000, 10))


class Script:
    """A venue by script: `misbehave` first; on each later connection a book, and PONGs."""

    def __init__(self, misbehave: Callable[[Peer], Awaitable[object]]) -> None:
        self._misbehave = misbehave
        self.connections = 0
        self.pings = 0
        self.goodbyes: list[int] = []
        """Close codes that the client sent."""

    async def play(self, peer: Peer) -> None:
        self.connections += 1
        if self.connections == 1:
            await self._misbehave(peer)
        else:
            await peer.accept()
            await peer.hear()
            peer.say(frame(SMALL))
        await self.chat(peer)

    async def chat(self, peer: Peer) -> None:
        """Answer PINGs until the client says goodbye, and answer that."""
        while True:
            opcode, payload = await peer.hear()
            if opcode == CLOSE:
                self.goodbyes.append(int.from_bytes(payload[:2]))
                peer.say(frame(payload, CLOSE))
                return
            if payload == b"PING":
                self.pings += 1
                peer.say(frame(b"PONG"))


@asynccontextmanager
async def scripted(
    transport: str, misbehave: Callable[[Peer], Awaitable[object]], **settings: Any
) -> AsyncIterator[tuple[Client, Script]]:
    script = Script(misbehave)
    async with serving(script.play) as url:
        places = {"polymarket_market_ws_url": url, "transport": transport, "rest": False}
        async with client(Config(**(places | QUICK | settings)), [TOKEN]) as running:
            yield running, script


async def subscribed(peer: Peer) -> None:
    await peer.accept()
    await peer.hear()


def view(running: Client) -> View:
    found = running.books.view(TOKEN)
    assert found is not None
    return found


async def feed_cpu_s(running: Client) -> float:
    """Return what the feed's thread has worked so far."""
    return await asyncio.wrap_future(running.system.call(lambda _: time.thread_time()))


async def test_C9_100_000_levels_and_5_000_changes_at_once_starve_nobody(transport):
    half = 50_000
    bids = ",".join(level(micros, 5) for micros in range(1, half + 1))
    asks = ",".join(level(1_000_000 - micros, 5) for micros in range(1, half + 1))
    whole = book(bids, asks)
    changes = ",".join(
        f'{{"asset_id":"{TOKEN}","price":"0.{micros:06}","size":"7","side":"BUY"}}'
        for micros in range(1, 5001)
    )
    burst = (
        '{"event_type":"price_change","market":"0xaa","timestamp":"1766000000001",'
        f'"price_changes":[{changes}]}}'
    ).encode()
    go = asyncio.Event()

    async def huge(peer: Peer):
        await subscribed(peer)
        await go.wait()
        peer.say(frame(whole))
        await go.wait()
        peer.say(frame(burst))

    async with scripted(transport, huge, first_book_s=30.0, ping_every_s=0.05) as (running, script):
        await until(lambda: running.status().opened)
        before_s = await feed_cpu_s(running)
        go.set()
        await until(running.all_live)
        opened_s = await feed_cpu_s(running)
        await until(partial(changed, running))
        pings = script.pings
        await until(lambda: script.pings >= pings + 3)
        done_s = await feed_cpu_s(running)
        bids_now, asks_now = view(running).bids(), view(running).asks()
        assert (half, half) == (len(bids_now), len(asks_now))
        assert (half, 5_000_000) == bids_now[0]
        assert [7_000_000] * 5000 == [size for _, size in bids_now[-5000:]]
        if running.system.core.NAME == "native":
            assert opened_s - before_s < TURN_CPU_S
            assert done_s - opened_s < TURN_CPU_S
        assert not running.losses()


def changed(running: Client) -> bool:
    return view(running).venue_ns == 1_766_000_000_001 * 1_000_000


async def test_D5_a_message_of_9_mebibytes_is_refused_without_being_held(transport):
    huge = frame(b" " * (9 * MIB))
    water = HighWater()

    async def misbehave(peer: Peer):
        await subscribed(peer)
        peer.say(huge)

    settings = {"frame_bytes_max": 8 * MIB}
    async with scripted(transport, misbehave, **settings) as (running, script):
        await until(running.all_live)
        assert {"closed_1009": 1} == running.losses()
        assert [1009] == script.goodbyes
        assert water.look() < GROWTH_MIB_MAX


async def test_D5_a_message_in_pieces_that_grows_too_big_is_refused(transport):
    async def misbehave(peer: Peer):
        await subscribed(peer)
        peer.say(frame(b" " * MIB, fin=False))
        for _ in range(9):
            peer.say(frame(b" " * MIB, 0, fin=False))

    settings = {"frame_bytes_max": 8 * MIB}
    async with scripted(transport, misbehave, **settings) as (running, script):
        await until(running.all_live)
        assert {"closed_1009": 1} == running.losses()
        assert [1009] == script.goodbyes


async def test_D5_a_header_that_promises_a_terabyte_reserves_nothing(transport):
    water = HighWater()

    async def misbehave(peer: Peer):
        await subscribed(peer)
        peer.say(bytes([0x80 | TEXT, 127]) + (1 << 40).to_bytes(8) + b"[" * 1000)

    async with scripted(transport, misbehave) as (running, _):
        await until(running.all_live)
        assert {"closed_1009": 1} == running.losses()
        assert water.look() < GROWTH_MIB_MAX


def bomb() -> bytes:
    """Return 512 MiB of zeros, deflated: half a MiB."""
    packer = zlib.compressobj(9, wbits=-15)
    part = packer.compress(bytes(16 * MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return part * 32


async def welcome_with_deflate(peer: Peer) -> None:
    """Agree to a compression that nobody asked for."""
    key = (await peer.hear_request())["sec-websocket-key"].encode()
    token = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
    peer.writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Extensions: permessage-deflate\r\n"
        b"Sec-WebSocket-Accept: " + token + b"\r\n\r\n"
    )


@pytest.mark.parametrize("agreed", [False, True], ids=["unasked", "forced"])
async def test_D5_a_deflate_bomb_is_not_unpacked(transport, agreed):
    water = HighWater()

    async def misbehave(peer: Peer):
        await (welcome_with_deflate(peer) if agreed else peer.accept())
        peer.say(frame(bomb(), reserved=4))

    async with scripted(transport, misbehave) as (running, _):
        await until(running.all_live)
        assert running.losses().total() == 1
        assert set(running.losses()) <= {"closed_1002", "unreachable"}
        assert water.look() < GROWTH_MIB_MAX


async def test_D5_a_message_in_100_000_fragments_is_read_or_refused_and_no_harm_done(transport):
    count = 100_000
    text = SMALL + b" " * (count - len(SMALL))
    water = HighWater()

    async def misbehave(peer: Peer):
        await subscribed(peer)
        pieces = [frame(text[:1], fin=False)]
        pieces += [frame(text[at : at + 1], 0, fin=at == count - 1) for at in range(1, count)]
        peer.say(b"".join(pieces))

    async with scripted(transport, misbehave, first_book_s=30.0) as (running, script):
        await until(running.all_live)
        # The package websockets has a limit of its own for fragments.
        refused = {"closed_1009": 1} if transport == "websockets" else {}
        assert refused == running.losses()
        assert len(refused) + 1 == script.connections
        assert water.look() < GROWTH_MIB_MAX


async def test_D5_a_flood_of_pings_from_a_peer_that_does_not_read_is_left(transport):
    flood = frame(b"x" * 125, PING) * 8000
    floods, sent = 100, []
    water = HighWater()

    async def misbehave(peer: Peer):
        await subscribed(peer)
        for _ in range(floods):  # 100 MB of them, and not one PONG is read.
            peer.say(flood)
            sent.append(len(flood))
            await peer.writer.drain()
            water.look()

    async with scripted(transport, misbehave) as (running, script):
        await until(running.all_live)
        assert {"dropped": 1} == running.losses()
        assert 2 == script.connections
        assert 1 < len(sent) < floods
        assert water.look() < GROWTH_MIB_MAX


async def test_D5_pings_are_answered_while_the_peer_reads(transport):
    pongs: list[bytes] = []

    async def misbehave(peer: Peer):
        await subscribed(peer)
        for number in range(2000):
            peer.say(frame(number.to_bytes(2) * 60, PING))
        while len(pongs) < 2000:
            opcode, payload = await peer.hear()
            pongs.extend([payload] if opcode == PONG else [])
        peer.say(frame(SMALL))

    async with scripted(transport, misbehave, first_book_s=30.0) as (running, _):
        await until(running.all_live)
        assert not running.losses()
    assert [number.to_bytes(2) * 60 for number in range(2000)] == pongs


BAD: Final = {
    "reserved bit 1": frame(b"[]", reserved=4),
    "reserved bit 2": frame(b"[]", reserved=2),
    "reserved bit 3": frame(b"[]", reserved=1),
    "unknown kind": frame(b"[]", 3),
    "unknown control": frame(b"", 11),
    "masked": bytes([0x80 | TEXT, 0x82, 1, 2, 3, 4, ord("[") ^ 1, ord("]") ^ 2]),
    "rest of nothing": frame(b"[]", 0),
    "message in a message": frame(b"[", fin=False) + frame(b"]"),
    "control in pieces": frame(b"", PING, fin=False),
    "long control": bytes([0x80 | PING, 126]) + struct.pack("!H", 126) + bytes(126),
}


@pytest.mark.parametrize("name", BAD)
async def test_D6_what_breaks_the_protocol_ends_the_connection_with_1002(transport, name):
    async def misbehave(peer: Peer):
        await subscribed(peer)
        peer.say(BAD[name])

    async with scripted(transport, misbehave) as (running, script):
        await until(running.all_live)
        assert {"closed_1002": 1} == running.losses()
        assert [1002] == script.goodbyes
        assert not running.rejected()


async def test_D6_a_binary_frame_with_json_is_read_like_text(transport):
    async def misbehave(peer: Peer):
        await subscribed(peer)
        peer.say(frame(SMALL, BINARY))

    async with scripted(transport, misbehave) as (running, script):
        await until(running.all_live)
        assert 1 == script.connections
        assert not running.losses()
