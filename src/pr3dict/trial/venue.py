"""The simulated venue in memory: sockets, REST and time as a feed meets them, without any of them.

What is said is the simulated venue's own; here it is only carried, and hurt on the way.
"""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from pr3dict.model.errors import FeedError
from pr3dict.model.units import NS_PER_MS, NS_PER_S, Nanos
from pr3dict.net import handshake
from pr3dict.ports import OnMessage, OnOpen, Transport
from pr3dict.sim.clob import rest
from pr3dict.sim.clob.conversation import PONG, Conversation
from pr3dict.sim.faults import EVERYTHING, Faults
from pr3dict.sim.truth.venue import Venue
from pr3dict.sim.truth.wire import Step
from pr3dict.trial.time import START
from pr3dict.trial.wire import Parcel, Wire

URL: Final = "ws://venue.invalid/ws/market"
REST_URL: Final = "http://venue.invalid"
CONNECT_TIMEOUT_S: Final = 10.0
OPEN_S: Final = (0.05, 0.3)
"""What opening a socket takes."""
REST_S: Final = (0.03, 0.2)
"""What a request takes, both ways."""
REST_TIMEOUT_S: Final = 5.0
GHOST: Final = b'{"price":"0.01","size":"1000"}', b'{"price":"0.99","size":"1000"}'

HASH: Final = re.compile(rb"\b[0-9a-f]{40}\b")
CLAIMING: Final = b'"price_change"}', b'"book"}'
"""How messages end that say what a book is like."""


