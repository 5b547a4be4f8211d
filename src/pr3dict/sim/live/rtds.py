"""The live-data stream of the simulated venue (RTDS), without its socket (protocol, section 3.2).

It behaves as the real one did in late 2026: an empty greeting, strict filters, arrays that one bad
topic silences, retired topics it does not know, and no data any more for who stops to ping, with
the connection left open.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

from pr3dict.sim.live.rtds_activity import Comments, Describe, trades
from pr3dict.sim.live.rtds_legacy import Rfq, agg_orderbook, market_messages
from pr3dict.sim.live.rtds_prices import RtdsPrices
from pr3dict.sim.live.rtds_topics import Filter, Refused, Told, Wanted, parsed
from pr3dict.sim.live.stream import Accepts, Out, Said, any_key, compact
from pr3dict.sim.truth.prices import Prices
from pr3dict.sim.truth.source import Source
from pr3dict.sim.truth.traders import Trader, parties_of
from pr3dict.sim.truth.wire import Step, Trade

PINGS: Final = frozenset({"PING", "ping"})
QUIET_MS: Final = 6 * 60_000
"""Venue time without a ping after which a connection is told nothing any more."""
TOO_SLOW: Final = (1013, "slow consumer: send buffer full")


Parties = Callable[[Trade], tuple[Trader, Trader]]
"""Tells who took and who made in a trade."""


class Guest:
    """What one client wants to hear."""

    def __init__(self, number: int, now_ms: int) -> None:
        digest = hashlib.blake2b(f"rtds {number}".encode(), digest_size=11).digest()
        self.name = base64.b64encode(digest).decode()
        """What the venue calls the connection."""
        self.pinged_ms = now_ms
        self.quiet = False
        """It did not ping for too long; only a new connection helps."""
        self.following: dict[tuple[str, str], list[Filter]] = {}
        """Filters by topic and type."""
        self.key = ""
        """The API key with which it follows an account's orders."""

    def wants(self, told: Told) -> bool:
        """Tell whether a message is for this client."""
        if self.quiet or told.tags.get("owner", self.key) != self.key:
            return False
        filters = self.following.get((told.topic, told.type), ())
        return any(each.passes(told.tags) for each in filters)


