"""What each private request of CLOB REST comes to, without the HTTP (protocol, section 4.3).

A request that reaches the clerk is signed; whose it is has been checked. Every answer is a status
and what its JSON says.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from pr3dict.sim.desk.accounts import BAD_REQUEST, Account, ApiKey, Refused
from pr3dict.sim.desk.desk import Desk, Placed, amounts
from pr3dict.sim.desk.orders import BAD_ORDER, MS_PER_S, OTHER_VERSION, read, wanted
from pr3dict.sim.desk.signatures import EXCHANGE, NEG_RISK_EXCHANGE
from pr3dict.sim.desk.tickets import DELAYED, LIVE, open_order, trade_row
from pr3dict.sim.truth.hash import plain

OK: Final = 200
NOT_FOUND: Final = 404
ORDERS_MAX: Final = 15
CANCELS_MAX: Final = 3_000
PAGE: Final = 100
FIRST: Final = "MA=="
END: Final = "LTE="
BAD_PAYLOAD: Final = "Invalid payload"
BOUNDLESS: Final = str(2**256 - 1)
"""The allowance that wallets give."""
FILLED: Final = 2
"""The type of a notification that an order was filled."""

Reply = tuple[int, Any]


class Asked(NamedTuple):
    """A request that was found to be somebody's."""

    account: Account
    key: ApiKey
    query: Mapping[str, str]
    body: bytes
    now_ms: int
    name: str = ""
    """The last part of a path that ends in an id."""


def post_order(desk: Desk, asked: Asked) -> Reply:
    """Take one order."""
    placed = _place(desk, asked, read(asked.body))
    if isinstance(placed, Refused):
        return placed.status, {"error": placed.error}
    return OK, _placed(placed)


def post_orders(desk: Desk, asked: Asked) -> Reply:
    """Take up to fifteen orders; a refused one looks successful but for its `errorMsg`."""
    items = read(asked.body)
    if not isinstance(items, list) or not items:
        return _bad(BAD_ORDER)
    if len(items) > ORDERS_MAX:
        return _bad(f"Too many orders in payload: {len(items)}, max allowed: {ORDERS_MAX}")
    answers = []
    for item in items:
        placed = _place(desk, asked, item)
        answers.append(_item(placed.error) if isinstance(placed, Refused) else _placed(placed))
    return OK, answers


def delete_order(desk: Desk, asked: Asked) -> Reply:
    """Take one order away."""
    body = read(asked.body)
    if not isinstance(body, dict) or not isinstance(body.get("orderID"), str):
        return _bad(BAD_PAYLOAD)
    return _canceled(desk, asked, [body["orderID"]])


def delete_orders(desk: Desk, asked: Asked) -> Reply:
    """Take the orders of these ids away."""
    names = read(asked.body)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return _bad(BAD_PAYLOAD)
    if len(names) > CANCELS_MAX:
        return _bad(f"Too many orders in payload: {len(names)}, max allowed: {CANCELS_MAX}")
    return _canceled(desk, asked, names)


def cancel_all(desk: Desk, asked: Asked) -> Reply:
    """Take all orders of the account away."""
    return _canceled(desk, asked, [ticket.id for ticket in desk.open_orders(asked.account)])


def cancel_market(desk: Desk, asked: Asked) -> Reply:
    """Take all orders of a market or of a token away."""
    body = read(asked.body)
    market, token = (body.get(name) or "" for name in ("market", "asset_id")) if isinstance(
        body, dict
    ) else ("", "")  # fmt: skip
    if not market and not token:
        return _bad(BAD_PAYLOAD)
    names = [
        ticket.id for ticket in desk.open_orders(asked.account)
        if market in {"", ticket.rules.condition} and token in {"", ticket.token}
    ]  # fmt: skip
    return _canceled(desk, asked, names)


def orders(desk: Desk, asked: Asked) -> Reply:
    """List open orders, oldest first."""
    rows = (open_order(ticket) for ticket in desk.open_orders(asked.account))
    return _page(asked, _filtered(rows, asked.query, ("id", "market", "asset_id")))


def order(desk: Desk, asked: Asked) -> Reply:
    """Tell one order, open or not."""
    ticket = desk.tickets.get(asked.name)
    if ticket is None or ticket.account is not asked.account:
        return NOT_FOUND, {"error": "Order not found"}
    return OK, open_order(ticket)


def trades(desk: Desk, asked: Asked) -> Reply:
    """List trades, newest first; `after` and `before` in seconds."""
    query = asked.query
    rows = (trade_row(deal, role) for deal, role in desk.deals.of(asked.account))
    found = _filtered(rows, query, ("id", "market", "asset_id"))
    after, before = _number(query, "after", 0), _number(query, "before", 1 << 62)
    kept = [row for row in found if after < int(row["match_time"]) < before]
    maker = query.get("maker_address", "").lower()
    if maker:
        kept = [row for row in kept if maker in _wallets(row)]
    return _page(asked, kept)


