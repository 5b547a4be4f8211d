"""The eight scenarios: what goes wrong, when, and how long we look.

Letters and numbers are those of the catalogue of faults. Each has what it arms before the client
connects, what it does once the client shows every book right, and the tokens that it is about.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple, Protocol

from bench.peers.venue import Watched
from pr3dict.sim.connection import Connection
from pr3dict.sim.faults import Faults
from pr3dict.sim.truth.books import Levels

Order = Callable[[str], None]
"""Sends an order to the driver."""


class Served(Protocol):
    """What a scenario needs of a server, whatever protocol it speaks."""

    faults: Faults
    connections: dict[int, Connection]
    accepted: int

    @property
    def ws_url(self) -> str:
        """The address of its sockets."""

    @property
    def rest_url(self) -> str:
        """The address of REST; `""` where there is none."""

    @property
    def tokens(self) -> list[str]:
        """The tokens that can be subscribed."""

    def book(self, token: str) -> tuple[Levels, Levels]:
        """Return a true book."""

    def half_open(self) -> None:
        """Neither read nor write any socket, and do not close it."""


class Stage(NamedTuple):
    """What a scenario can act upon."""

    server: Served
    venue: Watched
    order: Order

    @property
    def first(self) -> list[str]:
        """The tokens of the first market."""
        return self.server.tokens[:2]


class Scenario(NamedTuple):
    """One thing that goes wrong."""

    key: str
    title: str
    story: str
    bound_s: float
    """How long we look after the fault."""
    strike: Callable[[Stage], Awaitable[int | None]]
    """Does it; returns when, where it had to wait for its moment."""
    before: Callable[[Stage], None] | None = None
    """Armed before the client connects; then the fault counts from its first connection."""
    everybody: bool = False
    """Whether it is about all tokens, not about those of one market."""
    calls: bool = False
    """Whether a callback is registered that takes orders."""
    quiet: bool = False
    """Whether nobody trades meanwhile."""
    texts: bool = False
    """Whether it consists of texts in Polymarket's protocol, which no other client can read."""


async def _zombie(stage: Stage) -> None:
    for number in stage.server.connections:
        stage.server.faults.freeze(connection=number)


async def _half_open(stage: Stage) -> None:
    stage.server.half_open()


def _dead_asset(stage: Stage) -> None:
    for token in stage.first:
        stage.server.faults.withhold_snapshot(token)
        stage.server.faults.freeze(token)


def _no_snapshot(stage: Stage) -> None:
    for token in stage.first:
        stage.server.faults.withhold_snapshot(token)


async def _nothing_more(_: Stage) -> None:
    """Do nothing: all was armed before."""


async def _lost_change(stage: Stage) -> int:
    """Lose the next change of the best level of the first market."""
    return await stage.venue.lose_next_best(stage.first[0], stage.server.faults)


NONSENSE: Final = (
    ("0.02", "-5", "BUY"),
    ("0.02", "1e5", "BUY"),
    ("0.02", "NaN", "BUY"),
    ("0", "10", "BUY"),
    ("1", "10", "SELL"),
    ("1.01", "10", "SELL"),
    ("NaN", "10", "BUY"),
    ("0.999", "0", "SELL"),  # removes what is not there: no harm, and none must come of it
)
"""Levels (price, size, side) that no book may take, each for a token of its own."""
SPELLINGS: Final = ("{:.4f}", "{:.2f}")
"""The best bid of two more tokens as .4800 and .48: it is there already, and nothing changes."""


async def _nonsense(stage: Stage) -> None:
    """Send each bad level for a token of its own, then respell the best bids of two."""
    tokens = stage.server.tokens
    for token, (price, size, side) in zip(tokens, NONSENSE, strict=False):
        _say(stage, token, price, size, side)
        await asyncio.sleep(0.3)
    for token, spelling in zip(tokens[len(NONSENSE) :], SPELLINGS, strict=False):
        best, held = stage.server.book(token)[0][0]
        _say(stage, token, spelling.format(best / 1e6).lstrip("0"), f"{held / 1e6:.15g}", "BUY")
        await asyncio.sleep(0.3)


def _say(stage: Stage, token: str, price: str, size: str, side: str) -> None:
    """Send a change that the venue never meant, with the true best prices and no hash."""
    rules = stage.venue.rules(token)
    bids, asks = stage.server.book(token)
    assert rules is not None
    change = {
        "asset_id": token,
        "price": price,
        "size": size,
        "side": side,
        "hash": "",
        "best_bid": f"{bids[0][0] / 1e6:g}",
        "best_ask": f"{asks[0][0] / 1e6:g}",
    }
    message = {
        "market": rules.condition,
        "price_changes": [change],
        "timestamp": str(stage.venue.now_ms),
        "event_type": "price_change",
    }
    for connection in stage.server.connections.values():
        connection.say(json.dumps(message, separators=(", ", ":")).encode())


CONTROLS: Final = (
    b"PONG", b"pong", b"NO NEW ASSETS", b"INVALID OPERATION", b"", b"  ", b"[]", b"null", b"{}",
)  # fmt: skip


async def _controls(stage: Stage) -> None:
    for text in CONTROLS:
        for connection in stage.server.connections.values():
            connection.say(text)
        await asyncio.sleep(0.5)


async def _bad_callback(stage: Stage) -> None:
    stage.order("raise")
    await asyncio.sleep(2)
    stage.order("block 2")
    await asyncio.sleep(5)
    stage.order("block 15")


SCENARIOS: Final = (
    Scenario(
        "A1", "zombie", "PING is answered, no data comes any more", 45, _zombie, everybody=True
    ),
    Scenario(
        "A2",
        "half-open",
        "neither bytes nor a close; the kernel still acknowledges",
        45,
        _half_open,
        everybody=True,
    ),
    Scenario(
        "B1",
        "dead asset",
        "the stream never delivers one market, neither book nor changes; REST has it",
        40,
        _nothing_more,
        _dead_asset,
        quiet=True,
    ),
    Scenario(
        "B2",
        "no snapshot",
        "one market's changes come, its opening books never; REST has them",
        40,
        _nothing_more,
        _no_snapshot,
        quiet=True,
    ),
    Scenario(
        "C1", "lost change", "one change of a best level is lost", 30, _lost_change, quiet=True
    ),
    Scenario(
        "C7",
        "nonsense levels",
        "negative, 1e5, NaN, out of range; then a true level in another spelling",
        20,
        _nonsense,
        everybody=True,
        quiet=True,
        texts=True,
    ),
    Scenario(
        "D1",
        "odd texts",
        "PONG, pong, NO NEW ASSETS, INVALID OPERATION, empty, blanks, [], null, {}",
        15,
        _controls,
        everybody=True,
        texts=True,
    ),
    Scenario(
        "E4",
        "bad callback",
        "a callback raises, blocks 2 s, then 15 s",
        35,
        _bad_callback,
        everybody=True,
        calls=True,
    ),
)
