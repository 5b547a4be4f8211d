"""What the order book API answers, as values."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pr3dict.venues.polymarket.answers import row
from pr3dict.venues.polymarket.clob.types import BookSummary, LiveActivity

BOOK = {"market": "0x1", "asset_id": "42", "timestamp": "1766481546123", "bids": [], "asks": []}


def levels(*prices: str) -> list[dict[str, str]]:
    return [{"price": price, "size": "1"} for price in prices]


def test_a_book_has_the_best_level_of_each_side_first_however_it_is_sent():
    book = row(BookSummary, BOOK | {"bids": levels("0.1", "0.3"), "asks": levels("0.9", "0.4")})
    assert [Decimal("0.3"), Decimal("0.1")] == [level.price for level in book.bids]
    assert [Decimal("0.4"), Decimal("0.9")] == [level.price for level in book.asks]
    assert (Decimal("0.3"), Decimal("0.4")) == (book.best_bid, book.best_ask)


def test_an_empty_side_has_no_best():
    book = row(BookSummary, BOOK)
    assert (None, None) == (book.best_bid, book.best_ask)


def test_the_time_of_a_book_is_read_from_milliseconds():
    assert datetime(2025, 12, 23, 9, 19, 6, 123000, UTC) == row(BookSummary, BOOK).timestamp


@pytest.mark.parametrize("missing", ["market", "asset_id", "timestamp"])
def test_a_book_without_its_names_is_none(missing):
    found = {name: value for name, value in BOOK.items() if name != missing}
    with pytest.raises(ValueError, match=f"{missing} is missing"):
        row(BookSummary, found)


def test_an_activity_names_its_market_and_its_user():
    found = {
        "event_type": "trade",
        "market": {"condition_id": "0x1", "asset_id": "42", "question": "?"},
        "user": {"address": "0xabc", "username": "ann"},
        "side": "BUY",
        "size": "5",
        "price": "0.5",
        "timestamp": "1766481546",
    }
    activity = row(LiveActivity, found)
    assert ("trade", "0x1", "42") == (activity.kind, activity.condition_id, activity.token_id)
    assert ("0xabc", "ann", Decimal("0.5")) == (
        activity.user_address,
        activity.user_name,
        activity.price,
    )


def test_an_activity_may_name_nothing():
    assert LiveActivity() == row(LiveActivity, {"market": None, "user": None})
