"""Requests that the order book API (CLOB) answers to everybody, and how their answers are read.

Protocol section 4.2. What the feed asks for too has its address in `rest`. A token without a book,
of a market that is over or unknown, is a `RestError` `not_found`; batches leave it out. Ids that
cannot be such are refused before anything is sent (`UnknownTokenError`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Final, TypeVar, cast, get_args

import msgspec

from pr3dict.model.errors import RestError
from pr3dict.model.requests import Page, Request
from pr3dict.model.units import Nanos
from pr3dict.venues.polymarket import answers, limits, query, rest, rules
from pr3dict.venues.polymarket.answers import Row
from pr3dict.venues.polymarket.clob.types import (
    BookSummary,
    ClobMarket,
    ClobMarketInfo,
    Interval,
    LastTrade,
    LiveActivity,
    PricePoint,
    Side,
    SimplifiedMarket,
    TokenMarket,
)

T = TypeVar("T")
R = TypeVar("R", bound=Row)

FIRST_CURSOR: Final = "MA=="
LAST_CURSOR: Final = "LTE="
"""Base64 of 0 and of -1 (V2PY, constants)."""
_SHOWN_MAX: Final = 80
INTERVALS: Final[tuple[str, ...]] = get_args(Interval)


def ok(clob_url: str) -> Request[str]:
    """Return the request whether the venue is up; it answers "OK"."""
    return Request(
        url=query.address(clob_url, "/ok"),
        read=_ok,
        limits=limits.clob("/ok"),
    )


def _ok(body: bytes) -> str:
    """Read the word, with its quotes or without; an answer that says anything else is none."""
    word = body.decode(errors="replace").strip().strip('"')
    if word != "OK":
        raise RestError(f"wanted OK, found {word[:_SHOWN_MAX]!r}", name="bad_answer")
    return word


def server_time(clob_url: str) -> Request[Nanos]:
    """Return the request for the venue's clock, which tells whole seconds."""
    url = rest.server_time(clob_url).url
    return Request(url=url, read=rest.read_time, limits=limits.clob())


def version(clob_url: str) -> Request[int]:
    """Return the request for the version of orders that the venue takes."""
    return _get(clob_url, "/version", {}, _member("version", int))


def book(clob_url: str, token: str) -> Request[BookSummary]:
    """Return the request for the book of a token.

    >>> book("https://clob.polymarket.com", "42").url
    'https://clob.polymarket.com/book?token_id=42'
    """
    return Request(
        url=rest.book(clob_url, token).url,
        read=answers.one(BookSummary),
        limits=limits.clob("/book"),
    )


def book_text(clob_url: str, token: str) -> Request[bytes]:
    """Return the request for the book of a token as the venue writes it, for `Books.feed_rest`."""
    return Request(
        url=rest.book(clob_url, token).url,
        read=partial(rest.read_book, token=token),
        limits=limits.clob("/book"),
    )


def books(clob_url: str, tokens: Sequence[str]) -> list[Request[tuple[BookSummary, ...]]]:
    """Return the requests for the books of many tokens, a bounded number in each."""
    return [
        Request(
            url=each.url,
            method="POST",
            body=each.body,
            read=answers.many(BookSummary),
            limits=limits.clob("/books"),
        )
        for each in rest.books(clob_url, tokens)
    ]


def price(clob_url: str, token: str, side: Side) -> Request[Decimal]:
    """Return the request for the best price of the orders that rest on a side.

    **side is that of the resting orders**: BUY gives the best bid, SELL the best ask. Who wants to
    buy now pays the price of SELL (docs, "Get market price"; py-clob-client, pull request 78).
    """
    asked = {"token_id": [rules.token_id(token)], "side": [_side(side)]}
    return _get(clob_url, "/price", asked, _member("price", Decimal), "/price")


def prices(
    clob_url: str, asked: Iterable[tuple[str, Side]]
) -> list[Request[dict[str, dict[str, Decimal]]]]:
    """Return the requests for many best prices, answered by token and side; sides as in `price`."""
    items = [{"token_id": rules.token_id(token), "side": _side(side)} for token, side in asked]

    def read(found: object) -> dict[str, dict[str, Decimal]]:
        return {token: _numbers(sides) for token, sides in _object(found).items()}

    return _post(clob_url, "/prices", items, read, "/prices")


def midpoint(clob_url: str, token: str) -> Request[Decimal]:
    """Return the request for the middle between best bid and best ask."""
    return _of_token(clob_url, "/midpoint", token, _member("mid", Decimal), "/midpoint")


