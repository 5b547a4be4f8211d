"""One connection to the user channel: prove who we are, keep alive, read. No socket, no clock.

Protocol section 2. The venue acknowledges nothing and replays nothing: a connection on which
nothing is heard may be a quiet account, and only PONG tells that from a dead one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from pr3dict.core import CONTROL, EVENTS
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.events import ControlReceived, Event, FrameRejected
from pr3dict.model.links import Closed, Pace, Verdict
from pr3dict.model.states import Cause
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket import rules
from pr3dict.venues.polymarket.user import wire as user_wire

UNHEARD_MAX: Final = 3
"""Connections in a row that end before anything was heard, until our credentials are suspected."""
_CONTROL_MAX: Final = 80
"""Bytes of the longest text that is taken for a control; a longer one is a spoilt message."""
_EXCERPT: Final = 120
_ACCUSING: Final = ("auth", "credential", "api key", "apikey", "expired", "passphrase", "signature")
"""Words in a reason, or in the last text before a close, that mean our credentials."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set, in nanoseconds. `Config` has the same in seconds, with reasons."""

    ping_every: Nanos = Nanos(10 * NS_PER_S)
    pong_timeout: Nanos = Nanos(30 * NS_PER_S)
    """A PONG may queue behind data for so long …"""
    pong_quiet: Nanos = Nanos(10 * NS_PER_S)
    """… but where neither it nor data comes, this is the end."""


class Counts(msgspec.Struct):
    """What a session has seen. `received` is `told`, `ignored` and `rejected` together."""

    received: int = 0
    """Messages; a frame may hold many."""
    told: int = 0
    """Orders and trades."""
    ignored: Counter[str] = msgspec.field(default_factory=Counter)
    """What is neither, by its kind; `control` are texts, PONG among them."""
    rejected: Counter[str] = msgspec.field(default_factory=Counter)
    """What could not be read, by the reason."""
    pings: int = 0
    pongs: int = 0


