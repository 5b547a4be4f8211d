"""The account as far as it is known, told in any order, twice, or by REST alone."""

import json

import pytest
from tests.real.shared import shared_file
from tests.venues.polymarket.user_kit import (
    KEY,
    MARKET,
    START,
    STRANGER,
    at,
    maker,
    order,
    trade,
)

from pr3dict.model.states import Source
from pr3dict.model.units import MICROS
from pr3dict.venues.polymarket.user import ledger as ledgers
from pr3dict.venues.polymarket.user import wire as user_wire
from pr3dict.venues.polymarket.user.ledger import AccountOrder, Fill, FillState, Ledger
from pr3dict.venues.polymarket.user.lifecycle import GONE
from pr3dict.venues.polymarket.user.types import UserOrder, UserTrade


def told(events):
    return [type(event).__name__ for event in events]


def held(ledger: Ledger, order_id: str = "o1") -> AccountOrder:
    found = ledger.order(order_id)
    assert found is not None
    return found


def sizes(ledger, order_id="o1"):
    found = held(ledger, order_id)
    return found.provisional_size // MICROS, found.confirmed_size // MICROS


def test_an_order_lives_from_placement_to_cancellation():
    ledger = Ledger([KEY])
    assert ["UserOrder"] == told(ledger.apply(order(kind="PLACEMENT")))
    assert 10 * MICROS == held(ledger).remaining_size
    ledger.apply(order(matched="4", seconds=1))
    assert 6 * MICROS == held(ledger).remaining_size
    assert ["o1"] == ledger.open_ids()
    ledger.apply(order(status="CANCELED", kind="CANCELLATION", matched="4", seconds=2))
    found = held(ledger)
    assert (False, 0) == (found.is_open, found.remaining_size)
    assert [] == ledger.open_ids()
    assert ledger.order("unknown") is None


def test_what_is_said_again_is_told_once():
    ledger = Ledger([KEY])
    assert ledger.apply(order())
    assert not ledger.apply(order(seconds=9))
    assert ["UserTrade", "Fill"] == told(ledger.apply(trade()))
    assert [] == ledger.apply(trade(seconds=1))
    assert (4, 0) == sizes(ledger)


def test_a_late_word_does_not_undo_a_later_one():
    ledger = Ledger([KEY])
    ledger.apply(order(status="CANCELED", kind="CANCELLATION", matched="4", seconds=5))
    assert [] == ledger.apply(order(status="LIVE", kind="PLACEMENT"))
    assert "CANCELED" == held(ledger).order.status


def test_a_fill_is_provisional_until_it_is_confirmed():
    ledger = Ledger([KEY])
    ledger.apply(order())
    ledger.apply(trade(status="MATCHED"))
    assert (4, 0) == sizes(ledger)
    assert ["UserTrade"] == told(ledger.apply(trade(status="MINED", seconds=1)))
    assert (4, 0) == sizes(ledger)
    _, fill = ledger.apply(trade(status="CONFIRMED", seconds=2))
    assert isinstance(fill, Fill)
    assert FillState.CONFIRMED is fill.state
    assert (0, 4) == sizes(ledger)


def test_a_failed_trade_is_reversed():
    ledger = Ledger([KEY])
    ledger.apply(order())
    ledger.apply(trade(status="MATCHED"))
    ledger.apply(trade(status="RETRYING", seconds=1))
    assert (4, 0) == sizes(ledger)
    _, fill = ledger.apply(trade(status="FAILED", seconds=2))
    assert isinstance(fill, Fill)
    assert FillState.REVERSED is fill.state
    assert (0, 0) == sizes(ledger)
    assert [] == ledger.apply(trade(status="MINED", seconds=9))


def test_a_contradiction_of_the_venue_is_counted_and_the_later_word_holds():
    ledger = Ledger([KEY])
    ledger.apply(order())
    ledger.apply(trade(status="CONFIRMED", seconds=1))
    ledger.apply(trade(status="FAILED", seconds=5))
    assert 1 == ledger.contradictions
    assert (0, 0) == sizes(ledger)


