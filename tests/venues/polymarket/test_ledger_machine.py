"""Any interleaving, repetition and loss of messages, and one answer of REST: the venue's account.

The pretend venue here is a plain record of what truly happened. Each change is also a message, and
messages reach the ledger late, twice, in any order or never; REST is asked in between as well, and
answers with an older state of the account than the stream may have told already.
"""

from dataclasses import dataclass, field

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.venues.polymarket.user_kit import KEY, at, maker, order, trade

from pr3dict.model.events import Event
from pr3dict.model.states import Source
from pr3dict.model.units import MICROS, Nanos, Size
from pr3dict.venues.polymarket.user.ledger import Fill, FillState, Ledger
from pr3dict.venues.polymarket.user.types import UserOrder, UserTrade

SIZE = 10
NEXT = {
    "MATCHED_NOT_BROADCASTED": ("MATCHED",),
    "MATCHED": ("MINED", "RETRYING", "FAILED"),
    "RETRYING": ("MINED", "FAILED"),
    "MINED": ("CONFIRMED", "RETRYING", "FAILED"),
}
STATES = {"CONFIRMED": FillState.CONFIRMED, "FAILED": FillState.REVERSED}


@dataclass
class Venue:
    """What truly happened."""

    seconds: int = 0
    orders: dict[str, UserOrder] = field(default_factory=dict)
    trades: dict[str, UserTrade] = field(default_factory=dict)

    def live(self) -> list[UserOrder]:
        return [one for one in self.orders.values() if one.status == "LIVE"]

    def rest(self) -> tuple[list[UserOrder], list[UserTrade]]:
        return [self.as_rest(one) for one in self.live()], [
            msgspec.structs.replace(one, venue_ns=Nanos(0), source=Source.REST)
            for one in self.trades.values()
        ]

    def as_rest(self, one: UserOrder) -> UserOrder:
        return msgspec.structs.replace(one, kind="", venue_ns=Nanos(0), source=Source.REST)


