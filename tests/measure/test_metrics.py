"""The figures of one book, against numbers done by hand."""

import json
import math
from decimal import Decimal

import pytest

from pr3dict.core import load
from pr3dict.measure.metrics import FIGURES, Yardstick, halfway, measure

MS = 1_000_000
VENUE = 1_700_000_000_000 * MS
LOCAL = VENUE + 5 * MS
READ = LOCAL + 250 * MS


def view(bids=(), asks=()):
    books = load("auto").new_books()
    books.open_link(1, LOCAL)
    books.track("42", 1)
    message = {
        "event_type": "book",
        "asset_id": "42",
        "market": "0x1",
        "timestamp": str(VENUE // MS),
        "bids": [{"price": price, "size": size} for price, size in bids],
        "asks": [{"price": price, "size": size} for price, size in asks],
        "hash": "",
    }
    books.feed(1, json.dumps([message]).encode(), LOCAL)
    return books.view("42")


@pytest.fixture
def book():
    return view(bids=[("0.4", "100"), ("0.48", "30")], asks=[("0.6", "50"), ("0.52", "10")])


def test_top_of_the_book(book):
    found = measure(book, Yardstick(), READ)

    assert (Decimal("0.48"), Decimal("0.52")) == (found.best_bid, found.best_ask)
    assert Decimal("0.04") == found.spread
    assert 40_000 == found.spread_micros
    assert 800.0 == found.spread_bps
    assert Decimal("0.5") == found.mid_price == found.mid
    assert 500_000 == found.mid_micros


def test_the_microprice_leans_to_the_thinner_side(book):
    found = measure(book, Yardstick(), READ)

    assert 510_000 == found.microprice_micros  # (0.52 * 30 + 0.48 * 10) / 40
    assert Decimal("0.51") == found.microprice


def test_vwap_of_each_budget_and_none_where_the_book_ends_before(book):
    found = measure(book, Yardstick(budgets=(10_000_000, 20_000_000, 100_000_000)), READ)

    assert Decimal("0.555556") == found.vwap_buy  # 5.2 for 10 shares, 4.8 for 8
    assert (555_556, 576_923, 0) == found.vwap_buy_micros
    assert Decimal("0.48") == found.vwap_sell
    assert (480_000, 454_545, 0) == found.vwap_sell_micros


def test_without_enough_depth_there_is_no_vwap(book):
    found = measure(book, Yardstick(budgets=(100_000_000,)), READ)

    assert found.vwap_buy is None
    assert found.vwap_sell is None


def test_depth_counts_what_lies_within_the_band(book):
    assert (30, 10) == _depth(measure(book, Yardstick(band=20_000), READ))
    assert (0, 0) == _depth(measure(book, Yardstick(band=19_999), READ))
    assert (130, 60) == _depth(measure(book, Yardstick(band=100_000), READ))


def _depth(found):
    return found.bid_depth, found.ask_depth


def test_imbalance_compares_the_whole_sides(book):
    assert pytest.approx((130 - 60) / 190) == measure(book, Yardstick(), READ).imbalance


def test_latency_and_age_come_from_the_two_clocks(book):
    found = measure(book, Yardstick(), READ)

    assert 5.0 == found.update_latency_ms
    assert 250.0 == found.age_ms
    assert 2.0 == measure(book, Yardstick(), READ, 3 * MS).update_latency_ms


def test_an_empty_side_has_no_price_and_no_spread():
    found = measure(view(bids=[("0.48", "30")]), Yardstick(), READ)

    assert Decimal("0.48") == found.best_bid
    assert found.best_ask is None
    assert found.spread is None
    assert found.spread_bps is None
    assert found.mid_price is None
    assert found.mid_micros is None
    assert found.microprice is None


def test_a_book_that_never_came_has_no_times():
    books = load("auto").new_books()
    books.track("42", 1)
    found = measure(books.view("42"), Yardstick(), READ)

    assert math.isnan(found.update_latency_ms)
    assert math.isnan(found.age_ms)


def test_a_withheld_book_measures_like_an_empty_one(book):
    found = measure(book, Yardstick(), READ, withheld=True)

    assert found.best_bid is None
    assert found.vwap_buy is None
    assert (0, 0) == _depth(found)
    assert 0.0 == found.imbalance
    assert 5.0 == found.update_latency_ms


def test_as_dict_holds_every_figure_by_name(book):
    found = measure(book, Yardstick(), READ)

    assert list(FIGURES) == list(found.as_dict())
    assert 800.0 == found.as_dict()["spread_bps"]


@pytest.mark.parametrize(
    ("one", "other", "middle"),
    [(480_000, 520_000, "0.5"), (10_000, 990_000, "0.5"), (100, 101, "0.0001005")],
)
def test_halfway_is_exact(one, other, middle):
    assert Decimal(middle) == halfway(one, other)


def test_its_repr_is_a_line_for_people(book):
    assert (
        "OrderBookMetrics(bid 0.48, ask 0.52, spread 800.0 bps, mid 0.5, latency 5.0 ms)"
        == repr(measure(book, Yardstick(), READ))
    )
    empty = repr(measure(view(), Yardstick(), READ))
    assert "OrderBookMetrics(bid -, ask -, spread - bps, mid -, latency 5.0 ms)" == empty
