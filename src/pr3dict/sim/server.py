"""The venue on 127.0.0.1: its WebSocket and its REST on one port, paced by a clock.

The source decides what is said and when in venue time; this file decides when in wall time, to
whom, and how long it waits for slow readers. A TaskGroup owns every task of ours; aiohttp owns
those of its requests.
"""

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Protocol, Self

from pr3dict.model.errors import MissingExtra
from pr3dict.sim import rest
from pr3dict.sim.books import Levels
from pr3dict.sim.connection import LINGER_S, NAP_S, Connection, until
from pr3dict.sim.faults import EVERY_CONNECTION, Faults
from pr3dict.sim.source import Source, total_digest
from pr3dict.sim.wire import Step

try:
    from aiohttp import WSMsgType, web
except ImportError as absent:
    raise MissingExtra("aiohttp", "sim") from absent

HEARD: Final = (WSMsgType.TEXT, WSMsgType.BINARY)

NS_PER_S: Final = 1_000_000_000
NS_PER_MS: Final = 1_000_000

CHUNK_STEPS: Final = 256
"""Steps played before the loop may serve anything else."""
NAP_MAX_S: Final = 0.05
"""The longest sleep, so that a script's new event is not overlooked."""
HIGH_WATER: Final = 1 << 20
"""Flat out: bytes that may wait in one socket before we wait for its reader."""
SEND_BUFFER: Final = 16 << 20
"""Paced: bytes beyond the openings that may wait before the reader counts as too slow."""
SLOW_S: Final = 5.0
"""Flat out: how long a full socket may take nothing before its reader counts as too slow."""
STOP_S: Final = 0.3
"""How long the end of the server waits for clients to say goodbye."""
REQUEST_MAX: Final = 16 << 20
"""Bytes of a request: thousands of tokens at once."""

GOING_AWAY: Final = 1001
TRY_LATER: Final = 1013
NORMAL: Final = 1000
SLOW_CONSUMER: Final = "slow consumer: send buffer full"
ALL_RESOLVED: Final = "all subscribed assets resolved"
STARTS_AGAIN: Final = "the recording starts again"


class Clock(Protocol):
    """Anything that tells the time in nanoseconds and never goes back."""

    def now(self) -> int:
        """Return the time."""


class LoopClock:
    """The clock of the event loop: good for pacing, where only spans matter."""

    def now(self) -> int:
        """Return the loop's time in nanoseconds."""
        return round(asyncio.get_running_loop().time() * NS_PER_S)


