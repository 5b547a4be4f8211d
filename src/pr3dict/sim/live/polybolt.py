"""PolyBolt of the simulated venue, the successor of the live data's prices, without its socket.

Credentials first, then pairs of a channel and a filter: an acknowledgement and one snapshot for
each, then an update a second. `seq` counts the frames of a channel on a connection, so that a
client can tell a loss; `dropped` tells what the venue itself left out (protocol, section 3.3).
"""

import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pr3dict.sim.live import polybolt_wire as wire
from pr3dict.sim.live.polybolt_wire import TOPS, Pair, Refused, answer
from pr3dict.sim.live.stream import Accepts, Ended, Out, Pinged, Said, Seconds, any_key
from pr3dict.sim.truth.prices import Prices
from pr3dict.sim.truth.source import Source
from pr3dict.sim.truth.wire import Step

PAIRS_MAX: Final = 64
REQUESTS_PER_S: Final = 20
FRAME_MAX: Final = 64 << 10
AUTHS_MAX: Final = 8
PING_EVERY_MS: Final = 25_000
MISSES_MAX: Final = 2
"""Pings of the protocol that may stay unanswered."""

AUTH: Final = 4001
SLOW: Final = 4002
DRAINING: Final = 4003
POLICY: Final = 4008


class Guest:
    """One connection: who it is, what it follows, and what was counted on it."""

    def __init__(self, now_ms: int) -> None:
        self.authed = False
        self.auths = 0
        """Frames of `auth` so far."""
        self.pairs: dict[Pair, None] = {}
        self.seq: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        """Frames of a channel that were left out and not told of yet."""
        self.lagging = 0
        """How many frames will be left out."""
        self.asked_ms: deque[int] = deque()
        """When it subscribed or unsubscribed, within the last second."""
        self.pinged_ms = now_ms
        self.unanswered = 0


