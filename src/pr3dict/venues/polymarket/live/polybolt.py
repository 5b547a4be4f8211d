"""One connection to PolyBolt, the successor of RTDS for prices: who we are, then what we want.

No socket, no clock. Protocol section 3.3; its frames stand in `polybolt_wire`. Each channel numbers
its messages anew with each connection, so a loss is seen and told. A frame of ours asks for many
channels and is answered one by one, in order: so it is known which of them the venue refuses.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from pr3dict.core import CONTROL
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.events import ControlReceived, Event
from pr3dict.model.links import Closed, Verdict
from pr3dict.model.states import Cause
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket.live import polybolt_wire as wire
from pr3dict.venues.polymarket.live.intake import Intake, excerpt
from pr3dict.venues.polymarket.live.polybolt_wire import PAIRS_MAX, Channel, Said, sentence
from pr3dict.venues.polymarket.live.types import Message, StreamGap, StreamRefused, typed

PING_EVERY: Final = Nanos(5 * NS_PER_S)
ANSWER: Final = 10 * NS_PER_S
"""What the answer to our credentials or to a ping may take."""
QUIET: Final = 30 * NS_PER_S
"""A channel of coins that spoke and is silent for this long ends the connection: PONG is no life.
Shares may be silent when their markets are closed."""
PAUSE: Final = 10 * NS_PER_S
"""Before we ask again where the venue cannot judge just now, or finds us too quick."""

_COINS: Final = "price.crypto"
_encode: Final = msgspec.json.Encoder().encode
_said: Final = msgspec.json.Decoder(Said)
_payload: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


class PolyBoltSession:
    """PolyBolt on one link, as `ports.TellingSession` wants it; what it reads are `Message`s."""

    def __init__(
        self,
        link: int,
        url: str,
        creds: ClobApiKeyCreds | None = None,
        *,
        ping_every: Nanos = PING_EVERY,
    ) -> None:
        self.link: Final = link
        self.url: Final = url
        self.intake: Final = Intake(link)
        self.errors: Counter[str] = Counter()
        """What the venue refused, by its code."""
        self.missed = 0
        self.dropped = 0
        self._creds = creds
        self._ping_every = ping_every
        self._wanted: dict[Channel, None] = {}
        self._refused: dict[Channel, str] = {}
        """What is not asked for again, by the code of the refusal."""
        self._key_refused = ""
        """The code with which the venue refused our API key; `""`: it did not."""
        self._asked: dict[Channel, None] = {}
        self._by_rid: dict[str, list[Channel]] = {}
        """What a frame of ours asked for and is not answered yet, in order."""
        self._seqs: dict[str, int] = {}
        """The last number of each channel on this connection."""
        self._outgoing: list[bytes] = []
        self._rid = 0
        self._ready = False
        """Whether the connection is open and the venue knows who we are."""
        self._ping_at: Nanos | None = None
        self._auth_at: Nanos | None = None
        """When credentials without an answer went out."""
        self._again_at: Nanos | None = None
        """When to ask again for what the venue put off."""
        self._pinged_at: Nanos | None = None
        self._heard_at: dict[str, Nanos] = {}
        """When each channel of coins last spoke on this connection."""

    def subscribe(self, channels: Iterable[Channel]) -> None:
        """Want these from now on. Raises `ValueError` where there would be more than 64."""
        wanted = {**self._wanted, **dict.fromkeys(channels)}
        if len(wanted) > PAIRS_MAX:
            raise ValueError(
                f"wanted at most {PAIRS_MAX} symbols on one connection, found {len(wanted)}"
            )
        self._wanted = wanted
        self._reconcile()

    def unsubscribe(self, channels: Iterable[Channel]) -> None:
        """Want these no more."""
        for channel in channels:
            self._wanted.pop(channel, None)
            self._refused.pop(channel, None)
        self._reconcile()

    def keep(self, channels: Iterable[Channel]) -> None:
        """Want these and no others."""
        kept = set(channels)
        self.unsubscribe([one for one in self._wanted if one not in kept])

    def opened(self, now: Nanos) -> None:
        """Tell that the connection is open: credentials go first."""
        self._ping_at = Nanos(now + self._ping_every)
        self.intake.opened(now)
        if self._creds is None:
            self._ready = True
            self._reconcile()
        else:
            self._authenticate(self._creds, now)

    def closed(self, cause: Cause, now: Nanos) -> None:
        """Tell that the connection is lost; numbers begin anew with the next."""
        self._ready = False
        self._ping_at = self._auth_at = self._again_at = self._pinged_at = None
        self._asked.clear()
        self._by_rid.clear()
        self._seqs.clear()
        self._heard_at.clear()
        self._outgoing.clear()
        self.intake.closed(cause, self.tokens(), now)

    def feed(self, _link: int, frame: bytes, now: Nanos) -> int:
        """Take a frame; return the flags of `core`."""
        intake = self.intake
        intake.received += 1
        try:
            said = _said.decode(frame)
            payload = None if said.op else _payload.decode(said.payload)
        except msgspec.ValidationError as other:
            told = ControlReceived(self.link, f"{excerpt(frame)} ({other})", now)
            return intake.ignore("no_message", told)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as wrong:
            return intake.reject("malformed", wrong, frame, now)
        if payload is None:
            return self._operation(said, frame, now)
        return self._data(said, payload, now)

    def control(self, frame: bytes) -> None:
        """Take a text that `feed` flagged: it has been dealt with, and is to be answered."""

    def woken(self, now: Nanos) -> None:
        """Do what is due: ping, and ask again for what was put off."""
        if self._ping_at is not None and now >= self._ping_at:
            self._outgoing.append(_encode({"op": "ping"}))
            self._ping_at = Nanos(now + self._ping_every)
            self._pinged_at = self._pinged_at or now
        if self._again_at is not None and now >= self._again_at:
            self._again_at = None
            if self._ready:
                self._reconcile()
            elif self._creds is not None:
                self._authenticate(self._creds, now)

    def tokens(self) -> tuple[str, ...]:
        """Return what is wanted, as `channel symbol`."""
        return tuple(f"{one.channel} {one.symbol}" for one in self._wanted)

    def last_data(self) -> Nanos:
        """Return when a message came last; 0: never."""
        return self.intake.last_data

    def wake_at(self) -> Nanos | None:
        """Return when `woken` and `expired` are to be called; None: not before it is open."""
        if self._ping_at is None:
            return None
        due = [self._ping_at, self._again_at, *self._deadlines()]
        return min(at for at in due if at is not None)

    def frames(self) -> list[bytes]:
        """Return the frames to send since the last call, in order."""
        frames, self._outgoing = self._outgoing, []
        return frames

    def expired(self, now: Nanos) -> str | None:
        """Return why the connection is dead although it is open; None: it is not."""
        auth, pong, data = self._deadlines()
        if auth is not None and now >= auth:
            return f"no answer to our API key for {ANSWER / NS_PER_S:.0f} s"
        if pong is not None and now >= pong:
            return f"no answer to a ping for {ANSWER / NS_PER_S:.0f} s"
        if data is not None and now >= data:
            return f"no price for {QUIET / NS_PER_S:.0f} s, though pings are answered"
        return None

    def verdict(self, ended: Closed) -> Verdict:
        """Return what the end of a connection means."""
        return wire.verdict(ended)

    def take(self) -> Sequence[Event]:
        """Return what was read since the last take, in order."""
        return self.intake.take()

    def redacted(self, frame: bytes) -> bytes:
        """Return an outgoing frame without its credentials."""
        if b'"auth"' not in frame:
            return frame
        said = msgspec.json.decode(frame)
        return _encode({**said, "auth": "(redacted)"}) if "auth" in said else frame

    def stats(self) -> dict[str, Any]:
        """Return the counts by name."""
        return {
            **self.intake.stats(),
            "missed": self.missed,
            "dropped": self.dropped,
            "errors": dict(self.errors),
            "topics": list(self.tokens()),
            "refused": {one.name: code for one, code in self._refused.copy().items()},
        }

    def refused(self) -> dict[Channel, str]:
        """Return what is wanted and not served, with the sentence that says why; on any thread."""
        if self._key_refused:
            return dict.fromkeys(self._wanted.copy(), sentence(self._key_refused))
        return {one: sentence(code, one) for one, code in self._refused.copy().items()}

    def _deadlines(self) -> tuple[Nanos | None, Nanos | None, Nanos | None]:
        """Return by when our credentials, a ping and the next price are to be answered."""
        auth = None if self._auth_at is None else Nanos(self._auth_at + ANSWER)
        pong = None if self._pinged_at is None else Nanos(self._pinged_at + ANSWER)
        asked = {one.channel for one in self._asked}
        heard = min((at for name, at in self._heard_at.items() if name in asked), default=None)
        return auth, pong, None if heard is None else Nanos(heard + QUIET)

    def _operation(self, said: Said, frame: bytes, now: Nanos) -> int:
        """Take an answer of the venue to something of ours."""
        intake = self.intake
        match said.op:
            case "pong":
                self._pinged_at = None
                return intake.ignore("pong")
            case "authed":
                self._auth_at, self._ready, self._key_refused = None, True, ""
                self._reconcile()
                return intake.ignore("ack") | CONTROL
            case "subscribed":
                self._answered(said)
                return intake.ignore("ack")
            case "unsubscribed":
                return intake.ignore("ack")
            case "error":
                return self._refusal(said, now)
            case _:
                told = ControlReceived(self.link, excerpt(frame), now)
                return intake.ignore("other", told)

    def _answered(self, said: Said) -> list[Channel]:
        """Return what an answer is about: the next one of its channel, or all of its frame."""
        asked = self._by_rid.get(said.rid, [])
        if not said.channel:
            return self._by_rid.pop(said.rid, [])
        about = [one for one in asked if one.channel == said.channel][:1]
        for one in about:
            asked.remove(one)
        return about

    def _refusal(self, said: Said, now: Nanos) -> int:
        code = said.code or "unknown"
        self.errors[code] += 1
        about = self._answered(said)
        if code != "bad_op":
            for channel in about:
                self._asked.pop(channel, None)
        if code in wire.LATER:
            self._again_at = Nanos(now + PAUSE)
        elif code != "bad_op":
            self._refused |= dict.fromkeys(about, code)
        if code.startswith("auth_") and code != "auth_required":
            self._auth_at = None
            self._key_refused = "" if code in wire.LATER else code
        told = [
            StreamRefused(self.link, one.channel, code, sentence(code, one), now, one.symbol)
            for one in about
            if one in self._refused
        ]
        us = StreamRefused(self.link, said.channel, code, sentence(code), now)
        return self.intake.ignore("error", *(told or [us]))

    def _data(self, said: Said, payload: dict[str, Any], now: Nanos) -> int:
        intake = self.intake
        last = self._seqs.get(said.channel, 0)
        if said.seq and said.seq <= last:
            return intake.ignore("repeated")
        told: list[Event] = []
        missed = said.seq - last - 1 if said.seq else 0
        if missed or said.dropped:
            self.missed += missed
            self.dropped += said.dropped
            told.append(StreamGap(self.link, said.channel, missed, said.dropped, now))
        self._seqs[said.channel] = said.seq or last
        if self._refused:
            self._serves(said.channel, payload)
        if said.channel.startswith(_COINS):
            self._heard_at[said.channel] = now
        kind = "snapshot" if said.snapshot else "update"
        shape = typed(said.channel, kind, payload)
        intake.untyped += shape is None
        message = Message(
            topic=said.channel,
            type=kind,
            timestamp=said.ts,
            payload=payload,
            typed=shape,
            backfill=said.snapshot,
            seq=said.seq,
            link=self.link,
            local_ns=now,
        )
        return intake.apply(now, *told, message)

    def _serves(self, channel: str, payload: Mapping[str, Any]) -> None:
        """Take nothing for refused that is told after all."""
        symbol, source = payload.get("symbol"), payload.get("source")
        for one in list(self._refused):
            is_told = (one.channel, one.symbol) == (channel, symbol)
            if is_told and one.provider in {"", source}:
                del self._refused[one]
                self._asked[one] = None

    def _authenticate(self, creds: ClobApiKeyCreds, now: Nanos) -> None:
        self._auth_at = now
        proof = {
            "apiKey": creds.key,
            "secret": creds.secret.reveal(),
            "passphrase": creds.passphrase.reveal(),
        }
        self._outgoing.append(_encode({"op": "auth", "auth": proof, "rid": self._next_rid()}))

    def _reconcile(self) -> None:
        """Send what makes the subscription equal to what is wanted, once the venue knows us."""
        if not self._ready or self._again_at is not None:
            return
        removed = [one for one in self._asked if one not in self._wanted]
        wanted = [one for one in self._wanted if one not in self._refused]
        added = [one for one in wanted if one not in self._asked]
        self._send("unsubscribe", removed)
        self._send("subscribe", added)
        self._asked = dict.fromkeys(wanted)

    def _send(self, operation: str, channels: Sequence[Channel]) -> None:
        """Send known channels in one frame, and every other in one of its own."""
        known = [one for one in channels if one.channel in wire.DEFAULT_PROVIDERS]
        alone = [[one] for one in channels if one.channel not in wire.DEFAULT_PROVIDERS]
        for part in [known, *alone] if known else alone:
            rid = self._next_rid()
            said = [wire.as_sent(one) for one in part]
            self._outgoing.append(_encode({"op": operation, "subscriptions": said, "rid": rid}))
            if operation == "subscribe":
                self._by_rid[rid] = part

    def _next_rid(self) -> str:
        self._rid += 1
        return str(self._rid)
