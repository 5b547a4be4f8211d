"""The desk: orders meet the true books, rest on them, and leave them again."""

import json
from decimal import Decimal

import pytest
from tests.sim.oracle import Oracle, rules_of
from tests.sim.traders import OTHER_KEY, SHARE, Floor, Trader

from pr3dict.sim.desk.accounts import Refused
from pr3dict.sim.desk.desk import MODES, amounts
from pr3dict.sim.desk.orders import FAK_KILLED, FOK_KILLED
from pr3dict.sim.truth.fees import rate_of
from pr3dict.sim.truth.hash import plain


def test_a_resting_order_grows_its_level_and_its_cancel_shrinks_it():
    floor = Floor()
    trader, (bid, _) = Trader(floor), floor.best()
    before = floor.size_at(bid)
    placed = trader.place("BUY", bid, 20 * SHARE)

    assert ("", "") == amounts(placed)
    assert before + 20 * SHARE == floor.size_at(bid)
    assert [placed.ticket] == floor.desk.open_orders(trader.account)
    assert ([placed.ticket.id], {}) == floor.desk.cancel(trader.account, [placed.ticket.id], 0)
    assert before == floor.size_at(bid)
    assert [("PLACEMENT", "LIVE"), ("CANCELLATION", "CANCELED")] == floor.events()


def test_a_sell_rests_among_the_asks_of_its_token():
    floor = Floor()
    ask = floor.best()[1]
    before = floor.size_at(ask)
    Trader(floor).place("SELL", ask, 20 * SHARE)
    assert before + 20 * SHARE == floor.size_at(ask)


def test_what_crosses_takes_and_the_rest_of_it_rests():
    floor = Floor()
    trader, ask = Trader(floor), floor.best()[1]
    trader.account.collateral = 10**15
    held = floor.size_at(ask)
    placed = trader.place("BUY", ask, held + 30 * SHARE)

    assert held == placed.ticket.matched
    assert 30 * SHARE == floor.size_at(ask)
    assert ask == floor.best()[0]
    assert ["PLACEMENT", "UPDATE", "TRADE"] == [kind for kind, _ in floor.events()]
    assert placed.ticket.status == "LIVE"


def test_balances_move_with_a_trade_and_the_taker_pays_the_fee():
    floor = Floor()
    trader, (bid, ask) = Trader(floor), floor.best()
    rules = floor.venue.rules(floor.token)
    assert rules is not None
    rate = Decimal(rate_of(floor.venue, rules.condition))
    assert rate
    fee_in, fee_out = (
        round(10 * rate * price * (SHARE - price) / SHARE, -1) for price in (ask, bid)
    )
    money, shares = trader.account.collateral, trader.account.shares(floor.token)
    bought = trader.place("BUY", ask, 10 * SHARE)
    assert (plain(ask * 10), "10") == amounts(bought)
    assert money - ask * 10 - fee_in == trader.account.collateral
    assert shares + 10 * SHARE == trader.account.shares(floor.token)

    sold = trader.place("SELL", bid, 10 * SHARE)
    assert ("10", plain(bid * 10)) == amounts(sold)
    assert money - (ask - bid) * 10 - fee_in - fee_out == trader.account.collateral
    assert shares == trader.account.shares(floor.token)


