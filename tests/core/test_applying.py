"""What an entry does to a book, and when it does nothing: docs/books.md section 3."""

import pytest
from tests.core.kit import (
    LINK,
    MARKET,
    MS,
    NO,
    NOW,
    YES,
    Venue,
    counted,
    feed,
    frame,
    live,
    opened,
    standing,
    tick_change,
    trade,
)

from pr3dict.core import BOOKS, EVENTS
from pr3dict.model.events import (
    BestQuoted,
    BookReset,
    MarketCreated,
    MarketResolved,
    StateChanged,
    TickSizeChanged,
    Trade,
)
from pr3dict.model.states import BookState, Cause, Proof, Source
from pr3dict.model.units import NS_PER_MS

LIVE, SUSPECT, SYNCING = BookState.LIVE, BookState.SUSPECT, BookState.SYNCING
FLAT_NEWS = {"event_type": "market_resolved", "market": MARKET, "timestamp": str(MS)}


def test_a_book_fills_and_is_live(engine):
    books = opened(engine, YES)
    assert BOOKS | EVENTS == books.feed(LINK, frame(Venue().book()), NOW)
    assert [
        StateChanged(YES, SYNCING, LIVE, Cause.NONE, NOW),
        BookReset(YES, Source.WS, 0, NOW, True),
    ] == books.take()
    assert (YES,) == books.touched()
    view = books.view(YES)
    assert [(490_000, 20_000_000), (480_000, 30_000_000)] == view.bids()
    assert [(510_000, 25_000_000), (520_000, 60_000_000)] == view.asks()
    assert (490_000, 20_000_000, 510_000, 25_000_000) == view.top() == books.top(YES)
    assert (YES, MARKET, 1, MS * NS_PER_MS, NOW) == (
        view.token,
        view.market,
        view.version,
        view.venue_ns,
        view.local_ns,
    )


def test_levels_may_come_in_any_order(engine):
    books = opened(engine, YES)
    book = Venue().book()
    feed(books, book | {"bids": book["bids"][::-1], "asks": book["asks"][::-1]})
    assert (490_000, 20_000_000, 510_000, 25_000_000) == books.top(YES)
    assert Proof.PROVED == books.view(YES).proof


def test_B6_a_book_of_nothing_is_a_book(engine):
    books = opened(engine, YES)
    assert books.top(YES) is None
    feed(books, Venue().book(bids=[], asks=[], hash=None))
    assert (0, 0, 0, 0) == books.top(YES)
    assert LIVE == books.view(YES).state


def test_B4_the_same_book_again_resets_nothing(engine):
    venue = Venue()
    books = live(engine, venue)
    venue.ms += 1
    assert [] == feed(books, venue.book())
    assert 2 == books.view(YES).version
    assert 0 == books.counters()["snapshots.diverged"]


def test_B4_a_live_book_that_a_snapshot_contradicts_is_reset_and_counted(engine):
    venue = Venue()
    books = live(engine, venue)
    venue.ms += 1
    venue.move("BUY", 490_000, 21)
    assert [BookReset(YES, Source.WS, NOW, NOW + 5, True)] == feed(books, venue.book(), NOW + 5)
    assert 1 == books.counters()["snapshots.diverged"]


def test_a_change_sets_an_absolute_size(engine):
    venue = Venue()
    books = live(engine, venue)
    assert [] == feed(books, venue.next("BUY", "0.49", 7), NOW + 1)
    assert (490_000, 7_000_000, 510_000, 25_000_000) == books.top(YES)
    assert (490_000, 25_000_000, 510_000, 7_000_000) == books.top(NO)
    assert (YES, NO) == books.touched()
    assert (2, (MS + 1) * NS_PER_MS, NOW + 1) == (
        books.view(YES).version,
        books.view(YES).venue_ns,
        books.view(YES).local_ns,
    )


def test_a_change_to_zero_removes(engine):
    venue = Venue()
    books = live(engine, venue)
    feed(books, venue.next("SELL", "0.51", 0))
    assert [(520_000, 60_000_000)] == books.view(YES).asks()


def test_C7_removing_what_is_not_there_is_applied(engine):
    venue = Venue()
    books = live(engine, venue)
    feed(books, venue.next("SELL", "0.55", 0))
    assert (2, 2, 2) == (*books.view(YES).depth, books.view(YES).version)
    assert (LIVE, Cause.NONE, Proof.PROVED) == standing(books)


def test_a_new_best_level_is_the_top(engine):
    venue = Venue()
    books = live(engine, venue)
    feed(books, venue.next("BUY", "0.495", 1))
    assert (495_000, 1_000_000) == books.top(YES)[:2]


