"""Who takes part: the client, its version, how it is started, which time-outs it has.

Some are measured by `python -m bench.peers`; some work against the simulated venue in each
`make test` (`tests/peers`). All stand in the same files of pins, and in one environment.
"""

from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parent.parent
HOME: Final = ROOT / "build" / "peers"
"""Their environment; git ignores it."""
OURS: Final = "pr3dict"
WORKING: Final = (
    "polymarket-client",
    "py_clob_client_v2",
    "@polymarket/real-time-data-client",
    "@nevuamarkets/poly-websockets",
)
"""The clients with which `tests/peers` tries the simulated venue."""


class Peer(NamedTuple):
    """A client that is measured."""

    name: str
    kind: Literal["ours", "python", "node"]
    driver: str
    """The module, or the file, of its driver."""
    times: str
    """The time-outs that it runs with when they are shortened; what cannot be set says so."""
    reads: str
    """What stands for the book that its users see."""
    protocol: Literal["polymarket", "kalshi"] = "polymarket"
    """What its venue speaks; the true books are the same."""


PEERS: Final = (
    Peer(
        OURS,
        "ours",
        "bench.peers.drivers.ours",
        "PING 3 s, PONG 10 s, silence 10 s, audit 10 s; first book 5 s as it is",
        "get_orderbook, good while LIVE",
    ),
    Peer(
        "polypulse",
        "python",
        "bench.peers.drivers.polypulse",
        "PING 3 s, watchdog 10 s; REST fallback 1 s as it is",
        "book(); its staleness() leaves the judgement to the user",
    ),
    Peer(
        "polyws",
        "python",
        "bench.peers.drivers.polyws",
        "reconnect check 1 s; pings 20 to 25 s and 10 s cannot be set; its TCP keep-alive does not"
        " see A2, where the kernel answers",
        "its private cache, which is newer than what its callbacks tell",
    ),
    Peer(
        "polymarket-client",
        "python",
        "bench.peers.drivers.polymarket_client",
        "PING 10 s, PONG 30 s cannot be set",
        "the top that it last told: it keeps no book, so depth is not compared",
    ),
    Peer(
        "@nevuamarkets/poly-websockets",
        "node",
        "poly_websockets.cjs",
        "reconnect check 1 s; pings 20 to 25 s cannot be set, their answer is not awaited",
        "its private cache, which is newer than what its callbacks tell",
    ),
    Peer(
        "kalshi-sdk",
        "python",
        "bench.peers.drivers.kalshi_sdk",
        "ping 3 s and 10 s",
        "its public iterator of books, on the same venue in Kalshi's words: changes are numbered"
        " there, so it mends a lost one by itself and tells only who meets the missing book",
        "kalshi",
    ),
)


def is_node(name: str) -> bool:
    """Tell whether a client comes from npm: those names have a scope."""
    return name.startswith("@")


def pinned(name: str) -> str:
    """Return the version of a client that takes part."""
    if name == OURS:
        return version(OURS)
    if is_node(name):
        wanted = msgspec.json.decode((HERE / "package.json").read_bytes())["dependencies"]
        return str(wanted[name])
    return requirement(name).split()[0].partition("==")[2]


def requirement(name: str) -> str:
    """Return the line of requirements.txt that pins a package, with its hash."""
    lines = (HERE / "requirements.txt").read_text("utf-8").replace("\\\n", " ").splitlines()
    return next(line for line in lines if line.startswith(f"{name}=="))
