"""What the doctor finds: one thing that was looked at, and how it is."""

from enum import Enum

import msgspec


class Level(Enum):
    """How a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"
    """The feed could not work."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    what: str
    level: Level
    words: str
