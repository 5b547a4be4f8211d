"""What the venue says of our own orders and trades, as typed, frozen values.

Prices and sizes are exact, in micros; instants are nanoseconds since the UNIX epoch, 0 where the
venue does not say. `local_ns` is when the bytes reached our socket, `source` who told: the user
channel, or REST after something was missed (protocol section 2).
"""

from typing import Final

import msgspec

from pr3dict.model.events import Event
from pr3dict.model.states import Source
from pr3dict.model.units import Nanos, Price, Size

BUY: Final = "BUY"
SELL: Final = "SELL"
TAKER: Final = "TAKER"
MAKER: Final = "MAKER"


class MakerFill(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The part of one resting order in a trade, in its maker's own terms."""

    order_id: str
    owner: str
    """The id of the maker's API key."""
    maker_address: str
    token: str
    outcome: str
    side: str
    """The maker's; worked out from the taker's where the venue leaves it out. `""`: unknown."""
    price: Price
    """Micros a share of the maker's own token."""
    size: Size
    """Micros of a share."""


class UserOrder(Event, frozen=True, gc=False, kw_only=True):
    """What the venue said of one of our orders (wire: `order`), or REST of an open one."""

    order_id: str
    market: str
    """The condition id."""
    token: str
    outcome: str
    side: str
    price: Price
    original_size: Size
    matched_size: Size | None
    """None where the venue does not say, as when it kills a FOK order."""
    status: str
    """As the venue writes it, which may be a sentence: `CANCELED_order couldn't be …`."""
    kind: str
    """PLACEMENT, UPDATE or CANCELLATION; `""` from REST."""
    order_type: str
    """GTC, GTD, FOK, FAK …"""
    owner: str
    """The id of the API key."""
    maker_address: str
    trades: tuple[str, ...]
    created_ns: Nanos
    """0 where the venue does not say."""
    expires_ns: Nanos
    """0: never."""
    venue_ns: Nanos
    """When the venue says it happened; 0 from REST, which does not say."""
    local_ns: Nanos
    source: Source


class UserTrade(Event, frozen=True, gc=False, kw_only=True):
    """What the venue said of a trade with our part in it; the same id comes for each status."""

    trade_id: str
    market: str
    """The condition id."""
    token: str
    """The taker's, like `outcome`, `side`, `price` and `size`."""
    outcome: str
    side: str
    price: Price
    size: Size
    status: str
    """MATCHED, MINED, CONFIRMED, RETRYING, FAILED …, without REST's `TRADE_STATUS_`."""
    taker_order_id: str
    role: str
    """Ours: TAKER or MAKER; `""` where the venue does not say."""
    owner: str
    """The id of an API key; the taker's where it is told."""
    maker_address: str
    fee_rate_bps: str
    """As the venue writes it: a relic, not the fee (protocol section 4.6)."""
    transaction_hash: str
    makers: tuple[MakerFill, ...]
    matched_ns: Nanos
    updated_ns: Nanos
    """When the status changed, in whole seconds as the venue tells it; 0: it does not say."""
    venue_ns: Nanos
    """When the message was made; 0 from REST, which does not say."""
    local_ns: Nanos
    source: Source
