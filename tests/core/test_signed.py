"""Signed changes in a row of numbers: what is applied, what breaks the row, what is never done."""

import pytest

from pr3dict.core.signed import Change, Subscription, Taken
from pr3dict.model.states import BookState, Side
from pr3dict.model.units import Price, Size

HALF, LESS = Price(500_000), Price(400_000)
BID, ASK = Side.BID, Side.ASK


def opened(*markets: str) -> Subscription:
    """Return a subscription with a snapshot of each market: 10 bid at a half."""
    row = Subscription()
    for number, market in enumerate(markets, 1):
        row.track(market)
        assert Taken.APPLIED is row.snapshot(number, market, {HALF: Size(10)}, {})
    return row


def states(row: Subscription) -> list[BookState]:
    return [book.state for book in row.books.values()]


def test_a_change_adds_and_takes_away():
    row = opened("a")
    assert Taken.APPLIED is row.change(2, "a", Change(BID, HALF, -4))
    assert Taken.APPLIED is row.change(3, "a", Change(ASK, LESS, 7))
    assert ({HALF: 6}, {LESS: 7}) == row.books["a"].sides


def test_a_level_of_nothing_is_no_level():
    row = opened("a")
    row.change(2, "a", Change(BID, HALF, -10))
    assert ({}, {}) == row.books["a"].sides


def test_C3_a_doubled_change_is_not_applied_twice():
    row = opened("a")
    row.change(2, "a", Change(BID, HALF, 5))
    assert Taken.DUPLICATE is row.change(2, "a", Change(BID, HALF, 5))
    assert Taken.APPLIED is row.change(3, "a", Change(BID, HALF, 1))
    assert ({HALF: 16}, {}) == row.books["a"].sides


@pytest.mark.parametrize(("number", "taken"), [(5, Taken.GAP), (2, Taken.REWOUND)])
def test_C3_a_number_out_of_place_makes_every_book_of_the_row_suspect_until_it_begins_anew(
    number, taken
):
    row = opened("a", "b", "c")
    row.track("d")
    assert taken is row.change(number, "a", Change(BID, HALF, 1))
    assert [BookState.SUSPECT] * 3 + [BookState.SYNCING] == states(row)
    assert row.broken
    assert Taken.UNSYNCED is row.change(number + 1, "b", Change(BID, HALF, 1))
    assert Taken.UNSYNCED is row.snapshot(number + 2, "a", {}, {})
    assert {HALF: 10} == row.books["b"].sides[BID]

    row.restart()
    assert Taken.APPLIED is row.snapshot(1, "a", {LESS: Size(1)}, {})
    assert (BookState.LIVE, BookState.SYNCING) == tuple(states(row)[:2])


def test_C4_two_changes_that_were_swapped_are_a_gap():
    row = opened("a")
    assert Taken.GAP is row.change(3, "a", Change(BID, HALF, 1))
    assert Taken.UNSYNCED is row.change(2, "a", Change(BID, HALF, 1))
    assert {HALF: 10} == row.books["a"].sides[BID]


@pytest.mark.parametrize("change", [Change(BID, HALF, -11), Change(ASK, HALF, -1)])
def test_C8_a_level_below_nothing_makes_its_book_suspect_and_is_never_clamped(change):
    row = opened("a", "b")
    assert Taken.NEGATIVE is row.change(3, "a", change)
    assert [BookState.SUSPECT, BookState.LIVE] == states(row)
    assert (["a"], False) == (row.unsound(), row.broken)
    assert ({HALF: 10}, {}) == row.books["a"].sides

    assert Taken.UNSYNCED is row.change(4, "a", Change(BID, HALF, 1))
    assert Taken.APPLIED is row.change(5, "b", Change(BID, HALF, 1))
    assert Taken.APPLIED is row.snapshot(6, "a", {HALF: Size(3)}, {})
    assert ([], [BookState.LIVE] * 2) == (row.unsound(), states(row))


def test_a_market_that_nobody_tracks_takes_its_number_and_nothing_else():
    row = opened("a")
    assert Taken.UNSYNCED is row.snapshot(2, "?", {}, {})
    assert Taken.UNSYNCED is row.change(3, "?", Change(BID, HALF, 1))
    assert Taken.APPLIED is row.change(4, "a", Change(BID, HALF, 1))
    assert ["a"] == list(row.books)


def test_a_new_connection_leaves_no_book_live():
    row = opened("a", "b")
    row.restart()
    assert [BookState.SYNCING] * 2 == states(row)
    assert Taken.UNSYNCED is row.change(9, "a", Change(BID, HALF, 1))