class SimServer:
    """A venue that clients can connect to, between `async with` and its end.

    `paused` starts it at rest, for tests that `step`. Everything runs on one event loop.
    """

    def __init__(
        self,
        source: Source,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        paused: bool = False,
        send_buffer: int = SEND_BUFFER,
        slow_s: float = SLOW_S,
    ) -> None:
        self.source = source
        self.faults = Faults()
        self.connections: dict[int, Connection] = {}
        """Open connections by number; numbers count from 1."""
        self.accepted = 0
        """Connections so far."""
        self.delivered = 0
        """Data frames handed out so far, over all connections."""
        self._host, self._port = host, port
        self._clock = clock or LoopClock()
        self._send_buffer, self._slow_s = send_buffer, slow_s
        self._followers: dict[str, dict[int, Connection]] = {}
        self._running = asyncio.Event()
        self._subscribed = asyncio.Event()
        self._finished = asyncio.Event()
        self._anchor = (0, 0, 0)
        self._played = 0
        self._tasks = asyncio.TaskGroup()
        self._runner: web.AppRunner | None = None
        self._pump: asyncio.Task[None] | None = None
        if not paused:
            self._running.set()

    @property
    def ws_url(self) -> str:
        """The address of the market channel."""
        return f"ws://{self._host}:{self._port}/ws/market"

    @property
    def rest_url(self) -> str:
        """The address of REST, without a slash at the end."""
        return f"http://{self._host}:{self._port}"

    @property
    def tokens(self) -> list[str]:
        """The tokens that can be subscribed."""
        return self.source.tokens

    def book(self, token: str) -> tuple[Levels, Levels]:
        """Return the true (bids, asks) as (price, size) in micros, best first."""
        return self.source.levels(token)

    def digest(self, tokens: Iterable[str] | None = None) -> str:
        """Return the digest of the true books of these tokens, or of all subscribable ones."""
        return total_digest(self.source, self.tokens if tokens is None else tokens)

    def pause(self) -> None:
        """Let nothing more happen; books are at rest from here."""
        self._running.clear()

    def resume(self) -> None:
        """Go on; the time of the pause did not pass at the venue."""
        self._drop_anchor()
        self._running.set()

    async def step(self, n: int = 1) -> int:
        """Play exactly n steps of a paused venue; return the frames handed to the sockets."""
        if self._running.is_set():
            raise RuntimeError("step: wanted a paused server, found a running one: pause() first")
        before = self.delivered
        for _ in range(n):
            self._play_one()
        await self.drained()
        return self.delivered - before

    async def drained(self) -> None:
        """Wait until everything said so far was taken by the sockets."""
        self._flush()
        while not await until(self._is_drained, NAP_MAX_S):
            self._flush()

    async def finished(self) -> None:
        """Wait for the end of the source (a duration, a recording) and until it is drained."""
        await self._finished.wait()
        await self.drained()

    def hang_up(self, code: int, reason: str, number: int = EVERY_CONNECTION) -> None:
        """Close one connection, or all, with a code."""
        for connection in self._numbered(number):
            self._close(connection, code, reason)

    def cut(self, number: int = EVERY_CONNECTION) -> None:
        """End the TCP connection of one client, or of all, without a close frame."""
        for connection in self._numbered(number):
            connection.cut()

    def half_open(self, number: int = EVERY_CONNECTION) -> None:
        """Neither read nor write the socket of one client, or of all, and do not close it."""
        for connection in self._numbered(number):
            connection.half_open()
            self.faults.struck["half_open"] += 1

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=REQUEST_MAX)
        app.router.add_get("/ws/market", self._converse)
        app.router.add_post("/books", self._answer)
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = self._runner.addresses[0][1]
        await self._tasks.__aenter__()
        self._drop_anchor()
        self._pump = self._tasks.create_task(self._play())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._runner is not None
        assert self._pump is not None
        self._pump.cancel()
        self.hang_up(GOING_AWAY, "the venue stops")
        if not await until(lambda: not self.connections, STOP_S):
            self.cut()
        await self._runner.cleanup()
        # Only a cancellation may be the group's own doing; other errors stay as they are.
        ours = (kind, error, trace) if kind is asyncio.CancelledError else (None, None, None)
        await self._tasks.__aexit__(*ours)

    async def _play(self) -> None:
        """Play the source at its rate until its end."""
        while True:
            if self.source.waits:
                await self._subscribed.wait()
            self._drop_anchor()
            while self.source.next_ms is not None:
                await self._running.wait()
                nap_s = self._play_due()
                self._flush()
                await (self._room() if self._flat_out else asyncio.sleep(nap_s))
            if not self.source.restart():
                break
            self.hang_up(GOING_AWAY, STARTS_AGAIN)
            self._subscribed.clear()
        self._finished.set()

    @property
    def _flat_out(self) -> bool:
        return not (self.source.rate.speed or self.source.rate.frames_per_s)

    def _drop_anchor(self) -> None:
        """Tie venue time to wall time from here on."""
        self._anchor = (self._clock.now(), self.source.now_ms, self._played)

    def _now_ms(self) -> int:
        """Return the venue's time: between two steps it goes on, at rest it stands."""
        speed = self.source.rate.speed
        if not speed or not self._running.is_set():
            return self.source.now_ms
        since_ns, from_ms, _ = self._anchor
        return from_ms + round((self._clock.now() - since_ns) / NS_PER_MS * speed)

    def _play_due(self) -> float:
        """Play what is due, at most a chunk; return the seconds until more may be due."""
        rate = self.source.rate
        since_ns, from_ms, played = self._anchor
        elapsed_ns = self._clock.now() - since_ns
        for _ in range(CHUNK_STEPS):
            due_ms = self.source.next_ms
            if due_ms is None:
                return 0.0
            if rate.frames_per_s:
                if self._played - played >= elapsed_ns * rate.frames_per_s / NS_PER_S:
                    return NAP_S
            elif rate.speed:
                wait_ns = (due_ms - from_ms) * NS_PER_MS / rate.speed - elapsed_ns
                if wait_ns > 0:
                    return min(wait_ns / NS_PER_S, NAP_MAX_S)
            self._play_one()
        return 0.0

    def _play_one(self) -> None:
        """Let the next thing happen and hand it to those who follow it."""
        step = self.source.advance()
        if step is None:
            return
        self._played += len(step.frames)
        for connection in self._audience(step):
            self.delivered += connection.offer(step, self.faults)
        if step.tokens and not self.source.known(step.tokens[0]):
            self._dismiss(step)

    def _audience(self, step: Step) -> list[Connection]:
        if not step.tokens:
            return [each for each in self.connections.values() if not each.ending]
        found: dict[int, Connection] = {}
        for token in step.tokens:
            found |= self._followers.get(token, {})
        return [connection for connection in found.values() if not connection.ending]

    def _dismiss(self, step: Step) -> None:
        """Close the connections that follow nothing but resolved markets."""
        for connection in self._audience(step):
            if not any(map(self.source.known, connection.conversation.following)):
                self._close(connection, NORMAL, ALL_RESOLVED)

    def _is_drained(self) -> bool:
        return not any(each.pending for each in self.connections.values() if not each.ending)

    def _flush(self) -> None:
        """Hand everything to the sockets, and close those that cannot take it."""
        for connection in self.connections.values():
            connection.flush()
            if self._flat_out or connection.ending:
                continue
            if connection.buffered > self._send_buffer + connection.openings:
                self._close(connection, TRY_LATER, SLOW_CONSUMER)

    async def _room(self) -> None:
        """Flat out: wait until every reader has taken most of what it was sent."""
        await asyncio.sleep(0)
        waited_since = self._clock.now()
        least: dict[int, int] = {}
        while full := [each for each in self.connections.values() if each.buffered > HIGH_WATER]:
            for connection in full:
                if connection.buffered < least.get(connection.number, connection.buffered + 1):
                    least[connection.number] = connection.buffered
                    waited_since = self._clock.now()
            if self._clock.now() - waited_since > self._slow_s * NS_PER_S:
                for connection in full:
                    self._close(connection, TRY_LATER, SLOW_CONSUMER)
                return
            await asyncio.sleep(NAP_S)

    def _numbered(self, number: int) -> list[Connection]:
        """Return one connection, if it is open, or all."""
        if number == EVERY_CONNECTION:
            return list(self.connections.values())
        return [self.connections[number]] if number in self.connections else []

    def _close(self, connection: Connection, code: int, reason: str) -> None:
        if not connection.ending:
            connection.ending = True
            self.faults.struck[f"close {code}"] += 1
            self._tasks.create_task(connection.close(code, reason))

    async def _converse(self, request: web.Request) -> web.StreamResponse:
        """Serve one client of the market channel, from its upgrade to its end."""
        refusal = self.faults.refusal()
        if refusal is not None:
            status, headers, body = refusal
            return web.Response(status=status, headers=headers, text=body)
        socket = web.WebSocketResponse(
            compress=False, autoclose=False, timeout=LINGER_S, max_msg_size=REQUEST_MAX
        )
        await socket.prepare(request)
        transport = request.transport
        if transport is None:
            return socket
        self.accepted += 1
        connection = Connection(self.accepted, transport)
        self.connections[connection.number] = connection
        try:
            async for message in socket:
                if message.type in HEARD and not connection.ending:
                    data = message.data  # Clients in use (polyws) send their JSON as bytes.
                    text = data if isinstance(data, str) else data.decode(errors="replace")
                    self._hear(connection, text)
        finally:
            closed_by_us = connection.ending
            self._forget(connection)
        if closed_by_us:
            transport.close()  # Or aiohttp would send a second close frame.
        else:
            await asyncio.sleep(self.faults.slow_close_s)
        return socket

    def _hear(self, connection: Connection, text: str) -> None:
        """Act on a text of a client."""
        reply = connection.conversation.heard(text, self.source.known, self._opening)
        for token in reply.added:
            self._followers.setdefault(token, {})[connection.number] = connection
        for token in reply.removed:
            self._followers[token].pop(connection.number, None)
        if text != "PING" or not self.faults.ping_ignored():
            for frame in reply.frames:
                connection.say(frame)
        if reply.added:
            connection.openings += sum(map(len, reply.frames))
            self._subscribed.set()
        connection.flush()
        if reply.close:
            self._close(connection, *reply.close)

    def _opening(self, tokens: Iterable[str]) -> bytes:
        return self.source.opening(self.faults.sent_snapshots(list(tokens)))

    def _forget(self, connection: Connection) -> None:
        connection.ending = connection.gone = True
        self.connections.pop(connection.number, None)
        for token in connection.conversation.following:
            self._followers[token].pop(connection.number, None)

    async def _answer(self, request: web.Request) -> web.Response:
        """Serve one REST request."""
        refusal = self.faults.rest_refusal()
        if refusal is not None:
            status, headers, body = refusal
            return web.Response(status=status, headers=headers, text=body)
        if request.method == "POST":
            code, answer = rest.post_books(self.source, await request.read())
        else:
            code, answer = rest.get(self.source, request.path, request.query, self._now_ms())
        return web.Response(status=code, body=answer, content_type="application/json")
