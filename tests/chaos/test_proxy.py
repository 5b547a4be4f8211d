"""The proxy does what it says, byte by byte: a chaos that is none would prove nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from tests.chaos.cursor import CLOSE, Cursor, Frame
from tests.chaos.proxy import ChaosProxy
from tests.net.peers import frame

GREETING = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"


class Ends:
    """Both ends of one connection through a proxy."""

    proxy: ChaosProxy
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    far_reader: asyncio.StreamReader
    far_writer: asyncio.StreamWriter


@asynccontextmanager
async def through_a_proxy() -> AsyncIterator[Ends]:
    met = asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]()
    server = await asyncio.start_server(lambda r, w: met.put_nowait((r, w)), "127.0.0.1", 0)
    async with ChaosProxy(server.sockets[0].getsockname()[1]) as proxy:
        ends = Ends()
        ends.proxy = proxy
        ends.reader, ends.writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        ends.far_reader, ends.far_writer = await met.get()
        try:
            async with asyncio.timeout(5):
                yield ends
        finally:
            for writer in (ends.writer, ends.far_writer):
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    server.close()


async def test_carries_both_ways_and_tells_the_end():
    async with through_a_proxy() as ends:
        ends.writer.write(b"question")
        assert b"question" == await ends.far_reader.readexactly(8)
        ends.far_writer.write(b"answer")
        assert b"answer" == await ends.reader.readexactly(6)
        ends.far_writer.close()
        assert b"" == await ends.reader.read()
    assert not ends.proxy.struck


async def test_slices_into_pieces_without_losing_one():
    async with through_a_proxy() as ends:
        ends.proxy.down.slice_bytes = 1
        ends.far_writer.write(bytes(range(100)))
        assert bytes(range(100)) == await ends.reader.readexactly(100)
    assert 100 == ends.proxy.struck["slice"]


async def test_delays_and_throttles():
    loop = asyncio.get_running_loop()
    async with through_a_proxy() as ends:
        ends.proxy.down.delay_s, ends.proxy.down.bytes_per_s = 0.05, 1000.0
        began = loop.time()
        ends.far_writer.write(b"x" * 50)
        await ends.reader.readexactly(50)
        assert loop.time() - began > 0.095
    assert {"delay": 1, "throttle": 1} == ends.proxy.struck


async def test_resets_in_the_middle_of_a_frame():
    whole = frame(b"a" * 10) + frame(b"b" * 1000)
    async with through_a_proxy() as ends:
        ends.far_writer.write(GREETING)
        await ends.reader.readexactly(len(GREETING))
        ends.proxy.reset_mid_frame()
        ends.far_writer.write(whole)
        found = b""
        with suppress(ConnectionResetError):
            while byte := await ends.reader.read(1):
                found += byte
        assert whole[: len(found)] == found
        assert len(found) < len(whole)
    assert {"reset_mid_frame": 1} == ends.proxy.struck


async def test_a_reset_is_felt_on_both_ends():
    async with through_a_proxy() as ends:
        ends.writer.write(b"x")
        await ends.far_reader.readexactly(1)
        ends.proxy.reset()
        for reader in (ends.reader, ends.far_reader):
            with pytest.raises(ConnectionResetError):
                await reader.readexactly(1)
    assert {"reset": 1} == ends.proxy.struck


async def test_a_blackhole_takes_every_byte_of_its_direction_and_no_other():
    async with through_a_proxy() as ends:
        ends.writer.write(b"x")
        await ends.far_reader.readexactly(1)
        ends.proxy.blackhole(["down"])
        ends.far_writer.write(b"lost")
        ends.far_writer.write_eof()
        ends.writer.write(b"found")
        assert b"found" == await ends.far_reader.readexactly(5)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ends.reader.read(1), 0.05)
    assert {"blackhole": 1} == ends.proxy.struck


async def test_a_half_close_ends_one_direction_only():
    async with through_a_proxy() as ends:
        ends.writer.write(b"x")
        await ends.far_reader.readexactly(1)
        ends.proxy.half_close("down")
        assert b"" == await ends.reader.read()
        ends.writer.write(b"still here")
        assert b"still here" == await ends.far_reader.readexactly(10)
    assert 1 == ends.proxy.struck["half_close"]


async def test_closes_after_so_many_bytes():
    async with through_a_proxy() as ends:
        ends.writer.write(b"x")
        await ends.far_reader.readexactly(1)
        ends.proxy.lines[0].close_after = 7
        ends.far_writer.write(b"0123456789")
        assert b"0123456" == await ends.reader.read()
    assert {"close_after": 1} == ends.proxy.struck


async def test_flips_one_bit_of_a_payload():
    async with through_a_proxy() as ends:
        ends.far_writer.write(GREETING)
        await ends.reader.readexactly(len(GREETING))
        ends.proxy.corrupt()
        ends.far_writer.write(frame(bytes(100)) * 2)
        found = await ends.reader.readexactly(204)
    assert frame(bytes(100))[:2] == found[:2]
    assert [1] == [byte.bit_count() for byte in found[2:102] if byte]
    assert frame(bytes(100)) == found[102:]
    assert {"corrupt": 1} == ends.proxy.struck


async def test_a_zombie_lets_nothing_pass_but_pong():
    begun = frame(b"c" * 10)
    async with through_a_proxy() as ends:
        ends.far_writer.write(GREETING + begun[:5])
        await ends.reader.readexactly(len(GREETING) + 5)
        ends.proxy.zombie(ends.proxy.lines[0])
        ends.far_writer.write(begun[5:] + frame(b"data") + frame(b"PONG") + frame(b"d" * 9)[:4])
        assert begun[5:] + frame(b"PONG") == await ends.reader.readexactly(len(begun) - 5 + 6)
        ends.far_writer.write(frame(b"d" * 9)[4:] + frame(b"PONG"))
        assert frame(b"PONG") == await ends.reader.readexactly(6)
    assert {"zombie": 2} == ends.proxy.struck


async def test_swallows_the_goodbye_of_a_client():
    masked = bytes([0x80 | CLOSE, 0x82, 0, 0, 0, 0, 3, 232])
    async with through_a_proxy() as ends:
        ends.proxy.swallow_goodbyes()
        ends.writer.write(GREETING + frame(b"PING") + masked)
        expected = GREETING + frame(b"PING")
        assert expected == await ends.far_reader.readexactly(len(expected))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ends.far_reader.read(1), 0.05)
    assert {"goodbye": 1} == ends.proxy.struck


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100_000])
def test_a_cursor_finds_each_frame_whatever_the_pieces(size):
    payloads = [b"", b"a", b"b" * 125, b"c" * 126, b"d" * 70_000, b"e"]
    stream = GREETING + b"".join(map(frame, payloads))
    cursor, found = Cursor(), []
    for at in range(0, len(stream), size):
        found += [each.moved(at) for each in cursor.frames(stream[at : at + size])]

    expected, at = [], len(GREETING)
    for payload in payloads:
        end = at + len(frame(payload))
        expected.append(Frame(at, 1, end - len(payload), end))
        at = end
    assert expected == found
