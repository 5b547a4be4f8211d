"""Requests that change something: orders sent and cancelled, protocol section 4.3.

An order is never sent twice by itself: whether the first one arrived is not known, so its request
may not be repeated. A cancel may: the second one finds nothing to cancel.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from pr3dict.model.errors import OrderError
from pr3dict.model.requests import Request
from pr3dict.venues.polymarket import answers, limits, rules
from pr3dict.venues.polymarket.account.requests import Account, read_as
from pr3dict.venues.polymarket.account.types import CancelReceipt, OrderReceipt, canceled_of
from pr3dict.venues.polymarket.signing import orders
from pr3dict.venues.polymarket.signing.orders import OrderType, SignedOrder

CANCELS_PER_REQUEST: Final = 3_000
"""Source: protocol section 4.3."""


def post_order(
    account: Account,
    signed: SignedOrder,
    *,
    order_type: OrderType,
    post_only: bool = False,
    defer_exec: bool = False,
) -> Request[OrderReceipt]:
    """Return the request that sends an order. Raises `OrderError` as `orders.post_body`."""
    return account.request(
        "/order",
        answers.one(OrderReceipt),
        method="POST",
        body=orders.post_body(
            signed,
            owner=account.creds.key,
            order_type=order_type,
            post_only=post_only,
            defer_exec=defer_exec,
        ),
        counted=("ledger", "POST /order", _signer(limits.ORDERS, account)),
        repeatable=False,
    )


def post_orders(
    account: Account, several: Sequence[tuple[SignedOrder, OrderType, bool]]
) -> Request[tuple[OrderReceipt, ...]]:
    """Return the request that sends up to 15 orders, each with its type and whether post-only.

    The answer has a receipt for each, in order; one that is rejected spoils no other. Raises
    `OrderError`.
    """
    most = orders.ORDERS_PER_POST
    if not 1 <= len(several) <= most:
        raise OrderError(f"wanted 1 to {most} orders in a request, found {len(several)}")
    items = [
        orders.payload(signed, owner=account.creds.key, order_type=kind, post_only=post_only)
        for signed, kind, post_only in several
    ]
    return account.request(
        "/orders",
        answers.many(OrderReceipt),
        method="POST",
        body=msgspec.json.encode(items),
        counted=("POST /orders", *[_signer(limits.ORDERS, account)] * len(items)),
        repeatable=False,
    )


def cancel_order(account: Account, order_id: str) -> Request[CancelReceipt]:
    """Return the request that cancels an order."""
    return account.request(
        "/order",
        _receipt,
        method="DELETE",
        body=msgspec.json.encode({"orderID": _id(order_id)}),
        counted=("ledger", "DELETE /order", _signer(limits.CANCELS, account)),
    )


def cancel_orders(account: Account, order_ids: Sequence[str]) -> Request[CancelReceipt]:
    """Return the request that cancels up to 3,000 orders; raises `OrderError`.

    It counts once, though the venue counts each order: a cancel is never held back by our own
    count, only by the venue's word.
    """
    most = CANCELS_PER_REQUEST
    if isinstance(order_ids, str) or not 1 <= len(order_ids) <= most:
        raise OrderError(f"wanted 1 to {most} order ids in a request, found {len(order_ids)}")
    return account.request(
        "/orders",
        _receipt,
        method="DELETE",
        body=msgspec.json.encode([_id(order_id) for order_id in order_ids]),
        counted=("DELETE /orders", _signer(limits.CANCELS, account)),
    )


def cancel_all(account: Account) -> Request[CancelReceipt]:
    """Return the request that cancels every open order of the account."""
    return account.request(
        "/cancel-all",
        _receipt,
        method="DELETE",
        counted=("DELETE /cancel-all", _signer(limits.CANCELS, account)),
    )


def cancel_market_orders(
    account: Account, *, market: str = "", token: str = ""
) -> Request[CancelReceipt]:
    """Return the request that cancels all orders of a market (condition id), of a token, or both.

    Raises `OrderError` where neither is named: that would be `cancel_all`.
    """
    named: dict[str, str] = {}
    if token:
        named["asset_id"] = rules.token_id(token)
    if market:
        named["market"] = rules.condition_id(market)
    if not named:
        raise OrderError("wanted a market or a token, found neither: cancel_all cancels everything")
    return account.request(
        "/cancel-market-orders",
        _receipt,
        method="DELETE",
        body=msgspec.json.encode(named),
        counted=("DELETE /cancel-market-orders", _signer(limits.CANCELS, account)),
    )


def heartbeat(account: Account, heartbeat_id: str = "") -> Request[str]:
    """Return the request that says we are still there; it answers the id for the next one.

    **The first one that is accepted arms auto-cancel for all orders of the API key, and nothing
    disarms it**: from then on the venue cancels everything after ten seconds without one, so one
    is due every five. `heartbeat_id` is `""` first, then what the last answer gave. A wrong one is
    refused with the one that was expected. Not repeatable: the second would have an old id.
    """
    return account.request(
        "/v1/heartbeats",
        lambda body: read_as("a heartbeat", body, _heartbeat.decode).heartbeat_id,
        method="POST",
        body=msgspec.json.encode({"heartbeat_id": heartbeat_id}),
        repeatable=False,
    )


class _Heartbeat(msgspec.Struct):
    heartbeat_id: str


_heartbeat: Final = msgspec.json.Decoder(_Heartbeat)


def _receipt(body: bytes) -> CancelReceipt:
    return read_as("what was cancelled", body, canceled_of)


def _signer(kind: str, account: Account) -> str:
    return f"{kind}@{account.address}"


def _id(order_id: str) -> str:
    if not order_id:
        raise OrderError("wanted the id of an order, found none")
    return order_id
