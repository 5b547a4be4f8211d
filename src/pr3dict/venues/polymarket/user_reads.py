"""What the ledger asks of REST: our open orders, our trades, one order. Protocol section 4.3.

The answers are made into the very types of the user channel, with `Source.REST`; `local_ns` is 0
until whoever asked says when they came.
"""

from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import RestError
from pr3dict.model.requests import Page, Request
from pr3dict.model.states import Source
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket import auth, limits, user_wire
from pr3dict.venues.polymarket.user_types import UserOrder, UserTrade

T = TypeVar("T")

FIRST_CURSOR: Final = "MA=="
LAST_CURSOR: Final = "LTE="
"""Base64 of 0 and of -1 (V2PY, constants)."""
_SHOWN_MAX: Final = 120


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Whose account it is: the API key, and the address of the wallet that made the key."""

    clob_url: str
    creds: ClobApiKeyCreds
    address: str


def open_orders(owner: Owner, cursor: str = FIRST_CURSOR) -> Request[Page[UserOrder]]:
    """Return the request for a part of our open orders."""
    url = f"{_root(owner)}/data/orders?{urlencode({'next_cursor': cursor})}"
    return _get(owner, url, _paged(_order), "/data/orders")


def trades(owner: Owner, after: Nanos, cursor: str = FIRST_CURSOR) -> Request[Page[UserTrade]]:
    """Return the request for a part of our trades that were matched from that second on."""
    query = {"after": str(max(0, after // NS_PER_S)), "next_cursor": cursor}
    url = f"{_root(owner)}/data/trades?{urlencode(query)}"
    return _get(owner, url, _paged(_trade), "/data/trades")


def order(owner: Owner, order_id: str) -> Request[UserOrder | None]:
    """Return the request for one of our orders; None, or `RestError` `not_found`: none is known."""
    url = f"{_root(owner)}/data/order/{quote(order_id, safe='')}"
    return _get(owner, url, _one, "/data/orders")


class _Part(msgspec.Struct):
    data: list[msgspec.Raw]
    next_cursor: str = ""


_part: Final = msgspec.json.Decoder(_Part)


def _get(owner: Owner, url: str, read: Callable[[bytes], T], limit: str) -> Request[T]:
    def checked(body: bytes) -> T:
        try:
            return read(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as wrong:
            shown = body[:_SHOWN_MAX].decode(errors="replace")
            raise RestError(
                f"wanted our orders or trades, found {shown!r}: {wrong}", name="bad_answer"
            ) from wrong

    return Request(
        url=url,
        read=checked,
        limits=limits.clob("ledger", limit),
        sign=auth.l2(owner.creds, owner.address, method="GET", url=url),
    )


def _paged(read: Callable[[bytes], T]) -> Callable[[bytes], Page[T]]:
    def page(body: bytes) -> Page[T]:
        found = _part.decode(body)
        after = "" if found.next_cursor == LAST_CURSOR else found.next_cursor
        return Page(tuple(read(bytes(raw)) for raw in found.data), after)

    return page


def _one(body: bytes) -> UserOrder | None:
    """Read one order; REST has nothing, null or an empty object where there is none."""
    return None if body.strip() in (b"", b"null", b"{}") else _order(body)


def _order(body: bytes) -> UserOrder:
    return user_wire.order_of(body, Nanos(0), Source.REST)


def _trade(body: bytes) -> UserTrade:
    return user_wire.trade_of(body, Nanos(0), Source.REST)


def _root(owner: Owner) -> str:
    return owner.clob_url.rstrip("/")
