"""The venue's REST as requests to make and answers to read. Who carries them is not its business.

An answer of `/book` or `/books` goes to `Books.feed_rest` as it is. A token without a book is
answered 404 by the one and left out by the other. The market of a token is in its `book`.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Final

import msgspec

from pr3dict.model.errors import RestError
from pr3dict.model.units import NS_PER_S, Nanos, to_micros, to_text
from pr3dict.venues.polymarket import rules

NO_BOOK: Final = 404
"""Status of an answer of `/book` when the venue has no book: the market is over, or unknown."""


class Request(msgspec.Struct, frozen=True):
    """One request: POST where it has a body, GET where it has none."""

    url: str
    body: bytes = b""


class MarketRules(msgspec.Struct, frozen=True):
    """What the market channel does not carry, as the arguments of `Books.set_rules`."""

    tokens: tuple[str, ...]
    outcomes: tuple[str, ...]
    min_order_size: str
    tick_size: str
    neg_risk: bool


def book(clob_url: str, token: str) -> Request:
    """Return the request for the book of a token.

    >>> book("https://clob.polymarket.com", "42").url
    'https://clob.polymarket.com/book?token_id=42'
    """
    return Request(f"{_root(clob_url)}/book?token_id={rules.token_id(token)}")


def books(clob_url: str, tokens: Sequence[str]) -> list[Request]:
    """Return the requests for the books of many tokens, a bounded number in each.

    >>> books("https://clob.polymarket.com", ["42", "7"])[0].body
    b'[{"token_id":"42"},{"token_id":"7"}]'
    """
    url = f"{_root(clob_url)}/books"
    step = rules.BOOKS_PER_REQUEST
    parts = (tokens[start : start + step] for start in range(0, len(tokens), step))
    return [
        Request(url, msgspec.json.encode([{"token_id": rules.token_id(token)} for token in part]))
        for part in parts
    ]


def market(clob_url: str, condition_id: str) -> Request:
    """Return the request for the rules of a market; the answer is for `read_market`."""
    return Request(f"{_root(clob_url)}/clob-markets/{rules.condition_id(condition_id)}")


def server_time(clob_url: str) -> Request:
    """Return the request for the venue's clock; the answer is for `read_time`."""
    return Request(f"{_root(clob_url)}/time")


def read_market(answer: bytes) -> MarketRules:
    """Read an answer of `/clob-markets/…`; raises `RestError` when it is not one.

    >>> read_market(b'{"t":[{"t":"42","o":"Yes"},{"t":"7","o":"No"}],"mos":5,"mts":1e-3}')
    ... # doctest: +NORMALIZE_WHITESPACE
    MarketRules(tokens=('42', '7'), outcomes=('Yes', 'No'), min_order_size='5',
        tick_size='0.001', neg_risk=False)
    """
    try:
        found = msgspec.json.decode(answer, type=_Market)
        return MarketRules(
            tokens=tuple(side.t for side in found.t),
            outcomes=tuple(side.o for side in found.t),
            min_order_size=to_text(to_micros(found.mos)),
            tick_size=to_text(to_micros(found.mts)),
            neg_risk=found.nr,
        )
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as wrong:
        raise RestError(
            f"wanted the rules of a market from /clob-markets, found {answer[:120]!r}: {wrong}",
            name="bad_answer",
        ) from wrong


def read_book(answer: bytes, token: str) -> bytes:
    """Return an answer of `/book` as it is; raises `RestError` when it is not of this token's book.

    `Books.feed_rest` only counts what it cannot read: who waits for the book must be told.
    """
    try:
        told = msgspec.json.decode(answer, type=_Book).asset_id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
        raise RestError(
            f"wanted the book of {token}, found {answer[:120]!r}: {wrong}", name="bad_answer"
        ) from wrong
    if told != token:
        raise RestError(f"wanted the book of {token}, found that of {told:.80}", name="bad_answer")
    return answer


def read_time(answer: bytes) -> Nanos:
    """Read an answer of `/time`, whole seconds; raises `RestError` when it is not one.

    >>> read_time(b"1766481546")
    1766481546000000000
    """
    try:
        seconds = msgspec.json.decode(answer, type=_Seconds, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        raise RestError(
            f"wanted whole seconds from /time, found {answer[:120]!r}", name="bad_answer"
        ) from wrong
    return Nanos(seconds * NS_PER_S)


_Seconds = Annotated[int, msgspec.Meta(ge=0, lt=10**11)]


class _Book(msgspec.Struct):
    asset_id: str
    bids: list[msgspec.Raw]
    asks: list[msgspec.Raw]


class _Outcome(msgspec.Struct):
    t: str
    o: str = ""


class _Market(msgspec.Struct):
    """The members that we read: tokens, minimum order size, minimum tick size, negative risk."""

    t: list[_Outcome]
    mos: Decimal
    mts: Decimal
    nr: bool = False


def _root(clob_url: str) -> str:
    return clob_url.rstrip("/")
