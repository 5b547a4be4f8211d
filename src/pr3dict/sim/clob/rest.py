"""CLOB public REST about tokens, without the HTTP: books, prices, rules (protocol, section 4.2).

Mind `/price`: its side is that of the resting order, so `side=BUY` tells the best bid.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from pr3dict.sim.truth.facts import top_of
from pr3dict.sim.truth.hash import MICROS, plain
from pr3dict.sim.truth.history import History
from pr3dict.sim.truth.names import CATEGORIES
from pr3dict.sim.truth.source import Source

Answer = tuple[int, bytes]
"""Status and JSON body."""

NOT_FOUND: Final = 404
BAD_REQUEST: Final = 400
OK: Final = 200
BASE_FEE: Final = 1_000
"""What the venue tells everywhere, and charges nowhere (protocol, section 4.6)."""
NO_BOOK: Final = b'{"error":"No orderbook exists for the requested token id"}'
NO_MARKET: Final = b'{"error":"market not found"}'
BAD_PAYLOAD: Final = b'{"error":"Invalid payload"}'
BAD_SIDE: Final = b'{"error":"Invalid side"}'
BATCH_MAX: Final = 500
"""Tokens of one batch of prices."""

Told = Callable[[Source, str, str, History | None], Any]
"""Makes what is told of a token (and a side) whose book there is."""


def get(
    source: Source,
    path: str,
    query: Mapping[str, str],
    now_ms: int,
    history: History | None = None,
) -> Answer:
    """Answer a GET at this venue time, in milliseconds."""
    token = query.get("token_id", "")
    parts = path.strip("/").split("/")
    answer = NOT_FOUND, NO_MARKET
    match parts:
        case ["ok"]:
            answer = OK, b'"OK"'
        case ["time"]:
            answer = OK, str(now_ms // 1_000).encode()
        case ["version"]:
            answer = OK, b'{"version":2}'
        case ["book"]:
            book = source.book(token)
            answer = (OK, book) if book is not None else (NOT_FOUND, NO_BOOK)
        case ["tick-size" | "neg-risk" | "fee-rate" as name]:
            answer = _rule(source, token, name)
        case ["tick-size" | "fee-rate" as name, wanted]:
            answer = _rule(source, wanted, name)
        case ["price" | "midpoint" | "spread" | "last-trade-price" as name]:
            answer = _single(source, name, token, query.get("side", ""), history)
        case ["clob-markets", condition]:
            answer = _market(source, condition)
        case ["markets-by-token", wanted]:
            answer = _rule(source, wanted, "markets-by-token")
    return answer


def post(source: Source, path: str, body: bytes, history: History | None = None) -> Answer:
    """Answer the batch form of a GET: an array of `{"token_id"}`, of `/prices` also `side`.

    Tokens without a book are left out.
    """
    if path == "/books":
        return post_books(source, body)
    name = BATCHES[path]
    try:
        items = json.loads(body)
        asked = [(str(item["token_id"]), str(item.get("side", ""))) for item in items]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return BAD_REQUEST, BAD_PAYLOAD
    if len(asked) > BATCH_MAX:
        return BAD_REQUEST, BAD_PAYLOAD
    known = [(token, side) for token, side in asked if source.book(token) is not None]
    if name == "last-trade-price":
        told = [{"token_id": t, **_last(source, t, side, history)} for t, side in known]
        return OK, compact(told)
    if name == "price":
        return _prices(source, known)
    values = {
        token: next(iter(TELLS[name](source, token, "", history).values())) for token, _ in known
    }
    return OK, compact(values)


def post_books(source: Source, body: bytes) -> Answer:
    """Answer POST `/books`: an array of the books that there are."""
    try:
        tokens = [item["token_id"] for item in json.loads(body)]
    except (ValueError, TypeError, KeyError, RecursionError):
        return BAD_REQUEST, BAD_PAYLOAD
    books = (source.book(str(token)) for token in tokens)
    return OK, b"[%b]" % b",".join(book for book in books if book is not None)


def compact(answer: object) -> bytes:
    """Return JSON without spaces, as this REST writes it."""
    return json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode()


def _single(source: Source, name: str, token: str, side: str, history: History | None) -> Answer:
    if source.book(token) is None:
        return NOT_FOUND, NO_BOOK
    if name == "price" and side not in {"BUY", "SELL"}:
        return BAD_REQUEST, BAD_SIDE
    return OK, compact(TELLS[name](source, token, side, history))


def _price(source: Source, token: str, side: str, _: History | None) -> dict[str, str]:
    bid, ask = top_of(source, token)
    return {"price": plain(bid if side == "BUY" else ask)}


def _midpoint(source: Source, token: str, _side: str, _: History | None) -> dict[str, str]:
    return {"mid": plain(sum(top_of(source, token)) // 2)}


def _spread(source: Source, token: str, _side: str, _: History | None) -> dict[str, str]:
    bid, ask = top_of(source, token)
    return {"spread": plain(ask - bid)}


def _last(_source: Source, token: str, _side: str, history: History | None) -> dict[str, str]:
    price, side = history.last(token) if history else (MICROS // 2, "")
    return {"price": plain(price), "side": side}


TELLS: Final[dict[str, Told]] = {
    "price": _price,
    "midpoint": _midpoint,
    "spread": _spread,
    "last-trade-price": _last,
}
BATCHES: Final = {
    "/books": "book",
    "/prices": "price",
    "/midpoints": "midpoint",
    "/spreads": "spread",
    "/last-trades-prices": "last-trade-price",
}
"""Which GET each POST is the batch form of."""


def _prices(source: Source, asked: list[tuple[str, str]]) -> Answer:
    """Return `{token: {side: price}}`; an item without a side asks for both."""
    prices: dict[str, dict[str, str]] = {}
    for token, side in asked:
        if side not in {"BUY", "SELL", ""}:
            return BAD_REQUEST, BAD_SIDE
        for each in (side,) if side else ("BUY", "SELL"):
            prices.setdefault(token, {})[each] = _price(source, token, each, None)["price"]
    return OK, compact(prices)


def _rule(source: Source, token: str, name: str) -> Answer:
    rules = source.rules(token)
    if rules is None:
        return NOT_FOUND, NO_MARKET
    members: dict[str, dict[str, object]] = {
        "tick-size": {"minimum_tick_size": json.loads(rules.tick_size)},
        "neg-risk": {"neg_risk": rules.neg_risk},
        "fee-rate": {"base_fee": 0},
        "markets-by-token": {"condition_id": rules.condition},
    }
    return OK, compact(members[name])


def _market(source: Source, condition: str) -> Answer:
    rules = source.rules_of(condition)
    if rules is None:
        return NOT_FOUND, NO_MARKET
    pairs = zip(rules.tokens, rules.outcomes, strict=True)
    answer: dict[str, object] = {
        "c": rules.condition,
        "t": [{"t": token, "o": outcome} for token, outcome in pairs],
        "mos": json.loads(rules.min_order_size),
        "mts": json.loads(rules.tick_size),
        "mbf": BASE_FEE,
        "tbf": BASE_FEE,
        "nr": rules.neg_risk,
    }
    fees = fees_of(source, condition)
    if fees is not None:
        answer["fd"] = fees
    return OK, compact(answer | {"gst": None, "rfqe": False, "itode": False, "ibce": True})


def fees_of(source: Source, condition: str) -> dict[str, object] | None:
    """Return the fee descriptor of a market: rate, exponent, takers only; None: no fee."""
    listing = source.listing_of(condition)
    category = CATEGORIES[listing.name.event.category if listing else "crypto"]
    if category.rate == "0":
        return None
    return {"r": json.loads(category.rate), "e": 1, "to": True}
