"""Who holds what, from what was traded: sizes, costs, gains.

To sell what one does not hold is to buy the other outcome at one dollar less the price, as the
venue's exchange does when it mints a pair. Exact integers in micros.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pr3dict.sim.truth.hash import MICROS
from pr3dict.sim.truth.history import Deal
from pr3dict.sim.truth.source import Source
from pr3dict.sim.truth.traders import Trader
from pr3dict.sim.truth.wire import Trade


@dataclass(slots=True)
class Holding:
    """What one trader has of one token; micros."""

    trader: Trader
    token: str
    condition: str
    size: int = 0
    cost: int = 0
    """What the shares held were bought for."""
    bought: int = 0
    """Shares that were ever bought."""
    realized: int = 0
    """What was gained by selling."""
    first_ms: int = 0
    last_ms: int = 0

    @property
    def average(self) -> int:
        """What a share held was bought for, on average."""
        return self.cost * MICROS // self.size if self.size else 0


class Holdings:
    """The holdings of everybody; feed it deals in their order."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._held: dict[tuple[str, str], Holding] = {}

    def all(self) -> list[Holding]:
        """Return what everybody has, and had."""
        return list(self._held.values())

    def follow(self, deals: Iterable[Deal]) -> None:
        """Take in deals."""
        for deal in deals:
            self._apply(deal.taker, deal.trade, buys=deal.trade.side == "BUY")
            for maker, size in deal.made:
                part = deal.trade._replace(size=size)
                self._apply(maker, part, buys=deal.trade.side != "BUY")

    def _apply(self, trader: Trader, trade: Trade, *, buys: bool) -> None:
        if buys:
            self._buy(trader, trade, trade.token, trade.price, trade.size)
            return
        held = self._held.get((trader.wallet, trade.token))
        sold = min(trade.size, held.size) if held else 0
        if held and sold:
            share = held.cost * sold // held.size
            held.realized += trade.price * sold // MICROS - share
            held.size, held.cost, held.last_ms = held.size - sold, held.cost - share, trade.time_ms
        rules = self._source.rules(trade.token)
        if sold < trade.size and rules is not None:
            other = next(token for token in rules.tokens if token != trade.token)
            self._buy(trader, trade, other, MICROS - trade.price, trade.size - sold)

    def _buy(self, trader: Trader, trade: Trade, token: str, price: int, size: int) -> None:
        key = trader.wallet, token
        held = self._held.setdefault(key, Holding(trader, token, trade.condition))
        held.first_ms = held.first_ms or trade.time_ms
        held.last_ms = trade.time_ms
        held.size += size
        held.bought += size
        held.cost += price * size // MICROS
