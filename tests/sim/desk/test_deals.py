"""Trades of accounts: who met whom, what moved, and every status in its order and time."""

from tests.sim.traders import OTHER_KEY, SHARE, Floor, Trader

from pr3dict.sim.truth.fees import rate_of, taker_fee


def statuses(floor: Floor, trader: Trader) -> list[tuple[str, int]]:
    """Return the statuses of the trades an account was told, and the seconds of each."""
    return [
        (m["status"], int(m["last_update"]))
        for who, m in floor.said
        if m["event_type"] == "trade" and who == trader.account.address
    ]


def test_a_trade_is_matched_then_mined_then_confirmed():
    floor = Floor(activity=0.001)
    trader, ask = Trader(floor), floor.best()[1]
    start = floor.venue.now_ms // 1_000
    trader.place("BUY", ask, 10 * SHARE)
    floor.run(60_000)
    expected = [("MATCHED", start), ("MINED", start + 2), ("CONFIRMED", start + 10)]
    assert expected == statuses(floor, trader)


def test_a_script_has_the_next_trade_retried_or_lost():
    floor = Floor(activity=0.001)
    trader, ask = Trader(floor), floor.best()[1]
    floor.desk.deals.retry_next()
    floor.desk.deals.fail_next()
    for _ in range(3):
        trader.place("BUY", ask, 10 * SHARE)
    floor.run(60_000)
    by_trade: dict[str, list[str]] = {}
    for _, m in floor.said:
        if m["event_type"] == "trade":
            by_trade.setdefault(m["id"], []).append(m["status"])
    assert [
        ["MATCHED", "RETRYING", "MINED", "CONFIRMED"],
        ["MATCHED", "RETRYING", "FAILED"],
        ["MATCHED", "MINED", "CONFIRMED"],
    ] == list(by_trade.values())


def test_what_a_lost_trade_moved_moves_back():
    floor = Floor(activity=0.001)
    trader, maker, (bid, ask) = Trader(floor), Trader(floor, OTHER_KEY), floor.best()
    inside = ask - 10_000
    assert inside == bid
    floor.venue.place(floor.token, bid, 0)
    floor.run(1)
    held = [(t.account.collateral, t.account.shares(floor.token)) for t in (trader, maker)]
    maker.place("SELL", inside, 20 * SHARE)
    floor.desk.deals.fail_next()
    trader.place("BUY", inside, 20 * SHARE)
    moved = [(t.account.collateral, t.account.shares(floor.token)) for t in (trader, maker)]
    floor.run(60_000)

    cost = inside * 20
    rules = floor.venue.rules(floor.token)
    assert rules is not None
    fee = taker_fee(rate_of(floor.venue, rules.condition), inside, 20 * SHARE)
    assert moved == [
        (held[0][0] - cost - fee, held[0][1] + 20 * SHARE),
        (held[1][0] + cost, held[1][1] - 20 * SHARE),
    ]
    assert held == [(t.account.collateral, t.account.shares(floor.token)) for t in (trader, maker)]


def test_two_accounts_meet_and_each_hears_its_own_role():
    floor = Floor(activity=0.001)
    trader, maker, bid = Trader(floor), Trader(floor, OTHER_KEY), floor.best()[0]
    floor.venue.place(floor.token, bid, 0)
    floor.run(1)
    resting = maker.place("SELL", bid, 20 * SHARE).ticket
    taken = trader.place("BUY", bid, 20 * SHARE)
    told = {
        who: m for who, m in floor.said if m["event_type"] == "trade" and m["status"] == "MATCHED"
    }
    as_taker, as_maker = told[trader.account.address], told[maker.account.address]
    piece = as_maker["maker_orders"][0]

    assert ("TAKER", "MAKER") == (as_taker["trader_side"], as_maker["trader_side"])
    assert taken.ticket.id == as_maker["taker_order_id"]
    assert trader.key.key == as_maker["owner"]
    assert (resting.id, maker.key.key, "20", "SELL") == (
        piece["order_id"],
        piece["owner"],
        piece["matched_amount"],
        piece["side"],
    )
    assert [as_taker["id"]] == resting.trades == list(taken.trades)
    assert "MATCHED" == resting.status


def test_a_maker_of_the_other_outcome_is_told_in_its_own_token():
    floor = Floor(activity=0.001)
    trader, maker, bid = Trader(floor), Trader(floor, OTHER_KEY), floor.best()[0]
    other = floor.venue.tokens[1]
    floor.venue.place(floor.token, bid, 0)
    floor.run(1)
    maker.place("BUY", SHARE - bid, 20 * SHARE, token=other)
    trader.place("BUY", bid, 20 * SHARE)
    piece = floor.desk.deals.all[0].pieces[0]
    assert (other, "BUY", SHARE - bid) == (piece.token, piece.side, piece.price)


def test_the_crowd_fills_a_resting_order_now_and_then():
    floor = Floor(trade_share=0.5, seed=6)
    trader, bid = Trader(floor), floor.best()[0]
    floor.venue.place(floor.token, bid, 0)
    floor.run(1)
    ticket = trader.place("BUY", bid, 50 * SHARE).ticket
    floor.run(300_000)
    deals = [deal for deal, role in floor.desk.deals.of(trader.account) if role == "MAKER"]

    assert ticket.status == "MATCHED"
    assert ticket.trades == [deal.id for deal in reversed(deals)]
    assert 50 * SHARE == sum(p.size for d in deals for p in d.pieces if p.ticket is ticket)
    assert {None} == {deal.taker for deal in deals}


def test_the_makers_of_a_trade_gave_all_of_it():
    floor = Floor(activity=0.001)
    trader, (bid, ask) = Trader(floor), floor.best()
    trader.account.collateral = 10**15
    asks = floor.venue.levels(floor.token)[1]
    trader.place("BUY", asks[2][0], asks[0][1] + asks[1][1] + SHARE)
    deal = floor.desk.deals.all[0]
    assert [ask, asks[1][0], asks[2][0]] == [piece.price for piece in deal.pieces]
    assert deal.size == sum(piece.size for piece in deal.pieces)
    assert bid < ask


def test_the_oldest_order_at_a_price_is_met_first():
    floor = Floor(activity=0.001)
    first, second, bid = Trader(floor), Trader(floor, OTHER_KEY), floor.best()[0]
    floor.venue.place(floor.token, bid, 0)
    floor.run(1)
    old = first.place("SELL", bid, 20 * SHARE).ticket
    young = second.place("SELL", bid, 20 * SHARE).ticket
    second.place("BUY", bid, 25 * SHARE)
    assert (20 * SHARE, 5 * SHARE) == (old.matched, young.matched)