def nothing(_desk: Desk, asked: Asked) -> Reply:
    """List what this venue never has."""
    return _page(asked, [])


def balance(desk: Desk, asked: Asked) -> Reply:
    """Tell a balance in millionths, and that every exchange may move it."""
    match asked.query.get("asset_type"):
        case "COLLATERAL":
            amount = asked.account.collateral
        case "CONDITIONAL" | "CONDITIONAL-V2":
            token = asked.query.get("token_id", "")
            if desk.venue.rules(token) is None:
                return _bad(f"Invalid token id: {token}")
            amount = asked.account.shares(token)
        case _:
            return _bad("Invalid asset type")
    allowances = dict.fromkeys((EXCHANGE, NEG_RISK_EXCHANGE), BOUNDLESS)
    return OK, {"balance": str(amount), "allowances": allowances}


def beat(desk: Desk, asked: Asked) -> Reply:
    """Take a heartbeat."""
    body = read(asked.body)
    told = (body.get("heartbeat_id") or "") if isinstance(body, dict) else ""
    right, name = desk.heartbeats.beat(asked.key.key, str(told), asked.now_ms)
    if right:
        return OK, {"heartbeat_id": name}
    return BAD_REQUEST, {"error_msg": "Invalid Heartbeat ID", "heartbeat_id": name}


def keys(_desk: Desk, asked: Asked) -> Reply:
    """List the API keys of the account."""
    return OK, {"apiKeys": [key.key for key in asked.account.keys.values() if not key.readonly]}


def delete_key(desk: Desk, asked: Asked) -> Reply:
    """Forget the key that asks."""
    desk.accounts.delete(asked.key.key)
    return OK, "OK"


def create_readonly(desk: Desk, asked: Asked) -> Reply:
    """Make a key that may only look."""
    return OK, desk.accounts.create_readonly(asked.account).told()


def readonly_keys(_desk: Desk, asked: Asked) -> Reply:
    """List the keys that may only look."""
    found = [key.key for key in asked.account.keys.values() if key.readonly]
    return OK, {"readonlyApiKeys": found}


def delete_readonly(desk: Desk, asked: Asked) -> Reply:
    """Forget a key that may only look."""
    body = read(asked.body)
    name = body.get("key") if isinstance(body, dict) else None
    if name not in asked.account.keys or not asked.account.keys[name].readonly:
        return _bad(BAD_PAYLOAD)
    desk.accounts.delete(name)
    return OK, "OK"


def create_builder(desk: Desk, asked: Asked) -> Reply:
    """Make a builder's key."""
    key = desk.accounts.create_builder(asked.account)
    return OK, {"key": key.key, "secret": key.secret, "passphrase": key.passphrase}


def builder_keys(_desk: Desk, asked: Asked) -> Reply:
    """List the builder's keys."""
    return OK, [{"key": key} for key in asked.account.builder_keys]


def closed_only(_desk: Desk, asked: Asked) -> Reply:
    """Tell whether the account may only close what it has."""
    return OK, {"closed_only": asked.account.closed_only}


def notifications(desk: Desk, asked: Asked) -> Reply:
    """List the fills that were not dropped."""
    dropped = desk.dropped.get(asked.account.address, set())
    told = [
        {
            "id": deal.number + 1,
            "owner": asked.key.key,
            "type": FILLED,
            "timestamp": deal.matched_ms // MS_PER_S,
            "payload": {
                "asset_id": ticket.token,
                "market": ticket.rules.condition,
                "order_id": ticket.id,
                "side": ticket.side,
                "type": ticket.kind,
                "price": plain(ticket.price),
                "original_size": plain(ticket.size),
                "matched_size": plain(ticket.matched),
                "remaining_size": plain(ticket.left),
                "outcome": ticket.outcome,
                "outcome_index": ticket.rules.tokens.index(ticket.token),
                "transaction_hash": deal.transaction,
                "trade_id": deal.id,
            },
        }
        for deal, _ in desk.deals.of(asked.account)
        for ticket in (deal.taker, *(piece.ticket for piece in deal.pieces))
        if ticket and ticket.account is asked.account and deal.number + 1 not in dropped
    ]
    return OK, told


def drop_notifications(desk: Desk, asked: Asked) -> Reply:
    """Forget notifications by id."""
    names = asked.query.get("ids", "").split(",")
    dropped = desk.dropped.setdefault(asked.account.address, set())
    dropped.update(int(name) for name in names if name.isdigit())
    return OK, "OK"


def scoring(desk: Desk, asked: Asked) -> Reply:
    """Tell whether an order earns rewards: here, whether it rests."""
    return OK, {"scoring": _scores(desk, asked, asked.query.get("order_id", ""))}


