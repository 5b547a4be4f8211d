"""The market channel, `/ws/market`: books and what happens to them, for those who follow them."""

import asyncio
from collections.abc import Iterable
from typing import Final

from aiohttp import web

from pr3dict.sim.clob.conversation import Conversation
from pr3dict.sim.connection import Connection, framed
from pr3dict.sim.faults import Faults
from pr3dict.sim.truth.wire import Step
from pr3dict.sim.wing import House, Wing

NORMAL: Final = 1000
ALL_RESOLVED: Final = "all subscribed assets resolved"


class Follower(Connection):
    """A client of the market channel, and what it follows."""

    def __init__(self, number: int, transport: asyncio.Transport) -> None:
        super().__init__(number, transport)
        self.conversation = Conversation()

    def offer(self, step: Step, faults: Faults) -> int:
        """Take what the client follows of a step; return the number of frames."""
        following, custom = self.conversation.following, self.conversation.custom
        wanted = [
            frame.text
            for frame in step.frames
            if (not frame.token or frame.token in following) and (custom or not frame.custom)
        ]
        if faults.armed:
            wanted = [
                text for whole in wanted for text in faults.strike(whole, step.tokens, self.number)
            ]
        self._waiting += map(framed, wanted)
        return len(wanted)


class MarketChannel(Wing):
    """Hands each step to the connections that follow one of its tokens."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._clients: dict[int, Follower] = {}
        self._followers: dict[str, dict[int, Follower]] = {}
        house.listen(self._spread)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Return the one socket."""
        return [web.get("/ws/market", self._serve, allow_head=False)]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        return await self._house.converse(request, self._open, self._hear, self._forget)

    def _open(self, number: int, transport: asyncio.Transport) -> Follower:
        connection = Follower(number, transport)
        self._clients[number] = connection
        return connection

    def _spread(self, step: Step) -> None:
        for connection in self._audience(step):
            self._house.delivered += connection.offer(step, self._house.faults)
        if step.tokens and not self._house.source.known(step.tokens[0]):
            self._dismiss(step)

    def _audience(self, step: Step) -> list[Follower]:
        if not step.tokens:
            return [each for each in self._clients.values() if not each.ending]
        found: dict[int, Follower] = {}
        for token in step.tokens:
            found |= self._followers.get(token, {})
        return [connection for connection in found.values() if not connection.ending]

    def _dismiss(self, step: Step) -> None:
        """Close the connections that follow nothing but resolved markets."""
        for connection in self._audience(step):
            if not any(map(self._house.source.known, connection.conversation.following)):
                self._house.close(connection, NORMAL, ALL_RESOLVED)

    def _hear(self, connection: Follower, text: str) -> None:
        """Act on a text of a client."""
        house = self._house
        reply = connection.conversation.heard(text, house.source.known, self._opening)
        for token in reply.added:
            self._followers.setdefault(token, {})[connection.number] = connection
        for token in reply.removed:
            self._followers[token].pop(connection.number, None)
        if text != "PING" or not house.faults.ping_ignored():
            for frame in reply.frames:
                connection.say(frame)
        if reply.added:
            connection.openings += sum(map(len, reply.frames))
            house.begin()
        connection.flush()
        if reply.close:
            house.close(connection, *reply.close)

    def _opening(self, tokens: Iterable[str]) -> bytes:
        return self._house.source.opening(self._house.faults.sent_snapshots(list(tokens)))

    def _forget(self, connection: Follower) -> None:
        self._clients.pop(connection.number, None)
        for token in connection.conversation.following:
            self._followers[token].pop(connection.number, None)
