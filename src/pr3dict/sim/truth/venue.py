"""The generated venue: markets, an agenda of what happens when, and one step at a time.

Time is virtual and nothing depends on who listens, so the same seed gives the same bytes.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import count
from random import Random
from typing import Final

import msgspec

from pr3dict.sim.truth import wire
from pr3dict.sim.truth.books import Change, Levels, Market, Rules
from pr3dict.sim.truth.config import TICKS, SimConfig
from pr3dict.sim.truth.flow import Order, next_order
from pr3dict.sim.truth.hash import MICROS
from pr3dict.sim.truth.listing import Listing
from pr3dict.sim.truth.markets import YES_NO, new_market
from pr3dict.sim.truth.matching import reserved, rested, walked
from pr3dict.sim.truth.names import Names
from pr3dict.sim.truth.recurring import AHEAD, OUTCOMES, Window, name_of, window_at
from pr3dict.sim.truth.shape import GAP_MS, RESOLVED_MS, TRADE_NOTICE_MS
from pr3dict.sim.truth.wire import Fill, Frame, Step, Trade

MS_PER_HOUR: Final = 3_600_000
EDGE: Final = 960_000
"""Above this price of either token, in micros, the price grid becomes finer."""
COARSE: Final = TICKS["0.01"]
FINE: Final = TICKS["0.001"]
UNANNOUNCED: Final = 0.1
"""How many settled markets are never announced as resolved."""

Action = Callable[[int], Step]


class Venue:
    """Markets that trade. `now_ms` is venue time: that of the last step."""

    def __init__(self, config: SimConfig, clock_ms: Callable[[], int] | None = None) -> None:
        """`clock_ms`: what stamps each step in place of the agenda, for a pace of its own."""
        self._clock_ms = clock_ms
        self._ahead_ms = 0
        """By how much the agenda is ahead of venue time; 0 but where a clock stamps."""
        self.rate = config.rate
        self.now_ms = config.start_ms
        self._config = config
        self._end_ms = config.start_ms + config.duration_ms if config.duration_ms else None
        self._rng = Random(config.seed)  # noqa: S311 - a seed must give the same venue again
        self._numbers = count()
        self._markets: dict[str, tuple[Market, int]] = {}
        self._conditions: dict[str, Market] = {}
        self._names = Names(config.seed, config.start_ms)
        self._listed: dict[str, Listing] = {}
        self._trading: list[Market] = []
        self._agenda: list[tuple[int, int, Action]] = []
        self._order = count()
        for _ in range(config.markets):
            self._list_market(config.start_ms)
        self._plan_hourly(config.created_per_hour, self._create)
        self._plan_hourly(config.resolved_per_hour, self._settle_any)
        for kind in config.recurring:
            now = window_at(kind, config.start_ms)
            for ahead in range(AHEAD):
                self._open_window(now.later(ahead), config.start_ms)

    @property
    def waits(self) -> bool:
        """A venue at a speed lives from the start; flat out it waits for a subscriber."""
        return not self.rate.speed or bool(self.rate.frames_per_s)

    def restart(self) -> bool:
        """Return False: a generated venue does not repeat itself."""
        return False

    @property
    def tokens(self) -> list[str]:
        """The tokens that can be subscribed, in the order of their listing."""
        return [token for token, (market, _) in self._markets.items() if not market.resolved]

    def known(self, token: str) -> bool:
        """Tell whether a token can be subscribed."""
        found = self._markets.get(token)
        return found is not None and not found[0].resolved

    def rules(self, token: str) -> Rules | None:
        """Return what REST tells about the market of a token."""
        found = self._markets.get(token)
        return found[0].rules if found else None

    def rules_of(self, condition: str) -> Rules | None:
        """Return what REST tells about a market."""
        market = self._conditions.get(condition)
        return market.rules if market else None

    @property
    def listings(self) -> Sequence[Listing]:
        """Every market that ever was, in the order of its listing."""
        return list(self._listed.values())

    def listing_of(self, condition: str) -> Listing | None:
        """Return what the catalogue has of a market."""
        return self._listed.get(condition)

    def opening(self, tokens: Iterable[str]) -> bytes:
        """Return the opening frame for these tokens; those unknown are left out."""
        found = (self._markets[token] for token in tokens if self.known(token))
        return wire.opening(wire.opening_book(market, side) for market, side in found)

    def book(self, token: str) -> bytes | None:
        """Return the answer of REST `/book`; None where the venue has none (404)."""
        if not self.known(token):
            return None
        market, side = self._markets[token]
        return market.rest_book(side)

    def levels(self, token: str) -> tuple[Levels, Levels]:
        """Return the true (bids, asks) as (price, size) in micros, best first.

        Raises `KeyError` for a token that was never listed.
        """
        market, side = self._markets[token]
        return market.levels(side)

    @property
    def next_ms(self) -> int | None:
        """When the next step is due; None when nothing will happen any more."""
        if not self._agenda:
            return None
        at_ms = self._agenda[0][0]
        return None if self._end_ms is not None and at_ms > self._end_ms else at_ms

    def advance(self) -> Step | None:
        """Let the next thing happen and return what the venue says; None after the end."""
        if self.next_ms is None:
            return None
        at_ms, _, action = heapq.heappop(self._agenda)
        self.now_ms = at_ms if self._clock_ms is None else max(self.now_ms, self._clock_ms())
        self._ahead_ms = at_ms - self.now_ms
        return action(self.now_ms)

    def step(self) -> list[bytes]:
        """As `advance`, but only the texts; nothing after the end."""
        step = self.advance()
        return [frame.text for frame in step.frames] if step else []

    def run(self, until_ms: int) -> Iterator[tuple[int, bytes]]:
        """Yield (venue time, text) of everything said up to a moment, that moment included."""
        while (due := self.next_ms) is not None and due <= until_ms:
            for text in self.step():
                yield due, text

    def change_tick(self, token: str, tick: int) -> None:
        """Script: the price grid of a market becomes another (micros) with the next step."""
        market, _ = self._markets[token]
        self._plan(self.now_ms, partial(self._regrid, market, tick))

    def settle(self, token: str, *, announced: bool = True) -> None:
        """Script: a market is answered in favour of a token, next step; told minutes later."""
        market, side = self._markets[token]
        market.announced = announced
        self._plan(self.now_ms, partial(self._settle, market, side))

    def place(self, token: str, price: int, size: int, at_ms: int = 0) -> None:
        """Script: an order makes this size rest at a bid of a token (micros; size 0: none).

        At the next step, or at a moment of venue time that is to come.
        """
        market, side = self._markets[token]
        change = Change(side, price, size, side)
        self._plan(max(at_ms, self.now_ms), partial(self._place, market, change))

    def vanish(self, token: str) -> None:
        """Script: a market is over at once, and nobody is told: REST knows it no more."""
        market, _ = self._markets[token]
        market.settled = market.resolved = True
        over = self._listed[market.rules.condition]
        over.settled_ms = over.closed_ms = self.now_ms
        over.winner = 0
        if market in self._trading:
            self._trading.remove(market)

    def create(self) -> None:
        """Script: a market is opened with the next step."""
        self._plan(self.now_ms, self._create_one)

    def rest(self, token: str, order: str, price: int, size: int, now_ms: int) -> Step:
        """Let an order of an account rest (BUY or SELL, micros); a negative size takes it away.

        At once; the caller must `announce` it, and `take` before where it crosses. What others
        take of it comes as `Step.made`. Raises `ValueError` where less rests than is taken away,
        `KeyError` for an unknown token.
        """
        market, side = self._markets[token]
        top = market.best(0)
        change = rested(market, side, order, price, size)
        market.apply([change], at_ms := self._moment(now_ms))
        frames = [*self._quotes(market, top, at_ms), *wire.price_changes(market, [change])]
        return _said(market, at_ms, frames)

    def take(
        self, token: str, order: str, limit: int, size: int, now_ms: int
    ) -> tuple[Step, list[tuple[int, int]]]:
        """Let an account take up to a size at a limit price or better, at once; micros.

        Return the step to `announce` and what was got as (price, size), best first; nothing where
        nothing matched. Raises `KeyError` for an unknown token.
        """
        market, side = self._markets[token]
        at_ms = self._moment(now_ms)
        changes, got = walked(market, side, order, limit, size)
        if not got:
            return _said(market, at_ms, ()), got
        last = got[-1][0]
        fill = Fill(side, order, last, sum(each for _, each in got))
        maker_price = last if changes[0].owner == side else MICROS - last
        return self._execute(market, Order(changes, fill, maker_price), at_ms), got

    def trades(self, token: str) -> bool:
        """Tell whether a token can be traded: listed, and its question open."""
        found = self._markets.get(token)
        return found is not None and not found[0].settled

    def plan(self, at_ms: int, action: Action) -> None:
        """Let something happen at a moment of venue time, not before the next step."""
        self._plan(max(at_ms, self.now_ms), action)

    def _moment(self, now_ms: int) -> int:
        """Come to a moment that is neither before the last step nor after the next."""
        self.now_ms = max(self.now_ms, min(now_ms, self.next_ms or now_ms))
        return self.now_ms

    def _plan(self, at_ms: int, action: Action) -> None:
        heapq.heappush(self._agenda, (at_ms + self._ahead_ms, next(self._order), action))

    def _plan_hourly(self, per_hour: float, action: Action) -> None:
        if per_hour:
            wait = self._rng.expovariate(per_hour / MS_PER_HOUR)
            self._plan(self.now_ms + max(round(wait), 1), action)

    def _list_market(self, now_ms: int, window: Window | None = None) -> Listing:
        number, config, outcomes = next(self._numbers), self._config, YES_NO
        if window is not None:
            config = msgspec.structs.replace(config, ticks=("0.01",), first_bid=MICROS // 2)
            outcomes = OUTCOMES
        market = new_market(config, number, now_ms, self._rng, outcomes)
        rules = market.rules
        if window is not None:
            name = name_of(window, self._names.number())
        else:
            name = self._names.name(neg_risk=rules.neg_risk)
            self._trading.append(market)
        market.title = name.question
        for side, token in enumerate(rules.tokens):
            self._markets[token] = market, side
        self._conditions[rules.condition] = market
        listing = Listing(number, rules.condition, rules.tokens, name, now_ms)
        self._listed[rules.condition] = listing
        self._plan_order(market, now_ms)
        return listing

    def _open_window(self, window: Window, now_ms: int) -> Step:
        """List the market of a window, and plan its end."""
        listing = self._list_market(now_ms, window)
        self._plan(window.ends_ms, partial(self._end_window, listing, window))
        return self._told(listing, now_ms)

    def _end_window(self, listing: Listing, window: Window, now_ms: int) -> Step:
        """Answer the question of a window, and list the next that is due."""
        self._plan(now_ms, partial(self._open_window, window.later(AHEAD)))
        market = self._conditions[listing.condition]
        return self._settle(market, int(market.best(0)[0] < MICROS // 2), now_ms)

    def _plan_order(self, market: Market, now_ms: int) -> None:
        gap = round(GAP_MS.draw(self._rng) / self._config.activity)
        self._plan(now_ms + max(gap, 1), partial(self._trade_on, market))

    def _trade_on(self, market: Market, now_ms: int) -> Step:
        """Take the next order of a market."""
        if market.settled:
            return _said(market, now_ms, ())
        config = self._config
        order = next_order(market, config.levels, config.trade_share, self._rng)
        step = self._execute(market, order, now_ms) if order.changes else None
        if market.tick == COARSE and max(market.ladders[0].best, market.ladders[1].best) > EDGE:
            self._plan(now_ms + 1, partial(self._regrid, market, FINE))
        self._plan_order(market, now_ms)
        return step or _said(market, now_ms, ())

    def _execute(self, market: Market, order: Order, now_ms: int) -> Step:
        """Apply an order and return its frames in the order in which the venue sends them."""
        top = market.best(0)
        trades: tuple[Trade, ...] = ()
        if order.fill:
            market.traded(order.maker_price)
            notice_ms = now_ms + round(TRADE_NOTICE_MS.draw(self._rng))
            transaction = f"0x{self._rng.getrandbits(256):064x}"
            self._plan(notice_ms, partial(self._tell_trade, market, order.fill, transaction))
            trades = (_trade(market, order.fill, transaction, now_ms),)
        # A trade hits the ladder of its last change; what rests of the taker stands before that.
        hit = order.changes[-1].ladder if order.fill else None
        changes, made = reserved(market, order.changes, hit=hit)
        market.apply(changes, now_ms)
        frames = self._quotes(market, top, now_ms)
        frames += wire.price_changes(market, changes)
        if order.fill:
            frames += [wire.book(market, side) for side in (0, 1)]
        return Step(now_ms, market.rules.tokens, tuple(frames), trades, tuple(made))

    def _quotes(self, market: Market, top: tuple[int, int], now_ms: int) -> list[Frame]:
        """Return the notices of a top of the book that is another than it was."""
        if not self._config.custom or market.best(0) == top:
            return []
        quoted_ms = now_ms + self._rng.getrandbits(1)
        return [wire.best_bid_ask(market, side, quoted_ms) for side in (0, 1)]

    def _place(self, market: Market, change: Change, now_ms: int) -> Step:
        changes, _ = reserved(market, [change])
        market.apply(changes, now_ms)
        return _said(market, now_ms, wire.price_changes(market, changes))

    def _tell_trade(self, market: Market, fill: Fill, transaction: str, now_ms: int) -> Step:
        notice = wire.last_trade_price(market, fill, transaction, now_ms)
        return _said(market, now_ms, (notice,))

    def _regrid(self, market: Market, tick: int, now_ms: int) -> Step:
        old = market.tick
        if old == tick or market.settled:
            return _said(market, now_ms, ())
        market.regrid(tick)
        market.seal(now_ms)
        notices = [wire.tick_size_change(market, side, old, now_ms) for side in (0, 1)]
        return _said(market, now_ms, notices)

    def _create(self, now_ms: int) -> Step:
        self._plan_hourly(self._config.created_per_hour, self._create)
        return self._create_one(now_ms)

    def _create_one(self, now_ms: int) -> Step:
        return self._told(self._list_market(now_ms), now_ms)

    def _told(self, listing: Listing, now_ms: int) -> Step:
        """Return the notice of a new market."""
        if not self._config.custom:
            return Step(now_ms, (), ())
        market = self._conditions[listing.condition]
        return Step(now_ms, (), (wire.new_market(market, listing.number, listing.name, now_ms),))

    def _settle_any(self, now_ms: int) -> Step:
        self._plan_hourly(self._config.resolved_per_hour, self._settle_any)
        if not self._trading:  # Somebody settled the last one by hand.
            return Step(now_ms, (), ())
        market = self._rng.choice(self._trading)
        if len(self._trading) == 1:  # The last market goes on, or the venue would fall silent.
            return _said(market, now_ms, ())
        favourite = int(market.best(0)[0] < MICROS // 2)
        return self._settle(market, favourite, now_ms)

    def _settle(self, market: Market, winner: int, now_ms: int) -> Step:
        """Take all levels away in one batch; the answer is announced minutes later, mostly."""
        if market.settled:
            return _said(market, now_ms, ())
        market.settled = True
        if market in self._trading:
            self._trading.remove(market)
        listing = self._listed[market.rules.condition]
        listing.settled_ms, listing.winner = now_ms, winner
        gone = [
            Change(side, price, 0, side)
            for side, ladder in enumerate(market.ladders)
            for price in ladder.prices
        ]
        market.own.clear()
        market.apply(gone, now_ms)
        announced_ms = now_ms + round(RESOLVED_MS.draw(self._rng))
        self._plan(announced_ms, partial(self._resolve, market, winner))
        step = _said(market, now_ms, wire.price_changes(market, gone))
        return step._replace(settled=market.rules.condition)

    def _resolve(self, market: Market, winner: int, now_ms: int) -> Step:
        market.resolved = True
        listing = self._listed[market.rules.condition]
        listing.closed_ms = now_ms
        silent = self._config.custom and self._rng.random() < UNANNOUNCED
        told = not silent if market.announced is None else market.announced
        notice = wire.market_resolved(market, listing.number, listing.name, winner, now_ms)
        return _said(market, now_ms, (notice,) if told and self._config.custom else ())


def _said(market: Market, now_ms: int, frames: Sequence[Frame]) -> Step:
    return Step(now_ms, market.rules.tokens, tuple(frames))


def _trade(market: Market, fill: Fill, transaction: str, now_ms: int) -> Trade:
    rules = market.rules
    token = rules.tokens[fill.token]
    return Trade(now_ms, rules.condition, token, fill.side, fill.price, fill.size, transaction)