def test_a_market_buy_spends_its_money_at_the_best_prices():
    floor = Floor()
    trader, ask = Trader(floor), floor.best()[1]
    worst = ask + 50_000
    placed = trader.place("BUY", worst, 10 * SHARE * SHARE // worst, money=10 * SHARE, kind="FOK")
    assert 10 * SHARE * SHARE // ask == placed.ticket.matched
    assert placed.ticket.status == "MATCHED"
    assert 10 * SHARE - placed.money <= 1


def test_a_fok_order_that_cannot_be_filled_is_killed_and_the_account_told_so():
    floor = Floor()
    trader, ask = Trader(floor), floor.best()[1]
    trader.account.collateral = 10**15
    held = floor.size_at(ask)
    assert trader.refused("BUY", ask, held + SHARE, kind="FOK") == FOK_KILLED
    told = floor.said[-1][1]

    assert held == floor.size_at(ask)
    assert ("CANCELLATION", f"CANCELED_{FOK_KILLED}") == (told["type"], told["status"])
    assert ("", "") == (told["size_matched"], told["created_at"])


def test_a_fak_order_takes_what_there_is_and_nothing_rests():
    floor = Floor()
    trader, (bid, ask) = Trader(floor), floor.best()
    trader.account.give(floor.token, 10**12)
    held = floor.size_at(bid)
    placed = trader.place("SELL", bid, held + SHARE, kind="FAK")
    assert (held, "CANCELED") == (placed.ticket.matched, placed.ticket.status)
    assert [] == floor.desk.open_orders(trader.account)
    assert trader.refused("SELL", ask, SHARE, kind="FAK") == FAK_KILLED


def test_a_post_only_order_never_takes():
    floor = Floor()
    trader, (bid, ask) = Trader(floor), floor.best()
    told = "invalid post-only order: order crosses book"
    assert told == trader.refused("BUY", ask, 20 * SHARE, post_only=True)
    assert not trader.place("BUY", bid, 20 * SHARE, post_only=True).trades


def test_the_same_order_is_taken_once():
    floor = Floor()
    trader, bid = Trader(floor), floor.best()[0]
    name = trader.place("BUY", bid, 20 * SHARE, salt=10**9).ticket.id
    told = trader.refused("BUY", bid, 20 * SHARE, salt=10**9)
    assert f"order {name} is invalid. Duplicated." == told


def test_nobody_spends_what_open_orders_have_reserved():
    floor = Floor()
    trader, bid = Trader(floor), floor.best()[0]
    trader.account.collateral = bid * 30
    trader.place("BUY", bid, 20 * SHARE)
    told = trader.refused("BUY", bid, 20 * SHARE)
    assert told == (
        "not enough balance / allowance: the balance is not enough -> "
        f"balance: {bid * 10}, order amount: {bid * 20}"
    )
    trader.place("BUY", bid, 10 * SHARE, salt=10**6)
    assert bid * 30 == floor.desk.reserved(trader.account)


def test_nobody_sells_what_they_have_not():
    floor = Floor()
    trader, ask = Trader(floor), floor.best()[1]
    trader.account.give(floor.token, 25 * SHARE - trader.account.shares(floor.token))
    trader.place("SELL", ask, 20 * SHARE)
    assert "balance: 5000000, order amount: 20000000" in trader.refused("SELL", ask, 20 * SHARE)


def test_an_order_of_another_wallet_or_key_is_refused():
    floor = Floor()
    trader, other, bid = Trader(floor), Trader(floor, OTHER_KEY), floor.best()[0]
    foreign = {**other.body("BUY", bid, 20 * SHARE), "owner": trader.key.key}
    unsigned = trader.body("BUY", bid, 20 * SHARE, takerAmount="1")
    told = [trader.send(each) for each in (other.body("BUY", bid, 20 * SHARE), foreign, unsigned)]
    assert told == [
        Refused(400, "the order owner has to be the owner of the API KEY"),
        Refused(400, "the order signer address has to be the address of the API KEY"),
        Refused(400, "invalid signature"),
    ]


def test_an_order_signed_for_the_other_exchange_is_refused():
    floor = Floor()
    rules = floor.venue.rules(floor.token)
    assert rules is not None
    told = Trader(floor).refused("BUY", 10_000, 20 * SHARE, neg_risk=not rules.neg_risk)
    assert told == "invalid signature"


def test_an_order_for_an_unknown_token_is_refused():
    trader = Trader(Floor())
    assert trader.refused("BUY", 10_000, 20 * SHARE, token="7") == "the orderbook 7 does not exist"


@pytest.mark.parametrize("mode", ["post_only", "cancel_only", "disabled"])
def test_a_venue_that_does_not_trade_says_so_and_lets_orders_be_cancelled(mode):
    floor = Floor()
    trader, bid = Trader(floor), floor.best()[0]
    name = trader.place("BUY", bid, 20 * SHARE).ticket.id
    floor.desk.mode = mode
    assert Refused(503, MODES[mode]) == trader.send(trader.body("BUY", bid, 20 * SHARE))
    allowed = trader.send(trader.body("BUY", bid, 20 * SHARE, post_only=True))
    assert (mode != "post_only") == isinstance(allowed, Refused)
    assert ([name], {}) == floor.desk.cancel(trader.account, [name], 0)


def test_a_closed_account_may_only_sell():
    floor = Floor()
    trader, (bid, ask) = Trader(floor), floor.best()
    trader.account.closed_only = True
    assert "closed only mode" in trader.refused("BUY", bid, 20 * SHARE)
    trader.place("SELL", ask, 20 * SHARE)


def test_what_is_not_open_or_not_ours_is_not_cancelled():
    floor = Floor()
    trader, other, bid = Trader(floor), Trader(floor, OTHER_KEY), floor.best()[0]
    name = trader.place("BUY", bid, 20 * SHARE).ticket.id
    told = "order can't be found - already canceled or matched"
    assert ([], {name: told}) == floor.desk.cancel(other.account, [name], 0)
    assert ([name], {}) == floor.desk.cancel(trader.account, [name], 0)
    assert ([], {name: told}) == floor.desk.cancel(trader.account, [name], 0)


def test_a_gtd_order_ends_a_minute_before_its_expiration():
    floor = Floor(activity=0.001)
    trader, bid = Trader(floor), floor.best()[0]
    expiration = floor.venue.now_ms // 1_000 + 90
    ticket = trader.place("BUY", bid, 20 * SHARE, kind="GTD", expiration=expiration).ticket
    floor.run(29_000)
    assert ticket.status == "LIVE"
    floor.run(31_000)
    assert ticket.status == "CANCELED_EXPIRED_ORDER"
    assert 30_000 == int(floor.said[-1][1]["timestamp"]) - ticket.created_ms


def test_a_delayed_order_is_looked_at_three_seconds_later():
    floor = Floor(activity=0.001)
    trader, ask = Trader(floor), floor.best()[1]
    floor.desk.delay_next(2)
    trader.account.collateral = 10**15
    first = trader.place("BUY", ask, 10 * SHARE).ticket
    second = trader.place("BUY", ask, floor.size_at(ask), kind="FOK").ticket
    assert ["DELAYED", "DELAYED"] == [first.status, second.status]
    floor.run(2_999)
    assert 0 == first.matched
    floor.run(4_000)
    assert "MATCHED" == first.status
    assert f"CANCELED_{FOK_KILLED}" == second.status
    assert [("PLACEMENT", "DELAYED"), ("PLACEMENT", "DELAYED"), ("UPDATE", "LIVE")] == (
        floor.events()[:3]
    )


def test_a_delayed_order_that_can_no_longer_be_is_unmatched():
    floor = Floor(activity=0.001)
    trader, bid = Trader(floor), floor.best()[0]
    floor.desk.delay_next()
    ticket = trader.place("BUY", bid, 20 * SHARE).ticket
    trader.account.collateral = bid * 20 - 1
    floor.run(4_000)
    assert ("CANCELLATION", "UNMATCHED") == floor.events()[-1]
    assert "UNMATCHED" == ticket.status


def test_a_delayed_order_may_spend_all_there_is():
    floor = Floor(activity=0.001)
    trader, bid = Trader(floor), floor.best()[0]
    floor.desk.delay_next()
    trader.account.collateral = bid * 20
    ticket = trader.place("BUY", bid, 20 * SHARE).ticket
    floor.run(4_000)
    assert "LIVE" == ticket.status
    assert bid * 20 == floor.desk.reserved(trader.account)


def test_the_end_of_a_market_ends_its_orders():
    floor = Floor(markets=2)
    trader, bid = Trader(floor), floor.best()[0]
    ticket = trader.place("BUY", bid, 20 * SHARE).ticket
    floor.venue.settle(floor.token)
    floor.run(1)
    assert ticket.status == "CANCELED_MARKET_RESOLVED"
    told = "the market is not yet ready to process new orders"
    assert told == trader.refused("BUY", bid, 20 * SHARE)


def test_a_missed_heartbeat_takes_the_orders_of_its_key_away():
    floor = Floor()
    trader, other, bid = Trader(floor), Trader(floor, OTHER_KEY), floor.best()[0]
    mine = trader.place("BUY", bid, 20 * SHARE).ticket
    theirs = other.place("BUY", bid, 20 * SHARE).ticket
    floor.desk.heartbeats.beat(trader.key.key, "", floor.venue.now_ms)
    floor.run(9_000)
    assert mine.status == "LIVE"
    floor.run(2_000)
    assert ["CANCELED", "LIVE"] == [mine.status, theirs.status]


def test_every_book_is_proved_while_accounts_trade_among_the_crowd():
    floor = Floor(markets=3, trade_share=0.8, seed=11)
    answers = {token: floor.venue.book(token) for token in floor.venue.tokens}
    oracle = Oracle({token: rules_of(answer) for token, answer in answers.items() if answer})
    oracle.feed(floor.venue.opening(floor.venue.tokens))
    traders = [Trader(floor), Trader(floor, OTHER_KEY)]
    for number in range(500):
        trader, token = traders[number % 2], floor.venue.tokens[number % 6]
        bid, ask = floor.best(token)
        side = ("BUY", "SELL")[number // 2 % 2]
        price = (bid, ask)[number // 4 % 2]
        trader.account.collateral = 10**14
        trader.account.give(token, 10**9)
        trader.send(trader.body(side, price, 25 * SHARE, token=token))
        if number % 7 == 0:
            names = [ticket.id for ticket in floor.desk.open_orders(trader.account)[:3]]
            floor.desk.cancel(trader.account, names, floor.venue.now_ms)
        floor.advance()
    for step in floor.steps:
        for frame in step.frames:
            oracle.feed(frame.text)
    oracle.settle()

    made = [deal for deal in floor.desk.deals.all if deal.taker is None]
    assert 0 == oracle.failed
    assert [floor.venue.levels(t) for t in floor.venue.tokens] == [
        oracle.levels(t) for t in floor.venue.tokens
    ]
    assert len(made) > 5
    times = [step.time_ms for step in floor.steps]
    assert times == sorted(times)


def test_the_flow_of_a_seed_is_the_same_where_no_account_trades():
    floor, alone = Floor(seed=9), Floor(seed=9).venue
    floor.desk.accounts.grant("0x" + "11" * 20)
    for _ in range(300):
        step, twin = floor.advance(), alone.advance()
        assert step is not None
        assert twin is not None
        assert [frame.text for frame in step.frames] == [frame.text for frame in twin.frames]


def test_what_an_account_is_told_is_compact_json():
    floor = Floor()
    texts: list[bytes] = []
    floor.desk.tell = lambda account, condition, text: texts.append(text)
    Trader(floor).place("BUY", floor.best()[0], 20 * SHARE)
    assert [json.dumps(json.loads(texts[0]), separators=(",", ":")).encode()] == texts
