"""What a feed asks of the outside: sockets, HTTP and chance.

Live it is the real one; a trial gives another, where time is virtual and the venue is in memory.
"""

import random
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from pr3dict.config import Config
from pr3dict.model.errors import MissingExtra
from pr3dict.net.buckets import Buckets
from pr3dict.net.http import HttpClient
from pr3dict.net.rest import Rest
from pr3dict.net.transport import connector
from pr3dict.ports import Clock, Connect, Http
from pr3dict.venues.polymarket import limits


class World(NamedTuple):
    """All that is not decided inside. Made on the feed's loop."""

    connect: Connect
    http: Http | None
    """None where REST is off."""
    rest: str
    """Whether REST is asked, and if not, why not."""
    chance: random.Random
    """Spreads reconnects; keeps no secret."""
    leave: Callable[[], Awaitable[None]]
    """Closes what is left open."""


def real(config: Config, clock: Clock) -> World:
    """Return the world of sockets. Raises `MissingExtra` when picows is wanted and not there."""
    connect, chance = connector(config, clock), random.Random()  # noqa: S311 - see `chance`
    if not config.rest:
        return World(connect, None, "off", chance, _nothing)
    try:
        http = HttpClient(
            clock, timeout_s=config.rest_timeout_s, answer_bytes_max=config.rest_bytes_max
        )
    except MissingExtra as missing:
        return World(connect, None, f"off: {missing}", chance, _nothing)
    return World(connect, http, "on", chance, http.aclose)


def rest(config: Config, clock: Clock) -> Rest:
    """Return what carries requests to Polymarket. Raises `MissingExtra` without httpx2."""
    http = HttpClient(
        clock, timeout_s=config.rest_timeout_s, answer_bytes_max=config.rest_bytes_max
    )
    chance = random.Random()  # noqa: S311 - spreads retries; keeps no secret
    buckets = Buckets(limits.RULES, limits.TIER_RULES)
    return Rest(http, clock, chance, buckets, patience_s=config.rest_patience_s)


async def _nothing() -> None:
    """Close nothing."""
