"""The callbacks of a `RealTimeDataClient`: each with a mailbox and a place to run of its own."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from pr3dict.client.arguments import is_async
from pr3dict.client.live.hub import ConnectionStatus, Hub, StatusChanged
from pr3dict.client.manager import CANCEL_S
from pr3dict.engine.consumers import Consumer, Read, TaskConsumer, ThreadConsumer, call_soon
from pr3dict.engine.mailbox import EventMailbox
from pr3dict.model.errors import ConfigError
from pr3dict.model.events import Event, Lagged
from pr3dict.venues.polymarket.live.types import Message

Opening = tuple[str, str]
"""What a topic tells first: topic, and symbol or token; `""`: whatever comes."""
CONNECTED: Final[Opening] = ("", "on_connect")


class Openings:
    """What `connect` waits for. Told on any thread, awaited on one loop."""

    def __init__(self) -> None:
        self.left: frozenset[Opening] = frozenset()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._event = asyncio.Event()

    def expect(self, openings: Iterable[Opening]) -> None:
        """Wait for these, on the loop that runs now."""
        self._loop, self._event = asyncio.get_running_loop(), asyncio.Event()
        self.left = frozenset(openings)

    def done(self, openings: Iterable[Opening]) -> None:
        """Wait for these no more."""
        if not self.left:
            return
        with self._lock:
            self.left = self.left.difference(openings)
        if not self.left and self._loop is not None:
            call_soon(self._loop, self._event.set)

    async def wait(self, timeout_s: float) -> None:
        """Wait until nothing is left, or for so long."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return


class Client(Protocol):
    """What is needed of the client whose callbacks these are."""

    @property
    def auto_reconnect(self) -> bool:
        """Whether a lost connection is made anew."""

    async def disconnect(self) -> None:
        """End every connection."""


class Callbacks:
    """What the user wants to be called with. Made once, employed at each `connect`."""

    def __init__(self, client: Client, given: Mapping[str, Any], size_max: int) -> None:
        """`given`: a function, a coroutine function or None by name. Raises `ConfigError`."""
        for name, callback in given.items():
            if callback is not None and not callable(callback):
                raise ConfigError(f"{name}: wanted a function to call, found {callback!r}")
        self.openings: Final = Openings()
        self.consumers: list[Consumer] = []
        self.told = 0
        self.lagged = 0
        """Messages that fell out of the mailbox because on_message was too slow."""
        self._client = client
        self._given = dict(given)
        self._size_max = size_max
        self._loop: asyncio.AbstractEventLoop | None = None
        self._frames: EventMailbox | None = None

    def employ(self, hub: Hub, read_frame: Read, openings: Iterable[Opening]) -> None:
        """Give everyone a mailbox and a place to run; frames have a thread to be read on."""
        self._loop = asyncio.get_running_loop()
        self.openings.expect([*openings, *([CONNECTED] if self._given["on_connect"] else [])])
        self.consumers = []
        messages = self._consumer("on_message", self._read_message, self._telling())
        others = [
            self._consumer(name, read, call)
            for name, read, call in (
                ("on_connect", self._read_connected, self._greeting()),
                ("on_status_change", _read_status, self._given["on_status_change"]),
                ("on_event", _read_other, self._given["on_event"]),
                ("no reconnect", _reader_of_loss(hub), self._ending()),
            )
            if call is not None
        ]
        self._frames = self._consumer("frames", read_frame, hub.tell)
        hub.listen([messages], others)
        for consumer in self.consumers:
            consumer.start()

    def put_frames(self, frames: Sequence[Event]) -> None:
        """Take frames of the market channel, on the feed's thread."""
        if self._frames is not None:
            self._frames.put(frames)

    async def dismiss(self) -> None:
        """Ask all to end, and wait a moment for those of this loop."""
        consumers = list(self.consumers)
        tasks = [task for consumer in consumers if (task := consumer.stop()) is not None]
        mine = [task for task in tasks if task.get_loop() is asyncio.get_running_loop()]
        if mine:
            await asyncio.wait(mine, timeout=CANCEL_S)

    def _consumer(self, name: str, read: Read, call: Callable[..., Any]) -> EventMailbox:
        consumer: Consumer
        if is_async(call):
            assert self._loop is not None
            consumer = TaskConsumer(name, read, call, 0.0, self._loop)
        else:
            consumer = ThreadConsumer(name, read, call, 0.0)
        consumer.mailbox = mailbox = EventMailbox(consumer.wake, None, self._size_max)
        self.consumers.append(consumer)
        return mailbox

    def _telling(self) -> Callable[..., Any]:
        """Return the user's on_message as one that notes what has been told."""
        call = self._given["on_message"]

        async def awaited(client: Client, message: Message) -> None:
            try:
                await call(client, message)
            finally:
                self._note(message)

        def plain(client: Client, message: Message) -> object:
            try:
                return None if call is None else call(client, message)
            finally:
                self._note(message)

        return awaited if call is not None and is_async(call) else plain

    def _greeting(self) -> Callable[..., Any] | None:
        """Return the user's on_connect as one that notes that it has been told."""
        call = self._given["on_connect"]
        if call is None:
            return None

        async def awaited(client: Client) -> None:
            try:
                await call(client)
            finally:
                self.openings.done([CONNECTED])

        def plain(client: Client) -> object:
            try:
                return call(client)
            finally:
                self.openings.done([CONNECTED])

        return awaited if is_async(call) else plain

    def _ending(self) -> Callable[..., Any] | None:
        return None if self._client.auto_reconnect else self._client.disconnect

    def _note(self, message: Message) -> None:
        self.told += 1
        if self.openings.left:
            symbol = message.payload.get("symbol") or message.payload.get("asset_id") or ""
            self.openings.done([(message.topic, ""), (message.topic, str(symbol))])

    def _read_message(self, item: Event) -> tuple[Client, Message] | None:
        if isinstance(item, Lagged):
            self.lagged += item.dropped
        return (self._client, item) if isinstance(item, Message) else None

    def _read_connected(self, item: Event) -> tuple[Client] | None:
        is_open = isinstance(item, StatusChanged) and item.status is ConnectionStatus.CONNECTED
        return (self._client,) if is_open else None


def _read_status(item: Event) -> tuple[ConnectionStatus] | None:
    return (item.status,) if isinstance(item, StatusChanged) else None


def _read_other(item: Event) -> tuple[Event] | None:
    return None if isinstance(item, StatusChanged) else (item,)


def _reader_of_loss(hub: Hub) -> Read:
    def read(item: Event) -> tuple[()] | None:
        return () if isinstance(item, StatusChanged) and hub.lost else None

    return read