@pytest.mark.parametrize("schema", ["flat", "intermediate"])
def test_D4_the_old_schemas_are_applied(engine, schema):
    venue = Venue()
    books = live(engine, venue)
    entry = venue.next("BUY", "0.49", 7)["price_changes"][0]
    head = {"event_type": "price_change", "market": MARKET, "timestamp": str(venue.ms)}
    level = {name: entry[name] for name in ("price", "size", "side")}
    if schema == "flat":
        message = head | level | {"asset_id": YES, "hash": entry["hash"]}
    else:
        message = head | {"asset_id": YES, "hash": entry["hash"], "changes": [level]}
    feed(books, message)
    assert (490_000, 7_000_000) == books.top(YES)[:2]
    assert (LIVE, Cause.NONE, Proof.PROVED) == standing(books)


def test_B8_a_token_that_nobody_tracks_is_ignored(engine):
    books = opened(engine, YES)
    venue = Venue()
    feed(books, venue.book(venue.no))
    feed(books, trade(asset_id=NO))
    assert {
        "frames.ignored.untracked": 2,
        "entries.received": 2,
        "entries.ignored.untracked": 2,
    } == counted(books)
    assert [YES] == books.tracked()


def test_a_token_that_another_link_feeds_is_ignored(engine):
    books = live(engine, Venue())
    books.feed(LINK + 1, frame(trade()), NOW)
    assert [] == books.take()
    assert 1 == books.counters()["entries.ignored.untracked"]


def test_a_book_of_an_unknown_token_is_adopted_where_wanted(engine):
    books = opened(engine, adopt=True)
    venue = Venue()
    feed(books, trade())
    assert [] == books.tracked()
    feed(books, venue.opening())
    assert [YES, NO] == books.tracked()
    assert (LIVE, Cause.NONE, Proof.PROVED) == standing(books, NO)


def test_a_change_before_the_first_book_is_ignored(engine):
    books = opened(engine, YES, NO)
    feed(books, Venue().next("BUY", "0.49", 7))
    assert 1 == books.counters()["frames.ignored.unsynced"]
    assert books.top(YES) is None


def test_C4_an_older_change_is_ignored(engine):
    venue = Venue()
    books = live(engine, venue)
    venue.ms -= 2
    feed(books, venue.next("BUY", "0.49", 7))
    assert 2 == books.counters()["entries.ignored.older"]
    assert 20_000_000 == books.top(YES)[1]


@pytest.mark.parametrize("prove", [True, False])
def test_a_frame_may_be_older_for_one_of_its_books(engine, prove):
    venue = Venue()
    books = live(engine, venue, prove=prove)
    change = venue.next("BUY", "0.49", 7)
    venue.ms += 5
    feed(books, venue.book(venue.no))
    feed(books, change)
    assert 1 == books.counters()["entries.ignored.older"]
    assert (2, 2) == (books.view(YES).version, books.view(NO).version)


def test_B3_an_older_book_never_replaces_a_newer_one_on_the_same_connection(engine):
    venue = Venue()
    books = live(engine, venue)
    older = venue.book()
    feed(books, venue.next("BUY", "0.49", 7))
    feed(books, older)
    assert 1 == books.counters()["frames.ignored.older"]
    books.suspect(YES, Cause.SILENT, NOW)
    feed(books, older)
    assert 2 == books.counters()["frames.ignored.older"]
    assert SUSPECT == standing(books)[0]
    feed(books, venue.book())
    assert (LIVE, Cause.NONE, Proof.PROVED) == standing(books)


def test_a_new_connection_may_begin_with_an_older_book(engine):
    venue = Venue()
    books = live(engine, venue)
    books.close_link(LINK, Cause.LINK_DOWN, NOW)
    books.open_link(LINK, NOW)
    venue.ms -= 1
    feed(books, venue.book())
    assert (LIVE, Cause.NONE, Proof.PROVED) == standing(books)


def test_a_doubled_change_adds_nothing(engine):
    venue = Venue()
    books = live(engine, venue)
    change = venue.next("BUY", "0.49", 7)
    feed(books, change)
    version = books.view(YES).version
    assert 0 == books.feed(LINK, frame(change), NOW + 1)
    assert version == books.view(YES).version
    assert 1 == books.counters()["frames.ignored.repeated"]
    assert NOW + 1 == books.last_data_ns(LINK)


def test_what_a_link_delivered_is_counted_whatever_it_was(engine):
    books = opened(engine, YES)
    before = books.heard(LINK)
    for text in b"PONG", b"{", frame(trade()):
        books.feed(LINK, text, NOW)
    assert (before[0] + 3, before[1] + 5 + len(frame(trade()))) == books.heard(LINK)
    assert (0, 0) == books.heard(LINK + 1)


def test_the_books_touched_have_their_own_names_after_others_left(engine):
    venue = Venue()
    books = live(engine, venue)
    other = "9" * 30
    for held in (YES, NO), (YES, NO):  # told twice: the second answer may come from memory
        feed(books, venue.next("BUY", "0.49", 7))
        assert held == books.touched()
    books.untrack(NO)
    books.track(other, LINK)
    feed(books, venue.next("BUY", "0.49", 8))
    assert (YES,) == books.touched()