def midpoints(clob_url: str, tokens: Sequence[str]) -> list[Request[dict[str, Decimal]]]:
    """Return the requests for many midpoints, answered by token."""
    return _post(clob_url, "/midpoints", _items(tokens), _numbers, "/midpoints")


def spread(clob_url: str, token: str) -> Request[Decimal]:
    """Return the request for the distance of best bid and best ask."""
    return _of_token(clob_url, "/spread", token, _member("spread", Decimal))


def spreads(clob_url: str, tokens: Sequence[str]) -> list[Request[dict[str, Decimal]]]:
    """Return the requests for many spreads, answered by token."""
    return _post(clob_url, "/spreads", _items(tokens), _numbers)


def last_trade_price(clob_url: str, token: str) -> Request[LastTrade | None]:
    """Return the request for the last trade of a token, None where it had none yet."""

    def read(found: object) -> LastTrade | None:
        trade = _object(found)
        if not trade.get("side"):  # Then the price is no trade's, but 0.5.
            return None
        return answers.row(LastTrade, {"token_id": token, **trade})

    return _of_token(clob_url, "/last-trade-price", token, read)


def last_trades_prices(
    clob_url: str, tokens: Sequence[str]
) -> list[Request[tuple[LastTrade, ...]]]:
    """Return the requests for the last trades of many tokens; who had none is left out."""

    def read(found: object) -> tuple[LastTrade, ...]:
        return tuple(trade for trade in answers.rows(LastTrade)(found) if trade.side)

    return _post(clob_url, "/last-trades-prices", _items(tokens), read)


def tick_size(clob_url: str, token: str) -> Request[Decimal]:
    """Return the request for the step of a token's prices."""
    read = _member("minimum_tick_size", Decimal)
    return _of_token(clob_url, "/tick-size", token, read, "/tick-size")


def neg_risk(clob_url: str, token: str) -> Request[bool]:
    """Return the request whether a token is of a market with negative risk."""
    return _of_token(clob_url, "/neg-risk", token, _member("neg_risk", bool))


def fee_rate(clob_url: str, token: str) -> Request[int]:
    """Return the request for the base fee in basis points: an old ceiling, not what is charged.

    What is charged is in `market_info`.
    """
    return _of_token(clob_url, "/fee-rate", token, _member("base_fee", int))


def market_of_token(clob_url: str, token: str) -> Request[TokenMarket]:
    """Return the request for the market that a token belongs to."""
    return _get(clob_url, f"/markets-by-token/{rules.token_id(token)}", {}, _row(TokenMarket))


def market_info(clob_url: str, condition_id: str) -> Request[ClobMarketInfo]:
    """Return the request for tick, least size, negative risk and fees of a market, all in one."""
    url = rest.market(clob_url, condition_id).url
    return Request(url=url, read=answers.one(ClobMarketInfo), limits=limits.clob())


def market(clob_url: str, condition_id: str) -> Request[ClobMarket]:
    """Return the request for a market with all its words."""
    return _get(clob_url, f"/markets/{rules.condition_id(condition_id)}", {}, _row(ClobMarket))


def live_activity(clob_url: str, condition_id: str) -> Request[tuple[LiveActivity, ...]]:
    """Return the request for what happened in a market just now. Its answer is undocumented."""
    path = f"/markets/live-activity/{rules.condition_id(condition_id)}"
    return _get(clob_url, path, {}, answers.rows(LiveActivity))


def markets(clob_url: str, cursor: str = FIRST_CURSOR) -> Request[Page[ClobMarket]]:
    """Return the request for a part of all markets, the oldest first."""
    return _page(clob_url, "/markets", ClobMarket, cursor)


def simplified_markets(
    clob_url: str, cursor: str = FIRST_CURSOR
) -> Request[Page[SimplifiedMarket]]:
    """Return the request for a part of all markets in brief."""
    return _page(clob_url, "/simplified-markets", SimplifiedMarket, cursor)


def sampling_markets(clob_url: str, cursor: str = FIRST_CURSOR) -> Request[Page[ClobMarket]]:
    """Return the request for a part of the markets whose makers are rewarded."""
    return _page(clob_url, "/sampling-markets", ClobMarket, cursor)


def sampling_simplified_markets(
    clob_url: str, cursor: str = FIRST_CURSOR
) -> Request[Page[SimplifiedMarket]]:
    """Return the request for a part of the markets whose makers are rewarded, in brief."""
    return _page(clob_url, "/sampling-simplified-markets", SimplifiedMarket, cursor)


