"""A TCP proxy on 127.0.0.1 that does to connections what networks, edges and bad peers do.

`down` and `up` are the weather of the two directions, for every connection and until changed. The
methods are blows: to the connections that are open now, or to the next frame or connection that
comes. `struck` counts by name what happened, so that a test can tell that its fault was real.
"""

import asyncio
import random
import socket
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Final, Literal, Self

from tests.chaos.cursor import CLOSE, Cursor, Frame

CHUNK: Final = 1 << 16
CLOSING_S: Final = 0.001
"""Between two looks at what is still open at the end."""
PONG: Final = b"PONG"
Way = Literal["down", "up"]
"""Down is from the venue to the client."""
BOTH: Final[tuple[Way, Way]] = ("down", "up")


class Weather:
    """What becomes of the bytes of one direction."""

    def __init__(self) -> None:
        self.slice_bytes = 0
        """Pieces of so many bytes, each written by itself; 0: as they come."""
        self.delay_s = 0.0
        """Before each piece."""
        self.bytes_per_s = 0.0
        """0: no limit. What is too much waits at its sender: we read no faster."""

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Yield a chunk in the pieces in which it goes on."""
        size = self.slice_bytes or max(1, len(chunk))
        for at in range(0, len(chunk), size):
            yield chunk[at : at + size]


class Line:
    """One connection through the proxy: two sockets, two directions."""

    def __init__(self, client: asyncio.StreamWriter, venue: asyncio.StreamWriter) -> None:
        self.writers: dict[Way, asyncio.StreamWriter] = {"down": client, "up": venue}
        self.cursors: dict[Way, Cursor] = {"down": Cursor(), "up": Cursor()}
        self.dead: set[Way] = set()
        """Directions in which every byte vanishes, and the end of the stream as well."""
        self.carried: Counter[Way] = Counter()
        """Bytes by direction."""
        self.zombie = False
        """Nothing comes down any more but PONG, as from a venue that is alive and says nothing."""
        self.undead = False
        """The frame in which it became one has been carried to its end."""
        self.close_after = 0
        """Bytes downwards after which the connection ends; 0: never."""
        self.cut = False

    def reset(self) -> None:
        """End both connections with an RST."""
        self.cut = True
        for writer in self.writers.values():
            raw = writer.get_extra_info("socket")
            with suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def close(self) -> None:
        """End both connections with a FIN."""
        self.cut = True
        for writer in self.writers.values():
            writer.close()


class ChaosProxy:
    """Stands before a port of 127.0.0.1, between `async with` and its end."""

    def __init__(self, port: int, *, seed: int = 1) -> None:
        self.down, self.up = Weather(), Weather()
        self.struck: Counter[str] = Counter()
        self.lines: list[Line] = []
        """The connections that are open."""
        self.accepted = 0
        self.target = port
        self._rng = random.Random(seed)
        self._resets = self._corruptions = 0
        self._close_after: list[int] = []
        self._deaf_to_goodbyes = False
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where clients connect."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """The address of the market channel behind the proxy."""
        return f"ws://127.0.0.1:{self.port}/ws/market"

    def reset(self) -> None:
        """End every open connection with an RST, now."""
        for line in list(self.lines):
            self.struck["reset"] += 1
            line.reset()

    def reset_mid_frame(self, times: int = 1) -> None:
        """Let the next frame downwards arrive by half, and then an RST."""
        self._resets += times

    def corrupt(self, times: int = 1) -> None:
        """Flip one bit in the payload of each of the next frames downwards."""
        self._corruptions += times

    def close_after(self, count: int, times: int = 1) -> None:
        """End each of the next connections after so many bytes downwards."""
        self._close_after += [count] * times

    def blackhole(self, ways: Iterable[Way] = BOTH) -> None:
        """Let every byte of the open connections vanish, in these directions, without an end."""
        for line in self.lines:
            line.dead |= set(ways)

    def zombie(self, line: Line) -> None:
        """Let one connection answer PING and deliver nothing else, not even what is asked for."""
        line.zombie = True

    def half_close(self, way: Way) -> None:
        """Tell the receiver of a direction that its stream is over; the other one goes on."""
        for line in self.lines:
            self.struck["half_close"] += 1
            line.dead.add(way)
            with suppress(OSError):
                line.writers[way].write_eof()

    def swallow_goodbyes(self) -> None:
        """Let no close frame of a client reach the venue: nobody will answer it."""
        self._deaf_to_goodbyes = True

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        while self.lines:
            self.lines[0].reset()
            await asyncio.sleep(CLOSING_S)
        await self._server.wait_closed()

    async def _serve(self, from_client: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        self.accepted += 1
        try:
            from_venue, venue = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            client.close()
            return
        line = Line(client, venue)
        if self._close_after:
            line.close_after = self._close_after.pop(0)
        self.lines.append(line)
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._carry(line, "down", from_venue, self.down))
                ways.create_task(self._carry(line, "up", from_client, self.up))
        finally:
            line.close()
            self.lines.remove(line)

    async def _carry(
        self, line: Line, way: Way, reader: asyncio.StreamReader, weather: Weather
    ) -> None:
        """Carry one direction to its end; the end is told to the other side."""
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK):
                if way in line.dead:
                    self.struck["blackhole"] += 1
                    continue
                chunk = self._blow(line, way, chunk)
                for piece in weather.pieces(chunk):
                    await self._write(line, way, piece, weather)
                if line.close_after and line.carried["down"] >= line.close_after:
                    self.struck["close_after"] += 1
                    line.close()
                if line.cut:
                    return
        if way == "up":
            line.close()  # The client has gone: nobody is left to be fooled.
        elif way not in line.dead:
            with suppress(OSError, RuntimeError):
                line.writers[way].write_eof()

    async def _write(self, line: Line, way: Way, piece: bytes, weather: Weather) -> None:
        if weather.delay_s:
            self.struck["delay"] += 1
            await asyncio.sleep(weather.delay_s)
        if weather.bytes_per_s:
            self.struck["throttle"] += 1
            await asyncio.sleep(len(piece) / weather.bytes_per_s)
        if way in line.dead:
            return
        if weather.slice_bytes:
            self.struck["slice"] += 1
        line.writers[way].write(piece)
        line.carried[way] += len(piece)
        await line.writers[way].drain()
        if weather.slice_bytes:
            await asyncio.sleep(0)

    def _blow(self, line: Line, way: Way, chunk: bytes) -> bytes:
        """Return what is left of a chunk after the blows that were ordered."""
        frames = line.cursors[way].frames(chunk)
        if way == "up":
            goodbyes = [frame for frame in frames if frame.opcode == CLOSE and frame.at >= 0]
            if goodbyes and self._deaf_to_goodbyes:
                self.struck["goodbye"] += 1
                return chunk[: goodbyes[0].at]
            return chunk
        if line.zombie:
            return self._only_pongs(line, chunk, frames)
        whole = [f for f in frames if f.at >= 0 and f.payload < f.end <= len(chunk)]
        if line.close_after:
            chunk = chunk[: line.close_after - line.carried["down"]]
        if whole and self._corruptions:
            self._corruptions -= 1
            self.struck["corrupt"] += 1
            chunk = self._with_a_bit_flipped(chunk, whole[0].payload, whole[0].end)
        if whole and self._resets:
            self._resets -= 1
            self.struck["reset_mid_frame"] += 1
            middle = (whole[0].payload + whole[0].end) // 2
            line.writers["down"].write(chunk[:middle])
            line.reset()
            return b""
        return chunk

    def _only_pongs(self, line: Line, chunk: bytes, frames: list[Frame]) -> bytes:
        begun = [frame for frame in frames if frame.at >= 0]
        kept = b"" if line.undead else chunk[: begun[0].at if begun else len(chunk)]
        line.undead = line.undead or bool(begun)
        for frame in begun:
            if chunk[frame.payload : frame.end] == PONG:
                kept += chunk[frame.at : frame.end]
            else:
                self.struck["zombie"] += 1
        return kept

    def _with_a_bit_flipped(self, chunk: bytes, start: int, end: int) -> bytes:
        damaged = bytearray(chunk)
        damaged[self._rng.randrange(start, end)] ^= 1 << self._rng.randrange(8)
        return bytes(damaged)
