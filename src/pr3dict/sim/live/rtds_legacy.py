"""The topics that the live data has retired: `clob_market` and `rfq`, made from the true books.

The shapes are those of the venue's client of 2025 (protocol, section 3.2, and the vectors); the
real venue answers none of them any more, so this is served only on demand, for such clients.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from pr3dict.sim.live.rtds_topics import Told
from pr3dict.sim.live.stream import Seconds
from pr3dict.sim.truth.hash import MICROS
from pr3dict.sim.truth.source import Source
from pr3dict.sim.truth.traders import TRADERS, traders
from pr3dict.sim.truth.wire import Step

ENTRY: Final = {
    "a": "asset_id",
    "h": "hash",
    "p": "price",
    "s": "side",
    "si": "size",
    "ba": "best_ask",
    "bb": "best_bid",
}
"""The short names of a price change, and those of the market channel."""
BOOK: Final = (
    "asks",
    "asset_id",
    "bids",
    "hash",
    "market",
    "min_order_size",
    "neg_risk",
    "tick_size",
    "timestamp",
)
LAST_TRADE: Final = ("asset_id", "fee_rate_bps", "market", "price", "side", "size")
CREATED: Final = {"new_market": "market_created", "market_resolved": "market_resolved"}
RFQ_EVERY_S: Final = 30
RFQ_LIFE_S: Final = 20


def market_messages(step: Step, source: Source) -> Iterator[Told]:
    """Yield what a step of the books is in the old topic."""
    moved = False
    regridded = False
    for frame in step.frames:
        message = json.loads(frame.text)
        kind = message["event_type"]
        if kind == "price_change":
            moved = True
            yield _told(kind, step, _price_change(message), step.tokens)
        elif kind == "last_trade_price":
            payload = {name: message[name] for name in LAST_TRADE}
            yield _told(kind, step, payload, (message["asset_id"],))
        elif kind == "tick_size_change" and not regridded:
            regridded = True
            yield _told(kind, step, _tick_size_change(message, step.tokens), step.tokens)
        elif kind in CREATED:
            yield from _market(CREATED[kind], message, step, source)
    if moved:
        for token in step.tokens:
            book = agg_orderbook(source, token)
            if book is not None:
                yield _told("agg_orderbook", step, book, (token,))


def agg_orderbook(source: Source, token: str) -> dict[str, Any] | None:
    """Return the whole book of a token in the old shape; None where the venue has none."""
    book = source.book(token)
    if book is None:
        return None
    message = json.loads(book)
    return {name: message[name] for name in BOOK}


def _price_change(message: dict[str, Any]) -> dict[str, Any]:
    entries = [
        {short: entry[name] for short, name in ENTRY.items()} for entry in message["price_changes"]
    ]
    return {"m": message["market"], "pc": entries, "t": message["timestamp"]}


def _tick_size_change(message: dict[str, Any], tokens: tuple[str, ...]) -> dict[str, Any]:
    return {
        "market": message["market"],
        "asset_id": list(tokens),
        "old_tick_size": message["old_tick_size"],
        "new_tick_size": message["new_tick_size"],
    }


def _market(kind: str, message: dict[str, Any], step: Step, source: Source) -> Iterator[Told]:
    rules = source.rules_of(message["market"])
    if rules is None:
        return
    payload = {
        "market": rules.condition,
        "asset_ids": list(rules.tokens),
        "min_order_size": rules.min_order_size,
        "tick_size": rules.tick_size,
        "neg_risk": rules.neg_risk,
    }
    yield _told(kind, step, payload, rules.tokens)


def _told(kind: str, step: Step, payload: dict[str, Any], tokens: tuple[str, ...]) -> Told:
    return Told("clob_market", kind, step.time_ms, payload, {"tokens": tokens})


class Rfq:
    """Requests for quotes that somebody makes every half minute, answered once, then expired."""

    def __init__(self, source: Source, start_ms: int) -> None:
        self._source = source
        self._seconds = Seconds(start_ms)

    def due(self, now_ms: int) -> Iterator[Told]:
        """Yield what has happened to requests and quotes up to now."""
        for second in self._seconds.due(now_ms):
            number, age_s = divmod(second, RFQ_EVERY_S)
            if age_s == 0:
                yield from self._told(number, second, "request", "created")
            elif age_s == 1:
                yield from self._told(number, second, "quote", "created")
            elif age_s == RFQ_LIFE_S:
                yield from self._told(number, second, "quote", "expired")
                yield from self._told(number, second, "request", "expired")

    def _told(self, number: int, second: int, what: str, done: str) -> Iterator[Told]:
        tokens = self._source.tokens
        rules = self._source.rules(tokens[number % len(tokens)]) if tokens else None
        if rules is None:
            return
        request = hashlib.sha1(f"request {number}".encode(), usedforsecurity=False).hexdigest()
        common = {
            "requestId": request,
            "proxyAddress": traders()[(number + len(what)) % TRADERS].wallet,
            "token": rules.tokens[0],
            "complement": rules.tokens[1],
            "state": {"created": "ACTIVE", "expired": "EXPIRED"}[done],
            "side": "BUY",
            "sizeIn": 50,
            "sizeOut": 100,
            "expiry": number * RFQ_EVERY_S + RFQ_LIFE_S,
        }
        if what == "request":
            payload = common | {"market": rules.condition, "price": MICROS // 2 / MICROS}
        else:
            payload = common | {"quoteId": request[::-1], "condition": rules.condition}
        yield Told("rfq", f"{what}_{done}", second * 1000, payload, {})