class Rtds:
    """The stream. Attributes may be set while it runs."""

    path = "/rtds"
    too_slow = TOO_SLOW

    def __init__(
        self,
        source: Source,
        walks: Prices,
        describe: Describe,
        *,
        seed: int = 1,
        parties: Parties | None = None,
    ) -> None:
        """`parties`: who traded; None makes somebody up."""
        self.legacy = False
        """Whether `clob_market`, `clob_user` and `rfq` are served, as they were in 2025."""
        self.compresses = True
        self.answer: str | None = ""
        """What a ping is answered with: an empty text, or nothing (None)."""
        self.accepts: Accepts = any_key
        self._source = source
        self._describe = describe
        self._parties = parties or _strangers
        self._prices = RtdsPrices(walks, source.now_ms)
        events = sorted({listing.name.event.id for listing in source.listings}) or [1]
        self.comments = Comments(seed, source.now_ms, events)
        """What people write, for scripts."""
        self._rfq = Rfq(source, source.now_ms)
        self._guests: dict[int, Guest] = {}

    def joined(self, number: int, now_ms: int) -> Iterable[Out]:
        """Greet a client with the empty text that the venue sends first."""
        self._guests[number] = Guest(number, now_ms)
        return [Said(number, "")]

    def left(self, number: int) -> None:
        """Forget a client."""
        self._guests.pop(number, None)

    def ponged(self, number: int, now_ms: int) -> None:
        """Do nothing: this stream sends no ping of the protocol."""

    def heard(self, number: int, text: str, now_ms: int) -> Iterable[Out]:
        """Take a ping, or an array of subscriptions: all of it, or none where one is bad."""
        guest = self._guests[number]
        if text in PINGS:
            guest.pinged_ms = now_ms
            return [] if self.answer is None else [Said(number, self.answer)]
        try:
            action, wanted = parsed(text, legacy=self.legacy)
        except Refused as refused:
            return [Said(number, str(refused))]
        if action == "unsubscribe":
            for each in wanted:
                _drop(guest, each)
            return []
        return [
            out
            for each in wanted
            if self._admit(guest, each)
            for out in self._follow(guest, number, each, now_ms)
        ]

    def told(self, step: Step) -> Iterable[Out]:
        """Tell the trades of the books, and in the old topic all of their changes."""
        messages: list[Told] = []
        for trade in step.trades:
            about = self._describe(trade.token)
            if about is not None:
                messages += trades(trade, about, *self._parties(trade))
        if self.legacy and self._follows("clob_market"):
            messages += market_messages(step, self._source)
        return self._to_guests(messages)

    def due(self, now_ms: int) -> Iterable[Out]:
        """Tell prices and comments of the seconds that have passed."""
        for guest in self._guests.values():
            guest.quiet = guest.quiet or now_ms - guest.pinged_ms > QUIET_MS
        messages = chain(self._prices.due(now_ms), self.comments.due(now_ms))
        old = list(self._rfq.due(now_ms))
        return self._to_guests(chain(messages, old if self.legacy else ()))

    def tell_user(self, key: str, kind: str, payload: Mapping[str, Any], now_ms: int) -> list[Out]:
        """Tell an account's clients of its `order` or `trade`, in the old topic `clob_user`."""
        told = Told("clob_user", kind, now_ms, payload, {"owner": key})
        return list(self._to_guests([told])) if self.legacy else []

    def _admit(self, guest: Guest, wanted: Wanted) -> bool:
        """Tell whether a subscription needs no account, or brings the credentials of one."""
        if wanted.topic != "clob_user":
            return True
        key, secret, passphrase = (
            str(wanted.auth.get(name, "")) for name in ("key", "secret", "passphrase")
        )
        if not self.accepts(key, secret, passphrase):
            return False
        guest.key = key
        return True

    def _follow(self, guest: Guest, number: int, wanted: Wanted, now_ms: int) -> Iterator[Out]:
        """Note what a client wants, and send what it gets of the past."""
        for kind in wanted.types:
            filters = guest.following.setdefault((wanted.topic, kind), [])
            if wanted.filter not in filters:
                filters.append(wanted.filter)
        for told in self._past(wanted, now_ms):
            yield _said(number, told)

    def _past(self, wanted: Wanted, now_ms: int) -> Iterator[Told]:
        """Yield the back-fill: for whoever named symbols, or tokens of the old books."""
        if wanted.topic == "clob_market" and "agg_orderbook" in wanted.types:
            for token in wanted.filter.among:
                book = agg_orderbook(self._source, token)
                if book is not None:
                    yield Told("clob_market", "agg_orderbook", now_ms, book, {"tokens": (token,)})
        for symbol in wanted.filter.symbols:
            told = self._prices.backfill(wanted.topic, symbol, now_ms)
            if told is not None:
                yield told

    def _follows(self, topic: str) -> bool:
        return any(name == topic for guest in self._guests.values() for name, _ in guest.following)

    def _to_guests(self, messages: Iterable[Told]) -> Iterator[Out]:
        for told in messages:
            for number, guest in self._guests.items():
                if guest.wants(told):
                    yield _said(number, told, guest.name)


def _said(number: int, told: Told, name: str = "") -> Said:
    """Return a message as its envelope; only live ones name the connection."""
    envelope: dict[str, Any] = {"connection_id": name} if name else {}
    envelope |= {
        "payload": told.payload,
        "timestamp": told.time_ms,
        "topic": told.topic,
        "type": told.type,
    }
    symbol = told.tags.get("symbol")
    about = (told.topic, symbol) if isinstance(symbol, str) else (told.topic,)
    return Said(number, compact(envelope), about)


def _drop(guest: Guest, wanted: Wanted) -> None:
    """Forget a subscription: that with this filter, or without a filter all of the type."""
    for kind in wanted.types:
        filters = guest.following.get((wanted.topic, kind), [])
        left = [each for each in filters if wanted.filter.text and each != wanted.filter]
        guest.following[wanted.topic, kind] = left


def _strangers(trade: Trade) -> tuple[Trader, Trader]:
    return parties_of(trade.transaction)
