"""What the wings of the simulated venue share: the house, and how a wing is built.

A wing is one service of the venue: the market channel, CLOB REST, Gamma, the user channel. To add
one: write a class with `routes()` (and `run()` where it does something on its own) in a module of
its own, whose constructor takes the house; put the class into the tuple in `wings.py`; give its
address a property in `server.py`. What happens at the books reaches those who `listen`; sockets
are served by `House.converse`, so that they are numbered with all others and obey `faults`; REST
obeys them too, without a line in the wing (`guard.py`).
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol, TypeVar

from aiohttp import WSMsgType, web

from pr3dict.sim.connection import LINGER_S, Connection
from pr3dict.sim.faults import Faults
from pr3dict.sim.truth.history import History
from pr3dict.sim.truth.source import Source
from pr3dict.sim.truth.wire import Step

HEARD: Final = (WSMsgType.TEXT, WSMsgType.BINARY)
REQUEST_MAX: Final = 16 << 20
"""Bytes of a request: thousands of tokens at once."""

C = TypeVar("C", bound=Connection)
W = TypeVar("W", bound="Wing")


class House:
    """What every wing may use. `SimServer` is one."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults = Faults()
        self.connections: dict[int, Connection] = {}
        """Open connections of every wing by number; numbers count from 1."""
        self.accepted = 0
        """Connections so far."""
        self.delivered = 0
        """Data frames handed out so far, over all connections."""
        self.tasks = asyncio.TaskGroup()
        """Owns what wings start between the opening of the venue and its end."""
        self.wings: list[Wing] = []
        """All of them, once the venue is built."""
        self.history = History(source)
        """What was traded here so far."""
        self._listeners: list[Callable[[Step], None]] = [self.history.hear]
        self._subscribed = asyncio.Event()

    def now_ms(self) -> int:
        """Return the venue's time: between two steps it goes on, at rest it stands."""
        return self.source.now_ms

    def wing(self, kind: type[W]) -> W:
        """Return the wing of a kind, for its script. Raises `LookupError` where there is none."""
        for wing in self.wings:
            if isinstance(wing, kind):
                return wing
        raise LookupError(f"wing: wanted a {kind.__name__} in WINGS, found none")

    def listen(self, listener: Callable[[Step], None]) -> None:
        """Call this with each step of the books from here on, before anything else happens.

        A step tells its trades (`Step.trades`) besides its frames.
        """
        self._listeners.append(listener)

    def announce(self, step: Step) -> None:
        """Tell all what an account did to the books (`Venue.rest`, `Venue.take`), at once."""
        self.pass_on(step)
        for connection in self.connections.values():
            connection.flush()

    def pass_on(self, step: Step) -> None:
        """Tell all listeners what happened at the books; their sockets are flushed later."""
        for listener in self._listeners:
            listener(step)

    def begin(self) -> None:
        """Let a source that waits for its first subscriber begin."""
        self._subscribed.set()

    def tell(self, connection: Connection, text: bytes, topics: Iterable[str] = ()) -> None:
        """Hand a data frame to one client, as far as the faults let it pass.

        `topics`: what it concerns, for faults that are aimed (`drop`, `freeze`): tokens, or the
        names of topics. What answers a client (PONG) goes by `Connection.say` instead.
        """
        if connection.ending:
            return
        texts = [text]
        if self.faults.armed:
            texts = self.faults.strike(text, tuple(topics), connection.number)
        for each in texts:
            connection.say(each)
        self.delivered += len(texts)
        connection.flush()

    def close(self, connection: Connection, code: int, reason: str) -> None:
        """End a connection as the venue does, with a close frame; once."""
        if not connection.ending:
            connection.ending = True
            self.faults.struck[f"close {code}"] += 1
            self.tasks.create_task(connection.close(code, reason))

    async def converse(
        self,
        request: web.Request,
        make: Callable[[int, asyncio.Transport], C],
        hear: Callable[[C, str], None],
        leave: Callable[[C], None] = lambda _: None,
    ) -> web.StreamResponse:
        """Serve one client of a wing, from its upgrade to its end.

        `make` gives the connection its state, `hear` acts on each text of the client (bytes are
        decoded: clients in use send their JSON so), `leave` forgets the connection.
        """
        socket = web.WebSocketResponse(
            compress=False, autoclose=False, timeout=LINGER_S, max_msg_size=REQUEST_MAX
        )
        await socket.prepare(request)
        transport = request.transport
        if transport is None:
            return socket
        self.accepted += 1
        connection = make(self.accepted, transport)
        self.connections[connection.number] = connection
        try:
            async for message in socket:
                if message.type in HEARD and not connection.ending:
                    data: Any = message.data
                    text = data if isinstance(data, str) else data.decode(errors="replace")
                    hear(connection, text)
        finally:
            closed_by_us = connection.ending
            connection.ending = connection.gone = True
            self.connections.pop(connection.number, None)
            leave(connection)
        if closed_by_us:
            transport.close()  # Or aiohttp would send a second close frame.
        else:
            await asyncio.sleep(self.faults.slow_close_s)
        return socket


class Wing(Protocol):
    """One service of the venue. Subclass it: only `routes` must be written."""

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Return what it answers to, with paths as in `SimServer.settings`."""

    async def run(self) -> None:
        """Do what happens unasked, until cancelled; a wing that only answers returns at once."""
        await asyncio.sleep(0)
