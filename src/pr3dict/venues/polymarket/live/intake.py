"""What one connection brought, sorted out: received = applied + ignored + rejected, by reason."""

from collections import Counter
from typing import Any, Final

import msgspec

from pr3dict.core import EVENTS
from pr3dict.model.events import Event, FeedLost, FeedOpened, FrameRejected
from pr3dict.model.states import Cause
from pr3dict.model.units import Nanos

EXCERPT_MAX: Final = 120
"""Characters shown of a frame that could not be read."""
REMEMBERED_MAX: Final = 1024
"""Frames remembered, to know one that is said twice: some seconds of the busiest topic."""


class Intake:
    """The counts of one link over all its connections, and the events that wait to be taken."""

    def __init__(self, link: int) -> None:
        self.received = 0
        self.applied = 0
        self.ignored: Counter[str] = Counter()
        self.rejected: Counter[str] = Counter()
        self.untyped = 0
        """Messages that were told without a typed payload, because its shape is another."""
        self.epoch = 0
        """Which connection of the link this is, from 1."""
        self.last_data = Nanos(0)
        self._link = link
        self._events: list[Event] = []
        self._heard: dict[bytes, None] = {}

    def opened(self, now: Nanos) -> None:
        """Tell that a connection is open."""
        self.epoch += 1
        self._heard.clear()
        self.tell(FeedOpened(self._link, self.epoch, now))

    def closed(self, cause: Cause, topics: tuple[str, ...], now: Nanos) -> None:
        """Tell that it is lost: what these topics say from here on is unknown."""
        self.tell(FeedLost(self._link, self.epoch, cause, topics, now, self.last_data))

    def repeats(self, frame: bytes) -> bool:
        """Tell whether this very frame came a moment ago; remember it."""
        if frame in self._heard:
            return True
        self._heard[frame] = None
        if len(self._heard) > REMEMBERED_MAX:
            del self._heard[next(iter(self._heard))]
        return False

    def apply(self, now: Nanos, *events: Event) -> int:
        """Count a frame of data and keep what it tells; return the flags of `feed`."""
        self.applied += 1
        self.last_data = now
        self._events.extend(events)
        return EVENTS

    def ignore(self, reason: str, *events: Event) -> int:
        """Count a frame that is no data for us; return the flags of `feed`."""
        self.ignored[reason] += 1
        self._events.extend(events)
        return EVENTS if events else 0

    def reject(self, reason: str, detail: object, frame: bytes, now: Nanos) -> int:
        """Count a frame that cannot be read and tell it; return the flags of `feed`."""
        self.rejected[reason] += 1
        shown = frame[:EXCERPT_MAX].decode(errors="replace")
        self._events.append(FrameRejected(self._link, reason, str(detail), shown, now))
        return EVENTS

    def tell(self, event: Event) -> None:
        """Keep an event that is due to no frame."""
        self._events.append(event)

    def take(self) -> list[Event]:
        """Return the events since the last take, in order."""
        taken, self._events = self._events, []
        return taken

    def stats(self) -> dict[str, Any]:
        """Return the counts by name."""
        return {
            "received": self.received,
            "applied": self.applied,
            "ignored": dict(self.ignored),
            "rejected": dict(self.rejected),
            "untyped": self.untyped,
        }


def excerpt(frame: bytes | msgspec.Raw) -> str:
    """Return the beginning of a frame as text, for an event."""
    return bytes(frame)[:EXCERPT_MAX].decode(errors="replace")
