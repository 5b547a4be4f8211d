"""How orders and trades are told, against messages that were seen."""

import json
from typing import Any

from tests.real.shared import shared_file

from pr3dict.sim.desk.accounts import TEST_ADDRESS, Account
from pr3dict.sim.desk.tickets import (
    Deal,
    Piece,
    Ticket,
    open_order,
    order_event,
    trade_event,
    trade_row,
)
from pr3dict.sim.truth.books import Rules

SHARE = 1_000_000
RULES = Rules("0xc0", ("1", "2"), ("Yes", "No"), "5", "0.001", neg_risk=False)


def ticket(**changes: Any) -> Ticket:
    account = Account(TEST_ADDRESS, 0, 0)
    fields = {
        "id": "0xid",
        "account": account,
        "owner": "key",
        "maker": TEST_ADDRESS,
        "rules": RULES,
        "token": "1",
        "side": "BUY",
        "price": 513_000,
        "size": 5 * SHARE,
        "kind": "GTC",
        "expiration_s": 0,
        "created_ms": 1_725_842_520_990,
    }
    return Ticket(**{**fields, **changes})


def deal(**changes: Any) -> Deal:
    piece = Piece("0xm", "o", "0xw", 5 * SHARE, 513_000, "2", "No", "BUY", ticket())
    fields = {
        "id": "t",
        "rules": RULES,
        "taker_order_id": "0xt",
        "owner": "crowd",
        "maker": "0xa",
        "token": "1",
        "side": "BUY",
        "price": 487_000,
        "size": 5 * SHARE,
        "transaction": "0xtx",
        "matched_ms": 1_725_868_859_999,
        "updated_ms": 1_725_868_885_871,
        "number": 0,
        "pieces": (piece,),
        "taker": None,
    }
    return Deal(**{**fields, **changes})


def seen(kind: str) -> dict[str, Any]:
    messages = json.loads(
        shared_file("vectors/polymarket/ws_user_messages.json").read_text("utf-8")
    )["messages"]
    found: dict[str, Any] = next(m["message"] for m in messages if m["kind"] == kind)
    return found


def test_a_placement_is_told_as_one_that_was_seen():
    capture = seen("order_placement")
    told = json.loads(order_event(ticket(), "PLACEMENT", 1_725_842_520_990))
    same = {"created_at", "event_type", "expiration", "order_type", "original_size", "outcome"}
    same |= {"price", "side", "size_matched", "status", "timestamp", "type", "associate_trades"}
    assert capture.keys() == told.keys()
    assert {name: capture[name] for name in same} == {name: told[name] for name in same}


def test_a_killed_fok_order_is_told_without_size_time_and_outcome():
    capture = seen("ws_user_order_fok_killed")
    killed = ticket(kind="FOK", status=capture["status"], size=12 * SHARE, price=600_000)
    told = json.loads(order_event(killed, "CANCELLATION", int(capture["timestamp"])))
    others = {"id", "owner", "market", "asset_id", "order_owner", "maker_address"}
    assert {k: v for k, v in capture.items() if k not in others} == {
        k: v for k, v in told.items() if k not in others
    }


def test_a_trade_is_told_with_the_members_that_were_seen():
    capture = seen("user_trade3")
    told = json.loads(trade_event(deal(status="CONFIRMED"), "MAKER"))
    assert capture.keys() == told.keys()
    assert capture["maker_orders"][0].keys() == told["maker_orders"][0].keys()


def test_the_time_of_a_confirmed_trade_is_in_seconds_and_of_others_in_milliseconds():
    confirmed, mined = (
        json.loads(trade_event(deal(status=status), "MAKER")) for status in ("CONFIRMED", "MINED")
    )
    assert ("1725868885", "1725868885871") == (confirmed["timestamp"], mined["timestamp"])
    assert "1725868859" == mined["match_time"]


def test_every_other_trade_spells_its_time_as_the_documentation_does():
    told = json.loads(trade_event(deal(number=1), "TAKER"))
    assert "1725868859" == told["matchtime"]
    assert "match_time" not in told


def test_rest_prefixes_the_status_and_tells_times_in_numbers():
    assert "TRADE_STATUS_MATCHED" == trade_row(deal(), "MAKER")["status"]
    row = open_order(ticket(matched=SHARE))
    assert (1_725_842_520, "1", "5") == (
        row["created_at"],
        row["size_matched"],
        row["original_size"],
    )


def test_a_sell_rests_among_the_bids_of_the_other_token():
    assert ("2", 487_000) == ticket(side="SELL").rests_at
    assert ("1", 487_000) == ticket(side="SELL", token="2").rests_at
    assert ("1", 513_000) == ticket().rests_at


def test_an_account_that_meets_itself_is_told_once_as_the_taker():
    own = ticket()
    piece = deal().pieces[0]._replace(ticket=own)
    assert [(own.account, "TAKER")] == deal(taker=own, pieces=(piece,)).parties
