"""The wings of the live-data streams: one carrier for RTDS, PolyBolt and sports.

A stream says what to say (`live.py`); the carrier puts it into sockets, asks it every 50 ms of
wall time what has become due in venue time, and lets faults have their way.
"""

import asyncio
import json
import zlib
from collections.abc import Iterable
from typing import Any, Final

from aiohttp import WSMsgType, web

from pr3dict.sim.connection import LINGER_S, TEXT, Connection, framed
from pr3dict.sim.desk.accounts import Account
from pr3dict.sim.desk.desk import Tell
from pr3dict.sim.desk.wing import ClobPrivate
from pr3dict.sim.live.polybolt import Polybolt
from pr3dict.sim.live.rtds import Parties, Rtds
from pr3dict.sim.live.rtds_activity import About, Describe
from pr3dict.sim.live.sports import Sports
from pr3dict.sim.live.stream import Accepts, Ended, Out, Said, Stream, any_key
from pr3dict.sim.truth.history import History
from pr3dict.sim.truth.prices import Prices
from pr3dict.sim.truth.source import Source
from pr3dict.sim.truth.traders import Trader, parties_of
from pr3dict.sim.truth.wire import Step, Trade
from pr3dict.sim.wing import REQUEST_MAX, House, Wing

TICK_S: Final = 0.05
"""How often streams are asked what is due."""
SEND_BUFFER: Final = 4 << 20
"""Bytes that may wait in a socket before its reader counts as too slow."""
PING: Final = 0x89
PONG: Final = 0x8A
"""First bytes of the WebSocket frames of a ping and its answer (RFC 6455, section 5.2)."""
SQUEEZED: Final = 0x40
"""The bit of a first byte that says: compressed (RFC 7692, section 6)."""
TAIL: Final = b"\x00\x00\xff\xff"
SEED: Final = 1


class Line(Connection):
    """One client's socket, with compression where it was negotiated."""

    def __init__(self, number: int, transport: asyncio.Transport, window_bits: int) -> None:
        """`window_bits`: of the compression; 0 means none."""
        super().__init__(number, transport)
        self._window_bits = window_bits

    def say(self, text: bytes) -> None:
        """Take a text that no fault touches."""
        if self._window_bits and text:
            self._waiting.append(framed(deflated(text, self._window_bits), TEXT | SQUEEZED))
        else:
            super().say(text)

    def beat(self, kind: int, payload: bytes = b"") -> None:
        """Take a ping of the protocol, or the answer to one."""
        self._waiting.append(framed(payload, kind))


class LiveWing(Wing):
    """Carries one stream."""

    def __init__(self, house: House, stream: Stream) -> None:
        self._house = house
        self._stream = stream
        self._lines: dict[int, Line] = {}
        house.listen(self._listen)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Return the one path of the stream."""
        return [web.get(self._stream.path, self._converse)]

    async def run(self) -> None:
        """Tell what is due, for as long as the venue is open."""
        while True:
            if self._lines:
                self._tick()
            await asyncio.sleep(TICK_S)

    def carry(self, outs: Iterable[Out]) -> None:
        """Put into the sockets what the stream says, also at a script's request."""
        for out in outs:
            line = self._lines.get(out.to)
            if line is None or line.ending:
                continue
            if isinstance(out, Ended):
                self._house.close(line, out.code, out.reason)
            elif isinstance(out, Said) and out.about:
                self._house.tell(line, out.text.encode(), out.about)
            elif isinstance(out, Said):
                line.say(out.text.encode())
            else:
                line.beat(PING)
            line.flush()
            if line.buffered > SEND_BUFFER:
                self._house.close(line, *self._stream.too_slow)

    def _tick(self) -> None:
        self.carry(self._stream.due(self._house.now_ms()))

    def _listen(self, step: Step) -> None:
        if self._lines:
            self.carry(self._stream.told(step))

    async def _converse(self, request: web.Request) -> web.StreamResponse:
        """Serve one client, from its upgrade to its end."""
        socket = web.WebSocketResponse(
            compress=self._stream.compresses,
            autoclose=False,
            autoping=False,
            timeout=LINGER_S,
            max_msg_size=REQUEST_MAX,
        )
        await socket.prepare(request)
        transport = request.transport
        if transport is None:
            return socket
        self._tick()  # What was due before it came is not for the new client.
        self._house.accepted += 1
        line = Line(self._house.accepted, transport, int(socket.compress))
        self._house.connections[line.number] = self._lines[line.number] = line
        try:
            self.carry(self._stream.joined(line.number, self._house.now_ms()))
            async for message in socket:
                if not line.ending:
                    self._take(line, message.type, message.data)
        finally:
            closed_by_us = line.ending
            line.ending = line.gone = True
            del self._house.connections[line.number], self._lines[line.number]
            self._stream.left(line.number)
        if closed_by_us:
            transport.close()  # Or aiohttp would send a second close frame.
        else:
            await asyncio.sleep(self._house.faults.slow_close_s)
        return socket

    def _take(self, line: Line, kind: WSMsgType, data: Any) -> None:  # noqa: ANN401 - by kind
        """Act on one frame of a client."""
        now_ms = self._house.now_ms()
        if kind is WSMsgType.PING:
            line.beat(PONG, data)
            line.flush()
        elif kind is WSMsgType.PONG:
            self._stream.ponged(line.number, now_ms)
        elif kind in {WSMsgType.TEXT, WSMsgType.BINARY}:
            text = data if isinstance(data, str) else data.decode(errors="replace")
            self.carry(self._stream.heard(line.number, text, now_ms))


