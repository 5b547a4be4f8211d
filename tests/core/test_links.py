"""Links open and close, tokens come, move and go: docs/books.md section 5."""

import pytest
from tests.core.kit import BATCH_NS, LINK, NO, NOW, YES, Venue, feed, frame, live, opened, standing
from tests.core.test_differential import state

from pr3dict.model.errors import UnknownTokenError
from pr3dict.model.events import BookReset, FeedLost, FeedOpened, StateChanged
from pr3dict.model.records import Kind
from pr3dict.model.states import BookState, Cause, Proof, Source

EMPTY, SYNCING, LIVE = BookState.EMPTY, BookState.SYNCING, BookState.LIVE
STALE, SUSPECT, CLOSED = BookState.STALE, BookState.SUSPECT, BookState.CLOSED


def test_a_token_waits_for_its_link_and_then_for_its_book(engine):
    books = engine.new_books()
    books.track(YES, LINK)
    assert (EMPTY, Cause.NONE, Proof.NONE) == standing(books)
    books.open_link(LINK, NOW)
    assert [FeedOpened(LINK, 1, NOW)] == books.take()
    assert (SYNCING, Cause.NONE, Proof.NONE) == standing(books)
    books.track(NO, LINK)
    assert SYNCING == books.view(NO).state


@pytest.mark.parametrize("link", [-1, 65_536, 2**32, 10**20])
def test_a_link_with_another_number_is_refused_and_nothing_is_done(engine, link):
    books, venue = live(engine, Venue()), Venue()
    before = (state(books), books.touched())
    record = engine.new_record_buffer()
    record.append(Kind.IN, min(max(link, 65_536), 2**32 - 1), NOW, NOW, b"{")
    for call in (
        lambda: books.open_link(link, NOW),
        lambda: books.close_link(link, Cause.LINK_DOWN, NOW),
        lambda: books.track("7", link),
        lambda: books.track(YES, link),
        lambda: books.feed(link, frame(venue.next("BUY", "0.49", 7)), NOW),
        lambda: books.feed(link, b"{", NOW),
        lambda: books.feed_rest(link, frame(venue.rest()), NOW),
        lambda: books.heard(link),
        lambda: books.last_data_ns(link),
    ):
        with pytest.raises(ValueError, match=f"^wanted a link from 0 to 65535, found {link}"):
            call()
    with pytest.raises(ValueError, match=r"^wanted a link from 0 to 65535, found "):
        books.replay(record.take(), 0, NOW, None)
    assert before == (state(books), books.touched())
    assert [] == books.take()


def test_the_last_link_is_one_like_any_other(engine):
    books = engine.new_books()
    books.open_link(65_535, NOW)
    books.track(YES, 65_535)
    books.feed(65_535, frame(Venue().book()), NOW)
    assert LIVE == books.view(YES).state
    assert 1 == books.heard(65_535)[0]
    assert (0, 0) == books.heard(65_534)


def test_books_are_distrusted_in_the_order_of_tracking(engine):
    venue = Venue()
    books = opened(engine, "gone", NO, YES, prove=False)
    books.track("7", LINK + 1)
    books.untrack("gone")
    books.untrack(NO)
    books.track(NO, LINK)
    feed(books, venue.opening())
    told = feed(books, b"{")
    assert [YES, NO] == [event.token for event in told if isinstance(event, StateChanged)]
    assert (YES, NO) == books.touched()
    assert EMPTY == books.view("7").state


def test_a_lost_link_makes_its_books_stale_and_says_so_once(engine):
    books = live(engine, Venue())
    books.track("7", LINK + 1)
    books.close_link(LINK, Cause.LINK_DOWN, NOW + 1)
    assert [FeedLost(LINK, 1, Cause.LINK_DOWN, (YES, NO), NOW + 1, NOW)] == books.take()
    assert (STALE, Cause.LINK_DOWN, Proof.PROVED) == standing(books)
    assert (490_000, 20_000_000, 510_000, 25_000_000) == books.top(YES)
    assert EMPTY == books.view("7").state


def test_a_gap_ends_with_a_reset_that_names_it(engine):
    venue = Venue()
    books = live(engine, venue)
    books.close_link(LINK, Cause.LINK_DOWN, NOW + 1)
    books.open_link(LINK, NOW + 2)
    assert (SYNCING, Cause.NONE) == standing(books)[:2]
    assert 2 == books.view(YES).epoch
    books.take()
    assert [
        StateChanged(YES, SYNCING, LIVE, Cause.NONE, NOW + 3),
        BookReset(YES, Source.WS, NOW, NOW + 3, False),
    ] == feed(books, venue.book(), NOW + 3)


