"""The REST answers of the simulated venue, without the HTTP (protocol, section 4.2)."""

import json
from collections.abc import Mapping
from typing import Final

from pr3dict.sim.source import Source

Answer = tuple[int, bytes]
"""Status and JSON body."""

NOT_FOUND: Final = 404
BAD_REQUEST: Final = 400
OK: Final = 200
NO_BOOK: Final = b'{"error":"No orderbook exists for the requested token id"}'
NO_MARKET: Final = b'{"error":"market not found"}'
BAD_PAYLOAD: Final = b'{"error":"Invalid payload"}'


def get(source: Source, path: str, query: Mapping[str, str], now_ms: int) -> Answer:
    """Answer a GET at this venue time, in milliseconds."""
    token = query.get("token_id", "")
    answer = NOT_FOUND, NO_MARKET
    match path.strip("/").split("/"):
        case ["ok"]:
            answer = OK, b'"OK"'
        case ["time"]:
            answer = OK, str(now_ms // 1_000).encode()
        case ["book"]:
            book = source.book(token)
            answer = (OK, book) if book is not None else (NOT_FOUND, NO_BOOK)
        case ["tick-size"]:
            answer = _rule(source, token, "minimum_tick_size")
        case ["neg-risk"]:
            answer = _rule(source, token, "neg_risk")
        case ["clob-markets", condition]:
            answer = _market(source, condition)
        case ["markets-by-token", wanted]:
            answer = _rule(source, wanted, "condition_id")
    return answer


def post_books(source: Source, body: bytes) -> Answer:
    """Answer POST `/books`: an array of the books that there are."""
    try:
        tokens = [item["token_id"] for item in json.loads(body)]
    except (ValueError, TypeError, KeyError):
        return BAD_REQUEST, BAD_PAYLOAD
    books = (source.book(str(token)) for token in tokens)
    return OK, b"[%b]" % b",".join(book for book in books if book is not None)


def _rule(source: Source, token: str, name: str) -> Answer:
    rules = source.rules(token)
    if rules is None:
        return NOT_FOUND, NO_MARKET
    members = {
        "minimum_tick_size": json.loads(rules.tick_size),
        "neg_risk": rules.neg_risk,
        "condition_id": rules.condition,
    }
    return OK, _compact({name: members[name]})


def _market(source: Source, condition: str) -> Answer:
    rules = source.rules_of(condition)
    if rules is None:
        return NOT_FOUND, NO_MARKET
    pairs = zip(rules.tokens, rules.outcomes, strict=True)
    return OK, _compact(
        {
            "c": rules.condition,
            "t": [{"t": token, "o": outcome} for token, outcome in pairs],
            "mos": json.loads(rules.min_order_size),
            "mts": json.loads(rules.tick_size),
            "nr": rules.neg_risk,
        }
    )


def _compact(answer: object) -> bytes:
    return json.dumps(answer, separators=(",", ":")).encode()
