"""The witnesses: hash, best, mirror, crossed; batches and contexts: docs/books.md section 4."""

import pytest
from tests.core.kit import (
    BATCH_NS,
    LINK,
    NO,
    NOW,
    YES,
    Venue,
    failures,
    feed,
    frame,
    live,
    opened,
    standing,
    trade,
)

from pr3dict.model.events import BookReset, StateChanged
from pr3dict.model.states import BookState, Cause, Proof
from pr3dict.model.units import NS_PER_MS

LIVE, SUSPECT = BookState.LIVE, BookState.SUSPECT
PROVED = (LIVE, Cause.NONE, Proof.PROVED)
UNVERIFIED = (LIVE, Cause.NONE, Proof.UNVERIFIED)
PENDING = (LIVE, Cause.NONE, Proof.PENDING)
WRONG = "0" * 40


def lost(books, venue, *move):
    """Let the venue change without a word to us, then say a change after it."""
    venue.next(*move)
    return feed(books, venue.next("BUY", "0.48", 31))


def test_an_opening_book_is_proved_by_a_search(engine):
    books = live(engine, Venue())
    assert PROVED == standing(books)
    assert NOW == books.view(YES).verified_ns
    assert 2 == books.counters()["snapshots.proved"]


@pytest.mark.parametrize("min_order_size", ["5", "15", "1", "10", "100", "0"])
@pytest.mark.parametrize("neg_risk", [False, True])
def test_what_the_stream_lacks_is_inferred(engine, min_order_size, neg_risk):
    venue = Venue()
    venue.yes.min_order_size, venue.yes.neg_risk = min_order_size, neg_risk
    venue.yes.tick, venue.yes.last_trade_price = 1_000, "0.377"
    books = opened(engine, YES)
    feed(books, venue.book())
    assert PROVED == standing(books)
    assert (1_000, 377_000) == (books.view(YES).tick_size, books.view(YES).last_trade_price)


def test_rules_that_no_search_finds_are_taken_from_outside(engine):
    venue = Venue()
    venue.yes.min_order_size = "7.5"
    books = opened(engine, YES)
    feed(books, venue.book(last_trade_price="0.500"))
    assert UNVERIFIED == standing(books)
    books.set_rules(YES, "7.5", "0.01", neg_risk=False)
    feed(books, venue.next("BUY", "0.49", 7))
    assert PROVED == standing(books)


def test_a_book_that_cannot_be_reproduced_is_unverified_and_live(engine):
    books = opened(engine, YES)
    told = feed(books, Venue().book(hash=WRONG))
    assert [] == failures(told)
    assert UNVERIFIED == standing(books)
    assert 0 == books.view(YES).verified_ns


@pytest.mark.parametrize("claim", [None, "", "x" * 40, WRONG[:39], "A" * 40, "é" * 40])
def test_what_cannot_be_a_hash_claims_nothing(engine, claim):
    books = live(engine, Venue())
    feed(books, Venue().book(hash=claim))
    assert UNVERIFIED == standing(books)


def test_the_form_of_2024_proves_a_book(engine):
    venue = Venue()
    books = opened(engine, YES)
    feed(books, venue.book(hash=venue.yes.hash_of_2024()))
    assert PROVED == standing(books)
    assert 1 == books.counters()["snapshots.proved"]
    assert 0 == books.counters()["proofs.searched"]


def test_every_change_proves_the_whole_book(engine):
    venue = Venue()
    books = live(engine, venue)
    for n in range(1, 6):
        assert [] == feed(books, venue.next("BUY", f"0.4{n}", n), NOW + n)
        assert NOW + n == books.view(YES).verified_ns == books.view(NO).verified_ns
    assert 10 == books.counters()["proofs.proved"]
    assert 0 == books.wake_at


def test_a_lost_change_is_told_when_its_batch_is_over(engine):
    venue = Venue()
    books = live(engine, venue)
    assert [] == lost(books, venue, "BUY", "0.45", 9)
    assert PENDING == standing(books)
    claimed = venue.yes.hash(str(venue.ms))
    held = books.view(YES).bids()
    told = feed(books, venue.next("SELL", "0.52", 61), NOW + 1)
    assert (YES, Cause.HASH, claimed) == failures(told)[0]
    assert told[0].found not in {"", claimed}
    assert (venue.ms - 1) * NS_PER_MS == told[0].venue_ns
    assert StateChanged(YES, LIVE, SUSPECT, Cause.HASH, NOW + 1) == told[1]
    assert held == books.view(YES).bids()


def test_a_lost_change_is_told_by_time_where_nothing_follows(engine):
    venue = Venue()
    books = live(engine, venue)
    lost(books, venue, "BUY", "0.45", 9)
    assert NOW + BATCH_NS == books.wake_at
    assert 0 == books.wake(books.wake_at - 1)
    assert 3 == books.wake(books.wake_at)
    assert (YES, NO) == books.touched()
    assert [YES, NO] == [token for token, _, _ in failures(books.take())]
    assert (SUSPECT, Cause.HASH, Proof.FAILED) == standing(books)
    assert 0 == books.wake_at


def test_a_frame_closes_what_is_due_before_it_is_read(engine):
    venue = Venue()
    books = live(engine, venue)
    lost(books, venue, "BUY", "0.45", 9)
    books.feed(LINK, b"PONG", NOW + BATCH_NS)
    assert (YES, NO) == books.touched()
    assert 2 == books.counters()["proofs.failed"]


