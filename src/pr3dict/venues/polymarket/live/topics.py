"""The topics of RTDS: which are known to be served, how they say no, and how often they speak.

Facts of protocol section 3.2 (late 2026). One topic that the venue does not know silences the
whole frame in which it is asked for, so what is proved goes together and all else alone.
"""

import re
from typing import Final, NamedTuple

import msgspec

from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket.live.types import ANY, Subscription

PRICES: Final = frozenset(
    {
        "crypto_prices",
        "crypto_prices_chainlink",
        "crypto_prices_twap_thirty",
        "crypto_prices_twap_sixty",
        "equity_prices",
    }
)
SERVED: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(PRICES, frozenset({ANY, "update", "subscribe"})),
    "activity": frozenset({ANY, "trades", "orders_matched"}),
    "comments": frozenset(
        {ANY, "comment_created", "comment_removed", "reaction_created", "reaction_removed"}
    ),
}
"""Topics and their types that the venue is known to serve."""
OPENS: Final = frozenset({"crypto_prices", "crypto_prices_chainlink", "equity_prices"})
"""Topics that answer a subscription with what was before."""

_SYMBOLS: Final = re.compile(r"[A-Za-z0-9./_-]+(,[A-Za-z0-9./_-]+)*", re.ASCII)


class Pulse(NamedTuple):
    """How long a topic may be silent, in nanoseconds; its own rhythm decides between the two."""

    least: Nanos
    most: Nanos
    backfill_is_life: bool
    """Whether the answer to a new subscription proves it alive: markets close at night."""


_SECONDLY: Final = Pulse(Nanos(15 * NS_PER_S), Nanos(30 * NS_PER_S), backfill_is_life=False)
_MARKET_HOURS: Final = Pulse(Nanos(15 * NS_PER_S), Nanos(60 * NS_PER_S), backfill_is_life=True)


def pulse(subscription: Subscription) -> Pulse | None:
    """Return how often a topic speaks; None where silence is no sign: comments, one event's trades.

    >>> pulse(Subscription("comments")) is None
    True
    """
    if subscription.topic == "equity_prices":
        return _MARKET_HOURS
    if subscription.topic in PRICES:
        return _SECONDLY
    if subscription.topic == "activity" and not subscription.filters:
        return _SECONDLY
    return None


def is_proved(subscription: Subscription) -> bool:
    """Tell whether the venue is known to take a subscription, so that others may share its frame.

    >>> is_proved(Subscription("crypto_prices", "update", "btcusdt,ethusdt"))
    True
    >>> is_proved(Subscription("crypto_price"))
    False
    """
    if subscription.type not in SERVED.get(subscription.topic, frozenset()):
        return False
    return not subscription.filters or _is_filter(subscription)


def _is_filter(subscription: Subscription) -> bool:
    filters = subscription.filters
    if subscription.topic == "crypto_prices" and _SYMBOLS.fullmatch(filters):
        return True
    try:
        return isinstance(msgspec.json.decode(filters), dict)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