def scorings(desk: Desk, asked: Asked) -> Reply:
    """Tell it for several orders."""
    names = read(asked.body)
    if not isinstance(names, list):
        return _bad(BAD_PAYLOAD)
    return OK, {str(name): _scores(desk, asked, str(name)) for name in names}


Duty = Callable[[Desk, Asked], Reply]
DUTIES: Final[Mapping[tuple[str, str], Duty]] = {
    ("POST", "/order"): post_order,
    ("POST", "/orders"): post_orders,
    ("DELETE", "/order"): delete_order,
    ("DELETE", "/orders"): delete_orders,
    ("DELETE", "/cancel-all"): cancel_all,
    ("DELETE", "/cancel-market-orders"): cancel_market,
    ("GET", "/data/orders"): orders,
    ("GET", "/data/order/{name}"): order,
    ("GET", "/data/trades"): trades,
    ("GET", "/data/pre-migration-orders"): nothing,
    ("GET", "/builder/trades"): nothing,
    ("GET", "/balance-allowance"): balance,
    ("GET", "/balance-allowance/update"): balance,
    ("POST", "/v1/heartbeats"): beat,
    ("POST", "/heartbeats"): beat,
    ("GET", "/auth/api-keys"): keys,
    ("DELETE", "/auth/api-key"): delete_key,
    ("POST", "/auth/readonly-api-key"): create_readonly,
    ("GET", "/auth/readonly-api-keys"): readonly_keys,
    ("DELETE", "/auth/readonly-api-key"): delete_readonly,
    ("POST", "/auth/builder-api-key"): create_builder,
    ("GET", "/auth/builder-api-key"): builder_keys,
    ("GET", "/auth/ban-status/closed-only"): closed_only,
    ("GET", "/notifications"): notifications,
    ("DELETE", "/notifications"): drop_notifications,
    ("GET", "/order-scoring"): scoring,
    ("POST", "/orders-scoring"): scorings,
}
"""What is done for which request."""


def _place(desk: Desk, asked: Asked, item: object) -> Placed | Refused:
    found = wanted(item)
    if isinstance(found, str):
        return Refused(BAD_REQUEST, found)
    return desk.place(asked.account, asked.key, found, asked.now_ms)


def _placed(placed: Placed) -> dict[str, Any]:
    making, taking = amounts(placed)
    return {
        "errorMsg": "",
        "orderID": placed.ticket.id,
        "takingAmount": taking,
        "makingAmount": making,
        "status": _status(placed),
        "success": True,
        "tradeIDs": list(placed.trades),
        "transactionsHashes": list(placed.transactions),
    }


def _status(placed: Placed) -> str:
    if placed.ticket.status == DELAYED:
        return "delayed"
    return "matched" if placed.trades else "live"


def _item(error: str) -> dict[str, Any]:
    told = {"errorMsg": error, "orderID": "", "takingAmount": "", "makingAmount": ""}
    # Clients look for this one on the surface of a batch, too.
    clue = {"error": error} if error == OTHER_VERSION else {}
    return {**told, **clue, "status": "", "success": True, "tradeIDs": [], "transactionsHashes": []}


def _canceled(desk: Desk, asked: Asked, names: Iterable[str]) -> Reply:
    canceled, kept = desk.cancel(asked.account, names, asked.now_ms)
    return OK, {"canceled": canceled, "not_canceled": kept}


def _filtered(
    rows: Iterable[dict[str, Any]], query: Mapping[str, str], names: Sequence[str]
) -> list[dict[str, Any]]:
    wanted_ = {name: query[name] for name in names if query.get(name)}
    return [row for row in rows if all(row[name] == told for name, told in wanted_.items())]


def _wallets(row: dict[str, Any]) -> set[str]:
    return {row["maker_address"].lower()} | {
        piece["maker_address"].lower() for piece in row["maker_orders"]
    }


def _page(asked: Asked, rows: list[dict[str, Any]]) -> Reply:
    """Return a page of rows; the cursor is their number in base 64."""
    try:
        start = int(base64.b64decode(asked.query.get("next_cursor") or FIRST))
    except (ValueError, binascii.Error):
        return _bad("Invalid next_cursor")
    if start < 0:
        return _bad("Invalid next_cursor")
    part = rows[start : start + PAGE]
    more = base64.b64encode(str(start + PAGE).encode()).decode()
    cursor = more if start + PAGE < len(rows) else END
    return OK, {"data": part, "limit": PAGE, "count": len(part), "next_cursor": cursor}


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else default


def _scores(desk: Desk, asked: Asked, name: str) -> bool:
    ticket = desk.tickets.get(name)
    return ticket is not None and ticket.account is asked.account and ticket.status == LIVE


def _bad(error: str) -> Reply:
    return BAD_REQUEST, {"error": error}
