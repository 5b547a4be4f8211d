"""The venue on 127.0.0.1: its WebSocket and its REST on one port, paced by a clock.

The source decides what is said and when in venue time; this file decides when in wall time, and
how long it waits for slow readers; its wings (`wings.py`) decide to whom. A TaskGroup owns every
task of ours; aiohttp owns those of its requests.
"""

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Protocol, Self

from pr3dict.model.errors import MissingExtra
from pr3dict.sim.connection import NAP_S, Connection, until
from pr3dict.sim.faults import EVERY_CONNECTION
from pr3dict.sim.truth.books import Levels
from pr3dict.sim.truth.source import Source, total_digest

try:
    from aiohttp import web

    from pr3dict.sim.guard import guard
    from pr3dict.sim.wing import REQUEST_MAX, House
    from pr3dict.sim.wings import WINGS
except ImportError as absent:
    raise MissingExtra("aiohttp", "sim") from absent

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
NO_SUCH_PATH: Final = b'{"error":"not found"}'

GOING_AWAY: Final = 1001
TRY_LATER: Final = 1013
SLOW_CONSUMER: Final = "slow consumer: send buffer full"
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


class SimServer(House):
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
        super().__init__(source)
        self._host, self._port = host, port
        self._clock = clock or LoopClock()
        self._send_buffer, self._slow_s = send_buffer, slow_s
        self._running = asyncio.Event()
        self._finished = asyncio.Event()
        self._anchor = (0, 0, 0)
        self._played = 0
        self.wings = [make(self) for make in WINGS]
        self._runner: web.AppRunner | None = None
        self._lives: list[asyncio.Task[None]] = []
        if not paused:
            self._running.set()

    @property
    def _place(self) -> str:
        return f"{self._host}:{self._port}"

    @property
    def ws_url(self) -> str:
        """The address of the market channel."""
        return f"ws://{self._place}/ws/market"

    @property
    def rest_url(self) -> str:
        """The address of REST, without a slash at the end."""
        return f"http://{self._place}"

    @property
    def user_ws_url(self) -> str:
        """The address of the user channel."""
        return f"ws://{self._place}/ws/user"

    @property
    def gamma_url(self) -> str:
        """The address of Gamma, without a slash at the end, as all of REST."""
        return f"http://{self._place}/gamma"

    @property
    def data_url(self) -> str:
        """The address of the Data API; its version 2 is below it."""
        return f"http://{self._place}/data-api"

    @property
    def rtds_url(self) -> str:
        """The address of the live data."""
        return f"ws://{self._place}/rtds"

    @property
    def polybolt_url(self) -> str:
        """The address of PolyBolt, the successor of the live data's prices."""
        return f"ws://{self._place}/polybolt/ws"

    @property
    def sports_url(self) -> str:
        """The address of the sports scores."""
        return f"ws://{self._place}/sports/ws"

    def settings(self) -> dict[str, str]:
        """Return the settings of a `Config` that lead our client to every service here."""
        return {
            "polymarket_market_ws_url": self.ws_url,
            "polymarket_user_ws_url": self.user_ws_url,
            "polymarket_clob_url": self.rest_url,
            "polymarket_gamma_url": self.gamma_url,
            "polymarket_data_url": self.data_url,
            "polymarket_rtds_url": self.rtds_url,
            "polymarket_polybolt_url": self.polybolt_url,
            "polymarket_sports_url": self.sports_url,
        }

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

    def resume(self, late_ms: float = 0.0) -> None:
        """Go on; the time of the pause did not pass at the venue.

        `late_ms`: by how much later than it should; what is due since then happens at once.
        """
        self._drop_anchor(late_ms)
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
            self.close(connection, code, reason)

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
        app = web.Application(client_max_size=REQUEST_MAX, middlewares=[guard(self.faults)])
        for wing in self.wings:
            app.add_routes(wing.routes())
        app.router.add_route("*", "/{path:.*}", _nothing_here)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = self._runner.addresses[0][1]
        await self.tasks.__aenter__()
        self._drop_anchor()
        lives = (self._play(), *(wing.run() for wing in self.wings))
        self._lives = [self.tasks.create_task(life) for life in lives]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._runner is not None
        for life in self._lives:
            life.cancel()
        self.hang_up(GOING_AWAY, "the venue stops")
        if not await until(lambda: not self.connections, STOP_S):
            self.cut()
        await self._runner.cleanup()
        # Only a cancellation may be the group's own doing; other errors stay as they are.
        ours = (kind, error, trace) if kind is asyncio.CancelledError else (None, None, None)
        await self.tasks.__aexit__(*ours)

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

    def _drop_anchor(self, late_ms: float = 0.0) -> None:
        """Tie venue time to wall time from here on."""
        since_ns = self._clock.now() - round(late_ms * NS_PER_MS)
        self._anchor = (since_ns, self.source.now_ms, self._played)

    def now_ms(self) -> int:
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
        self.pass_on(step)

    def _is_drained(self) -> bool:
        return not any(each.pending for each in self.connections.values() if not each.ending)

    def _flush(self) -> None:
        """Hand everything to the sockets, and close those that cannot take it."""
        for connection in self.connections.values():
            connection.flush()
            if self._flat_out or connection.ending:
                continue
            if connection.buffered > self._send_buffer + connection.openings:
                self.close(connection, TRY_LATER, SLOW_CONSUMER)

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
                    self.close(connection, TRY_LATER, SLOW_CONSUMER)
                return
            await asyncio.sleep(NAP_S)

    def _numbered(self, number: int) -> list[Connection]:
        """Return one connection, if it is open, or all."""
        if number == EVERY_CONNECTION:
            return list(self.connections.values())
        return [self.connections[number]] if number in self.connections else []


async def _nothing_here(_request: web.Request) -> web.Response:
    return web.Response(status=404, body=NO_SUCH_PATH, content_type="application/json")
