"""Where the streams of one `RealTimeDataClient` meet: one queue of messages, one status.

Streams without books speak on their thread, the market channel on the feed's and what decodes its
frames on a third: all put here, under one lock that nobody holds for long.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Final

from pr3dict.app.events import LinkChanged
from pr3dict.engine.mailbox import EventMailbox
from pr3dict.model.events import BestQuoted, Event, FeedLost, FeedOpened, Trade
from pr3dict.model.links import LinkStatus, Phase
from pr3dict.model.records import Kind
from pr3dict.model.units import Nanos
from pr3dict.venues.polymarket.live.types import Message, StreamRefused


class ConnectionStatus(Enum):
    """What a `RealTimeDataClient` is doing, all its connections together."""

    DISCONNECTED = "disconnected"
    """Not started, or some connection is lost and waits to be tried again."""
    CONNECTING = "connecting"
    CONNECTED = "connected"
    """Every connection that is wanted is open."""


class StatusChanged(Event, frozen=True, gc=False):
    """The status is another one."""

    status: ConnectionStatus


class Heard(Event, frozen=True, gc=False):
    """A frame of the market channel, as it came."""

    frame: bytes
    local_ns: int


class Ear:
    """Hears the market channel's frames as a tape would, and passes them on."""

    def __init__(self, put: Callable[[Sequence[Event]], object]) -> None:
        self._put = put

    def append(self, kind: int, link: int, now: Nanos, payload: bytes) -> None:  # noqa: ARG002
        """Pass on what was received; the frame is the tape's to keep, hence a copy of its bytes."""
        if kind == Kind.IN:
            self._put((Heard(bytes(payload), now),))


class Hub:
    """Messages, troubles and the status of all sources, for the mailboxes of whoever listens."""

    def __init__(self, expand: Callable[[Event], Iterable[Message]]) -> None:
        """`expand` makes the messages for the user from an event of a stream; none: no message."""
        self.status = ConnectionStatus.DISCONNECTED
        self.lost = False
        """Whether a connection has been lost since the start."""
        self.links: Callable[[], list[LinkStatus]] = list
        """Returns what is known of each connection that is wanted."""
        self.on_refused: Callable[[StreamRefused], object] = str
        """Called, on the thread of the streams, with what the venue does not serve."""
        self.refusal: Callable[[LinkChanged], StreamRefused | None] = lambda _: None
        """Returns what the loss of a connection refuses."""
        self._expand = expand
        self._lock: Final = threading.Lock()
        self._messages: list[EventMailbox] = []
        self._others: list[EventMailbox] = []
        self._open = False

    def listen(self, messages: Iterable[EventMailbox], others: Iterable[EventMailbox]) -> None:
        """Put messages into these, and everything else into those; the status is CONNECTING."""
        with self._lock:
            self._messages, self._others = list(messages), list(others)
            self._open, self.lost = True, False
        self._become(ConnectionStatus.CONNECTING)

    def close(self) -> None:
        """Take nothing more; the status is DISCONNECTED."""
        self._become(ConnectionStatus.DISCONNECTED)
        with self._lock:
            self._open = False

    def hear(self, events: Sequence[Event]) -> None:
        """Take what a stream tells, on its thread."""
        for event in events:
            messages = tuple(self._expand(event))
            if messages:
                self.tell(messages)
            elif isinstance(event, LinkChanged):
                self.settle()
                if event.phase is Phase.WAITING and (refused := self.refusal(event)) is not None:
                    self.on_refused(refused)
                    self._put(self._others, (refused,))
            else:
                if isinstance(event, StreamRefused):
                    self.on_refused(event)
                if isinstance(event, FeedOpened | FeedLost):
                    self.settle()
                if not isinstance(event, Trade | BestQuoted):  # told as messages, or in the book
                    self._put(self._others, (event,))

    def tell(self, messages: Sequence[Event]) -> None:
        """Put messages into the mailboxes, in order."""
        self._put(self._messages, messages)

    def settle(self) -> None:
        """See whether the status is another one."""
        phases = {status.phase for status in self.links()} - {Phase.IDLE}
        if Phase.WAITING in phases:
            self.lost = True
            self._become(ConnectionStatus.DISCONNECTED)
        elif phases == {Phase.OPEN}:
            self._become(ConnectionStatus.CONNECTED)
        else:
            self._become(ConnectionStatus.CONNECTING)

    def _become(self, status: ConnectionStatus) -> None:
        with self._lock:
            if not self._open or self.status is status:
                return
            self.status = status
            for mailbox in self._others:
                mailbox.put((StatusChanged(status),))

    def _put(self, mailboxes: Iterable[EventMailbox], events: Sequence[Event]) -> None:
        with self._lock:
            if self._open:
                for mailbox in mailboxes:
                    mailbox.put(events)
