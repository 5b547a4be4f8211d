"""The user channel, `/ws/user`: each account hears of its own orders and trades, as they happen."""

import asyncio
from collections.abc import Iterable

from aiohttp import web

from pr3dict.sim.connection import Connection
from pr3dict.sim.desk.accounts import Account
from pr3dict.sim.desk.conversation import PING, UserConversation
from pr3dict.sim.desk.desk import Desk
from pr3dict.sim.wing import House, Wing


class Listener(Connection):
    """A client of the user channel."""

    def __init__(self, number: int, transport: asyncio.Transport) -> None:
        super().__init__(number, transport)
        self.conversation = UserConversation()


class UserChannel(Wing):
    """Hands what the desk tells to whom it concerns; faults are aimed at markets by condition."""

    def __init__(self, house: House, desk: Desk) -> None:
        self._house = house
        self._accounts = desk.accounts
        self._clients: dict[int, Listener] = {}
        desk.tell = self._tell

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Return the one socket."""
        return [web.get("/ws/user", self._serve, allow_head=False)]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        return await self._house.converse(request, self._open, self._hear, self._forget)

    def _open(self, number: int, transport: asyncio.Transport) -> Listener:
        self._clients[number] = Listener(number, transport)
        return self._clients[number]

    def _hear(self, client: Listener, text: str) -> None:
        reply = client.conversation.heard(text, self._admits)
        if text != PING or not self._house.faults.ping_ignored():
            for frame in reply.frames:
                client.say(frame)
        client.flush()
        if reply.close:
            self._house.close(client, *reply.close)

    def _admits(self, key: str, secret: str, passphrase: str) -> Account | None:
        return self._accounts.admits(key, secret, passphrase, self._house.now_ms())

    def _tell(self, account: Account, condition: str, text: bytes) -> None:
        for client in self._clients.values():
            if client.conversation.account is account and client.conversation.wants(condition):
                self._house.tell(client, text, (condition,))

    def _forget(self, client: Listener) -> None:
        self._clients.pop(client.number, None)