def test_a_change_after_a_gap_waits_for_a_snapshot(engine):
    venue = Venue()
    books = live(engine, venue)
    books.close_link(LINK, Cause.LINK_DOWN, NOW + 1)
    feed(books, venue.next("BUY", "0.49", 7))
    books.open_link(LINK, NOW + 2)
    feed(books, venue.next("BUY", "0.49", 8))
    assert 4 == books.counters()["entries.ignored.unsynced"]
    assert 20_000_000 == books.top(YES)[1]


def test_a_lost_link_forgets_its_pending_claims(engine):
    venue = Venue()
    books = live(engine, venue)
    venue.next("BUY", "0.45", 3)
    feed(books, venue.next("BUY", "0.49", 7))
    assert 0 != books.wake_at
    books.close_link(LINK, Cause.LINK_DOWN, NOW + 1)
    assert 0 == books.wake_at
    assert Proof.UNVERIFIED == books.view(YES).proof
    books.wake(NOW + BATCH_NS)
    assert 0 == books.counters()["proofs.failed"]


def test_a_book_read_while_its_link_is_closed_is_stale_and_ends_no_gap(engine):
    venue = Venue()
    books = engine.new_books()
    books.track(YES, LINK)
    books.feed_rest(LINK, frame(venue.rest()), NOW)
    told = [StateChanged(YES, EMPTY, STALE, Cause.LINK_DOWN, NOW)]
    assert told == books.take()
    assert (STALE, Cause.LINK_DOWN, Proof.PROVED) == standing(books)
    assert (490_000, 20_000_000, 510_000, 25_000_000) == books.top(YES)
    venue.next("BUY", "0.49", 7)
    books.feed_rest(LINK, frame(venue.rest()), NOW + 1)
    assert [] == books.take()
    assert 7_000_000 == books.top(YES)[1]


def test_an_opening_book_older_than_what_rest_showed_meanwhile_does_not_undo_it(engine):
    venue = Venue()
    books = live(engine, venue)
    old = venue.book()
    books.close_link(LINK, Cause.LINK_DOWN, NOW + 1)
    venue.next("BUY", "0.49", 7)
    books.feed_rest(LINK, frame(venue.rest()), NOW + 2)
    books.open_link(LINK, NOW + 3)
    feed(books, old)
    assert (SYNCING, 7_000_000) == (standing(books)[0], books.top(YES)[1])
    assert 1 == books.counters()["entries.ignored.older"]
    feed(books, venue.book())
    assert (LIVE, 7_000_000) == (standing(books)[0], books.top(YES)[1])


def test_an_opening_book_older_than_what_the_stream_showed_before_is_the_truth_of_today(engine):
    venue = Venue()
    books = live(engine, venue)
    old = venue.book()
    feed(books, venue.next("BUY", "0.49", 7))
    books.close_link(LINK, Cause.LINK_DOWN, NOW + 1)
    books.open_link(LINK, NOW + 2)
    feed(books, old)
    assert (LIVE, 20_000_000) == (standing(books)[0], books.top(YES)[1])


def test_tokens_are_told_in_the_order_of_tracking(engine):
    books = engine.new_books()
    for token in ("b", "a", "c", "a"):
        books.track(token, LINK)
    assert ["b", "a", "c"] == books.tracked()
    assert books.untrack("b")
    assert not books.untrack("b")
    books.track("b", LINK)
    assert ["a", "c", "b"] == books.tracked()


def test_an_untracked_token_is_forgotten(engine):
    books = live(engine, Venue())
    books.untrack(YES)
    assert books.view(YES) is None
    assert books.top(YES) is None
    with pytest.raises(UnknownTokenError, match=YES):
        books.digest(YES)
    books.track(YES, LINK)
    assert (SYNCING, 0) == (books.view(YES).state, books.view(YES).version)


def test_a_token_that_moves_keeps_its_content_and_is_stale(engine):
    venue = Venue()
    books = live(engine, venue)
    books.track(YES, LINK + 1)
    assert (STALE, Cause.REQUESTED, Proof.PROVED) == standing(books)
    assert (490_000, 20_000_000, 510_000, 25_000_000) == books.top(YES)
    books.open_link(LINK + 1, NOW)
    books.feed(LINK + 1, frame(venue.book()), NOW)
    assert LIVE == books.view(YES).state
    assert [YES, NO] == books.tracked()


def test_a_token_that_never_had_a_book_moves_as_if_new(engine):
    books = opened(engine, YES)
    books.track(YES, LINK + 1)
    assert EMPTY == books.view(YES).state


def test_tracking_twice_changes_nothing(engine):
    books = live(engine, Venue())
    books.track(YES, LINK)
    assert LIVE == books.view(YES).state