def test_a_snapshot_heals(engine):
    venue = Venue()
    books = live(engine, venue)
    lost(books, venue, "BUY", "0.45", 9)
    books.wake(NOW + BATCH_NS)
    books.take()
    told = feed(books, venue.book(), NOW + BATCH_NS)
    assert [StateChanged, BookReset] == [type(event) for event in told]
    assert told[1].changed
    assert PROVED == standing(books)


def test_a_later_proof_heals(engine):
    venue = Venue()
    books = live(engine, venue)
    before = dict(venue.yes.ladders["BUY"])
    lost(books, venue, "BUY", "0.45", 9)
    books.wake(NOW + BATCH_NS)
    books.take()
    assert 450_000 not in before
    told = feed(books, venue.next("BUY", "0.45", 0))
    assert StateChanged(YES, SUSPECT, LIVE, Cause.NONE, NOW) == told[0]


def test_a_batch_of_three_frames_is_proved_by_its_last(engine):
    venue = Venue()
    books = live(engine, venue)
    venue.ms += 1
    moves = [("BUY", "0.49", "0"), ("BUY", "0.48", "0"), ("BUY", "0.47", "5")]
    for side, price, size in moves:
        venue.move(side, round(float(price) * 1_000_000), int(size))
    told = [feed(books, venue.change(*move), NOW + n) for n, move in enumerate(moves)]
    assert [[], [], []] == told
    assert PROVED == standing(books)
    assert 2 == books.counters()["proofs.proved"]
    assert NOW + 2 == books.view(YES).verified_ns


def test_a_trade_price_that_runs_ahead_is_among_the_likely_ones(engine):
    venue = Venue()
    books = live(engine, venue)
    feed(books, trade("0.51"))
    venue.trade_at("0.510")
    feed(books, venue.next("SELL", "0.51", 20))
    assert PROVED == standing(books)
    assert 0 == books.counters()["proofs.searched"]


def test_the_price_of_the_change_itself_is_likely(engine):
    venue = Venue()
    books = live(engine, venue)
    venue.trade_at("0.510")
    feed(books, venue.next("SELL", "0.51", 20))
    assert PROVED == standing(books) == standing(books, NO)
    assert 510_000 == books.view(YES).last_trade_price


def test_any_other_trade_price_is_searched_when_the_batch_is_over(engine):
    venue = Venue()
    books = live(engine, venue)
    venue.trade_at("0.123")
    feed(books, venue.next("SELL", "0.51", 20))
    assert PENDING == standing(books)
    assert [] == failures(feed(books, venue.next("SELL", "0.51", 21)))
    assert PROVED == standing(books)
    assert 2 == books.counters()["proofs.searched"]
    assert 0 == books.counters()["proofs.failed"]


def test_what_is_proved_later_is_the_content_as_it_arrived(engine):
    venue = Venue()
    books = live(engine, venue)
    venue.trade_at("0.123")
    feed(books, venue.next("SELL", "0.51", 20), NOW + 5)
    books.wake(NOW + 5 + BATCH_NS)
    assert PROVED == standing(books)
    assert NOW + 5 == books.view(YES).verified_ns


def test_no_grid_is_searched_for_a_book_that_failed_already(engine):
    venue = Venue()
    books = live(engine, venue)
    lost(books, venue, "BUY", "0.45", 9)
    feed(books, venue.next("SELL", "0.52", 61))
    assert 2 == books.counters()["proofs.searched"]
    feed(books, venue.next("SELL", "0.52", 62))
    assert 4 == books.counters()["proofs.failed"]
    assert 2 == books.counters()["proofs.searched"]


def test_a_price_in_another_form_cannot_be_proved_until_the_next_book(engine):
    venue = Venue()
    books = live(engine, venue)
    change = venue.next("BUY", "0.47", 5)
    change["price_changes"][0]["price"] = "0.470"
    feed(books, change)
    assert UNVERIFIED == standing(books)
    feed(books, venue.next("BUY", "0.47", 6))
    assert UNVERIFIED == standing(books)
    assert PROVED == standing(books, NO)
    venue.ms += 1
    feed(books, venue.book())
    assert PROVED == standing(books)


def test_a_failing_book_is_suspect_and_the_third_ends_the_storm(engine):
    venue = Venue()
    books = live(engine, venue)
    for n in (1, 2):
        venue.ms += 1
        told = feed(books, venue.book(hash=WRONG))
        assert [(YES, Cause.HASH, WRONG)] == failures(told), n
        assert (SUSPECT, Cause.HASH, Proof.FAILED) == standing(books)
    for _ in range(3):
        venue.ms += 1
        assert [] == failures(feed(books, venue.book(hash=WRONG)))
        assert UNVERIFIED == standing(books)
    counts = books.counters()
    assert (2, 3, 3) == (
        counts["proofs.failed"],
        counts["proofs.unverified"],
        counts["proofs.searched"],
    )
    venue.ms += 1
    feed(books, venue.book())
    assert PROVED == standing(books)


def test_an_unreadable_frame_makes_the_books_of_its_link_suspect_until_a_proof(engine):
    venue = Venue()
    books = live(engine, venue)
    books.track("7", LINK + 1)
    told = feed(books, b"{")
    assert [StateChanged(t, LIVE, SUSPECT, Cause.UNPARSABLE, NOW) for t in (YES, NO)] == told[1:]
    assert (YES, NO) == books.touched()
    feed(books, venue.next("BUY", "0.49", 7))
    assert PROVED == standing(books)


def test_market_and_token_are_hashed_as_json(engine):
    venue = Venue()
    venue.yes.market = 'a"b\\c\n\x01é\u2028'
    books = opened(engine, YES)
    books.feed(LINK, frame(venue.book()), NOW)
    assert PROVED == standing(books)
