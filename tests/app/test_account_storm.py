"""An account in a storm: random trading, cuts, refusals, losses and repetitions, then the truth."""

import random

import pytest
from tests.app.account_kit import Exchange, Followed, exchange, followed
from tests.app.kit import until

from pr3dict.app import account as accounts
from pr3dict.venues.polymarket.user.ledger import Fill, FillState
from pr3dict.venues.polymarket.user.lifecycle import has_ended

ACTIONS = 60
STATES = {"CONFIRMED": FillState.CONFIRMED, "FAILED": FillState.REVERSED}


def trade_somehow(at: Exchange, dice: random.Random, mine: list[str]) -> None:
    """Do one thing that an account, its market or its connection may come to."""
    match dice.randrange(10):
        case 0 | 1:
            mine.append(at.place("BUY", dice.randint(1, 3), 5))
        case 2:
            mine.append(at.place("BUY", at.spread()[1], dice.randint(5, 9)))
        case 3:
            price = at.between()
            mine.append(at.place("BUY", price, 9))
            at.place("SELL", price, dice.randint(5, 9), by=at.other)
        case 4 | 5:
            found = at.served.do(
                lambda: [t.id for t in at.desk.open_orders(at.desk.accounts.default)]
            )
            if found:
                at.cancel(dice.choice(found))
        case 6:
            at.served.do(at.served.server.cut)
        case 7:
            at.faults.refuse(503, times=dice.randint(1, 5), path="/ws/user")
            at.served.do(at.served.server.cut)
        case 8:
            strike = dice.choice([at.faults.drop, at.faults.duplicate, at.faults.corrupt])
            strike(at.rules.condition, dice.randint(1, 3))
        case 9:
            at.served.do(dice.choice([at.desk.deals.fail_next, at.desk.deals.retry_next]))
            at.served.run(at.served.server.step(dice.randint(1, 60)))


def held(ours: Followed) -> tuple[dict[str, tuple[bool, int]], dict[str, str]]:
    """Return what the ledger holds: orders as (is open, matched size), trades by status."""
    ledger = ours.account.ledger
    orders = {o.order.order_id: (o.is_open, o.order.matched_size or 0) for o in ledger.orders()}
    return orders, {t.trade.trade_id: t.trade.status for t in ledger.trades()}


def truth(at: Exchange, known: set[str]) -> tuple[dict[str, tuple[bool, int]], dict[str, str]]:
    """Return what the venue holds; of orders that came and went without a fill, the known ones."""

    def look() -> dict[str, tuple[bool, int]]:
        account = at.desk.accounts.default
        return {
            ticket.id: (ticket.status == "LIVE", ticket.matched)
            for ticket in at.desk.tickets.values()
            if ticket.account is account
            and (ticket.status == "LIVE" or ticket.matched or ticket.id in known)
        }

    return at.served.do(look), at.true_statuses()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_a_storm_the_account_is_the_venues(seed, monkeypatch):
    monkeypatch.setattr(accounts, "AUDIT_S", 0.1)
    monkeypatch.setattr(accounts, "AGAIN_S", 0.1)
    dice, mine = random.Random(seed), list[str]()
    with exchange() as at, followed(at) as ours:
        for _ in range(ACTIONS):
            trade_somehow(at, dice, mine)
        at.faults.forgive()
        at.settle(lambda: set(at.true_statuses().values()) <= {"CONFIRMED", "FAILED"})
        until(lambda: held(ours) == truth(at, set(held(ours)[0])))
        assert set(mine) >= set(held(ours)[0])

        stats, ledger = ours.account.stats(), ours.account.ledger
        ignored, rejected = sum(stats["ignored"].values()), sum(stats["rejected"].values())
        assert stats["received"] == stats["applied"] + stats["waiting"] + ignored + rejected
        assert stats["opened"] > 1
        told: dict[tuple[str, str], list[FillState]] = {}
        for fill in ours.of(Fill):
            told.setdefault((fill.trade_id, fill.order_id), []).append(fill.state)
        for trade in ledger.trades():
            for fill in trade.fills:
                assert STATES[trade.trade.status] is fill.state
                assert fill.state is told[fill.trade_id, fill.order_id][-1]
        assert all(len(states) == len(set(states)) for states in told.values())
        assert all(has_ended(o.order) is not o.is_open for o in ledger.orders())
