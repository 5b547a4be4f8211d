"""The simulated venue with a ledger: what it told, what it heard, what it answered, counted.

Whoever tells is not changed: the ledger listens beside it and works out on its own what a
connection is to be told, so that a client's count has something to be held against.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

from aiohttp import web

from pr3dict.sim.clob.channel import Follower
from pr3dict.sim.connection import Connection
from pr3dict.sim.desk.channel import Listener
from pr3dict.sim.live.stream import Out
from pr3dict.sim.live.wing import PolyboltWing, RtdsWing, SportsWing
from pr3dict.sim.server import SimServer
from pr3dict.sim.truth.source import Source
from pr3dict.sim.truth.wire import Step
from pr3dict.sim.wing import C

BEAT_MAX: Final = 6
"""Characters of the longest heartbeat, with room to spare."""


class Ledgered(SimServer):
    """The venue. All keys are texts that a driver writes as well."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.told: Counter[str] = Counter()
        """Data frames by what they say: `price_change 0x…`, `crypto_prices/update btcusdt`."""
        self.heard: Counter[str] = Counter()
        """Heartbeats of clients: `/ws/market PING`."""
        self.answered: Counter[str] = Counter()
        """Answers of REST: `GET /book 200`."""
        self.refused: list[str] = []
        """What was refused: answers with 400 and more, and closes."""
        for wing in self.wings:
            self._counting(wing)
        self.listen(self._note)

    def tell(self, connection: Connection, text: bytes, topics: Iterable[str] = ()) -> None:
        """Note what goes to a client of any channel but that of the books."""
        self.told[key(connection, json.loads(text))] += 1
        super().tell(connection, text, topics)

    def close(self, connection: Connection, code: int, reason: str) -> None:
        """Note that the venue ends a connection."""
        self.refused.append(f"close {code} {reason}")
        super().close(connection, code, reason)

    async def converse(
        self,
        request: web.Request,
        make: Callable[[int, asyncio.Transport], C],
        hear: Callable[[C, str], None],
        leave: Callable[[C], None] = lambda _: None,
    ) -> web.StreamResponse:
        """Note heartbeats, and the opening books that follow from a subscription."""

        def noted(connection: C, text: str) -> None:
            self._beat(request.path, text)
            before = set(_following(connection))
            hear(connection, text)
            for token in set(_following(connection)) - before:
                rules = self.source.rules(token)
                assert rules is not None
                self.told[f"book {rules.condition}"] += 1

        return await super().converse(request, make, noted, leave)

    def _beat(self, path: str, text: str) -> None:
        """Note a text that may be a heartbeat."""
        if len(text) <= BEAT_MAX:
            self.heard[f"{path} {text}"] += 1

    def _note(self, step: Step) -> None:
        """Note what each client of the market channel is to be told of a step."""
        for client in self.connections.values():
            if not isinstance(client, Follower):
                continue
            following, custom = client.conversation.following, client.conversation.custom
            if step.tokens and following.keys().isdisjoint(step.tokens):
                continue
            for frame in step.frames:
                if (not frame.token or frame.token in following) and (custom or not frame.custom):
                    self.told[key(client, json.loads(frame.text))] += 1

    def _counting(self, wing: Any) -> None:
        """Let the answers of a wing be noted, and the heartbeats that its stream hears."""
        routes = wing.routes
        wing.routes = lambda: [self._counted(route) for route in routes()]
        if isinstance(wing, RtdsWing | PolyboltWing | SportsWing):
            self._overhear(wing.stream)

    def _counted(self, route: web.RouteDef) -> web.RouteDef:
        handler: Any = route.handler

        async def counted(request: web.Request) -> web.StreamResponse:
            try:
                answer: web.StreamResponse = await handler(request)
            except web.HTTPException as refusal:
                self._answer(request, refusal.status)
                raise
            if not isinstance(answer, web.WebSocketResponse):
                self._answer(request, answer.status)
            return answer

        return web.RouteDef(route.method, route.path, counted, route.kwargs)

    def _answer(self, request: web.Request, status: int) -> None:
        text = f"{request.method} {request.rel_url.raw_path} {status}"
        self.answered[text] += 1
        if status >= web.HTTPBadRequest.status_code:
            self.refused.append(text)

    def _overhear(self, stream: Any) -> None:
        hear = stream.heard

        def heard(number: int, text: str, now_ms: int) -> Iterable[Out]:
            self._beat(stream.path, text)
            return list(hear(number, text, now_ms))

        stream.heard = heard


def key(connection: Connection, message: dict[str, Any]) -> str:
    """Return by what a message is counted."""
    if isinstance(connection, Listener):
        return f"user {message['event_type']}"
    if "event_type" in message:
        return f"{message['event_type']} {message['market']}"
    symbol = message.get("payload", {}).get("symbol", "")
    if "topic" in message:
        return f"{message['topic']}/{message['type']} {symbol}".strip()
    if "channel" in message:
        kind = "snapshot" if message.get("snapshot") else "update"
        return f"{message['channel']} {kind} {symbol}"
    return "sports"


def _following(connection: Connection) -> dict[str, None]:
    return connection.conversation.following if isinstance(connection, Follower) else {}
