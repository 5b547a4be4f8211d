"""One connection to the sports stream: every game of every client, without any subscription.

No socket, no clock. Protocol section 3.1. By its documentation the venue sends the text `ping` and
wants the text `pong`; live (2026-10-02) only pings of the protocol were seen, which the transport
answers. Both are alive. A frame:

    {"gameId":1234567,"leagueAbbreviation":"nfl","homeTeam":"KC","awayTeam":"BUF",
      "status":"InProgress","live":true,"ended":false,"score":"3-16","period":"Q4",…}
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from pr3dict.core import CONTROL
from pr3dict.model.events import ControlReceived, Event
from pr3dict.model.links import Closed, Verdict
from pr3dict.model.states import Cause
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket import rules
from pr3dict.venues.polymarket.live.intake import Intake, excerpt
from pr3dict.venues.polymarket.live.types import Message, typed

TOPIC: Final = "sports"
TYPE: Final = "sport_result"
PONG: Final = b"pong"
PINGED: Final = 30 * NS_PER_S
"""Where the venue pings by text: without any traffic for this long it is gone (SDK 0.14.0)."""
STALE: Final = 600 * NS_PER_S
"""Where it does not: there may be no game for a while."""

_payload: Final = msgspec.json.Decoder(dict[str, Any] | list[dict[str, Any]], float_hook=Decimal)


class SportsSession:
    """The sports stream on one link, as `ports.TellingSession` wants it."""

    def __init__(self, link: int, url: str) -> None:
        self.link: Final = link
        self.url: Final = url
        self.intake: Final = Intake(link)
        self.pings = 0
        """Pings by text that were answered."""
        self._any_at: Nanos | None = None
        """When anything came last, or the connection was opened; None: it is not."""
        self._pinged = False
        """Whether the venue has pinged by text on this connection."""
        self._outgoing: list[bytes] = []

    def opened(self, now: Nanos) -> None:
        """Tell that the connection is open: the venue begins by itself."""
        self._any_at, self._pinged = now, False
        self.intake.opened(now)

    def closed(self, cause: Cause, now: Nanos) -> None:
        """Tell that the connection is lost."""
        self._any_at = None
        self._outgoing.clear()
        self.intake.closed(cause, self.tokens(), now)

    def feed(self, _link: int, frame: bytes, now: Nanos) -> int:
        """Take a frame; return the flags of `core`. One array of games is one frame."""
        intake = self.intake
        intake.received += 1
        self._any_at = now
        text = frame.strip()
        if text.lower() == b"ping":
            self._pinged = True
            self.pings += 1
            self._outgoing.append(PONG)
            return intake.ignore("ping") | CONTROL
        if text.lower() in {b"", PONG}:
            return intake.ignore("heartbeat")
        try:
            said = _payload.decode(text)
        except msgspec.ValidationError as other:
            told = ControlReceived(self.link, f"{excerpt(frame)} ({other})", now)
            return intake.ignore("no_message", told)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as wrong:
            return intake.reject("malformed", wrong, frame, now)
        if intake.repeats(text):
            return intake.ignore("repeated")
        games = said if isinstance(said, list) else [said]
        return intake.apply(now, *(self._message(game, now) for game in games))

    def control(self, frame: bytes) -> None:
        """Take a text that `feed` flagged: a ping, whose answer is to go out."""

    def woken(self, now: Nanos) -> None:
        """Do nothing: only the venue pings."""

    def tokens(self) -> tuple[str, ...]:
        """Return the one topic that there is."""
        return (TOPIC,)

    def last_data(self) -> Nanos:
        """Return when a game was told last; 0: never."""
        return self.intake.last_data

    def wake_at(self) -> Nanos | None:
        """Return when `expired` is to be asked; None: not before it is open."""
        if self._any_at is None:
            return None
        return Nanos(self._any_at + self._patience())

    def frames(self) -> list[bytes]:
        """Return the frames to send since the last call, in order."""
        frames, self._outgoing = self._outgoing, []
        return frames

    def expired(self, now: Nanos) -> str | None:
        """Return why the connection is dead although it is open; None: it is not."""
        if self._any_at is None or now - self._any_at < self._patience():
            return None
        return f"nothing came for {self._patience() / NS_PER_S:.0f} s, not even a ping"

    def verdict(self, ended: Closed) -> Verdict:
        """Return what the end of a connection means."""
        return rules.verdict(ended)

    def take(self) -> Sequence[Event]:
        """Return what was read since the last take, in order."""
        return self.intake.take()

    def redacted(self, frame: bytes) -> bytes:
        """Return an outgoing frame as it is: there is no credential here."""
        return frame

    def stats(self) -> dict[str, Any]:
        """Return the counts by name."""
        return {**self.intake.stats(), "pings": self.pings, "topics": [TOPIC]}

    def _patience(self) -> int:
        return PINGED if self._pinged else STALE

    def _message(self, game: dict[str, Any], now: Nanos) -> Message:
        shape = typed(TOPIC, TYPE, game)
        self.intake.untyped += shape is None
        return Message(
            topic=TOPIC,
            type=TYPE,
            timestamp=0,
            payload=game,
            typed=shape,
            link=self.link,
            local_ns=now,
        )
