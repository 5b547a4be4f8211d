"""The seam of the live-data streams: what a stream says, to whom, without any socket.

A `Stream` is told who came, what was said, and what time it is; it answers with what to say. It
keeps no clock, so the same seed and the same questions give the same bytes.
"""

import json
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from pr3dict.sim.truth.wire import Step


class Said(NamedTuple):
    """A text for one connection."""

    to: int
    text: str
    about: tuple[str, ...] = ()
    """By what names faults know it (a topic, a symbol); none means that no fault touches it."""


class Ended(NamedTuple):
    """The venue ends one connection."""

    to: int
    code: int
    reason: str


class Pinged(NamedTuple):
    """A ping of the WebSocket protocol for one connection."""

    to: int


Out = Said | Ended | Pinged


class Stream(Protocol):
    """One live-data stream of the venue. Times are venue time in milliseconds."""

    path: str
    """Where it is served."""
    compresses: bool
    """Whether it accepts permessage-deflate where a client offers it."""
    too_slow: tuple[int, str]
    """Code and reason with which it closes on a client that does not read."""

    def joined(self, number: int, now_ms: int) -> Iterable[Out]:
        """Take a new connection."""

    def heard(self, number: int, text: str, now_ms: int) -> Iterable[Out]:
        """Take a text of a client."""

    def ponged(self, number: int, now_ms: int) -> None:
        """Take the answer to a `Pinged`."""

    def told(self, step: Step) -> Iterable[Out]:
        """Take what happened in the books."""

    def due(self, now_ms: int) -> Iterable[Out]:
        """Return what has become due since it was asked last."""

    def left(self, number: int) -> None:
        """Forget a connection."""


Accepts = Callable[[str, str, str], bool]
"""Tells whether an API key, its secret and its passphrase are those of an account."""


def any_key(key: str, secret: str, passphrase: str) -> bool:
    """Accept whatever looks like credentials: a venue without accounts."""
    return bool(key and secret and passphrase)


def compact(message: object) -> str:
    """Return JSON without any space, as these three streams write it."""
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False)


class Seconds:
    """Whole seconds that have become due, each once and in order."""

    KEPT = 120
    """Of a longer leap (a venue that plays flat out) only the latest are told."""

    def __init__(self, start_ms: int, lag_ms: int = 0) -> None:
        """`lag_ms`: how long after a second the stream tells of it."""
        self._lag_ms = lag_ms
        self._last = (start_ms - lag_ms) // 1000

    def due(self, now_ms: int) -> range:
        """Return the seconds that are due now and were not before."""
        newest = (now_ms - self._lag_ms) // 1000
        found = range(max(self._last + 1, newest - self.KEPT + 1), newest + 1)
        self._last = max(self._last, newest)
        return found