def prices_history(
    clob_url: str,
    token: str,
    *,
    interval: Interval | None = None,
    start: object = None,
    end: object = None,
    fidelity: int | None = None,
) -> Request[tuple[PricePoint, ...]]:
    """Return the request for the prices of a token in time.

    Either `interval`, which ends now, or `start` (and `end`) as datetime or seconds; `fidelity` is
    minutes between two points. Raises `ValueError` for both or neither.
    """
    if (interval is None) == (start is None):
        raise ValueError("prices_history: wanted either interval or start, found both or neither")
    if end is not None and start is None:
        raise ValueError("prices_history: wanted start with end, found end alone")
    if interval is not None and interval not in INTERVALS:
        raise ValueError(f"interval: wanted one of {', '.join(INTERVALS)}, found {interval!r:.80}")
    if fidelity is not None and (not isinstance(fidelity, int) or fidelity < 1):
        raise ValueError(f"fidelity: wanted minutes from 1 up, found {fidelity!r:.80}")
    asked: dict[str, list[str]] = {
        "market": [rules.token_id(token)],
        "interval": [] if interval is None else [interval],
        "startTs": [] if start is None else query.seconds("start", start),
        "endTs": [] if end is None else query.seconds("end", end),
        "fidelity": [] if fidelity is None else [str(fidelity)],
    }

    def read(found: object) -> tuple[PricePoint, ...]:
        return answers.rows(PricePoint)(_object(found).get("history"))

    return _get(clob_url, "/prices-history", asked, read, "/prices-history")


def _get(
    clob_url: str,
    path: str,
    asked: Mapping[str, Iterable[str]],
    read: Callable[[object], T],
    *limit: str,
) -> Request[T]:
    url = query.address(clob_url, path, asked)
    return Request(url=url, read=_reader(read), limits=limits.clob(*limit))


def _of_token(
    clob_url: str, path: str, token: str, read: Callable[[object], T], *limit: str
) -> Request[T]:
    return _get(clob_url, path, {"token_id": [rules.token_id(token)]}, read, *limit)


def _post(
    clob_url: str,
    path: str,
    items: Sequence[Mapping[str, str]],
    read: Callable[[object], T],
    *limit: str,
) -> list[Request[T]]:
    step = rules.BOOKS_PER_REQUEST
    return [
        Request(
            url=query.address(clob_url, path),
            method="POST",
            body=msgspec.json.encode(items[begin : begin + step]),
            read=_reader(read),
            limits=limits.clob(*limit),
        )
        for begin in range(0, len(items), step)
    ]


def _page(clob_url: str, path: str, kind: type[R], cursor: str) -> Request[Page[R]]:
    def read(found: object) -> Page[R]:
        part = _object(found)
        after = str(part.get("next_cursor") or "")
        items = answers.rows(kind)(part.get("data"))
        return Page(items, "" if after == LAST_CURSOR else after)

    return _get(clob_url, path, {"next_cursor": [cursor]}, read)


def _reader(read: Callable[[object], T]) -> Callable[[bytes], T]:
    """Return what reads a body by reading what it holds; all that is wrong is a `RestError`."""

    def reading(body: bytes) -> T:
        try:
            return read(answers.opened(body))
        except ValueError as wrong:
            raise RestError(f"cannot read the answer: {wrong}", name="bad_answer") from wrong

    return reading


def _row(kind: type[R]) -> Callable[[object], R]:
    return lambda found: answers.row(kind, found)


def _member(name: str, kind: type[T]) -> Callable[[object], T]:
    """Return what takes one member of an object, written as a number or as text."""
    value = cast("type[Row]", msgspec.defstruct("Value", [(name, kind)], bases=(Row,), frozen=True))
    return lambda found: cast("T", getattr(answers.row(value, found), name))


def _numbers(found: object) -> dict[str, Decimal]:
    return {name: _number({"value": value}) for name, value in _object(found).items()}


_number: Final = _member("value", Decimal)


def _object(found: object) -> dict[str, object]:
    if not isinstance(found, dict):
        raise ValueError(f"wanted an object, found {found!r:.120}")  # noqa: TRY004 - no argument
    return found


def _items(tokens: Sequence[str]) -> list[dict[str, str]]:
    return [{"token_id": rules.token_id(token)} for token in tokens]


def _side(side: str) -> str:
    if side not in get_args(Side):
        raise ValueError(f"side: wanted BUY or SELL, found {side!r:.80}")
    return side