class Account(RuleBasedStateMachine):
    """A venue, messages under way, and the ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.venue = Venue()
        self.ledger = Ledger([KEY])
        self.under_way: list[UserOrder | UserTrade] = []
        self.answers: list[tuple[list[UserOrder], list[UserTrade], list[str]]] = []
        self.told: dict[tuple[str, str], Fill] = {}
        self.counted = 0
        """Micros of fills that were told and not taken back: what a user would add up."""

    def happens(self, message: UserOrder | UserTrade) -> None:
        self.under_way.append(message)
        if isinstance(message, UserOrder):
            self.venue.orders[message.order_id] = message
        else:
            self.venue.trades[message.trade_id] = message

    def hear(self, events: list[Event]) -> None:
        """Add up as a user does who trusts each `Fill`."""
        for event in events:
            if isinstance(event, Fill):
                before = self.told.get((event.trade_id, event.order_id))
                assert before is None or before.state is not event.state, "a fill is told twice"
                was = before.size if before and before.state is not FillState.REVERSED else 0
                now = event.size if event.state is not FillState.REVERSED else 0
                self.counted += now - was
                self.told[event.trade_id, event.order_id] = event

    @rule(order_type=st.sampled_from(["GTC", "FAK"]))
    def place(self, order_type: str) -> None:
        self.venue.seconds += 1
        name = f"o{len(self.venue.orders)}"
        placed = order(name, kind="PLACEMENT", order_type=order_type, seconds=self.venue.seconds)
        self.happens(placed)

    @precondition(lambda self: self.venue.live())
    @rule(data=st.data(), size=st.integers(1, 4), as_maker=st.booleans())
    def match(self, data: st.DataObject, size: int, as_maker: bool) -> None:
        self.venue.seconds += 1
        met = data.draw(st.sampled_from(self.venue.live()))
        name = f"t{len(self.venue.trades)}"
        matched = min(SIZE, (met.matched_size or 0) // MICROS + size)
        part = matched - (met.matched_size or 0) // MICROS
        seconds, full = self.venue.seconds, matched == SIZE
        makers = [maker(met.order_id, str(part))] if as_maker else []
        made = trade(name, "MATCHED", *makers, size=str(part), seconds=seconds)
        if not as_maker:
            made = msgspec.structs.replace(made, taker_order_id=met.order_id)
        self.happens(msgspec.structs.replace(made, matched_ns=at(seconds)))
        self.happens(
            msgspec.structs.replace(
                met,
                kind="UPDATE",
                status="MATCHED" if full else "LIVE",
                matched_size=Size(matched * MICROS),
                trades=(*met.trades, name),
                venue_ns=at(seconds),
            )
        )

    @precondition(lambda self: self.venue.live())
    @rule(data=st.data(), silent=st.booleans())
    def cancel(self, data: st.DataObject, silent: bool) -> None:
        self.venue.seconds += 1
        over = data.draw(st.sampled_from(self.venue.live()))
        self.happens(
            msgspec.structs.replace(
                over,
                kind="CANCELLATION",
                status="CANCELED_for a reason",
                matched_size=None if silent and not over.matched_size else over.matched_size,
                venue_ns=at(self.venue.seconds),
            )
        )

    @precondition(lambda self: any(one.status in NEXT for one in self.venue.trades.values()))
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        self.venue.seconds += 1
        open_ones = [one for one in self.venue.trades.values() if one.status in NEXT]
        one = data.draw(st.sampled_from(open_ones))
        self.happens(
            msgspec.structs.replace(
                one,
                status=data.draw(st.sampled_from(NEXT[one.status])),
                updated_ns=at(self.venue.seconds),
                venue_ns=at(self.venue.seconds),
            )
        )

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), again=st.booleans(), lost=st.booleans())
    def deliver(self, data: st.DataObject, again: bool, lost: bool) -> None:
        which = data.draw(st.integers(0, len(self.under_way) - 1))
        message = self.under_way[which] if again else self.under_way.pop(which)
        if not lost:
            self.hear(self.ledger.apply(message))

    @rule()
    def ask_rest(self) -> None:
        """Take the answer now; it may arrive much later."""
        self.answers.append((*self.venue.rest(), self.ledger.open_ids()))

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def read_rest(self, data: st.DataObject) -> None:
        which = data.draw(st.integers(0, len(self.answers) - 1))
        self.reconcile(*self.answers.pop(which))

    def reconcile(
        self, orders: list[UserOrder], trades: list[UserTrade], held: list[str] | None
    ) -> None:
        events, missing = self.ledger.reconcile(orders, trades, held)
        self.hear(events)
        for order_id in missing:
            found = self.venue.as_rest(self.venue.orders[order_id])
            self.hear(self.ledger.looked_up(order_id, found, at(self.venue.seconds)))

    @invariant()
    def never_more_than_happened(self) -> None:
        for one in self.ledger.orders():
            true = self.venue.orders[one.order.order_id]
            assert (one.order.matched_size or 0) <= (true.matched_size or 0)
            assert one.provisional_size + one.confirmed_size <= SIZE * MICROS

    @invariant()
    def what_was_told_adds_up_to_what_is_held(self) -> None:
        held = [fill for one in self.ledger.trades() for fill in one.fills]
        assert self.counted == sum(f.size for f in held if f.state is not FillState.REVERSED)

    def teardown(self) -> None:
        """Ask REST one last time, all messages lost: what is held is the venue's true account."""
        self.reconcile(*self.venue.rest(), None)
        venue, ledger = self.venue, self.ledger
        assert {one.order_id for one in venue.live()} == set(ledger.open_ids())
        known = {one.order.order_id: one for one in ledger.orders()}
        for one in venue.live():
            assert one.matched_size == known[one.order_id].order.matched_size
        for held in known.values():
            true = venue.orders[held.order.order_id]
            assert true.status == held.order.status
            assert (true.matched_size or 0) == (held.order.matched_size or 0)
        assert {name: one.status for name, one in venue.trades.items()} == {
            one.trade.trade_id: one.trade.status for one in ledger.trades()
        }
        for account_trade in ledger.trades():
            (fill,) = account_trade.fills
            true_trade = venue.trades[account_trade.trade.trade_id]
            assert true_trade.size == fill.size
            assert STATES.get(true_trade.status, FillState.PROVISIONAL) is fill.state


Account.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestAnyInterleavingEndsInTheTrueAccount = Account.TestCase
