"""A socket in memory: both ends, with latency, order, and the ways in which a network fails.

Whatever is lost on the way leaves a mark that arrives in its stead, so that the oracle knows when
a book should have changed and did not.
"""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable
from typing import Final, NamedTuple

from pr3dict.model.links import Closed
from pr3dict.model.units import NS_PER_MS, NS_PER_S
from pr3dict.ports import OnMessage

LATENCY_MS: Final = (15.0, 80.0)
"""One way, drawn for each frame; order is kept."""


LATE_S: Final = 0.5
"""A frame that is due for so long found the process standing still …"""
BACKLOG_S: Final = 0.3
"""… and lies with its like in the buffer of the socket, which takes so long to be read."""

GRAIN_S: Final = 1e-6
"""Between two arrivals: timers of one moment fire in any order."""


class Parcel(NamedTuple):
    """What travels to the client: a frame, or the mark of one that was lost."""

    frame: bytes | None
    tokens: tuple[str, ...]
    """Those of which it tells; none where it is no data."""
    cause: str
    """What befell it; `""` where nothing did."""
    batch: bool = False
    """Whether it carries the claim of a batch: hash, best prices or a whole book."""


class Wire:
    """One connection. The client has it as `ports.Transport`; the venue has the rest."""

    def __init__(
        self,
        number: int,
        on_message: OnMessage,
        on_sent: Callable[["Wire", bytes], None],
        on_arrived: Callable[["Wire", Parcel], None],
        chance: random.Random,
    ) -> None:
        self.number: Final = number
        self.under_way: Final[Counter[str]] = Counter()
        """Parcels that have not arrived, by token."""
        self.dead = False
        """Half-open: nothing passes either way any more, and neither end is told."""
        self.resets = False
        """The network knows nothing of this connection: whoever sends on it is told so."""
        self.slow_ns = 0
        """What each frame takes longer than usual."""
        self.touched = False
        """Something befell it that may make a client give it up."""
        self.aborted = False
        """The client gave it up."""
        self.swap = 0
        """How many pairs of neighbouring frames are still to change places."""
        self._on_message, self._on_sent, self._on_arrived = on_message, on_sent, on_arrived
        self._chance = chance
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[Closed] = self._loop.create_future()
        self._held: deque[Parcel] = deque()
        self._backlog: deque[Parcel] = deque()
        self._free_at = 0.0
        self._heard_at = 0.0

    @property
    def open(self) -> bool:
        """Whether neither end has given it up."""
        return not self._ended.done()

    def send(self, frame: bytes) -> None:
        """Send to the venue; the client's side of `ports.Transport`."""
        if self.dead:
            self.touched = True
            if self.resets:
                self.end(1006, "reset")
            return
        self._heard_at = max(self._heard_at + GRAIN_S, self._loop.time() + self._delay_s())
        self._loop.call_at(self._heard_at, self._hear, frame, self._heard_at)

    def abort(self) -> None:
        """Drop it at once; the client's side."""
        self.aborted = self.aborted or self.open
        self.end(1006, "aborted")

    async def close(self) -> None:
        """Say goodbye; the client's side."""
        self.end(1000, "closed by us")

    async def run(self) -> Closed:
        """Wait for the end; the client's side."""
        return await self._ended

    def end(self, code: int, reason: str = "") -> None:
        """End it with a code; what is under way never arrives."""
        if self.open:
            self._ended.set_result(Closed(code, reason))

    def hang_up(self, code: int, reason: str) -> None:
        """Close it from the venue's side: the client hears of it after all that was sent."""
        if not self.dead:
            self._free_at = max(self._free_at + GRAIN_S, self._loop.time() + self._delay_s())
            self._loop.call_at(self._free_at, self._hear_of_end, code, reason)

    def _hear_of_end(self, code: int, reason: str) -> None:
        if self._backlog:  # what was sent before is read before
            self._loop.call_later(BACKLOG_S, self.end, code, reason)
        else:
            self.end(code, reason)

    def deliver(self, parcel: Parcel) -> None:
        """Send something to the client."""
        for token in parcel.tokens:
            self.under_way[token] += 1
        if self.swap and parcel.tokens and parcel.frame is not None:
            self._held.append(parcel)
            if len(self._held) < 2:  # noqa: PLR2004 - a pair
                return
            self.swap -= 1
            self._held.reverse()
            self._let_go()
            return
        self._put(parcel)

    def release(self) -> None:
        """Let go what waits for a neighbour to change places with."""
        self.swap = 0
        self._let_go()

    def _let_go(self) -> None:
        while self._held:
            held = self._held.popleft()
            self._put(held._replace(cause=held.cause or "swap"))

    def _put(self, parcel: Parcel) -> None:
        self.touched = self.touched or bool(parcel.cause or self.slow_ns)
        self._free_at = max(self._free_at + GRAIN_S, self._loop.time() + self._delay_s())
        self._loop.call_at(self._free_at, self._reach, parcel, self._free_at)

    def _reach(self, parcel: Parcel, due: float) -> None:
        """Come to the client's machine, which may have stood still, or may still be reading."""
        late = self._loop.time() - due > LATE_S
        if not late and not self._backlog:
            self._arrive(parcel)
            return
        self.touched = self.touched or (late and bool(self._backlog))  # it fell asleep again
        self._backlog.append(parcel)
        if len(self._backlog) == 1:
            self._loop.call_later(BACKLOG_S, self._read_backlog)

    def _read_backlog(self) -> None:
        while self._backlog:
            self._arrive(self._backlog.popleft())

    def _arrive(self, parcel: Parcel) -> None:
        for token in parcel.tokens:
            self.under_way[token] -= 1
        if not self.open:
            return
        if self.dead:
            self.touched = True
            parcel = parcel._replace(frame=None, cause="half_open")
        if parcel.frame is not None:
            try:
                self._on_message(parcel.frame)
            except Exception as error:  # noqa: BLE001 - whatever it is, `run` raises it
                self._ended.set_exception(error)
                return
        self._on_arrived(self, parcel)

    def _hear(self, frame: bytes, due: float) -> None:
        """Let the venue hear a frame; it stands still with the client, as no other venue does."""
        late = self._loop.time() - due > LATE_S
        self.touched = self.touched or self.dead or late
        if self.open and not self.dead:
            self._on_sent(self, frame)

    def _delay_s(self) -> float:
        jitter_ns = self._chance.uniform(*LATENCY_MS) * NS_PER_MS
        return (jitter_ns + self.slow_ns) / NS_PER_S
