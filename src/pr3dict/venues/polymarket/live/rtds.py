"""One connection to RTDS, the live-data stream: subscribe, keep alive, notice a freeze.

No socket, no clock. Protocol section 3.2. The venue answers a PING with an empty text or nothing
and may go quiet without a close, so only data is life: each topic that speaks by the second is
held to its own rhythm. Frames:

    {"action":"subscribe","subscriptions":[{"topic":"crypto_prices","type":"update",
      "filters":"btcusdt"},{"topic":"activity","type":"trades"}]}
    {"topic":"crypto_prices","type":"update","timestamp":1780730269142,"payload":{
      "symbol":"btcusdt","timestamp":1780730269000,"value":61035.86,
      "full_accuracy_value":"61035.86000000"}}
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from pr3dict.measure.rhythm import Rhythm
from pr3dict.model.events import ControlReceived, Event
from pr3dict.model.links import Closed, Verdict
from pr3dict.model.states import Cause
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket import rules
from pr3dict.venues.polymarket.live import topics
from pr3dict.venues.polymarket.live.intake import EXCERPT_MAX, Intake, excerpt
from pr3dict.venues.polymarket.live.types import (
    ANY,
    BACKFILL,
    Message,
    StreamRefused,
    Subscription,
    TopicSilent,
    typed,
)

PING: Final = b"PING"
PING_EVERY: Final = Nanos(5 * NS_PER_S)
"""Both official clients; without pings the feed goes quiet after minutes, without a close."""
ANSWER: Final = 10 * NS_PER_S
"""What a topic that is asked for anew may take to speak."""
STALE: Final = 600 * NS_PER_S
"""Without any frame for this long a connection is given up (SDK 0.14.0)."""
UNPROVED: Final = 30 * NS_PER_S
"""When it is told that a topic which is not known to be served has said nothing."""

_HEARTBEATS: Final = frozenset({b"", b"PONG", b"pong"})
_encode: Final = msgspec.json.Encoder().encode


class _Envelope(msgspec.Struct):
    topic: str
    type: str
    payload: msgspec.Raw
    timestamp: int = 0


class _Said(msgspec.Struct):
    message: str


class _Refusal(msgspec.Struct):
    """How the venue says no: `{"body":{"message":"…"},"statusCode":401}`."""

    body: _Said
    status: int = msgspec.field(name="statusCode")


_refusal: Final = msgspec.json.Decoder(_Refusal)
_UNKNOWN: Final = re.compile(r"topic: (?P<topic>\S+) and type: (?P<type>\S+) not found")

_envelope: Final = msgspec.json.Decoder(_Envelope)
_payload: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


class _Watch:
    """Whether one topic still speaks."""

    def __init__(self, pulse: topics.Pulse | None, now: Nanos) -> None:
        self.pulse = pulse
        self.asked_at = now
        self.heard_at = Nanos(0)
        self.renewed_at = Nanos(0)
        self.frames = 0
        self.told = False
        """Whether its silence since it was asked for has been told."""
        least, most = (pulse.least, pulse.most) if pulse else (Nanos(0), Nanos(STALE))
        self._rhythm = Rhythm(least, most)
        self._rhythm.begin(now, 0)

    def heard(self, now: Nanos, *, backfill: bool) -> None:
        """Note a message."""
        self.frames += 1
        if not backfill or self.pulse is None or self.pulse.backfill_is_life or not self.heard_at:
            self.heard_at = now

    def beat(self, now: Nanos) -> None:
        """Close a window of the rhythm."""
        self._rhythm.heard(now, self.frames)

    def renew_at(self) -> Nanos | None:
        """Return when it is to be asked for anew."""
        if self.pulse is None or not self.heard_at or self.renewed_at >= self.heard_at:
            return None
        return Nanos(self.heard_at + self._rhythm.patience(others_flow=False))

    def dead_at(self) -> Nanos | None:
        """Return when the connection is to be given up for it."""
        if self.renewed_at < self.heard_at or not self.renewed_at:
            return None
        return Nanos(self.renewed_at + ANSWER)


class RtdsSession:
    """RTDS on one link, as `ports.TellingSession` wants it; what it reads are `Message`s."""

    def __init__(
        self, link: int, url: str, *, ping_every: Nanos = PING_EVERY, always: bool = False
    ) -> None:
        """Note the address; `always`: whether it is wanted even where no topic is."""
        self.link: Final = link
        self.url: Final = url
        self.intake: Final = Intake(link)
        self.renewed = 0
        """How often a silent topic was asked for anew."""
        self._ping_every = ping_every
        self._always = always
        self._wanted: dict[Subscription, None] = {}
        self._asked: dict[Subscription, None] = {}
        self._watches: dict[str, _Watch] = {}
        self._outgoing: list[bytes] = []
        self._open = False
        self._ping_at: Nanos | None = None
        self._any_at = Nanos(0)
        """When anything came last, or the connection was opened."""

    def subscribe(self, subscriptions: Iterable[Subscription], now: Nanos) -> None:
        """Want these from now on; those that are wanted already are left alone."""
        self._wanted.update(dict.fromkeys(subscriptions))
        self._reconcile(now)

    def unsubscribe(self, subscriptions: Iterable[Subscription], now: Nanos) -> None:
        """Want these no more."""
        for subscription in subscriptions:
            self._wanted.pop(subscription, None)
        self._reconcile(now)

    def keep(self, subscriptions: Iterable[Subscription], now: Nanos) -> None:
        """Want these and no others."""
        self._wanted = dict.fromkeys(subscriptions)
        self._reconcile(now)

    def opened(self, now: Nanos) -> None:
        """Tell that the connection is open; what is wanted is subscribed."""
        self._open = True
        self._any_at = now
        self._ping_at = Nanos(now + self._ping_every)
        self.intake.opened(now)
        self._reconcile(now)

    def closed(self, cause: Cause, now: Nanos) -> None:
        """Tell that the connection is lost; nothing that was asked for holds any more."""
        self._open = False
        self._ping_at = None
        self._asked.clear()
        self._watches.clear()
        self._outgoing.clear()
        self.intake.closed(cause, self._topics(), now)

    def feed(self, _link: int, frame: bytes, now: Nanos) -> int:
        """Take a frame; return the flags of `core`."""
        intake = self.intake
        intake.received += 1
        self._any_at = now
        text = frame.strip()
        if text in _HEARTBEATS:
            return intake.ignore("heartbeat")
        try:
            envelope = _envelope.decode(text)
            payload = _payload.decode(envelope.payload)
        except msgspec.ValidationError as other:
            return self._no_message(text, other, now)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as wrong:
            return intake.reject("malformed", wrong, frame, now)
        envelope.topic = _topic_of(envelope, payload)
        if not self._is_wanted(envelope):
            return intake.ignore("unwanted")
        if intake.repeats(text):
            return intake.ignore("repeated")
        return intake.apply(now, self._message(envelope, payload, now))

    def control(self, frame: bytes) -> None:
        """Take a text that `feed` flagged: it flags none."""

    def woken(self, now: Nanos) -> None:
        """Do what is due: ping, and ask anew for what is silent."""
        if self._ping_at is not None and now >= self._ping_at:
            self._outgoing.append(PING)
            self._ping_at = Nanos(now + self._ping_every)
            for watch in self._watches.values():
                watch.beat(now)
        for topic, watch in self._watches.items():
            renew_at = watch.renew_at()
            if renew_at is not None and now >= renew_at:
                self._renew(topic, watch, now)
            elif self._is_mute(topic, watch, now):
                watch.told = True
                self.intake.tell(TopicSilent(self.link, topic, 0, now))

    def tokens(self) -> tuple[str, ...]:
        """Return the topics wanted, each once, or a word for a connection without any."""
        return self._topics() or (("no topic yet",) if self._always else ())

    def last_data(self) -> Nanos:
        """Return when a message came last; 0: never."""
        return self.intake.last_data

    def wake_at(self) -> Nanos | None:
        """Return when `woken` and `expired` are to be called; None: not before it is open."""
        if self._ping_at is None:
            return None
        due = [self._ping_at, Nanos(self._any_at + STALE)]
        for watch in self._watches.values():
            due += [at for at in (watch.renew_at(), watch.dead_at()) if at is not None]
        return min(due)

    def frames(self) -> list[bytes]:
        """Return the frames to send since the last call, in order."""
        frames, self._outgoing = self._outgoing, []
        return frames

    def expired(self, now: Nanos) -> str | None:
        """Return why the connection is dead although it is open; None: it is not."""
        for topic, watch in self._watches.items():
            dead_at = watch.dead_at()
            if dead_at is not None and now >= dead_at:
                silent_s = (now - watch.heard_at) / NS_PER_S
                return f"{topic} is silent for {silent_s:.0f} s, though it was asked for anew"
        if self._ping_at is not None and now - self._any_at >= STALE:
            return f"nothing came for {STALE / NS_PER_S:.0f} s"
        return None

    def verdict(self, ended: Closed) -> Verdict:
        """Return what the end of a connection means."""
        return rules.verdict(ended)

    def take(self) -> Sequence[Event]:
        """Return what was read since the last take, in order."""
        return self.intake.take()

    def redacted(self, frame: bytes) -> bytes:
        """Return an outgoing frame without its credentials."""
        if b'"clob_auth"' not in frame:
            return frame
        said = msgspec.json.decode(frame)
        for subscription in said["subscriptions"]:
            if "clob_auth" in subscription:
                subscription["clob_auth"] = "(redacted)"
        return _encode(said)

    def stats(self) -> dict[str, Any]:
        """Return the counts by name."""
        return {**self.intake.stats(), "renewed": self.renewed, "topics": list(self._topics())}

    def _no_message(self, text: bytes, other: msgspec.ValidationError, now: Nanos) -> int:
        """Tell of JSON that is no message: the venue refuses something, or says something else."""
        refused = _refused(self.link, text, now)
        if refused is not None:
            if not refused.topic:
                refused = msgspec.structs.replace(refused, topic=self._doubtful())
            return self.intake.ignore("refused", refused)
        told = ControlReceived(self.link, f"{excerpt(text)} ({other})", now)
        return self.intake.ignore("no_message", told)

    def _doubtful(self) -> str:
        """Return what a refusal without a name must mean: what is not proved to be taken."""
        doubtful = (one.topic for one in self._asked if not topics.is_proved(one))
        return ", ".join(dict.fromkeys(doubtful))

    def _topics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.topic for one in self._wanted))

    def _is_wanted(self, envelope: _Envelope) -> bool:
        return any(
            one.topic == envelope.topic
            and (one.type in {ANY, envelope.type} or envelope.type in BACKFILL)
            for one in self._wanted
        )

    def _message(self, envelope: _Envelope, payload: dict[str, Any], now: Nanos) -> Message:
        backfill = envelope.type in BACKFILL
        if (watch := self._watches.get(envelope.topic)) is not None:
            watch.heard(now, backfill=backfill)
        shape = typed(envelope.topic, envelope.type, payload)
        self.intake.untyped += shape is None
        return Message(
            topic=envelope.topic,
            type=envelope.type,
            timestamp=envelope.timestamp,
            payload=payload,
            typed=shape,
            backfill=backfill,
            link=self.link,
            local_ns=now,
        )

    def _is_mute(self, topic: str, watch: _Watch, now: Nanos) -> bool:
        """Tell whether a topic has said nothing for so long that somebody should know."""
        if watch.told or watch.frames or now - watch.asked_at < UNPROVED:
            return False
        return watch.pulse is not None or topic not in topics.SERVED

    def _renew(self, topic: str, watch: _Watch, now: Nanos) -> None:
        """Ask anew for a silent topic; what it says next proves that it still speaks."""
        watch.renewed_at = now
        self.renewed += 1
        self.intake.tell(TopicSilent(self.link, topic, watch.heard_at, now))
        mine = [one for one in self._asked if one.topic == topic]
        self._send("unsubscribe", mine)
        self._send("subscribe", mine)

    def _reconcile(self, now: Nanos) -> None:
        """Send what makes the subscription equal to what is wanted, if the connection is open."""
        if not self._open:
            return
        self._send("unsubscribe", [one for one in self._asked if one not in self._wanted])
        self._send("subscribe", added := [one for one in self._wanted if one not in self._asked])
        self._asked = dict(self._wanted)
        kept = set(self._topics())
        self._watches = {topic: w for topic, w in self._watches.items() if topic in kept}
        for one in added:
            if one.topic not in self._watches:
                self._watches[one.topic] = _Watch(topics.pulse(one), now)

    def _send(self, action: str, subscriptions: Sequence[Subscription]) -> None:
        """Send what is proved in one frame, and everything else each in one of its own."""
        proved = [one for one in subscriptions if topics.is_proved(one)]
        alone = [[one] for one in subscriptions if not topics.is_proved(one)]
        for part in [proved, *alone] if proved else alone:
            self._outgoing.append(
                _encode({"action": action, "subscriptions": [_as_sent(one) for one in part]})
            )


def _refused(link: int, text: bytes, now: Nanos) -> StreamRefused | None:
    """Return what the venue refuses by this text; None: it is no refusal."""
    try:
        said = _refusal.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    unknown = _UNKNOWN.search(said.body.message)
    if unknown is None:
        why = _plain(said.body.message.rpartition("caused by: ")[2])
        return StreamRefused(
            link, "", str(said.status), f"the venue refuses a subscription: {why}", now
        )
    topic, kind = _plain(unknown["topic"]), _plain(unknown["type"])
    return StreamRefused(
        link,
        topic,
        "unknown_topic",
        f"{topic}: the venue serves no topic of this name with the type {kind}",
        now,
    )


def _plain(text: str) -> str:
    """Return words of the venue as a sentence repeats them: on one line, not too long."""
    return "".join(c if c.isprintable() else " " for c in text[:EXCERPT_MAX])


def _topic_of(envelope: _Envelope, payload: dict[str, Any]) -> str:
    """Return the topic to which a message belongs.

    The venue sends the back-fill of Chainlink under Binance's topic (captured 2026-09-05); only
    the spelling of the symbol tells them apart.
    """
    symbol = payload.get("symbol")
    if envelope.topic == "crypto_prices" and isinstance(symbol, str) and "/" in symbol:
        return "crypto_prices_chainlink"
    return envelope.topic


def _as_sent(subscription: Subscription) -> dict[str, Any]:
    said: dict[str, Any] = {"topic": subscription.topic, "type": subscription.type}
    if subscription.filters:
        said["filters"] = subscription.filters
    if (creds := subscription.clob_auth) is not None:
        said["clob_auth"] = {
            "key": creds.key,
            "secret": creds.secret.reveal(),
            "passphrase": creds.passphrase.reveal(),
        }
    return said