class UserSession:
    """The user channel of one account, as `ports.TellingSession` wants it."""

    def __init__(
        self,
        link: int,
        url: str,
        creds: ClobApiKeyCreds,
        markets: Iterable[str] | None = None,
        settings: Settings | None = None,
    ) -> None:
        """`markets`: condition ids; None: all there are. Raises `UnknownTokenError`."""
        self.link: Final = link
        self.url: Final = url
        self.counts: Final = Counts()
        self._creds = creds
        self._settings = settings or Settings()
        self._markets = None if markets is None else _checked(markets)
        self._outgoing: list[bytes] = []
        self._introduce = False
        """Whether the frame with the credentials is to go first; it is made when it is sent."""
        self._events: list[Event] = []
        self._open = False
        self._ping_at: Nanos | None = None
        self._unanswered: Nanos | None = None
        """When the oldest PING without an answer went out."""
        self._heard_ns = Nanos(0)
        self._proved = False
        """Whether this connection has brought an order, a trade or a PONG."""
        self._unheard = 0
        """Connections in a row that brought nothing."""
        self._vouched = False
        self._last_words = ""
        """The last thing that was neither order nor trade nor PONG: it may tell why we are left."""

    @property
    def markets(self) -> tuple[str, ...] | None:
        """The condition ids that are wanted; None: all."""
        return None if self._markets is None else tuple(self._markets)

    def opened(self, now: Nanos) -> None:
        """Tell that the connection is open: our credentials go first."""
        self._open, self._introduce = True, True
        self._proved = False
        self._last_words = ""
        self._ping_at = Nanos(now + self._settings.ping_every)

    def feed(self, link: int, frame: bytes, now: Nanos) -> int:
        """Take a frame; orders and trades wait in `take`. A text that is no JSON is `control`."""
        text = frame.strip()
        if text[:1] not in (b"{", b"[") and len(text) <= _CONTROL_MAX:
            self._heard_ns = now
            if text.upper() != user_wire.PONG:
                shown = text.decode(errors="replace")
                self._events.append(ControlReceived(link, shown, now))
                return CONTROL | EVENTS
            return CONTROL
        try:
            messages = user_wire.entries(frame)
        except ValueError as wrong:
            self.counts.received += 1
            self._reject(frame, "not_json", str(wrong), now)
            return EVENTS
        for message in messages:
            self.counts.received += 1
            self._read(message, now)
        return EVENTS if self._events else 0

    def control(self, frame: bytes) -> None:
        """Take a text that is no data."""
        self.counts.received += 1
        self.counts.ignored["control"] += 1
        if frame.strip().upper() == user_wire.PONG:
            self.counts.pongs += 1
            self._unanswered = None
            self._proved = True
        else:
            self._last_words = frame[:_EXCERPT].decode(errors="replace")

    def closed(self, cause: Cause, now: Nanos) -> None:  # noqa: ARG002 - as the protocol has it
        """Tell that the connection is lost."""
        if self._open:
            self._unheard = 0 if self._proved else self._unheard + 1
        self._open = self._introduce = False
        self._ping_at = self._unanswered = None
        self._outgoing.clear()

    def woken(self, now: Nanos) -> None:
        """Ping if it is due."""
        if self._ping_at is not None and now >= self._ping_at:
            self._outgoing.append(user_wire.PING)
            self.counts.pings += 1
            self._ping_at = Nanos(now + self._settings.ping_every)
            if self._unanswered is None:
                self._unanswered = now

    def subscribe(self, markets: Sequence[str]) -> None:
        """Want these markets too; nothing where all are wanted. Raises `UnknownTokenError`."""
        if self._markets is None:
            return
        new = [market for market in _checked(markets) if market not in self._markets]
        self._markets |= dict.fromkeys(new)
        if new and self._open and not self._introduce:
            self._outgoing.append(user_wire.subscribe(new))

    def unsubscribe(self, markets: Sequence[str]) -> None:
        """Want these markets no more; nothing where all are wanted."""
        if self._markets is None:
            return
        over = [market for market in dict.fromkeys(markets) if market in self._markets]
        for market in over:
            del self._markets[market]
        if over and self._open and not self._introduce:
            self._outgoing.append(user_wire.unsubscribe(over))

    def tokens(self) -> tuple[str, ...]:
        """Return what keeps the connection wanted: the markets, or a word for all of them."""
        return ("all markets",) if self._markets is None else tuple(self._markets)

    def last_data(self) -> Nanos:
        """Return when anything was heard, PONG included: of a quiet account nothing else comes."""
        return self._heard_ns

    def wake_at(self) -> Nanos | None:
        """Return when `woken` and `expired` are to be called."""
        due = [at for at in (self._ping_at, self._pong_deadline()) if at is not None]
        return min(due, default=None)

    def frames(self) -> list[bytes]:
        """Return the frames to send since the last call. The first one shows the credentials."""
        frames, self._outgoing = self._outgoing, []
        if self._introduce:
            self._introduce = False
            frames.insert(0, user_wire.open_with(self._creds, self._markets or ()))
        return frames

    def redacted(self, frame: bytes) -> bytes:
        """Return a frame of ours as it may be recorded."""
        if b'"auth"' not in frame:
            return frame
        return user_wire.open_redacted(self._markets or ())

    def expired(self, now: Nanos) -> str | None:
        """Return why the connection is dead although it is open; None: it is not."""
        deadline = self._pong_deadline()
        if deadline is None or now < deadline:
            return None
        return f"no PONG for {(now - (self._unanswered or now)) / NS_PER_S:.0f} s"

    def verdict(self, ended: Closed) -> Verdict:
        """Return what the end of a connection means; wrong credentials are not tried into a ban."""
        said = f"{ended.reason} {self._last_words}".lower()
        found = rules.verdict(ended)
        accused = any(word in said for word in _ACCUSING)
        refused = found.pace is Pace.SLOW and not self._proved
        ignored = self._unheard >= UNHEARD_MAX and not self._vouched
        if not (accused or refused or ignored):
            return found
        shown = " ".join(f"{ended.code} {ended.reason} {self._last_words}".split())
        return Verdict(
            "credentials",
            Pace.SLOW,
            f"the venue closed the user channel on our credentials ({shown}): they are wrong,"
            " expired or deleted; check key, secret and passphrase, or derive them anew",
        )

    def vouch(self) -> None:
        """Tell that REST takes our credentials: then closes without a word have other reasons."""
        self._vouched = True

    def take(self) -> list[Event]:
        """Return what was read since the last call, in order."""
        events, self._events = self._events, []
        return events

    def _read(self, message: bytes, now: Nanos) -> None:
        try:
            found = user_wire.read(message, now)
        except ValueError as wrong:
            self._reject(message, "unreadable", str(wrong), now)
            return
        self._heard_ns = now
        if isinstance(found, str):
            self.counts.ignored[found[:_CONTROL_MAX]] += 1
            self._last_words = message[:_EXCERPT].decode(errors="replace")
            return
        self._last_words = ""
        self._proved = True
        self.counts.told += 1
        self._events.append(found)

    def _reject(self, frame: bytes, reason: str, detail: str, now: Nanos) -> None:
        self.counts.rejected[reason] += 1
        excerpt = frame[:_EXCERPT].decode(errors="replace")
        self._events.append(FrameRejected(self.link, reason, detail, excerpt, now))

    def _pong_deadline(self) -> Nanos | None:
        if self._unanswered is None:
            return None
        quiet = max(self._unanswered, self._heard_ns) + self._settings.pong_quiet
        return Nanos(min(self._unanswered + self._settings.pong_timeout, quiet))


def _checked(markets: Iterable[str]) -> dict[str, None]:
    """Return condition ids, each once, in the order in which they came."""
    return {rules.condition_id(market): None for market in markets}
