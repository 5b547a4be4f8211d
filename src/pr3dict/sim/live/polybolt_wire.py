"""PolyBolt's frames and the rules of its filters (protocol, section 3.3)."""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pr3dict.sim.live.stream import compact
from pr3dict.sim.truth import prices
from pr3dict.sim.truth.prices import CHAINLINK, COINS, PYTH, SHARES, Prices

CRYPTO: Final = "price.crypto"
CRYPTO_TWAP: Final = "price.crypto.twap"
EQUITY: Final = "price.equity"
EQUITY_TWAP: Final = "price.equity.twap"
TOPS: Final = "price.polymarket"
"""The best bid and ask of a token; the one channel that needs no credentials."""
SERVED: Final = {CRYPTO: PYTH, CRYPTO_TWAP: CHAINLINK, EQUITY: PYTH, EQUITY_TWAP: PYTH}
"""The price channels, and who provides each where the client pins nobody."""
TWAPS: Final = frozenset({CRYPTO_TWAP, EQUITY_TWAP})
EQUITIES: Final = frozenset({EQUITY, EQUITY_TWAP})
WINDOW_S: Final = 60
SNAPSHOT_S: Final = 120
RECEIVED_MS: Final = 5
"""How long after its own time a price reached the venue."""


class Pair(NamedTuple):
    """A channel and what of it: a symbol, or the token of `price.polymarket`."""

    channel: str
    name: str
    provider: str = ""
    """Whom the client pinned; `""` leaves it to the venue."""

    @property
    def source(self) -> str:
        """Who provides it."""
        return self.provider or SERVED.get(self.channel, "")


class Refused(Exception):
    """An error code of the venue."""


def pair_of(channel: object, wanted: object) -> Pair:
    """Return what a client asks for. Raises `Refused` with `bad_channel` or `bad_filter`."""
    if not isinstance(channel, str) or channel not in {*SERVED, TOPS}:
        raise Refused("bad_channel")
    found = wanted if isinstance(wanted, dict) else {}
    if channel == TOPS:
        token = found.get("asset_id")
        if not isinstance(token, str) or not token.isdecimal():
            raise Refused("bad_filter")
        return Pair(channel, token)
    symbol, provider = found.get("symbol"), found.get("provider", "")
    if not isinstance(symbol, str) or asset(channel, symbol.lower()) is None:
        raise Refused("bad_filter")
    if provider not in {"", CHAINLINK, PYTH}:
        raise Refused("bad_filter")
    window = found.get("window_seconds")
    if window != (WINDOW_S if channel in TWAPS else None):
        raise Refused("bad_filter")
    return Pair(channel, symbol.lower(), provider)


def asset(channel: str, symbol: str) -> str | None:
    """Return the coin or share of a symbol: `btcusd` is `btc`; None for one that is not served."""
    name = symbol if channel in EQUITIES else symbol.removesuffix("usd")
    known = SHARES if channel in EQUITIES else COINS
    return name if name in known and (channel in EQUITIES or symbol != name) else None


def answer(op: str, request: Mapping[str, Any], **members: str) -> str:
    """Return an answer to a request, with the request's own `rid` where it had one."""
    rid = {"rid": request["rid"]} if isinstance(request.get("rid"), str) else {}
    return compact({"op": op, **members, **rid})


def parsed(text: str) -> dict[str, Any]:
    """Return the object that a client sent; an empty one for anything else."""
    try:
        request = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return request if isinstance(request, dict) else {}


def data(
    channel: str,
    seq: int,
    ts_ms: int,
    payload: Mapping[str, Any],
    dropped: int = 0,
    *,
    snapshot: bool,
) -> str:
    """Return a frame of data."""
    envelope: dict[str, Any] = {"v": 1, "channel": channel, "seq": seq, "ts": ts_ms}
    if snapshot:
        envelope["snapshot"] = True
    if dropped:
        envelope["dropped"] = dropped
    return compact(envelope | {"payload": payload})


def update(walks: Prices, pair: Pair, second: int) -> dict[str, Any]:
    """Return what a price channel tells of one second."""
    payload = {"symbol": pair.name, **_point(walks, pair, second), "source": pair.source}
    if pair.channel in TWAPS:
        payload["window_seconds"] = WINDOW_S
    elif pair.channel == EQUITY:
        payload["received_at"] = second * 1000 + RECEIVED_MS
        payload["is_carried_forward"] = prices.last_trading_second(second) != second
    return payload | _status(pair, second)


def snapshot(walks: Prices, pair: Pair, second: int) -> dict[str, Any]:
    """Return the last two minutes of a pair, oldest first."""
    points = [_point(walks, pair, at) for at in range(second - SNAPSHOT_S + 1, second + 1)]
    payload: dict[str, Any] = {"symbol": pair.name, "source": pair.source, "data": points}
    if pair.channel in TWAPS:
        payload["window_seconds"] = WINDOW_S
    return payload | _status(pair, second)


def _point(walks: Prices, pair: Pair, second: int) -> dict[str, Any]:
    price = _price(walks, pair, second)
    return {
        "value": prices.number(price),
        "full_accuracy_value": prices.decimal(price),
        "timestamp": second * 1000,
    }


def _price(walks: Prices, pair: Pair, second: int) -> int:
    name = asset(pair.channel, pair.name)
    assert name is not None
    if pair.channel in EQUITIES:
        second = prices.last_trading_second(second)
    if pair.channel in TWAPS:
        return walks.mean(name, second, WINDOW_S, pair.source)
    return walks.at(name, second, pair.source)


def _status(pair: Pair, second: int) -> dict[str, str]:
    if pair.channel not in EQUITIES:
        return {}
    return {"market_status": "open" if prices.last_trading_second(second) == second else "closed"}
