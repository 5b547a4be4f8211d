"""The same venue in Kalshi's words, as far as a client of order books needs it: tiny on purpose.

It plays the markets of `Watched` as tickers: the YES ladder is that of a market's first token, the
NO ladder that of its second. Changes are signed and numbered for each subscription, and a message
that is lost has used its number. Nobody's signature is checked; there is no REST.
"""

import asyncio
import json
from collections import Counter
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from aiohttp import WSMsgType, web

from bench.peers.venue import Watched
from pr3dict.sim.connection import Connection
from pr3dict.sim.faults import Faults
from pr3dict.sim.truth.books import Levels

PATH: Final = "/trade-api/ws/v2"
NAP_S: Final = 0.02
STOP_S: Final = 0.3
CHANNEL: Final = "orderbook_delta"


class Subscription(NamedTuple):
    """Some tickers of one connection, under one number."""

    connection: Connection
    sid: int
    tickers: frozenset[str]


def ticker_of(number: int) -> str:
    """Return the ticker of the market of tokens 2n and 2n + 1."""
    return f"SIM-{number}"


class KalshiServer:
    """What the scenarios ask of a server, with Kalshi's protocol on its sockets."""

    def __init__(self, venue: Watched, *, paused: bool = False) -> None:
        self._paused = paused
        """At rest, for tests that `step`."""
        self.faults = Faults()
        self.connections: dict[int, Connection] = {}
        self.accepted = 0
        self.tokens = venue.tokens
        self.rest_url = ""
        self._venue = venue
        self._pairs = {
            ticker_of(at // 2): (yes, no)
            for at, (yes, no) in enumerate(zip(self.tokens, self.tokens[1:], strict=False))
            if at % 2 == 0
        }
        self._ladders = {token: dict(venue.levels(token)[0]) for token in self.tokens}
        self._subscriptions: dict[int, Subscription] = {}
        self._seqs: Counter[int] = Counter()
        self._sids = 0
        self._port = 0
        self._tasks = asyncio.TaskGroup()
        self._pump: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None

    @property
    def ws_url(self) -> str:
        """The address of its sockets."""
        return f"ws://127.0.0.1:{self._port}{PATH}"

    def book(self, token: str) -> tuple[Levels, Levels]:
        """Return the true book of a token."""
        return self._venue.levels(token)

    def half_open(self) -> None:
        """Neither read nor write any socket, and do not close it."""
        for connection in self.connections.values():
            connection.half_open()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get(PATH, self._converse)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]
        await self._tasks.__aenter__()
        if not self._paused:
            self._pump = self._tasks.create_task(self._play())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._runner is not None
        if self._pump is not None:
            self._pump.cancel()
        for connection in self.connections.values():
            connection.cut()
        await self._runner.cleanup()
        await self._tasks.__aexit__(None, None, None)

    async def _play(self) -> None:
        """Play the venue at its own pace."""
        loop, since_ms = asyncio.get_running_loop(), self._venue.now_ms
        began = loop.time()
        while True:
            now_ms = since_ms + (loop.time() - began) * 1_000
            while (due := self._venue.next_ms) is not None and due <= now_ms:
                self.step()
            self._flush()
            await asyncio.sleep(NAP_S)

    def step(self, times: int = 1) -> None:
        """Let something happen."""
        for _ in range(times):
            self._play_one()

    def _flush(self) -> None:
        for connection in self.connections.values():
            connection.flush()

    def _play_one(self) -> None:
        step = self._venue.advance()
        tokens = step.tokens if step is not None else ()
        ticker = next((name for name, pair in self._pairs.items() if set(pair) & set(tokens)), "")
        if not ticker:
            return
        for side, token in zip(("yes", "no"), self._pairs[ticker], strict=True):
            before, after = self._ladders[token], dict(self._venue.levels(token)[0])
            self._ladders[token] = after
            for price in sorted({*before, *after}):
                if change := after.get(price, 0) - before.get(price, 0):
                    self._tell_change(ticker, side, price, change)

    def _tell_change(self, ticker: str, side: str, price: int, change: int) -> None:
        for subscription in list(self._subscriptions.values()):
            if ticker in subscription.tickers:
                details = {
                    "price_dollars": f"{price / 1e6:.4f}",
                    "delta_fp": f"{change / 1e6:.2f}",
                    "side": side,
                    "ts_ms": self._venue.now_ms,
                }
                self._tell(subscription, "orderbook_delta", ticker, details)

    def _snapshot(self, subscription: Subscription) -> None:
        for ticker in sorted(subscription.tickers):
            yes, no = self._pairs[ticker]
            if not self.faults.sent_snapshots([yes]):
                continue
            sides = {"yes_dollars_fp": yes, "no_dollars_fp": no}
            ladders = {
                name: [
                    [f"{p / 1e6:.4f}", f"{s / 1e6:.2f}"] for p, s in self._ladders[token].items()
                ]
                for name, token in sides.items()
            }
            self._tell(subscription, "orderbook_snapshot", ticker, ladders)

    def _tell(
        self, subscription: Subscription, kind: str, ticker: str, details: dict[str, Any]
    ) -> None:
        """Send a numbered message; one that a fault swallows has used its number."""
        self._seqs[subscription.sid] += 1
        message = {"market_ticker": ticker, "market_id": ticker, **details}
        text = {
            "type": kind,
            "sid": subscription.sid,
            "seq": self._seqs[subscription.sid],
            "msg": message,
        }
        connection = subscription.connection
        encoded = json.dumps(text).encode()
        for part in self.faults.strike(encoded, self._pairs[ticker], connection.number):
            connection.say(part)

    async def _converse(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        assert request.transport is not None
        self.accepted += 1
        connection = Connection(self.accepted, request.transport)
        self.connections[connection.number] = connection
        try:
            async for message in socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    self._hear(connection, json.loads(message.data))
        finally:
            del self.connections[connection.number]
            for sid, subscription in list(self._subscriptions.items()):
                if subscription.connection is connection:
                    del self._subscriptions[sid]
        return socket

    def _hear(self, connection: Connection, command: dict[str, Any]) -> None:
        """Act on a command of a client."""
        number, params = command["id"], command.get("params", {})
        if command["cmd"] == "subscribe":
            self._sids += 1
            tickers = frozenset(params.get("market_tickers", ())) & self._pairs.keys()
            subscription = Subscription(connection, self._sids, tickers)
            self._subscriptions[self._sids] = subscription
            reply = {"channel": CHANNEL, "sid": self._sids}
            self._reply(connection, {"id": number, "type": "subscribed", "msg": reply})
            self._snapshot(subscription)
        elif command["cmd"] == "unsubscribe":
            for sid in params["sids"]:
                self._subscriptions.pop(sid, None)
                self._seqs[sid] += 1
                reply = {"id": number, "type": "unsubscribed", "sid": sid, "seq": self._seqs[sid]}
                self._reply(connection, reply)
        else:
            reply = {"code": 5, "msg": "Unknown command"}
            self._reply(connection, {"id": number, "type": "error", "msg": reply})

    def _reply(self, connection: Connection, message: dict[str, Any]) -> None:
        connection.say(json.dumps(message).encode())
        connection.flush()