def test_a_trade_is_told(engine):
    books = opened(engine, YES)
    assert [Trade(YES, MARKET, 500_000, 20_000_000, "BUY", MS * NS_PER_MS, NOW, "0xfeed")] == feed(
        books, trade()
    )
    assert () == books.touched()
    assert 500_000 == books.view(YES).last_trade_price
    assert 1 == books.counters()["trades"]


@pytest.mark.parametrize("price", ["0", "1", "0.0001"])
def test_a_trade_may_be_at_the_edge(engine, price):
    assert 1 == len(feed(opened(engine, YES), trade(price)))


def test_a_tick_change_makes_a_live_book_suspect(engine):
    books = live(engine, Venue())
    assert [
        StateChanged(YES, LIVE, SUSPECT, Cause.TICK, NOW),
        TickSizeChanged(YES, MARKET, 10_000, 1_000, MS * NS_PER_MS, NOW),
    ] == feed(books, tick_change())
    assert 1_000 == books.view(YES).tick_size


def test_a_book_is_live_again_when_a_hash_with_the_new_tick_proves_it(engine):
    venue = Venue()
    books = live(engine, venue)
    feed(books, tick_change())
    venue.yes.tick = 1_000
    told = feed(books, venue.next("BUY", "0.491", 3))
    assert [StateChanged(YES, SUSPECT, LIVE, Cause.NONE, NOW)] == told[:1]


def test_a_tick_change_to_the_same_tick_is_none(engine):
    books = live(engine, Venue())
    assert [] == feed(books, tick_change("0.01", "0.010"))
    assert 1 == books.counters()["frames.ignored.no_change"]
    assert LIVE == books.view(YES).state


def test_a_quote_is_told_and_changes_no_book(engine):
    books = live(engine, Venue())
    quote = {
        "event_type": "best_bid_ask",
        "asset_id": YES,
        "market": MARKET,
        "timestamp": str(MS),
        "best_bid": "0.3",
        "best_ask": "0.9",
    }
    assert [BestQuoted(YES, MARKET, 300_000, 900_000, MS * NS_PER_MS, NOW)] == feed(books, quote)
    empty = quote | {"best_bid": "", "best_ask": "1"}
    assert [BestQuoted(YES, MARKET, 0, 0, MS * NS_PER_MS, NOW)] == feed(books, empty)
    absent = quote | {"best_bid": None, "best_ask": ""}
    assert [BestQuoted(YES, MARKET, 0, 0, MS * NS_PER_MS, NOW)] == feed(books, absent)
    assert (490_000, 20_000_000, 510_000, 25_000_000) == books.top(YES)


def test_a_new_market_is_told_whoever_tracks_it(engine):
    news = FLAT_NEWS | {
        "event_type": "new_market",
        "question": "Will it?",
        "assets_ids": ["7", "8"],
        "outcomes": ["Yes", "No"],
    }
    told = feed(opened(engine), news)
    assert [
        MarketCreated(MARKET, "Will it?", "", ("7", "8"), ("Yes", "No"), MS * NS_PER_MS, NOW)
    ] == told


def test_a_resolved_market_closes_its_books(engine):
    books = live(engine, Venue())
    news = FLAT_NEWS | {"assets_ids": [YES, "7"], "winning_asset_id": YES, "winning_outcome": "Yes"}
    assert [
        MarketResolved(MARKET, (YES, "7"), YES, "Yes", MS * NS_PER_MS, NOW),
        StateChanged(YES, LIVE, BookState.CLOSED, Cause.RESOLVED, NOW),
    ] == feed(books, news)
    assert (YES,) == books.touched()
    assert LIVE == books.view(NO).state


def test_a_closed_book_takes_nothing_more(engine):
    venue = Venue()
    books = live(engine, venue)
    feed(books, FLAT_NEWS | {"assets_ids": [YES]})
    feed(books, venue.book())
    feed(books, trade())
    feed(books, tick_change())
    feed(books, venue.next("BUY", "0.49", 7))
    assert 4 == books.counters()["entries.ignored.closed"]
    assert 20_000_000 == books.top(YES)[1]


def test_counts_add_up(engine):
    venue = Venue()
    books = live(engine, venue)
    for raw in (b"PONG", b"", b"{", b"[1]", b"\xff"):
        books.feed(LINK, raw, NOW)
    for message in (venue.next("BUY", "0.49", 7), trade(asset_id="9"), {"event_type": "x"}):
        books.feed(LINK, frame(message), NOW)
    counts = books.counters()
    ignored = sum(n for name, n in counts.items() if name.startswith("frames.ignored."))
    rejected = sum(n for name, n in counts.items() if name.startswith("frames.rejected."))
    assert (5, 3, 1 + 8) == (ignored - 0 + 1, rejected, counts["frames.received"])
    assert counts["frames.received"] == counts["frames.applied"] + ignored + rejected
    entries = sum(n for name, n in counts.items() if name.startswith("entries.ignored."))
    assert counts["entries.received"] == counts["entries.applied"] + entries
