"""Books that are reset are as if new: docs/books.md section 5."""

import pytest
from tests.core.kit import (
    BATCH_NS,
    LINK,
    MARKET,
    MS,
    NO,
    NOW,
    YES,
    Venue,
    feed,
    frame,
    live,
    standing,
    trade,
)
from tests.core.test_differential import difference, state

from pr3dict.model.events import FeedOpened
from pr3dict.model.states import BookState, Cause, Proof
from pr3dict.model.units import NS_PER_MS


def used(engine, venue, *, prove=True):
    """Return books with everything in them: a pending claim, events, a frame rejected."""
    books = live(engine, venue, prove=prove)
    books.close_link(LINK + 1, Cause.LINK_DOWN, NOW)
    books.feed(LINK, frame(trade()), NOW)
    books.feed(LINK, frame(venue.next("BUY", "0.49", 7) | {"x": 1}), NOW + 1)
    venue.next("BUY", "0.45", 3)
    books.feed(LINK, frame(venue.next("BUY", "0.48", 9)), NOW + 2)
    books.feed(LINK, b"{", NOW + 3)
    books.feed(LINK, frame(venue.next("BUY", "0.47", 1)), NOW + 4)
    return books


@pytest.mark.parametrize("prove", [True, False])
def test_reset_books_hold_what_new_ones_hold(engine, prove):
    books = used(engine, Venue(), prove=prove)
    books.reset()
    new = engine.new_books(prove=prove)
    assert {} == difference(state(new), state(books))
    assert [(0, 0)] * 9 == [books.heard(link) for link in range(9)]
    assert ((), [], 0) == (books.touched(), books.take(), books.wake_at)
    assert books.view(YES) is None


def test_a_pending_claim_is_forgotten(engine):
    books = used(engine, Venue())
    assert 0 != books.wake_at
    books.reset()
    assert 0 == books.wake(NOW + 2 * BATCH_NS)
    assert 0 == books.counters()["proofs.failed"]


@pytest.mark.parametrize("prove", [True, False])
def test_reset_books_do_what_new_ones_do(engine, prove):
    books, new = used(engine, Venue(), prove=prove), engine.new_books(prove=prove)
    books.reset()
    for each in (books, new):
        venue = Venue()
        each.track(NO, LINK)
        each.track(YES, LINK)
        each.open_link(LINK, NOW)
        assert FeedOpened(LINK, 1, NOW) == each.take()[0]
        feed(each, venue.opening())
        each.feed(LINK, frame(venue.next("BUY", "0.49", 7)), NOW)
        assert (YES, NO) == each.touched() == each.touched()
    assert new.take() == books.take()
    assert {} == difference(state(new), state(books))


def test_links_are_closed_and_were_never_opened(engine):
    books = used(engine, Venue())
    books.reset()
    books.track(YES, LINK)
    assert (BookState.EMPTY, Cause.NONE, Proof.NONE) == standing(books)
    assert 0 == books.view(YES).epoch


def test_the_options_stay(engine):
    books = engine.new_books(prove=False, adopt=True)
    books.reset()
    feed(books, Venue().opening())
    assert [YES, NO] == books.tracked()
    assert Proof.OFF == books.view(YES).proof
    assert MARKET == books.view(YES).market


def test_the_clock_offset_stays(engine):
    venue = Venue()
    books = live(engine, venue)
    books.set_clock_offset(5 * NS_PER_MS)
    books.reset()
    books.track(YES, LINK)
    feed(books, trade(), (MS + 7) * NS_PER_MS)
    assert (1, 2 * NS_PER_MS) == books.latency()[1:3]


def test_the_names_told_are_those_of_the_books_held_now(engine):
    """The native engine keeps the answers of `touched`; a reset must forget them."""
    books, venue = live(engine, Venue()), Venue()
    feed(books, venue.next("BUY", "0.49", 7))
    assert (YES, NO) == books.touched()
    books.reset()
    books.open_link(LINK, NOW)
    for token in (NO, YES):
        books.track(token, LINK)
    feed(books, [venue.book(venue.no), venue.book(venue.yes)])
    assert (NO, YES) == books.touched()
