"""The seams: what a part may ask of the world, and what the world may ask of a part."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from pr3dict.model.events import Event
from pr3dict.model.links import Closed, Verdict
from pr3dict.model.requests import Request
from pr3dict.model.states import Cause
from pr3dict.model.units import Nanos

T = TypeVar("T")


class Clock(Protocol):
    """Wall time that never goes backwards: read once, then carried by the monotonic clock.

    `now()` is `monotonic() + ahead`, which whoever asks once a frame adds up without the call.
    """

    @property
    def ahead(self) -> Nanos: ...
    @property
    def monotonic(self) -> Callable[[], Nanos]: ...
    def now(self) -> Nanos: ...
    def wall(self) -> Nanos:
        """Ask the machine itself: differs from `now` once somebody has set its clock."""


class StreamSession(Protocol):
    """One connection to a venue, without sockets and without a clock: what its driver needs.

    The driver tells it what happened and when; the session answers with frames for the wire and
    the time at which it wants to be woken. `feed` is called with the link, each frame and its
    arrival, and returns the flags of `core`; a frame flagged CONTROL is then told by `control`.
    `tokens` tells what the connection is wanted for: where there is nothing it is not opened.
    """

    @property
    def link(self) -> int: ...
    @property
    def url(self) -> str: ...
    @property
    def feed(self) -> Callable[[int, bytes, Nanos], int]: ...

    def opened(self, now: Nanos) -> None: ...
    def control(self, frame: bytes) -> None: ...
    def closed(self, cause: Cause, now: Nanos) -> None: ...
    def woken(self, now: Nanos) -> None: ...

    def tokens(self) -> Sequence[str]: ...
    def last_data(self) -> Nanos: ...
    def wake_at(self) -> Nanos | None: ...
    def frames(self) -> Sequence[bytes]: ...
    def expired(self, now: Nanos) -> str | None: ...
    def verdict(self, ended: Closed) -> Verdict: ...


class TellingSession(StreamSession, Protocol):
    """A session without books: what it reads waits in it, as events, until it is taken.

    `redacted` returns an outgoing frame as it may be written down: without any credential.
    """

    def take(self) -> Sequence[Event]: ...
    def redacted(self, frame: bytes) -> bytes: ...


class Session(StreamSession, Protocol):
    """One connection that feeds books: a session whose subscription is a set of tokens."""

    def subscribe(self, tokens: Sequence[str], now: Nanos) -> None: ...
    def unsubscribe(self, tokens: Sequence[str], now: Nanos) -> None: ...
    def release(self, tokens: Sequence[str], now: Nanos) -> None: ...
    def resubscribe(self, tokens: Sequence[str], now: Nanos) -> None: ...


Sift = Callable[[bytes, Callable[[str, Nanos], bool]], bytes]
"""Leave out of a frame the whole books that are not wanted, each told as token and venue time.

Returns the frame itself where all are, or where it holds anything else; `b""` where none is.
"""


class Transport(Protocol):
    """One open socket. `run` carries it: it delivers frames until the end, and tells how it ended.

    What the listener raises ends it too: no more is delivered, and `run` raises that very error.
    Whether text is UTF-8 is for the listener to judge: a `UnicodeDecodeError` of it is told to the
    peer as 1007. Ours counts such a frame and stays.
    `send` never waits, `abort` drops the socket at once, `close` says goodbye first, within a
    bound. All three may be called again on a socket that is gone already.
    """

    def send(self, frame: bytes) -> None: ...
    def abort(self) -> None: ...
    async def close(self) -> None: ...
    async def run(self) -> Closed: ...


OnOpen = Callable[[Transport], None]
"""Called on the loop when a socket is open, before its first frame."""

OnMessage = Callable[[bytes], None]
"""Called on the loop the moment a whole message is in. What it raises ends the connection."""


class Connect(Protocol):
    """Open a socket, or raise `FeedError` (`LinkRefused` where a quick retry is no use)."""

    def __call__(
        self, url: str, on_open: OnOpen, on_message: OnMessage
    ) -> Awaitable[Transport]: ...


class Http(Protocol):
    """One HTTP exchange on a kept connection; raises `FeedError` when none took place."""

    async def get(self, url: str) -> tuple[int, bytes]: ...
    async def post(self, url: str, body: bytes) -> tuple[int, bytes]: ...


class Rest(Protocol):
    """Carries requests within the venue's rate limits; raises `RestError` where one fails."""

    async def ask(self, request: Request[T]) -> T: ...


class Sink(Protocol):
    """Where events and book updates go. Called on the feed's thread; must not wait."""

    def books(self, tokens: tuple[str, ...]) -> None: ...
    def events(self, events: Sequence[Event]) -> None: ...


class Recorder(Protocol):
    """What the feed tells a tape, before anything else sees it."""

    def append(self, kind: int, link: int, now: Nanos, payload: bytes) -> None: ...


OnFrame = Callable[[int], object]
"""Called after a frame changed something, with the flags of `core`."""
