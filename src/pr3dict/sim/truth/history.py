"""What was traded: the venue's bounded memory, for REST that tells of the past."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from pr3dict.sim.truth.hash import MICROS
from pr3dict.sim.truth.source import Source
from pr3dict.sim.truth.traders import Trader, account_of, parties_of
from pr3dict.sim.truth.wire import Step, Trade

TRADES_MAX: Final = 20_000
"""Trades remembered; older ones are forgotten."""
POINTS_MAX: Final = 5_000
"""Prices remembered of one market."""


class Deal(NamedTuple):
    """A trade with its parties."""

    number: int
    """Deals count from 1; the latest has the highest."""
    trade: Trade
    taker: Trader
    maker: Trader
    """Of the crowd."""
    accounts: tuple[tuple[Trader, int], ...] = ()
    """The accounts that made some of it, and how much; the rest is the crowd's."""

    @property
    def made(self) -> tuple[tuple[Trader, int], ...]:
        """Everybody who made, and how much of the size."""
        rest = self.trade.size - sum(size for _, size in self.accounts)
        return (*self.accounts, (self.maker, rest)) if rest > 0 else self.accounts


class Point(NamedTuple):
    """What the first token of a market was worth at a moment, micros."""

    time_ms: int
    price: int


class History:
    """Listens to the books and remembers."""

    def __init__(self, source: Source) -> None:
        self.deals: deque[Deal] = deque(maxlen=TRADES_MAX)
        """Oldest first."""
        self.shares: Counter[str] = Counter()
        """What was ever traded of a market, in micros of shares, by condition."""
        self.dollars: Counter[str] = Counter()
        """As above, in micros of dollars."""
        self._source = source
        self._last: dict[str, tuple[int, str]] = {}
        self._points: dict[str, deque[Point]] = defaultdict(lambda: deque(maxlen=POINTS_MAX))
        self._count = 0

    def amend(self, transaction: str, taker: str, made: Sequence[tuple[str, int]]) -> None:
        """Name the accounts in the latest deal by their wallets; `""`: the crowd took.

        `made`: who of them made how much of it.
        """
        if not self.deals or self.deals[-1].trade.transaction != transaction:
            return
        deal = self.deals[-1]
        accounts = tuple((account_of(wallet), size) for wallet, size in made)
        who = account_of(taker) if taker else deal.taker
        self.deals[-1] = deal._replace(taker=who, accounts=accounts)

    def hear(self, step: Step) -> None:
        """Remember the trades of a step."""
        for trade in step.trades:
            self._count += 1
            taker, maker = parties_of(trade.transaction)
            self.deals.append(Deal(self._count, trade, taker, maker))
            self.shares[trade.condition] += trade.size
            self.dollars[trade.condition] += trade.price * trade.size // MICROS
            self._remember(trade)

    def last(self, token: str) -> tuple[int, str]:
        """Return the price of the last trade in micros and its side, `""` where there was none."""
        return self._last.get(token, (MICROS // 2, ""))

    def points(self, token: str, *, since_ms: int = 0, until_ms: int | None = None) -> list[Point]:
        """Return what a token was worth, oldest first; what it is worth now where none traded."""
        rules = self._source.rules(token)
        if rules is None:
            return []
        mirrored = token != rules.tokens[0]
        return [
            Point(point.time_ms, MICROS - point.price if mirrored else point.price)
            for point in self._points[rules.condition]
            if since_ms <= point.time_ms and (until_ms is None or point.time_ms <= until_ms)
        ]

    def select(self, wanted: Callable[[Deal], bool]) -> Sequence[Deal]:
        """Return some of the deals, the latest first."""
        return [deal for deal in reversed(self.deals) if wanted(deal)]

    def _remember(self, trade: Trade) -> None:
        rules = self._source.rules(trade.token)
        if rules is None:
            return
        first, second = rules.tokens
        other = second if trade.token == first else first
        self._last[trade.token] = trade.price, trade.side
        opposite = "SELL" if trade.side == "BUY" else "BUY"
        self._last[other] = MICROS - trade.price, opposite
        worth = trade.price if trade.token == first else MICROS - trade.price
        self._points[trade.condition].append(Point(trade.time_ms, worth))


def sampled(points: Sequence[Point], bucket_ms: int) -> list[Point]:
    """Return the last point of each bucket of time, at the beginning of its bucket."""
    last: dict[int, Point] = {}
    for point in points:
        begins_ms = point.time_ms - point.time_ms % bucket_ms
        last[begins_ms] = Point(begins_ms, point.price)
    return list(last.values())
