"""From books to what users hold."""

import json
from types import SimpleNamespace

import pytest

from pr3dict.client.reading import Reading, is_other, is_trade, read_event, trades
from pr3dict.config import Config
from pr3dict.core import load
from pr3dict.measure.metrics import Yardstick
from pr3dict.model.errors import UnknownTokenError
from pr3dict.model.events import ControlReceived, Lagged, Trade
from pr3dict.model.states import Cause

NOW = 1_700_000_000_005_000_000


class Shelf:
    """What a reading wants of a system: books with one token, a clock, settings."""

    def __init__(self):
        self.books = load("auto").new_books()
        self.books.track("42", 1)
        self.books.open_link(1, NOW)
        self.clock = SimpleNamespace(now=lambda: NOW + 1_000_000)
        self.config = Config(clock_offset_ms=2.0)
        self.without_book = set()

    def has_no_book(self, token):
        return token in self.without_book

    def deliver(self, price="0.4"):
        message = {
            "event_type": "book",
            "asset_id": "42",
            "market": "0x1",
            "timestamp": "1700000000000",
            "bids": [{"price": "0.1", "size": "5"}, {"price": price, "size": "5"}],
            "asks": [{"price": "0.9", "size": "5"}],
        }
        self.books.feed(1, json.dumps(message).encode(), NOW)


@pytest.fixture
def shelf():
    return Shelf()


def reading(shelf, *, max_depth=0, strict=False):
    return Reading(shelf, max_depth=max_depth, strict=strict, yardstick=Yardstick())


def trade(number):
    return Trade("42", "0x1", 500_000, number, "BUY", 0, number, "")


def test_a_token_that_is_not_tracked_has_nothing(shelf):
    found = reading(shelf)

    assert found.snapshot("1") is None
    assert found.metrics("1") is None
    assert found.vwap("1", "BUY", 1) is None


def test_what_is_no_token_id_is_refused(shelf):
    with pytest.raises(UnknownTokenError):
        reading(shelf).snapshot("x")


def test_the_clock_offset_is_taken_off_the_latency(shelf):
    shelf.deliver()

    assert 3.0 == reading(shelf).metrics("42").update_latency_ms
    assert 0.001 == reading(shelf).snapshot("42").age


def test_a_book_known_not_to_exist_says_so_until_it_comes(shelf):
    shelf.without_book.add("42")
    assert Cause.NO_BOOK == reading(shelf).snapshot("42").cause

    shelf.deliver()
    assert Cause.NONE == reading(shelf).snapshot("42").cause


def test_a_consumer_is_told_what_it_skipped(shelf):
    read = reading(shelf).books()
    assert read("42") is None  # no book yet
    shelf.deliver()
    assert 0 == read("42")[0].skipped
    for price in ("0.2", "0.3", "0.4"):
        shelf.deliver(price)

    snapshot, metrics = read("42")
    assert 2 == snapshot.skipped
    assert 400_000 == metrics.best_bid_micros
    assert 0 == read("42")[0].skipped
    assert read("1") is None


def test_max_depth_and_strict_are_passed_on(shelf):
    shelf.deliver()
    assert 1 == len(reading(shelf, max_depth=1).snapshot("42").bids)

    shelf.books.suspect("42", Cause.SILENT, NOW)
    assert reading(shelf, strict=True).snapshot("42").withheld
    assert reading(shelf, strict=True).vwap("42", "BUY", 1) is None
    assert reading(shelf).vwap("42", "BUY", 1) is not None


def test_a_trade_tells_how_many_were_lost_before_it():
    read = trades()
    told = [read(event) for event in (trade(1), Lagged(3), Lagged(2), trade(2), trade(3))]

    assert [0, None, None, 5, 0] == [one and one[0].skipped for one in told]


def test_trades_and_the_rest_are_told_apart():
    pong = ControlReceived(1, "PONG", 5)

    assert (True, False) == (is_trade(trade(1)), is_trade(pong))
    assert (False, True) == (is_other(trade(1)), is_other(pong))
    assert (pong,) == read_event(pong)