def test_a_closed_book_stays_closed(engine):
    books = live(engine, Venue())
    over = {"event_type": "market_resolved", "market": "m", "timestamp": "1", "assets_ids": [YES]}
    feed(books, over)
    books.track(YES, LINK + 1)
    books.close_link(LINK, Cause.LINK_DOWN, NOW)
    books.open_link(LINK, NOW)
    assert (CLOSED, Cause.RESOLVED) == standing(books)[:2]
    assert (NO,) == books.take()[0].tokens


def test_a_witness_from_outside_makes_a_live_book_suspect(engine):
    books = live(engine, Venue())
    books.suspect(YES, Cause.SILENT, NOW + 1)
    assert [StateChanged(YES, LIVE, SUSPECT, Cause.SILENT, NOW + 1)] == books.take()
    books.suspect(YES, Cause.REQUESTED, NOW + 2)
    books.suspect("nobody", Cause.REQUESTED, NOW + 2)
    assert [] == books.take()
    assert (SUSPECT, Cause.SILENT) == standing(books)[:2]


def test_an_answer_of_rest_fills_a_book(engine):
    venue = Venue()
    venue.yes.min_order_size = "7.5"
    books = opened(engine, YES)
    books.feed_rest(LINK, frame(venue.rest()), NOW)
    assert [
        StateChanged(YES, SYNCING, SUSPECT, Cause.SILENT, NOW),
        BookReset(YES, Source.REST, 0, NOW, True),
    ] == books.take()[-2:]
    assert (SUSPECT, Cause.SILENT, Proof.PROVED) == standing(books)
    assert (Source.REST, 10_000, 500_000) == (
        books.view(YES).source,
        books.view(YES).tick_size,
        books.view(YES).last_trade_price,
    )
    assert (1, 0) == (books.counters()["snapshots.rest"], books.last_data_ns(LINK))
    assert 0 == books.latency()[1]


def test_an_array_of_answers_and_any_link_will_do(engine):
    venue = Venue()
    books = opened(engine, YES, NO)
    books.feed_rest(LINK + 9, frame([venue.rest(), venue.rest(venue.no)]), NOW)
    assert Source.REST == books.view(YES).source == books.view(NO).source


def test_a_book_of_rest_alone_is_live_once_the_stream_speaks(engine):
    venue = Venue()
    books = opened(engine, YES, NO)
    books.feed_rest(LINK, frame([venue.rest(), venue.rest(venue.no)]), NOW)
    books.feed(LINK, frame(venue.next("BUY", "0.49", 7)), NOW + 1)
    assert (LIVE, Cause.NONE, Proof.PROVED) == standing(books)


def test_where_the_stream_has_spoken_a_book_of_rest_is_live_at_once(engine):
    venue = Venue()
    books = opened(engine, YES, NO)
    books.feed(LINK, frame(venue.next("BUY", "0.49", 7)), NOW)
    assert SYNCING == books.view(YES).state
    books.feed_rest(LINK, frame(venue.rest()), NOW + 1)
    assert (LIVE, Cause.NONE, Proof.PROVED) == standing(books)


def test_after_silence_a_book_of_rest_is_not_believed_until_the_stream_speaks_again(engine):
    venue = Venue()
    books = live(engine, venue)
    books.suspect(YES, Cause.SILENT, NOW)
    books.feed_rest(LINK, frame(venue.rest()), NOW + 1)
    assert (SUSPECT, Cause.SILENT, Proof.PROVED) == standing(books)
    books.feed(LINK, frame(venue.next("BUY", "0.49", 7)), NOW + 2)
    assert (LIVE, Cause.NONE, Proof.PROVED) == standing(books)


def test_a_new_connection_has_not_spoken_yet(engine):
    venue = Venue()
    books = live(engine, venue)
    books.close_link(LINK, Cause.LINK_DOWN, NOW)
    books.open_link(LINK, NOW)
    books.feed_rest(LINK, frame(venue.rest()), NOW + 1)
    assert (SUSPECT, Cause.SILENT) == standing(books)[:2]


def test_an_older_answer_is_ignored_even_by_a_suspect_book(engine):
    venue = Venue()
    books = live(engine, venue)
    books.suspect(YES, Cause.SILENT, NOW)
    venue.ms -= 1
    books.feed_rest(LINK, frame(venue.rest()), NOW)
    assert 1 == books.counters()["frames.ignored.older"]


@pytest.mark.parametrize("answer", [b"", b"PONG", b"<html>", b'{"error":"No orderbook"}', b"{"])
def test_an_answer_that_is_no_book_distrusts_nothing(engine, answer):
    books = live(engine, Venue())
    books.feed_rest(LINK, answer, NOW)
    assert ["FrameRejected"] == [type(event).__name__ for event in books.take()]
    assert LIVE == books.view(YES).state