def test_a_maker_finds_its_fills_by_its_key_also_in_the_other_outcome():
    ledger = Ledger([KEY])
    ours, theirs = maker("o1", "4"), maker("o9", "6", owner=STRANGER)
    _, fill = ledger.apply(trade("t1", "MATCHED", theirs, ours, size="10"))
    assert isinstance(fill, Fill)
    assert ("o1", "MAKER", "BUY", "2222") == (fill.order_id, fill.role, fill.side, fill.token)
    assert (600_000, 4 * MICROS) == (fill.price, fill.size)
    assert ledger.order("o9") is None


def test_a_maker_finds_its_fills_by_its_address_in_any_case():
    ledger = Ledger([], ["0xabCD"])
    events = ledger.apply(trade("t1", "MATCHED", maker(owner=STRANGER, maker_address="0xABcd")))
    assert ["UserTrade", "Fill"] == told(events)


def test_two_orders_of_ours_in_one_trade_are_two_fills():
    ledger = Ledger([KEY])
    events = ledger.apply(trade("t1", "MATCHED", maker("o1", "4"), maker("o2", "1"), size="5"))
    assert ["UserTrade", "Fill", "Fill"] == told(events)
    assert 1 == len(ledger.trades())
    assert {"o1", "o2"} == {fill.order_id for fill in ledger.trades()[0].fills}


def test_one_order_that_is_named_twice_in_a_trade_is_one_fill_of_both_sizes():
    ledger = Ledger([KEY])
    ledger.apply(order())
    ledger.apply(trade("t1", "MATCHED", maker("o1", "4"), maker("o1", "1"), size="5"))
    assert (5, 0) == sizes(ledger)


def test_the_taker_is_told_by_its_role_or_where_that_is_missing_by_its_key():
    for changes, fills in (
        ({"role": "TAKER", "owner": STRANGER}, 1),
        ({"role": "", "owner": KEY}, 1),
        ({"role": "", "owner": STRANGER}, 0),
        ({"role": "MAKER", "owner": KEY}, 0),
    ):
        ledger = Ledger([KEY])
        ledger.apply(trade(**changes))
        assert fills == len(ledger.trades()[0].fills)


def test_rest_tells_what_was_missed_and_says_so():
    ledger = Ledger([KEY])
    ledger.apply(order())
    events, missing = ledger.reconcile(
        [
            order(matched="4", source=Source.REST),
            order("o2", source=Source.REST),
        ],
        [trade(source=Source.REST)],
    )
    assert ["UserOrder", "UserOrder", "UserTrade", "Fill"] == told(events)
    assert {Source.REST} == {getattr(event, "source", None) for event in events}
    assert [] == missing


def test_rest_tells_nothing_of_what_is_known():
    ledger = Ledger([KEY])
    ledger.apply(order(matched="4", seconds=1))
    ledger.apply(trade(status="MINED", seconds=1))
    events, missing = ledger.reconcile(
        [order(matched="4", source=Source.REST)], [trade(source=Source.REST)]
    )
    assert ([], []) == (events, missing)
    assert Source.WS is held(ledger).order.source


def test_an_order_that_rest_does_not_list_is_looked_up_before_it_is_called_gone():
    ledger = Ledger([KEY])
    for order_id in ("o1", "o2", "o3"):
        ledger.apply(order(order_id))
    events, missing = ledger.reconcile([order("o3", source=Source.REST)], [])
    assert ([], ["o1", "o2"]) == (events, missing)
    assert ledger.is_open("o1")

    ended = order("o1", "CANCELED", matched="3", source=Source.REST)
    (event,) = ledger.looked_up("o1", ended, at(9))
    assert isinstance(event, UserOrder)
    assert ("CANCELED", Source.REST) == (event.status, event.source)
    (event,) = ledger.looked_up("o2", None, at(9))
    assert isinstance(event, UserOrder)
    assert (GONE, at(9)) == (event.status, event.local_ns)
    assert ["o3"] == ledger.open_ids()
    assert [] == ledger.looked_up("o2", None, at(10))
    assert [] == ledger.looked_up("unknown", None, at(10))


