"""Polymarket's rate limits of REST, as `net.buckets` counts them, and their names.

Per IP address, in a sliding window at the edge of the venue, and for orders and cancels per signer
as well. Source: docs.polymarket.com, "Rate limits", as of 2026-09-17; the docs of May 2026 had
smaller numbers for trading (POST /order 3,500 in 10 s, 36,000 in ten minutes). What is above a
limit is first delayed, then answered 429.

A request carries the names in `Request.limits`, the widest first.
"""

from typing import Final

from pr3dict.model.rates import Refill, Rule, Window
from pr3dict.model.units import NS_PER_S, Nanos

WINDOW: Final = Nanos(10 * NS_PER_S)
SUSTAINED: Final = Nanos(600 * NS_PER_S)

ALL: Final = "all"
"""Every request to any of the venue's hosts."""

WINDOWS: Final[dict[str, int]] = {
    ALL: 15_000,
    "/ok": 100,
    "gamma": 4_000,
    "gamma /events": 500,
    "gamma /markets": 300,
    "gamma listing": 900,  # /markets and /events together
    "gamma /comments": 200,
    "gamma /tags": 200,
    "gamma /public-search": 350,
    "data v1": 1_000,
    "data /trades": 200,
    "data /positions": 150,
    "data v2": 800,
    "data /v2/trades": 300,
    "data /v2/positions": 200,
    "data /v2/activity": 200,
    "data /v2/prices-history": 200,
    "data status": 100,
    "clob": 9_000,
    "/book": 1_500,
    "/price": 1_500,
    "/midpoint": 1_500,
    "/books": 500,
    "/prices": 500,
    "/midpoints": 500,
    "/prices-history": 1_000,
    "/tick-size": 200,
    "ledger": 900,  # /trades, /orders, /notifications and /order together
    "/data/orders": 500,
    "/data/trades": 500,
    "/notifications": 125,
    "api keys": 100,
    "/balance-allowance": 200,
    "/balance-allowance/update": 50,
}
"""Requests in ten seconds."""

TRADING: Final[dict[str, tuple[int, int]]] = {
    "POST /order": (5_000, 120_000),
    "DELETE /order": (5_000, 120_000),
    "POST /orders": (2_000, 21_000),
    "DELETE /orders": (2_000, 15_000),
    "DELETE /cancel-all": (250, 6_000),
    "DELETE /cancel-market-orders": (1_500, 21_000),
}
"""Requests in ten seconds, and in ten minutes."""

ORDERS: Final = "orders"
"""Per signer: `orders@0x…`, once for each order in the request."""
CANCELS: Final = "cancels"
"""Per signer: `cancels@0x…`, once a request: nothing may hold a cancel back but the venue."""

TIERS: Final[dict[str, tuple[int, int, int, int]]] = {
    "Standard": (40, 60, 80, 120),
    "Copper": (60, 90, 120, 180),
    "Bronze": (80, 120, 160, 240),
    "Silver": (200, 300, 400, 600),
    "Gold": (400, 600, 800, 1_200),
    "Platinum": (450, 675, 900, 1_350),
    "Diamond": (525, 787, 1_050, 1_575),
    "Elite": (600, 900, 1_200, 1_800),
}
"""Of a signer, by the tier that answers name (`Poly-RateLimit-Tier`): orders a second, orders saved
up, cancels a second, cancels saved up."""

RULES: Final[dict[str, tuple[Rule, ...]]] = {
    **{name: (Window(most, WINDOW),) for name, most in WINDOWS.items()},
    **{
        name: (Window(most, WINDOW), Window(sustained, SUSTAINED))
        for name, (most, sustained) in TRADING.items()
    },
    ORDERS: (Refill(*TIERS["Standard"][:2]),),
    CANCELS: (Refill(*TIERS["Standard"][2:]),),
}
"""All of the above by name; a signer is taken for a Standard one until an answer says otherwise."""

TIER_RULES: Final[dict[str, dict[str, Rule]]] = {
    tier: {ORDERS: Refill(*numbers[:2]), CANCELS: Refill(*numbers[2:])}
    for tier, numbers in TIERS.items()
}
"""What replaces the rules of a signer, by tier."""


def clob(*names: str) -> tuple[str, ...]:
    """Return the limits of a request to the order book API that also counts under `names`.

    >>> clob("/book")
    ('all', 'clob', '/book')
    """
    return (ALL, "clob", *names)


def gamma(*names: str) -> tuple[str, ...]:
    """Return the limits of a request to Gamma that also counts under `names`.

    >>> gamma("gamma listing", "gamma /markets")
    ('all', 'gamma', 'gamma listing', 'gamma /markets')
    """
    return (ALL, "gamma", *names)


def data(version: str, *names: str) -> tuple[str, ...]:
    """Return the limits of a request to a version of the Data API that also counts under `names`.

    >>> data("v2", "data /v2/trades")
    ('all', 'data v2', 'data /v2/trades')
    """
    return (ALL, f"data {version}", *names)
