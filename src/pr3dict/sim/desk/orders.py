"""Orders as accounts send them: read, and judged by the rules that need no account and no book.

The texts of the refusals are the venue's own (protocol, section 4.3, and its page "Error codes").
"""

import json
from typing import Any, Final, NamedTuple

from pr3dict.sim.desk.signatures import SignedOrder
from pr3dict.sim.truth.books import Rules
from pr3dict.sim.truth.config import TICKS
from pr3dict.sim.truth.hash import MICROS, plain

BUY: Final = "BUY"
SELL: Final = "SELL"
SIDES: Final = (BUY, SELL)
GTC: Final = "GTC"
GTD: Final = "GTD"
FOK: Final = "FOK"
FAK: Final = "FAK"
RESTING: Final = frozenset({GTC, GTD})
KINDS: Final = frozenset({GTC, GTD, FOK, FAK})
MS_PER_S: Final = 1_000
EXPIRES_EARLY_MS: Final = 60_000
"""By how much the venue is ahead of a GTD order's own expiration."""
MARKETABLE_MIN: Final = MICROS
"""A BUY that trades at once must be worth a dollar."""

BAD_ORDER: Final = "Invalid order payload"
OTHER_VERSION: Final = "order_version_mismatch"
BAD_EXPIRATION: Final = "invalid expiration"
CROSSES: Final = "invalid post-only order: order crosses book"
FOK_KILLED: Final = "order couldn't be fully filled. FOK orders are fully filled or killed."
FAK_KILLED: Final = (
    "no orders found to match with FAK order. "
    "FAK orders are partially filled or killed if no match is found."
)
NOT_READY: Final = "the market is not yet ready to process new orders"
NOT_ENOUGH: Final = "not enough balance / allowance"
BAD_SIGNATURE: Final = "invalid signature"
NOT_OWNER: Final = "the order owner has to be the owner of the API KEY"
NOT_SIGNER: Final = "the order signer address has to be the address of the API KEY"

V1_ONLY: Final = frozenset({"taker", "nonce", "feeRateBps"})
V2_ONLY: Final = frozenset({"timestamp", "metadata", "builder"})


class Wanted(NamedTuple):
    """One order of a request."""

    order: SignedOrder
    signature: str
    kind: str
    owner: str
    """The API key in whose name it comes."""
    expiration_s: int
    post_only: bool

    @property
    def side(self) -> str:
        """BUY or SELL."""
        return SIDES[self.order.side]


class Terms(NamedTuple):
    """What an order comes to, in micros."""

    price: int
    size: int
    """Shares; of a market BUY those that it gets at its price, at least."""
    money: int
    """What a market BUY spends; 0 for all others."""


def read(body: bytes) -> Any | None:  # noqa: ANN401 - any JSON
    """Return the JSON of a body; None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def wanted(item: object) -> Wanted | str:
    """Return an order as it was sent, or why it is none."""
    if not isinstance(item, dict) or not isinstance(item.get("order"), dict):
        return BAD_ORDER
    order = item["order"]
    if order.keys() & V1_ONLY or not order.keys() >= V2_ONLY:
        return OTHER_VERSION
    try:
        signed = SignedOrder(
            salt=int(order["salt"]),
            maker=str(order["maker"]),
            signer=str(order["signer"]),
            token=int(order["tokenId"]),
            maker_amount=int(order["makerAmount"]),
            taker_amount=int(order["takerAmount"]),
            side=SIDES.index(order["side"]),
            signature_type=int(order["signatureType"]),
            timestamp=int(order["timestamp"]),
            metadata=_bytes32(order["metadata"]),
            builder=_bytes32(order["builder"]),
        )
        found = Wanted(
            signed,
            str(order["signature"]),
            str(item["orderType"]),
            str(item["owner"]),
            int(order.get("expiration") or 0),
            item.get("postOnly", False) is True,
        )
    except (KeyError, ValueError, TypeError):
        return BAD_ORDER
    amounts = min(signed.maker_amount, signed.taker_amount)
    if found.kind not in KINDS or amounts <= 0 or (found.post_only and found.kind not in RESTING):
        return BAD_ORDER
    return found


def terms(order: Wanted, rules: Rules) -> Terms:
    """Return price and size of an order.

    The amounts of a market order are rounded, so that its price is only near the grid; that of an
    order that may rest must be on it, and is returned as it is.
    """
    maker, taker = order.order.maker_amount, order.order.taker_amount
    money, shares = (maker, taker) if order.side == BUY else (taker, maker)
    price = (money * MICROS + shares // 2) // shares
    if order.kind in RESTING:
        return Terms(price, shares, 0)
    tick = TICKS[rules.tick_size]
    price = (price + tick // 2) // tick * tick
    return Terms(price, shares, money if order.side == BUY else 0)


def fault(order: Wanted, name: str, found: Terms, rules: Rules, now_ms: int) -> str:
    """Return which rule of the market an order breaks; `""` for none. `name`: its id."""
    tick = TICKS[rules.tick_size]
    if found.price % tick or not tick <= found.price <= MICROS - tick:
        told = f"Price ({plain(found.price)}) breaks minimum tick size rule: {rules.tick_size}"
        return f"order {name} is invalid. {told}"
    if order.kind in RESTING and found.size < int(rules.min_order_size) * MICROS:
        told = f"Size ({plain(found.size)}) lower than the minimum: {rules.min_order_size}"
        return f"order {name} is invalid. {told}"
    if order.kind == GTD:
        late = order.expiration_s * MS_PER_S > now_ms + EXPIRES_EARLY_MS
        return "" if late else BAD_EXPIRATION
    return BAD_EXPIRATION if order.expiration_s else ""


def too_small(order: Wanted, found: Terms) -> str:
    """Return why an order that trades at once is worth too little; `""` where it is not."""
    value = found.money or found.price * found.size // MICROS
    if order.side == SELL or value >= MARKETABLE_MIN:
        return ""
    return f"invalid amount for a marketable BUY order (${plain(value)}), min size: $1"


def _bytes32(text: str) -> bytes:
    data = bytes.fromhex(text.removeprefix("0x"))
    if len(data) != 32:  # noqa: PLR2004 - as its name says
        raise ValueError(f"wanted 32 bytes, found {len(data)}")
    return data