class MemoryVenue:
    """A venue, its connections and its REST. `connect`, `get` and `post` are what a feed asks."""

    def __init__(self, source: Venue, chance: random.Random) -> None:
        self.source: Final = source
        self.faults: Final = Faults()
        self.wires: Final[dict[int, Wire]] = {}
        self.struck: Final = self.faults.struck
        self.on_arrived: Callable[[Wire, Parcel], None] = lambda _wire, _parcel: None
        self.on_step: Callable[[Step], None] = lambda _step: None
        self.requests: Final[Counter[str]] = Counter()
        """REST requests, and how many of them were refused."""
        self.deaf: Final[set[int]] = set()
        """Connections whose subscriptions are accepted and forgotten."""
        self.deaf_next = 0
        self.open_slowly_s = 0.0
        self.rest_fault = ""
        """How REST fails now: `slow`, `html`, `half`, `ghost`, `stale`; `""`: it does not."""
        self.drifted = False
        """Whether the venue makes its hashes by another recipe."""
        self.slams = False
        """Whether each connection is closed as soon as something is subscribed on it."""
        self.on_ghost: Callable[[], object] = lambda: None
        """Called when REST shows a book that never was."""
        self.on_ping: Callable[[], object] | None = None
        """Called once with a PONG on its way."""
        self.wronged: Final[list[int]] = []
        """Connections that the client gave up though nothing had befallen them."""
        self.accepted = 0
        self.attempts = 0
        self._talks: dict[int, Conversation] = {}
        self._chance = chance
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._old_answers: dict[bytes, bytes] = {}
        self._withheld: tuple[str, ...] = ()
        """What the opening that is being made leaves out."""

    # -- time ------------------------------------------------------------------------------------

    def play(self) -> None:
        """Let everything happen that is due, and come back when more is."""
        while (due_ms := self.source.next_ms) is not None:
            wait_s = (due_ms * NS_PER_MS - START) / NS_PER_S - self._loop.time()
            if wait_s > 0:
                self._timer = self._loop.call_later(wait_s, self.play)
                return
            step = self.source.advance()
            if step is not None:
                self._tell(step)
                self.on_step(step)

    def stop(self) -> None:
        """Let nothing more happen."""
        if self._timer is not None:
            self._timer.cancel()

    # -- sockets ---------------------------------------------------------------------------------

    async def connect(self, url: str, on_open: OnOpen, on_message: OnMessage) -> Transport:
        """Open a socket, as `ports.Connect`."""
        self.attempts += 1
        taken_s = self._chance.uniform(*OPEN_S) + self.open_slowly_s
        if self.open_slowly_s:
            self.struck["slow_open"] += 1
        if taken_s > CONNECT_TIMEOUT_S:
            await asyncio.sleep(CONNECT_TIMEOUT_S)
            raise FeedError(f"{url} did not answer in time", name="timeout")
        await asyncio.sleep(taken_s)
        refusal = self.faults.refusal()
        if refusal is not None and not refusal.status:
            raise handshake.unreachable(url, ConnectionRefusedError("refused"))
        if refusal is not None:
            headers = {name.lower(): text for name, text in refusal.headers.items()}
            now = START + round(self._loop.time() * NS_PER_S)
            raise handshake.refused(url, refusal.status, headers, refusal.body.encode(), Nanos(now))
        self.accepted += 1
        wire = Wire(self.accepted, on_message, self._heard, self._arrived, self._chance)
        if self.deaf_next:
            self.deaf_next -= 1
            self.deaf.add(wire.number)
        self.wires[wire.number] = wire
        self._talks[wire.number] = Conversation()
        on_open(wire)
        return wire

    def open_wires(self) -> list[Wire]:
        """Return the connections that are open, oldest first; those that ended are forgotten."""
        for number in [number for number, wire in self.wires.items() if not wire.open]:
            if self.wires[number].aborted and self._sound(number):
                self.wronged.append(number)
            del self.wires[number], self._talks[number]
            self.deaf.discard(number)
        return list(self.wires.values())

    def _sound(self, number: int) -> bool:
        followed = self._talks[number].following
        return not self.wires[number].touched and all(map(self.source.known, followed))

    def following(self, wire: Wire) -> list[str]:
        """Return the tokens that a connection follows, as the venue has it."""
        return list(self._talks[wire.number].following)

    def _known(self, wire: Wire, token: str) -> bool:
        """Tell whether there is a book; where there is none, silence gives reason for doubt."""
        known = self.source.known(token)
        wire.touched = wire.touched or not known
        return known

    def _heard(self, wire: Wire, frame: bytes) -> None:
        talk = self._talks[wire.number]
        if self.slams and frame != b"PING":
            self.struck["slam"] += 1
            wire.hang_up(1011, "not now")
            return
        if wire.number in self.deaf and frame != b"PING":
            wire.touched = True
            self.struck["deaf"] += 1
            talk.heard('{"type":"market","assets_ids":[]}', lambda _: False, lambda _: b"[]")
            return
        self._withheld = ()
        reply = talk.heard(frame.decode(), partial(self._known, wire), self._opening)
        wire.touched = wire.touched or bool(self._withheld)
        for text in reply.frames:
            if text == PONG and self.faults.ping_ignored():
                wire.touched = True
                continue
            shown = tuple(token for token in reply.added if token not in self._withheld)
            opening = shown if text.startswith(b"[") else ()
            frozen = (wire.number, EVERYTHING) in self.faults.frozen and text != PONG
            cause = "freeze" if frozen else ""
            wire.deliver(Parcel(None if frozen else text, opening, cause))
            if text.startswith(b"[") and self._withheld:
                wire.deliver(Parcel(None, self._withheld, "withhold_snapshot"))
            if text == PONG and self.on_ping is not None:
                self.on_ping()
        if reply.close:
            wire.hang_up(*reply.close)

    def _opening(self, tokens: Iterable[str]) -> bytes:
        asked = list(tokens)
        sent = self.faults.sent_snapshots(asked)
        self._withheld = tuple(token for token in asked if token not in sent)
        return self._hashed(self.source.opening(sent))

    def _hashed(self, text: bytes) -> bytes:
        """Return a text with the hashes of the recipe of the day."""
        return HASH.sub(lambda found: found[0][::-1], text) if self.drifted else text

    def _tell(self, step: Step) -> None:
        for wire in self.open_wires():
            talk = self._talks[wire.number]
            followed = tuple(token for token in step.tokens if token in talk.following)
            if step.tokens and not followed:
                continue
            for frame in step.frames:
                if frame.custom and not talk.custom:
                    continue
                if frame.token and frame.token not in talk.following:
                    continue
                self._hand_over(wire, frame.text, (frame.token,) if frame.token else followed)

    def _hand_over(self, wire: Wire, text: bytes, tokens: tuple[str, ...]) -> None:
        text, before = self._hashed(text), Counter(self.struck)
        texts = self.faults.strike(text, tokens, wire.number) if self.faults.armed else [text]
        cause = next(iter(self.struck - before), "")
        if not texts:
            wire.deliver(Parcel(None, tokens, cause))
        for each in texts:
            swapped = wire.swap > 0
            unreadable = len(each) < len(text) and text.startswith(each)
            what = "corrupt" if unreadable else cause.replace("corrupt", "garbage")
            wire.deliver(Parcel(each, tokens, what, text.endswith(CLAIMING)))
            if swapped and not wire.swap:
                self.struck["swap"] += 1

    def _arrived(self, wire: Wire, parcel: Parcel) -> None:
        self.on_arrived(wire, parcel)

    # -- REST ------------------------------------------------------------------------------------

    async def get(self, url: str) -> tuple[int, bytes]:
        """Ask REST, as `ports.Http`."""
        parts = urlsplit(url)
        now_ms = (START + round(self._loop.time() * NS_PER_S)) // NS_PER_MS
        return await self._answer(lambda: rest.get(self.source, parts.path, {}, now_ms))

    async def post(self, url: str, body: bytes) -> tuple[int, bytes]:
        """Ask REST for books, as `ports.Http`."""
        del url
        fault = self.rest_fault
        status, answer = await self._answer(lambda: rest.post_books(self.source, body))
        if fault == "stale":
            self.struck["rest_stale"] += 1
            return status, self._old_answers.setdefault(body, answer)
        if fault == "ghost" and status == rest.OK:
            self.struck["rest_ghost"] += 1
            self.on_ghost()
            self.rest_fault = ""
            return status, _haunted(answer)
        return status, answer

    async def _answer(self, ask: Callable[[], rest.Answer]) -> rest.Answer:
        self.requests["asked"] += 1
        taken_s = self._chance.uniform(*REST_S)
        await asyncio.sleep(taken_s / 2)
        refusal = self.faults.rest_refusal()
        if refusal is not None or self.rest_fault in {"slow", "html", "half"}:
            self.requests["refused"] += 1
        if refusal is not None:
            return refusal.status, refusal.body.encode()
        status, answer = ask()
        answer = self._hashed(answer)
        if self.rest_fault == "slow":
            self.struck["rest_slow"] += 1
            await asyncio.sleep(REST_TIMEOUT_S)
            raise FeedError("REST did not answer in time", name="timeout")
        if self.rest_fault in {"html", "half"}:
            self.struck[f"rest_{self.rest_fault}"] += 1
            answer = b"<html>" if self.rest_fault == "html" else answer[: len(answer) // 2]
        await asyncio.sleep(taken_s / 2)
        return status, answer

    # -- the end of trouble ----------------------------------------------------------------------

    def mend(self) -> None:
        """End every fault that lasts. What was lost stays lost; a dead socket tells who sends."""
        self.faults.thaw()
        self.faults.ignore_pings(ignored=False)
        self.faults.forgive()
        self.deaf_next, self.open_slowly_s, self.rest_fault = 0, 0.0, ""
        self.slams = False
        self.on_ping = None
        self._old_answers.clear()
        for wire in self.open_wires():
            wire.slow_ns = 0
            wire.release()
            wire.resets = True
            if wire.number in self.deaf:
                wire.hang_up(1011, "we had forgotten you")
        self.deaf.clear()


def _haunted(answer: bytes) -> bytes:
    """Return an answer of REST whose first book has one far level a side (a known ghost)."""
    start = answer.find(b'"bids":[')
    end = answer.find(b"]", answer.find(b'"asks":['))
    if start < 0 or end < 0:
        return answer
    bid, ask = GHOST
    return answer[:start] + b'"bids":[' + bid + b'],"asks":[' + ask + answer[end:]
