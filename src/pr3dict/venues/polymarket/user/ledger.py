"""The account as far as it is known: orders and trades by id, and what of them is ours for good.

Pure: no clock and no socket. What the venue says of one order or trade is joined with what was
known: matched sizes only grow, what has ended stays ended, a later status replaces an earlier one.
Such a join does not care how often or in which order it is told, so a message that comes twice,
late, or not at all until REST tells it leads to the same account (protocol section 2: a trade is
sent again for each status, and nothing is replayed after a reconnect). `lifecycle` has the joins.

A fill is provisional from MATCHED on, confirmed at CONFIRMED and reversed at FAILED.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Final, TypeVar

import msgspec

from pr3dict.model.events import Event
from pr3dict.model.states import Source
from pr3dict.model.units import Nanos, Price, Size
from pr3dict.venues.polymarket.user.lifecycle import (
    CONFIRMED,
    FAILED,
    GONE,
    content_of_order,
    content_of_trade,
    has_ended,
    is_settled,
    joined_order,
    joined_trade,
)
from pr3dict.venues.polymarket.user.types import MAKER, TAKER, UserOrder, UserTrade

KEPT_MAX: Final = 20_000
"""Ended orders and settled trades kept, each: what is told again of an older one is told anew."""
_SPARE: Final = 1_000
"""How many more there may be before the oldest are let go, all at once."""


class FillState(Enum):
    """How far a fill can be relied upon."""

    PROVISIONAL = "provisional"
    """Matched, and not yet final on the chain."""
    CONFIRMED = "confirmed"
    REVERSED = "reversed"
    """The trade failed: it counts for nothing."""


class Fill(Event, frozen=True, gc=False, kw_only=True):
    """Our part in a trade, told anew whenever its state changes."""

    trade_id: str
    order_id: str
    market: str
    token: str
    """Our own, which may be the other outcome than the taker's."""
    outcome: str
    side: str
    price: Price
    size: Size
    role: str
    """TAKER or MAKER."""
    state: FillState
    matched_ns: Nanos
    local_ns: Nanos
    source: Source


class AccountOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One of our orders as it stands."""

    order: UserOrder
    """All that was said of it, joined."""
    is_open: bool
    provisional_size: Size
    """Micros of a share in trades that are matched, and not yet confirmed."""
    confirmed_size: Size

    @property
    def remaining_size(self) -> Size:
        """Return what may still be matched, in micros of a share; 0 once it has ended."""
        if not self.is_open:
            return Size(0)
        return Size(max(0, self.order.original_size - (self.order.matched_size or 0)))


class AccountTrade(msgspec.Struct, frozen=True, kw_only=True):
    """One trade with our part in it."""

    trade: UserTrade
    """As its latest status told it."""
    fills: tuple[Fill, ...]


class Ledger:
    """What is known of one account. `owners` are the ids of its API keys.

    One thread changes it; others may read.
    """

    def __init__(
        self,
        owners: Iterable[str] = (),
        addresses: Iterable[str] = (),
        *,
        since: int = 0,
    ) -> None:
        """`addresses` are its makers' addresses, for trades of orders that another key placed.

        Of trades that were matched before `since` the orders are not looked up.
        """
        self._owners = frozenset(owners)
        self._addresses = frozenset(address.lower() for address in addresses)
        self._orders: dict[str, UserOrder] = {}
        self._trades: dict[str, UserTrade] = {}
        self._fills: dict[str, dict[str, Fill]] = {}
        """By trade, then by order."""
        self._of_order: dict[str, set[str]] = {}
        """The trades in which an order has a fill."""
        self._since = since
        self._orderless: dict[str, None] = {}
        """Orders of which a fill was told and nothing else, oldest first."""
        self.contradictions = 0
        """Trades of which both CONFIRMED and FAILED were told; the later one holds."""

    def apply(self, event: UserOrder | UserTrade) -> list[Event]:
        """Take in what the venue says; return what is new in it, in order, as it stands now.

        Nothing is returned of what was known. What is told of an order or a trade never goes back.
        """
        if isinstance(event, UserOrder):
            return self._take_order(event)
        return self._take_trade(event)

    def reconcile(
        self,
        open_orders: Iterable[UserOrder],
        trades: Iterable[UserTrade],
        held: Iterable[str] | None = None,
    ) -> tuple[list[Event], list[str]]:
        """Take in what REST shows; return what we had missed, and the orders to look up.

        To look up are those of `held` (the ids of `open_ids` when REST was asked; by default
        now) which REST does not list, and those of which nothing is known but a fill.
        `looked_up` takes what is found.
        """
        wanted = self.open_ids() if held is None else list(held)
        told: list[Event] = []
        listed = set()
        for order in open_orders:
            listed.add(order.order_id)
            known = self._orders.get(order.order_id)
            if known is not None and known.status == GONE:
                # REST had not known it, and lists it as open now: its later word holds.
                self._orders[order.order_id] = order
                told.append(order)
                continue
            told += self.apply(order)
        for trade in trades:
            told += self.apply(trade)
        unlisted = [order for order in wanted if order not in listed and self.is_open(order)]
        return told, unlisted + [order for order in self._orderless if order not in unlisted]

    def looked_up(self, order_id: str, found: UserOrder | None, now: Nanos) -> list[Event]:
        """Take in what REST says of one order; None: it does not know it, so it is over."""
        if found is not None:
            return self.apply(found)
        known = self._orders.get(order_id)
        if known is None or has_ended(known):
            self._orderless.pop(order_id, None)
            return []
        gone = msgspec.structs.replace(
            known, status=GONE, venue_ns=Nanos(0), local_ns=now, source=Source.REST
        )
        self._orders[order_id] = gone
        return [gone]

    def open_ids(self) -> list[str]:
        """Return the ids of the orders that are held to be open, oldest first."""
        return [order.order_id for order in list(self._orders.values()) if not has_ended(order)]

    def is_open(self, order_id: str) -> bool:
        """Tell whether an order is held to be open."""
        order = self._orders.get(order_id)
        return order is not None and not has_ended(order)

    def knows(self, found: UserOrder | UserTrade) -> bool:
        """Tell whether this order or trade has been told before."""
        if isinstance(found, UserOrder):
            return found.order_id in self._orders
        return found.trade_id in self._trades

    def unsettled_since(self) -> Nanos | None:
        """Return when the oldest trade that is neither confirmed nor failed was matched."""
        times = [
            trade.matched_ns or trade.updated_ns or trade.local_ns
            for trade in self._trades.values()
            if not is_settled(trade)
        ]
        return min(times, default=None)

    def order(self, order_id: str) -> AccountOrder | None:
        """Return an order as it stands; None: nothing is known of it."""
        order = self._orders.get(order_id)
        if order is None:
            return None
        sizes = dict.fromkeys(FillState, 0)
        for trade_id in tuple(self._of_order.get(order_id, ())):
            fill = self._fills[trade_id][order_id]
            sizes[fill.state] += fill.size
        return AccountOrder(
            order=order,
            is_open=not has_ended(order),
            provisional_size=Size(sizes[FillState.PROVISIONAL]),
            confirmed_size=Size(sizes[FillState.CONFIRMED]),
        )

    def orders(self) -> list[AccountOrder]:
        """Return all orders that are known, in the order in which they became known."""
        return [found for order in list(self._orders) if (found := self.order(order)) is not None]

    def trades(self) -> list[AccountTrade]:
        """Return all trades that are known, in the order in which they became known."""
        return [
            AccountTrade(trade=trade, fills=tuple(self._fills.get(trade_id, {}).values()))
            for trade_id, trade in list(self._trades.items())
        ]

    def _take_order(self, event: UserOrder) -> list[Event]:
        known = self._orders.get(event.order_id)
        joined = event if known is None else joined_order(known, event)
        if known is not None and content_of_order(known) == content_of_order(joined):
            self._orders[event.order_id] = _first_told(joined, known)
            return []
        self._orders[event.order_id] = joined
        self._orderless.pop(event.order_id, None)
        if len(self._orders) > KEPT_MAX + _SPARE:
            self._forget_orders()
        return [joined]

    def _take_trade(self, event: UserTrade) -> list[Event]:
        known = self._trades.get(event.trade_id)
        if known is None:
            joined = event
        else:
            joined = joined_trade(known, event)
            self.contradictions += {known.status, event.status} == {CONFIRMED, FAILED}
        self._trades[event.trade_id] = joined
        fills = self._take_fills(joined)
        if known is not None and not fills and content_of_trade(known) == content_of_trade(joined):
            self._trades[event.trade_id] = _first_told(joined, known)
            return []
        if len(self._trades) > KEPT_MAX + _SPARE:
            self._forget_trades()
        return [joined, *fills]

    def _take_fills(self, trade: UserTrade) -> list[Event]:
        """Bring our parts in a trade to its status; return those that changed."""
        held = self._fills.setdefault(trade.trade_id, {})
        for fill in self._ours(trade):
            held.setdefault(fill.order_id, fill)
        state, changed = _fill_state(trade), list[Event]()
        for order_id, fill in held.items():
            trades = self._of_order.setdefault(order_id, set())
            if trade.trade_id in trades and fill.state is state:
                continue
            trades.add(trade.trade_id)
            if order_id not in self._orders and trade.matched_ns >= self._since:
                self._orderless[order_id] = None
            held[order_id] = msgspec.structs.replace(
                fill, state=state, local_ns=trade.local_ns, source=trade.source
            )
            changed.append(held[order_id])
        return changed

    def _ours(self, trade: UserTrade) -> list[Fill]:
        """Return our parts in a trade: as its taker, or of our orders that it met."""
        ours = []
        if trade.role == TAKER or (trade.role != MAKER and trade.owner in self._owners):
            ours.append(_fill(trade, trade.taker_order_id, TAKER, trade.outcome, trade.size))
        merged: dict[str, Fill] = {}
        for part in trade.makers:
            if part.owner in self._owners or part.maker_address.lower() in self._addresses:
                earlier = merged.get(part.order_id)
                size = Size(part.size + (earlier.size if earlier else 0))
                merged[part.order_id] = msgspec.structs.replace(
                    _fill(trade, part.order_id, MAKER, part.outcome, size),
                    token=part.token,
                    side=part.side,
                    price=part.price,
                )
        return [*ours, *merged.values()]

    def _forget_orders(self) -> None:
        """Let the orders that ended longest ago go, down to the bound."""
        ended = [order for order in self._orders if not self.is_open(order)]
        for order_id in ended[: max(0, len(self._orders) - KEPT_MAX)]:
            del self._orders[order_id]

    def _forget_trades(self) -> None:
        """Let the oldest settled trades go, but none of an order that is open."""
        spare = len(self._trades) - KEPT_MAX
        over = [
            trade_id
            for trade_id, trade in self._trades.items()
            if is_settled(trade) and not any(map(self.is_open, self._fills[trade_id]))
        ]
        for trade_id in over[:spare]:
            del self._trades[trade_id]
            for order_id in self._fills.pop(trade_id):
                trades = self._of_order[order_id]
                trades.discard(trade_id)
                if not trades:
                    del self._of_order[order_id]


def _fill(trade: UserTrade, order_id: str, role: str, outcome: str, size: Size) -> Fill:
    return Fill(
        trade_id=trade.trade_id,
        order_id=order_id,
        market=trade.market,
        token=trade.token,
        outcome=outcome,
        side=trade.side,
        price=trade.price,
        size=size,
        role=role,
        state=FillState.PROVISIONAL,
        matched_ns=trade.matched_ns,
        local_ns=trade.local_ns,
        source=trade.source,
    )


_Told = TypeVar("_Told", UserOrder, UserTrade)


def _first_told(joined: _Told, known: _Told) -> _Told:
    """Return what is known now, as told by whom it was first told."""
    return msgspec.structs.replace(joined, local_ns=known.local_ns, source=known.source)


def _fill_state(trade: UserTrade) -> FillState:
    if trade.status == CONFIRMED:
        return FillState.CONFIRMED
    return FillState.REVERSED if trade.status == FAILED else FillState.PROVISIONAL
