"""The cheaper witnesses: best prices, crossing, the mirror: docs/books.md section 4."""

import pytest
from tests.core.kit import MS, NO, NOW, YES, Venue, counted, failures, feed, live, opened, standing

from pr3dict.model.events import ProofFailed, StateChanged
from pr3dict.model.states import BookState, Cause, Proof
from pr3dict.model.units import NS_PER_MS

LIVE, SUSPECT = BookState.LIVE, BookState.SUSPECT
PROVED = (LIVE, Cause.NONE, Proof.PROVED)
PENDING = (LIVE, Cause.NONE, Proof.PENDING)


def test_where_no_hash_is_told_the_best_prices_settle(engine):
    venue = Venue()
    books = opened(engine, YES, prove=False)
    feed(books, venue.book())
    assert (LIVE, Cause.NONE, Proof.OFF) == standing(books)
    feed(books, venue.next("BUY", "0.47", 5))
    assert (0, LIVE) == (books.wake_at, books.view(YES).state)
    assert {
        "frames.applied": 2,
        "entries.received": 3,
        "entries.applied": 2,
        "entries.ignored.untracked": 1,
        "snapshots.ws": 1,
    } == counted(books)


def test_best_prices_that_stay_wrong_are_a_failure(engine):
    venue = Venue()
    books = opened(engine, YES, prove=False)
    feed(books, venue.book())
    venue.next("BUY", "0.50", 9)
    assert [] == failures(feed(books, venue.next("BUY", "0.47", 5)))
    told = feed(books, venue.next("BUY", "0.47", 6), NOW + 7)
    assert [
        ProofFailed(YES, Cause.BEST, "0.5/0.51", "0.49/0.51", (MS + 2) * NS_PER_MS, NOW + 7),
        StateChanged(YES, LIVE, SUSPECT, Cause.BEST, NOW + 7),
    ] == told
    assert 1 == books.counters()["best.failed"]


def test_a_best_price_that_is_not_told_is_not_compared(engine):
    venue = Venue()
    books = opened(engine, YES, prove=False)
    feed(books, venue.book())
    change = venue.next("BUY", "0.47", 5)
    del change["price_changes"][0]["best_bid"]
    change["price_changes"][0]["best_ask"] = "0.6"
    feed(books, change)
    told = feed(books, venue.next("BUY", "0.47", 6))
    assert [(YES, Cause.BEST, "/0.6")] == failures(told)


@pytest.mark.parametrize(("bid", "ask"), [("0", "1"), ("", ""), ("0.0", "1.0")])
def test_an_empty_side_is_told_in_three_ways(engine, bid, ask):
    venue = Venue()
    books = opened(engine, YES, prove=False)
    feed(books, venue.book(bids=[{"price": "0.4", "size": "1"}], asks=[]))
    change = venue.change("BUY", "0.4", "0", twin=False)
    change["price_changes"][0] |= {"best_bid": bid, "best_ask": ask}
    feed(books, change)
    assert 0 == books.wake_at


def test_a_crossed_book_at_a_batch_end_is_suspect(engine):
    books = opened(engine, YES, prove=False)
    told = feed(books, Venue().book(bids=[{"price": "0.51", "size": "1"}]))
    assert [ProofFailed(YES, Cause.CROSSED, "", "0.51/0.51", NOW, NOW)] == told[2:3]
    assert SUSPECT == books.view(YES).state
    assert 1 == books.counters()["crossed.failed"]


def test_a_book_crossed_in_the_middle_of_a_batch_is_not(engine):
    venue = Venue()
    books = live(engine, venue)
    venue.ms += 1
    venue.move("SELL", 510_000, 0)
    venue.move("BUY", 510_000, 4)
    feed(books, venue.change("BUY", "0.51", "4"))
    assert PENDING == standing(books)
    assert [] == feed(books, venue.change("SELL", "0.51", "0"))
    assert PROVED == standing(books)


def test_a_broken_mirror_makes_both_suspect(engine):
    venue = Venue()
    books = opened(engine, YES, NO, prove=False)
    feed(books, venue.opening())
    assert 1 == books.counters()["mirror.compared"]
    venue.ms += 1
    told = feed(books, [venue.book(), venue.book(venue.no, bids=[])])
    assert [(YES, Cause.MIRROR, ""), (NO, Cause.MIRROR, "")] == failures(told)
    assert [NO, YES] == [event.found for event in told if isinstance(event, ProofFailed)]
    assert (2, 1) == (books.counters()["mirror.compared"], books.counters()["mirror.failed"])


def test_with_proof_off_only_the_best_levels_are_mirrored(engine):
    venue = Venue()
    books = opened(engine, YES, NO, prove=False)
    feed(books, venue.opening())
    venue.yes.set("BUY", 100_000, 1_000_000)
    feed(books, venue.book())
    assert [] == failures(feed(books, venue.next("BUY", "0.49", 7)))
    venue.ms += 1
    change = venue.change("BUY", "0.49", "8")
    change["price_changes"][1]["size"] = "9"
    assert [YES, NO] == [token for token, _, _ in failures(feed(books, change))]
    assert 1 == books.counters()["mirror.failed"]


def test_a_broken_mirror_of_proved_books_is_counted_and_not_believed(engine):
    venue = Venue()
    books = live(engine, venue)
    venue.ms += 1
    venue.yes.set("BUY", 450_000, 1_000_000)
    told = feed(books, [venue.book(), venue.book(venue.no)])
    assert [] == failures(told)
    assert PROVED == standing(books) == standing(books, NO)
    assert 1 == books.counters()["mirror.failed"]


def test_of_a_broken_mirror_only_the_unproved_half_is_suspect(engine):
    venue = Venue()
    books = live(engine, venue)
    venue.ms += 1
    told = feed(books, [venue.book(), venue.book(venue.no, hash=None, bids=[])])
    assert [(NO, Cause.MIRROR, "")] == failures(told)
    assert PROVED == standing(books)
