"""Connections in words: how one ended, how soon to try again, and what is known of it."""

from enum import Enum

import msgspec

from pr3dict.model.units import Nanos


class Pace(Enum):
    """How soon a lost connection is tried again."""

    QUICK = "quick"
    """After a short random delay that grows while no live stretch comes."""
    PATIENT = "patient"
    """The same, but never at once: the venue has asked for a moment."""
    SLOW = "slow"
    """After minutes: the venue refuses us, and a quick retry would not mend it."""
    IDLE = "idle"
    """When somebody asks for something new, or after minutes: there is nothing left to send."""


class Closed(msgspec.Struct, frozen=True):
    """How an open connection ended."""

    code: int
    """The close code; 1006 when the connection was lost without one."""
    reason: str


class Verdict(msgspec.Struct, frozen=True):
    """What the end of a connection, or a failed attempt to open one, means."""

    name: str
    """Under which it is counted: `slow_consumer`, `http_429`, `expired`."""
    pace: Pace
    sentence: str
    """For people: what happened, and whose doing it was."""
    retry_after: Nanos = Nanos(0)
    """The wait that the venue itself asked for; 0: it named none."""
    spread: Nanos = Nanos(0)
    """Over what time it wants its clients to come back, each at a moment of chance."""


class Phase(Enum):
    """What a link is doing."""

    IDLE = "idle"
    """Nothing to subscribe to, or not started."""
    CONNECTING = "connecting"
    OPEN = "open"
    WAITING = "waiting"
    """Lost; tried again at `retry_at`."""


class Race(msgspec.Struct):
    """How one copy fares among the connections that race for a link."""

    frames: int = 0
    """Frames that it delivered, PONG included."""
    bytes: int = 0
    first: int = 0
    """Frames of data that no other copy had delivered before."""
    late: int = 0
    """Frames of data that came by another copy first: not fed to the books."""
    late_ns_sum: int = 0
    """By how much these were later, all together …"""
    late_ns_max: int = 0
    """… and the latest of them."""
    data_ns: Nanos = Nanos(0)
    """When it last delivered data (PONG is none); 0: never."""


class LinkStatus(msgspec.Struct):
    """What is known of one connection. Its driver writes it, everybody may read it."""

    link: int
    url: str
    phase: Phase = Phase.IDLE
    attempts: int = 0
    """How often it was tried to open it."""
    opened: int = 0
    """How often that succeeded."""
    lost: dict[str, int] = {}
    """How often it failed or ended, by the name of the verdict."""
    last_error: str = ""
    opened_at: Nanos = Nanos(0)
    """When it was last opened; 0: never."""
    retry_at: Nanos = Nanos(0)
    """When it will be tried again; meaningful while WAITING."""
    frames_out: int = 0
    bytes_out: int = 0
    copy: int = 0
    """Which of the connections that race for this link, counted from 1; 0: the only one."""
    race: Race | None = None
    """How it fares among them."""
    rotated: int = 0
    """How often it took the place of an older connection, to which nothing had happened."""

    @property
    def slow_consumer(self) -> int:
        """How often the venue dropped us because we did not read fast enough."""
        return self.lost.get("slow_consumer", 0)

    def inherit(self, older: "LinkStatus") -> None:
        """Go on with the counts of the connection whose place this one takes."""
        self.attempts += older.attempts
        self.opened += older.opened
        for name, times in older.lost.items():
            self.lost[name] = self.lost.get(name, 0) + times
        self.frames_out += older.frames_out
        self.bytes_out += older.bytes_out
        self.rotated += older.rotated + 1
