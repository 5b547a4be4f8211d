"""A book as a user holds it."""

import json
import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pr3dict.client.snapshot import (
    OrderBookLevel,
    OrderBookSnapshot,
    TradeEvent,
    moment,
    short,
    side_of,
)
from pr3dict.core import load
from pr3dict.model.events import Trade
from pr3dict.model.states import BookState, Cause, Proof, Source

MS = 1_000_000
VENUE = 1_700_000_000_000 * MS
LOCAL = VENUE + 5 * MS
TOKEN = "71321045679252212594626385532706912750332728571942532289631379312455583992563"


def books():
    found = load("auto").new_books()
    found.open_link(1, LOCAL)
    found.track(TOKEN, 1)
    message = {
        "event_type": "book",
        "asset_id": TOKEN,
        "market": "0x1",
        "timestamp": str(VENUE // MS),
        "bids": [{"price": "0.4", "size": "100"}, {"price": "0.48", "size": "30"}],
        "asks": [{"price": "0.6", "size": "50"}, {"price": "0.52", "size": "10.5"}],
        "hash": "",
    }
    found.feed(1, json.dumps([message]).encode(), LOCAL)
    return found


def snapshot(**options):
    return OrderBookSnapshot(books().view(TOKEN), LOCAL + 250 * MS, **options)


def test_levels_come_best_first_as_decimals():
    book = snapshot()

    assert [(Decimal("0.48"), Decimal(30)), (Decimal("0.4"), Decimal(100))] == [
        (level.price, level.size) for level in book.bids
    ]
    assert [(Decimal("0.52"), Decimal("10.5")), (Decimal("0.6"), Decimal(50))] == [
        (level.price, level.size) for level in book.asks
    ]


def test_top_of_the_book():
    book = snapshot()

    assert (Decimal("0.48"), Decimal("0.52")) == (book.best_bid, book.best_ask)
    assert (Decimal("0.04"), Decimal("0.5")) == (book.spread, book.mid_price)
    assert (480_000, 30_000_000, 520_000, 10_500_000) == book.top_micros


def test_it_says_how_far_it_can_be_trusted():
    book = snapshot()

    assert (BookState.LIVE, Cause.NONE, Source.WS) == (book.state, book.cause, book.source)
    assert book.is_live
    assert Proof.UNVERIFIED == book.proof
    assert not book.verified
    assert (0, 1, 1) == (book.verified_ns, book.epoch, book.version)
    assert 0.25 == book.age
    assert datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC) == book.timestamp


@pytest.mark.parametrize("found", ["x", None, True])
def test_a_budget_that_is_no_number_is_refused(found):
    with pytest.raises(ValueError, match=f"^depth_usdc: wanted a number .*, found {found!r}$"):
        snapshot().calculate_vwap("BUY", found)


def test_a_side_that_is_no_text_is_refused():
    nonsense: Any = None
    with pytest.raises(ValueError, match=r"^side: wanted BUY or SELL, found None$"):
        snapshot().calculate_vwap(nonsense, 1)


def test_an_empty_book_has_no_prices_and_no_age():
    found = load("auto").new_books()
    found.track(TOKEN, 1)
    book = OrderBookSnapshot(found.view(TOKEN), LOCAL)

    assert [book.best_bid, book.best_ask, book.spread, book.mid_price] == [None] * 4
    assert [] == book.bids == book.asks
    assert math.isnan(book.age)
    assert book.timestamp is None
    assert "EMPTY" in repr(book)


def test_max_depth_limits_the_levels_shown_and_not_the_vwap():
    book = snapshot(max_depth=1)

    assert [OrderBookLevel(480_000, 30_000_000)] == book.bids
    assert 1 == len(book.asks)
    assert (2, 2) == book.depth
    assert snapshot().calculate_vwap("BUY", 20) == book.calculate_vwap("BUY", 20)


def test_vwap_spends_the_whole_budget_or_says_none():
    book = snapshot()

    assert Decimal("0.52") == book.calculate_vwap("BUY", 5)
    assert Decimal("0.48") == book.calculate_vwap("sell", "14.4")
    assert Decimal("0.575816") == book.calculate_vwap("BUY", Decimal(20))
    assert book.calculate_vwap("BUY", 36) is None


@pytest.mark.parametrize(
    ("side", "dollars", "sentence"),
    [
        ("HOLD", 1, "side: wanted BUY or SELL, found 'HOLD'"),
        ("BUY", 0, "depth_usdc: wanted more than 0 dollars, found 0"),
        ("BUY", -1, "depth_usdc: wanted more than 0 dollars, found -1"),
        ("BUY", math.nan, "wanted a finite number, found nan"),
    ],
)
def test_vwap_of_nonsense_is_one_sentence(side, dollars, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        snapshot().calculate_vwap(side, dollars)


def test_a_withheld_book_tells_its_state_and_no_depth():
    book = snapshot(withheld=True)

    assert [] == book.bids == book.asks
    assert [book.best_bid, book.best_ask, book.spread, book.mid_price] == [None] * 4
    assert book.calculate_vwap("BUY", 1) is None
    assert (0, 0) == book.depth
    assert BookState.LIVE == book.state


def test_a_snapshot_does_not_change_with_the_book():
    found = books()
    book = OrderBookSnapshot(found.view(TOKEN), LOCAL)
    found.close_link(1, Cause.LINK_DOWN, LOCAL + MS)

    assert book.is_live
    assert BookState.STALE == OrderBookSnapshot(found.view(TOKEN), LOCAL).state


def test_repr_is_one_line_with_trust_and_top():
    assert (
        "<OrderBookSnapshot 7132…2563 LIVE unverified bid 0.48 ask 0.52"
        " (2 bids, 2 asks, 0.2 s old)>"
    ) == repr(snapshot())


def test_a_notebook_shows_a_table():
    shown = snapshot()._repr_html_()

    assert shown.startswith("<table><caption>7132…2563 · LIVE unverified · 0.2 s old</caption>")
    assert "<td>0.48 x 30</td><td>0.52 x 10.5</td>" in shown


def test_a_cause_can_be_told_from_outside():
    assert Cause.NO_BOOK == snapshot(cause=Cause.NO_BOOK).cause


def test_a_trade_is_told_in_decimals():
    trade = TradeEvent.of(Trade(TOKEN, "0x1", 60_000, 20_000_000, "BUY", VENUE, LOCAL, "0xab"), 3)

    assert (Decimal("0.06"), Decimal(20), "BUY") == (trade.price, trade.size, trade.side)
    assert (TOKEN, "0x1", "0xab", 3) == (
        trade.asset_id,
        trade.market,
        trade.transaction_hash,
        trade.skipped,
    )
    assert datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC) == trade.timestamp


def test_small_words():
    assert (1, 0) == (side_of("buy"), side_of("SELL"))
    assert "123456789" == short("123456789")
    assert moment(0) is None
    assert "OrderBookLevel(price=0.5, size=2)" == repr(OrderBookLevel(500_000, 2_000_000))


def test_a_book_that_nothing_follows_any_more_is_stale_and_ages():
    live = snapshot()
    book = live.as_stale(live.read_ns + 1_000 * MS)

    assert (BookState.STALE, Cause.LINK_DOWN, False) == (book.state, book.cause, book.is_live)
    assert (live.bids, live.asks, live.venue_ns) == (book.bids, book.asks, book.venue_ns)
    assert (0.25, 1.25) == (live.age, book.age)
    assert live.is_live
    assert [] == live.as_stale(live.read_ns, withheld=True).bids