class Polybolt:
    """The stream. Attributes may be set while it runs."""

    path = "/polybolt/ws"
    too_slow = (SLOW, "slow consumer")
    compresses = False

    def __init__(self, source: Source, walks: Prices) -> None:
        self.accepts: Accepts = any_key
        self.auth_down = 0
        """How many of the next `auth` frames find the service unavailable."""
        self.numbers_dropped = True
        """Whether frames that the venue leaves out take numbers, so that `seq` has a gap too."""
        self._source = source
        self._walks = walks
        self._seconds = Seconds(source.now_ms)
        self._guests: dict[int, Guest] = {}

    def joined(self, number: int, now_ms: int) -> Iterable[Out]:
        """Take a client; it is told nothing before it asks."""
        self._guests[number] = Guest(now_ms)
        return []

    def left(self, number: int) -> None:
        """Forget a client."""
        self._guests.pop(number, None)

    def ponged(self, number: int, now_ms: int) -> None:  # noqa: ARG002 - the seam's
        """Take the answer to a ping of the protocol."""
        self._guests[number].unanswered = 0

    def heard(self, number: int, text: str, now_ms: int) -> Iterable[Out]:
        """Act on a frame of a client."""
        guest = self._guests[number]
        if len(text.encode()) > FRAME_MAX:
            return [Ended(number, POLICY, "frame too large")]
        request = wire.parsed(text)
        op = request.get("op")
        if op == "ping":
            return [Said(number, answer("pong", request))]
        if op == "auth":
            return self._auth(number, guest, request)
        if op in {"subscribe", "unsubscribe"}:
            if not _admitted(guest, now_ms):
                return [_error(number, request, "rate_limited")]
            return list(self._change(number, guest, request, now_ms))
        return [_error(number, request, "bad_op")]

    def told(self, step: Step) -> Iterable[Out]:
        """Tell the tops of books that have changed to those who follow them."""
        followed = {p.name for g in self._guests.values() for p in g.pairs if p.channel == TOPS}
        if not followed.intersection(step.tokens):
            return []
        tops = _tops(step)
        return [
            out
            for number, guest in self._guests.items()
            for token, payload in tops.items()
            if Pair(TOPS, token) in guest.pairs
            for out in self._data(number, guest, Pair(TOPS, token), step.time_ms, payload)
        ]

    def due(self, now_ms: int) -> Iterable[Out]:
        """Tell the prices of the seconds that have passed, and ping who was not pinged for long."""
        outs: list[Out] = []
        for second in self._seconds.due(now_ms):
            for number, guest in self._guests.items():
                for pair in guest.pairs:
                    if pair.channel != TOPS:
                        payload = wire.update(self._walks, pair, second)
                        outs += self._data(number, guest, pair, second * 1000, payload)
        for number, guest in self._guests.items():
            outs += _ping(number, guest, now_ms)
        return outs

    def drain(self) -> list[Out]:
        """Script: the venue is about to restart and sends everybody away (4003)."""
        return [Ended(number, DRAINING, "draining") for number in self._guests]

    def expire(self) -> list[Out]:
        """Script: all credentials have expired; who was known is told so and closed (4001)."""
        known = [number for number, guest in self._guests.items() if guest.authed]
        return [
            out
            for number in known
            for out in (_error(number, {}, "auth_expired"), Ended(number, AUTH, "auth expired"))
        ]

    def lag(self, frames: int) -> None:
        """Script: leave out the next frames of each connection as if its client were slow."""
        for guest in self._guests.values():
            guest.lagging += frames

    def _auth(self, number: int, guest: Guest, request: dict[str, Any]) -> list[Out]:
        guest.auths += 1
        if guest.auths > AUTHS_MAX:
            return [_error(number, request, "auth_attempts"), Ended(number, AUTH, "auth attempts")]
        if self.auth_down:
            self.auth_down -= 1
            return [_error(number, request, "auth_unavailable")]
        given = request.get("auth")
        members = given if isinstance(given, dict) else {}
        key, secret, passphrase = (
            str(members.get(name, "")) for name in ("apiKey", "secret", "passphrase")
        )
        if not self.accepts(key, secret, passphrase):
            return [_error(number, request, "auth_invalid")]
        guest.authed = True
        return [Said(number, answer("authed", request))]

    def _change(
        self, number: int, guest: Guest, request: dict[str, Any], now_ms: int
    ) -> Iterator[Out]:
        """Answer each item of a request in its order: an acknowledgement or an error."""
        items = request.get("subscriptions", [request])
        if not isinstance(items, list) or not items:
            yield _error(number, request, "bad_filter")
            return
        for item in items:
            members = item if isinstance(item, dict) else {}
            channel = members.get("channel")
            try:
                pair = wire.pair_of(channel, members.get("filter"))
                if request["op"] == "unsubscribe":
                    guest.pairs.pop(pair, None)
                    yield Said(number, answer("unsubscribed", request, channel=pair.channel))
                else:
                    yield from self._subscribe(number, guest, pair, request, now_ms)
            except Refused as refused:
                yield _error(number, request, str(refused), channel)

    def _subscribe(
        self, number: int, guest: Guest, pair: Pair, request: dict[str, Any], now_ms: int
    ) -> Iterator[Out]:
        if pair.channel != TOPS and not guest.authed:
            raise Refused("auth_required")
        known = pair in guest.pairs
        if not known and len(guest.pairs) >= PAIRS_MAX:
            raise Refused("sub_limit")
        served = {"provider": pair.provider} if pair.provider else {}
        yield Said(number, answer("subscribed", request, channel=pair.channel, **served))
        if known:
            return
        guest.pairs[pair] = None
        if pair.channel != TOPS:
            payload = wire.snapshot(self._walks, pair, now_ms // 1000)
            yield from self._data(number, guest, pair, now_ms, payload, snapshot=True)

    def _data(
        self,
        number: int,
        guest: Guest,
        pair: Pair,
        ts_ms: int,
        payload: dict[str, Any],
        *,
        snapshot: bool = False,
    ) -> Iterator[Out]:
        """Send a frame of data with its number, or leave it out for a client that is slow."""
        if guest.lagging:
            guest.lagging -= 1
            guest.dropped[pair.channel] += 1
            guest.seq[pair.channel] += self.numbers_dropped
            return
        guest.seq[pair.channel] += 1
        seq, dropped = guest.seq[pair.channel], guest.dropped.pop(pair.channel, 0)
        text = wire.data(pair.channel, seq, ts_ms, payload, dropped, snapshot=snapshot)
        yield Said(number, text, (pair.channel, pair.name))


def _admitted(guest: Guest, now_ms: int) -> bool:
    """Count a change of subscriptions; tell whether it is within the limit of a second."""
    while guest.asked_ms and guest.asked_ms[0] <= now_ms - 1000:
        guest.asked_ms.popleft()
    if len(guest.asked_ms) >= REQUESTS_PER_S:
        return False
    guest.asked_ms.append(now_ms)
    return True


def _ping(number: int, guest: Guest, now_ms: int) -> list[Out]:
    if now_ms - guest.pinged_ms < PING_EVERY_MS:
        return []
    if guest.unanswered >= MISSES_MAX:
        return [Ended(number, SLOW, "pong timeout")]
    guest.pinged_ms = now_ms
    guest.unanswered += 1
    return [Pinged(number)]


def _tops(step: Step) -> dict[str, dict[str, Any]]:
    """Return the best prices of each token after a step that changed its book."""
    tops: dict[str, dict[str, Any]] = {}
    for frame in step.frames:
        message = json.loads(frame.text)
        if message["event_type"] != "price_change":
            continue
        for entry in message["price_changes"]:
            members = {name: entry[name] for name in ("asset_id", "best_bid", "best_ask", "hash")}
            when = {"timestamp": int(message["timestamp"])}
            tops[entry["asset_id"]] = {"market": message["market"], **members, **when}
    return tops


def _error(number: int, request: dict[str, Any], code: str, channel: object = None) -> Said:
    named = {"channel": channel} if isinstance(channel, str) else {}
    return Said(number, answer("error", request, code=code, **named))