class RtdsWing(LiveWing):
    """The live data; `stream` is its script."""

    def __init__(self, house: House) -> None:
        walks = Prices(SEED, house.source.now_ms)
        describe, parties = described(house.source), parties_in(house.history)
        self.stream = Rtds(house.source, walks, describe, seed=SEED, parties=parties)
        self.stream.accepts = admission(house)
        super().__init__(house, self.stream)

    async def run(self) -> None:
        """Tell what is due, and to old clients what the desk tells accounts."""
        desk = self._house.wing(ClobPrivate).desk
        if desk is not None:
            desk.tell = self._besides(desk.tell)
        await super().run()

    def _besides(self, tell: Tell) -> Tell:
        def both(account: Account, condition: str, text: bytes) -> None:
            tell(account, condition, text)
            message = json.loads(text)
            kind, now_ms = message["event_type"], self._house.now_ms()
            for key in account.keys:
                self.carry(self.stream.tell_user(key, kind, message, now_ms))

        return both


class PolyboltWing(LiveWing):
    """PolyBolt; `stream` is its script."""

    def __init__(self, house: House) -> None:
        self.stream = Polybolt(house.source, Prices(SEED, house.source.now_ms))
        self.stream.accepts = admission(house)
        super().__init__(house, self.stream)

    def drain(self) -> None:
        """Send everybody away as before a restart (4003)."""
        self.carry(self.stream.drain())

    def expire(self) -> None:
        """Let all credentials expire (4001)."""
        self.carry(self.stream.expire())


class SportsWing(LiveWing):
    """The sports scores; `stream` is its script."""

    def __init__(self, house: House) -> None:
        self.stream = Sports(house.source.now_ms, seed=SEED)
        super().__init__(house, self.stream)


def described(source: Source) -> Describe:
    """Return who tells the people's streams about a market."""

    def describe(token: str) -> About | None:
        rules = source.rules(token)
        listing = source.listing_of(rules.condition) if rules else None
        if rules is None or listing is None:
            return None
        name, event = listing.name, listing.name.event
        return About(
            rules.condition, rules.tokens, rules.outcomes, name.question, name.slug, event.slug
        )

    return describe


def parties_in(history: History) -> Parties:
    """Return who tells the parties of a trade: those that the Data API names as well."""

    def parties(trade: Trade) -> tuple[Trader, Trader]:
        for deal in reversed(history.deals):
            if deal.trade == trade:
                return deal.taker, deal.maker
        return parties_of(trade.transaction)

    return parties


def admission(house: House) -> Accepts:
    """Return who checks credentials: the accounts, or nobody where a recording is played."""

    def admits(key: str, secret: str, passphrase: str) -> bool:
        desk = house.wing(ClobPrivate).desk
        if desk is None:
            return any_key(key, secret, passphrase)
        return desk.accounts.admits(key, secret, passphrase, house.now_ms()) is not None

    return admits


def deflated(text: bytes, window_bits: int) -> bytes:
    """Return a text compressed on its own, which any negotiated context can read (RFC 7692)."""
    squeeze = zlib.compressobj(wbits=-window_bits)
    whole = squeeze.compress(text) + squeeze.flush(zlib.Z_SYNC_FLUSH)
    return whole.removesuffix(TAIL)
