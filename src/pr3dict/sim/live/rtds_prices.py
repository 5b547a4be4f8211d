"""The price topics of the live data: updates second by second, and back-fill frames (section 3.2).

Five topics tell prices, each in its own way. Binance writes its exact value as a plain decimal,
Chainlink and its averages as an integer of 10^-18 dollars; only averages have exact values in a
back-fill; the back-fill of Chainlink comes under Binance's topic, as at the real venue.
"""

from collections.abc import Iterator
from typing import Any, Final

from pr3dict.sim.live.rtds_topics import BINANCE_TOPIC, CHAINLINK_TOPIC, EQUITY_TOPIC, WINDOWS, Told
from pr3dict.sim.live.stream import Seconds
from pr3dict.sim.truth import prices
from pr3dict.sim.truth.prices import BINANCE, CHAINLINK, COINS, PYTH, SHARES, Prices

BINANCE_LAG_MS: Final = 142
CHAINLINK_LAG_MS: Final = 1_450
EQUITY_LAG_MS: Final = 120
LAGS_MS: Final = {
    BINANCE_TOPIC: BINANCE_LAG_MS,
    CHAINLINK_TOPIC: CHAINLINK_LAG_MS,
    EQUITY_TOPIC: EQUITY_LAG_MS,
    **dict.fromkeys(WINDOWS, CHAINLINK_LAG_MS + 60),
}
"""How long after a second each topic tells of it (protocol, section 11)."""
BACKFILL_S: Final = {BINANCE_TOPIC: 120, EQUITY_TOPIC: 120}
"""How far back-fill reaches; the topics of Chainlink tell a minute."""
MINUTE_S: Final = 60
RECEIVED_MS: Final = 5
"""How long after its own time the price of a share reached the venue."""


class RtdsPrices:
    """The five price topics over one set of walks."""

    def __init__(self, walks: Prices, start_ms: int) -> None:
        self._walks = walks
        self._seconds = {topic: Seconds(start_ms, lag) for topic, lag in LAGS_MS.items()}

    def due(self, now_ms: int) -> Iterator[Told]:
        """Yield the updates that have become due."""
        for topic, seconds in self._seconds.items():
            for second in seconds.due(now_ms):
                for symbol in symbols(topic):
                    yield from self._update(topic, symbol, second)

    def backfill(self, topic: str, symbol: str, now_ms: int) -> Told | None:
        """Return the recent prices of a symbol; None for a symbol that the topic does not have."""
        if symbol not in symbols(topic):
            return None
        newest = (now_ms - LAGS_MS[topic]) // 1000
        reach = BACKFILL_S.get(topic, MINUTE_S)
        points = [
            self._point(topic, symbol, second)
            for second in range(newest - reach + 1, newest + 1)
            if self._reported(topic, symbol, second)
        ]
        payload: dict[str, Any] = {"data": points, "symbol": symbol}
        if topic in WINDOWS:
            payload["window_s"] = WINDOWS[topic]
        label = BINANCE_TOPIC if topic == CHAINLINK_TOPIC else topic
        return Told(label, "subscribe", now_ms, payload, {"symbol": symbol})

    def _update(self, topic: str, symbol: str, second: int) -> Iterator[Told]:
        if not self._reported(topic, symbol, second):
            return
        time_ms = second * 1000
        payload: dict[str, Any] = {
            "full_accuracy_value": self._exact(topic, symbol, second),
            "symbol": symbol,
            "timestamp": time_ms,
            "value": prices.number(self._price(topic, symbol, second)),
        }
        if topic in WINDOWS:
            payload["window_s"] = WINDOWS[topic]
        if topic == EQUITY_TOPIC:
            traded = prices.last_trading_second(second)
            payload |= {"timestamp": traded * 1000, "received_at": time_ms + RECEIVED_MS}
            if traded != second:
                payload["is_carried_forward"] = True
        yield Told(topic, "update", time_ms + LAGS_MS[topic], payload, {"symbol": symbol})

    def _point(self, topic: str, symbol: str, second: int) -> dict[str, Any]:
        value = prices.number(self._price(topic, symbol, second))
        point: dict[str, Any] = {"timestamp": second * 1000, "value": value}
        if topic in WINDOWS:
            point["full_accuracy_value"] = self._exact(topic, symbol, second)
        return point

    def _price(self, topic: str, symbol: str, second: int) -> int:
        if topic == EQUITY_TOPIC:
            return self._walks.at(symbol, prices.last_trading_second(second), PYTH)
        coin = asset(symbol)
        if topic in WINDOWS:
            return self._walks.mean(coin, second, WINDOWS[topic])
        return self._walks.at(coin, second, BINANCE if topic == BINANCE_TOPIC else CHAINLINK)

    def _exact(self, topic: str, symbol: str, second: int) -> str:
        price = self._price(topic, symbol, second)
        return prices.decimal(price) if topic in {BINANCE_TOPIC, EQUITY_TOPIC} else str(price)

    def _reported(self, topic: str, symbol: str, second: int) -> bool:
        if topic in {BINANCE_TOPIC, EQUITY_TOPIC}:
            return True
        return self._walks.reported(asset(symbol), second, topic)


def symbols(topic: str) -> tuple[str, ...]:
    """Return the symbols of a price topic as it writes them; none for any other topic."""
    if topic == EQUITY_TOPIC:
        return tuple(SHARES)
    if topic not in LAGS_MS:
        return ()
    ending = "usdt" if topic == BINANCE_TOPIC else "/usd"
    return tuple(f"{coin}{ending}" for coin in COINS)


def asset(symbol: str) -> str:
    """Return the coin of a symbol: `btcusdt` and `btc/usd` are both `btc`."""
    return symbol.removesuffix("usdt").removesuffix("/usd")
