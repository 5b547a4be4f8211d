"""An empty world for one link: sockets that the test holds the other end of."""

import asyncio
from collections.abc import Sequence

from pr3dict.model.errors import FeedError
from pr3dict.model.links import Closed, Pace, Verdict
from pr3dict.model.states import Cause
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.ports import OnMessage, OnOpen
from pr3dict.trial.time import START, VirtualClock, VirtualLoop, run

__all__ = ["START", "Net", "Session", "VirtualClock", "VirtualLoop", "Wire", "run"]


class Wire:
    """A socket in memory, as `ports.Transport` wants it; the test holds the other end."""

    def __init__(self, on_message: OnMessage) -> None:
        self.sent: list[bytes] = []
        self._on_message = on_message
        self.ended: asyncio.Future[Closed] = asyncio.get_running_loop().create_future()
        self.goodbyes = 0

    def say(self, frame: bytes) -> None:
        if self.ended.done():
            return
        try:
            self._on_message(frame)
        except Exception as error:  # noqa: BLE001 - whatever it is, `run` raises it
            self.ended.set_exception(error)

    def end(self, code: int, reason: str = "") -> None:
        if not self.ended.done():
            self.ended.set_result(Closed(code, reason))

    def send(self, frame: bytes) -> None:
        self.sent.append(frame)

    def abort(self) -> None:
        self.end(1006)

    async def close(self) -> None:
        self.goodbyes += 1
        self.end(1000)

    async def run(self) -> Closed:
        return await self.ended


class Net:
    """What opens sockets in memory; `answers` are errors for the next attempts."""

    def __init__(self, *answers: FeedError) -> None:
        self.answers = list(answers)
        self.wires: list[Wire] = []
        self.attempted_at: list[Nanos] = []
        self._changed = asyncio.Event()

    async def __call__(self, _url: str, on_open: OnOpen, on_message: OnMessage) -> Wire:
        self.attempted_at.append(VirtualClock().monotonic())
        if self.answers:
            raise self.answers.pop(0)
        wire = Wire(on_message)
        self.wires.append(wire)
        on_open(wire)
        self._changed.set()
        return wire

    async def wire(self, number: int) -> Wire:
        """Return the wire of this number, counted from 0, when it is open."""
        while len(self.wires) <= number:
            self._changed.clear()
            await self._changed.wait()
        return self.wires[number]


class Session:
    """The least that `ports.Session` asks for: subscribes in one frame, beats every ten seconds."""

    link = 7
    url = "ws://127.0.0.1/ws/market"

    def __init__(self, *tokens: str) -> None:
        self.wanted = list(tokens)
        self.told: list[str] = []
        self.heard: list[bytes] = []
        self.flags = 1
        self.failure: BaseException | None = None
        """What `feed` raises."""
        self.beat: Nanos | None = None
        self.dead_at: Nanos | None = None
        self.data_at = Nanos(0)
        self._outgoing: list[bytes] = []

    def opened(self, now: Nanos) -> None:
        self.told.append("opened")
        self.beat = Nanos(now + 10 * NS_PER_S)
        self._outgoing.append(f"tokens {' '.join(self.wanted)}".encode())

    def feed(self, _link: int, frame: bytes, now: Nanos) -> int:
        self.heard.append(frame)
        self.data_at = now
        if self.failure is not None:
            raise self.failure
        return self.flags

    def control(self, frame: bytes) -> None:
        self.told.append(f"control {frame!r}")

    def closed(self, cause: Cause, now: Nanos) -> None:
        self.told.append(f"closed {cause.name}")
        self.beat = None
        self._outgoing.clear()

    def woken(self, now: Nanos) -> None:
        if self.beat is not None and now >= self.beat:
            self._outgoing.append(b"beat")
            self.beat = Nanos(now + 10 * NS_PER_S)

    def subscribe(self, tokens: Sequence[str], now: Nanos) -> None:
        self.wanted.extend(tokens)
        if self.beat is not None:
            self._outgoing.append(f"add {' '.join(tokens)}".encode())

    def unsubscribe(self, tokens: Sequence[str], now: Nanos) -> None:
        raise NotImplementedError

    def release(self, tokens: Sequence[str], now: Nanos) -> None:
        raise NotImplementedError

    def resubscribe(self, tokens: Sequence[str], now: Nanos) -> None:
        raise NotImplementedError

    def tokens(self) -> Sequence[str]:
        return self.wanted

    def last_data(self) -> Nanos:
        return self.data_at

    def wake_at(self) -> Nanos | None:
        return self.beat

    def frames(self) -> list[bytes]:
        frames, self._outgoing = self._outgoing, []
        return frames

    def expired(self, now: Nanos) -> str | None:
        dead = self.dead_at is not None and now >= self.dead_at
        return "no answer for ages" if dead else None

    def verdict(self, ended: Closed) -> Verdict:
        pace = Pace.IDLE if ended.reason == "resolved" else Pace.QUICK
        return Verdict(f"closed_{ended.code}", pace, f"it ended with {ended.code}")