def test_an_order_of_which_only_a_fill_was_told_is_looked_up():
    ledger = Ledger([KEY], since=at(5))
    ledger.apply(trade("t1", taker_order_id="old", matched_ns=at(1)))
    ledger.apply(trade("t2", taker_order_id="heard", matched_ns=at(9)))
    by_rest = trade("t3", taker_order_id="by rest", matched_ns=at(9), source=Source.REST)
    _, missing = ledger.reconcile([], [by_rest])
    assert ["heard", "by rest"] == missing
    found = order("heard", "MATCHED", matched="10", source=Source.REST)
    assert ["UserOrder"] == told(ledger.looked_up("heard", found, at(9)))
    assert [] == ledger.looked_up("by rest", None, at(9))
    assert ([], []) == ledger.reconcile([], [])


def test_an_order_that_was_placed_after_the_list_was_made_stays_open():
    ledger = Ledger([KEY])
    held = ledger.open_ids()
    ledger.apply(order())
    assert ([], []) == ledger.reconcile([], [], held)
    _, missing = ledger.reconcile([], [])
    assert ["o1"] == missing
    assert [] == ledger.looked_up("o1", order(source=Source.REST), at(1))
    assert ledger.is_open("o1")


def test_an_order_that_rest_lists_again_was_not_gone():
    ledger = Ledger([KEY])
    ledger.apply(order())
    ledger.looked_up("o1", None, at(1))
    assert [] == ledger.apply(order(seconds=2))
    events, _ = ledger.reconcile([order(source=Source.REST)], [])
    assert ["UserOrder"] == told(events)
    assert ledger.is_open("o1")


def test_the_oldest_trade_without_an_end_tells_from_when_rest_is_asked():
    ledger = Ledger([KEY])
    assert ledger.unsettled_since() is None
    ledger.apply(trade("t1", "CONFIRMED", matched_ns=at(1)))
    ledger.apply(trade("t2", "MINED", matched_ns=at(7)))
    ledger.apply(trade("t3", "MATCHED", matched_ns=at(9)))
    assert at(7) == ledger.unsettled_since()


def test_trades_without_a_part_of_ours_are_kept_without_fills():
    ledger = Ledger([KEY])
    assert ["UserTrade"] == told(ledger.apply(trade("t1", "MATCHED", maker(owner=STRANGER))))
    assert () == ledger.trades()[0].fills


def test_what_ended_long_ago_is_forgotten_and_what_is_open_never(monkeypatch):
    monkeypatch.setattr(ledgers, "KEPT_MAX", 10)
    monkeypatch.setattr(ledgers, "_SPARE", 5)
    ledger = Ledger([KEY])
    ledger.apply(order("open"))
    ledger.apply(trade("of open", "CONFIRMED", taker_order_id="open"))
    for number in range(40):
        ledger.apply(order(f"o{number}", "CANCELED"))
        ledger.apply(trade(f"t{number}", "CONFIRMED", taker_order_id=f"o{number}"))
    assert len(ledger.orders()) <= 15
    assert len(ledger.trades()) <= 15
    assert (0, 4) == sizes(ledger, "open")
    assert "o39" == ledger.orders()[-1].order.order_id
    assert MARKET == ledger.trades()[0].trade.market
    assert START == ledger.trades()[0].trade.matched_ns
    assert isinstance(ledger.trades()[0].trade, UserTrade)


def test_captured_messages_of_one_account_add_up():
    file = shared_file("vectors/polymarket/ws_user_messages.json")
    messages = json.loads(file.read_text())["messages"]
    ledger = Ledger(["3e2c94ca-8124-c4c1-c7ea-be1ea21b71fe"])
    for message in messages:
        if message["direction"] == "server->client":
            found = user_wire.read(json.dumps(message["message"]).encode(), START)
            assert not isinstance(found, str)
            ledger.apply(found)
    fills = {one.trade.trade_id: one.fills for one in ledger.trades()}
    (taken,) = fills["f50e8ab2-652d-4dc8-9c82-8e46197fe98d"]
    (made,) = fills["83b5c849-620e-4c23-b63b-2e779c04a6e7"]
    assert ("TAKER", 520_000, 5 * MICROS) == (taken.role, taken.price, taken.size)
    assert ("MAKER", 518_000, 5 * MICROS) == (made.role, made.price, made.size)


@pytest.mark.parametrize("status", ["LIVE", "DELAYED", "UNMATCHED", "anything else"])
def test_a_status_is_kept_as_the_venue_wrote_it(status):
    ledger = Ledger([KEY])
    ledger.apply(order(status=status))
    assert status == held(ledger).order.status
    assert ledger.is_open("o1")
