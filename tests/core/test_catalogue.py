"""Faults of books and frames by their number in the catalogue, over everything hypothesis finds.

The plain cases stand where their rule does (test_reading, test_applying), under the same numbers.
"""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.frames import compact
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
    trade,
)

from pr3dict.model.events import FrameRejected, Trade
from pr3dict.model.states import BookState, Cause, Proof

LIVE, SUSPECT = BookState.LIVE, BookState.SUSPECT
UNPARSABLE = (SUSPECT, Cause.UNPARSABLE)
PRICES = ("0.45", "0.46", "0.47", "0.48")
MOVES = st.lists(st.tuples(st.sampled_from(PRICES), st.integers(0, 99)), min_size=1, max_size=6)


def levels(books: Any, token: str = YES) -> tuple[Any, Any]:
    view = books.view(token)
    return view.bids(), view.asks()


def true_levels(venue: Venue) -> tuple[Any, Any]:
    ladders = venue.yes.ladders
    return sorted(ladders["BUY"].items(), reverse=True), sorted(ladders["SELL"].items())


# -- B: subscription and snapshot ------------------------------------------------------------------


def test_B3_a_book_from_before_the_changes_leaves_what_the_venue_has(engine):
    @settings(max_examples=60, deadline=None)
    @given(MOVES, st.integers(0, 5))
    def try_one(moves, late):
        venue = Venue()
        books = live(engine, venue)
        older = [venue.book()]
        for price, size in moves:
            feed(books, venue.next("BUY", price, size))
            older.append(venue.book())
        snapshot = older[min(late, len(older) - 2)]
        feed(books, snapshot)
        assert true_levels(venue) == levels(books)
        assert 1 == books.counters()["frames.ignored.older"]

    try_one()


def test_B4_books_doubled_and_in_the_middle_of_a_burst_change_nothing_and_diverge_from_nothing(
    engine,
):
    @settings(max_examples=60, deadline=None)
    @given(MOVES, st.integers(1, 3), st.integers(0, 5))
    def try_one(moves, times, at):
        venue = Venue()
        books = live(engine, venue)
        for number, (price, size) in enumerate(moves):
            feed(books, venue.next("BUY", price, size))
            if number == at:
                told = [event for _ in range(times) for event in feed(books, venue.book())]
                assert [] == told
        assert true_levels(venue) == levels(books)
        assert (LIVE, Cause.NONE, Proof.PROVED) == standing(books)
        assert 0 == books.counters()["snapshots.diverged"]

    try_one()


@pytest.mark.parametrize("side", ["bids", "asks"])
@pytest.mark.parametrize(
    "value", [None, {}, "", "[]", 0, False, [None], [[]], [{}], [["0.4", "1"]]]
)
def test_B5_a_side_of_a_wrong_kind_is_refused_and_empties_no_book(engine, side, value):
    venue = Venue()
    books = live(engine, venue)
    before = levels(books)
    told = feed(books, venue.book(**{side: value}))
    assert [("schema", side)] == [
        (event.reason, event.detail) for event in told if isinstance(event, FrameRejected)
    ]
    assert UNPARSABLE == standing(books)[:2]
    assert before == levels(books)


@pytest.mark.parametrize("empty", [("bids",), ("asks",), ("bids", "asks")])
def test_B6_an_empty_side_has_no_best_price_and_every_measure_an_answer(engine, empty):
    books = opened(engine, YES, prove=False)
    feed(books, Venue().book(hash=None, **{side: [] for side in empty}))
    view = books.view(YES)
    bid, bid_size, ask, ask_size = view.top()
    assert ("bids" in empty) == ((bid, bid_size) == (0, 0))
    assert ("asks" in empty) == ((ask, ask_size) == (0, 0))
    for side, name in enumerate(("bids", "asks")):
        walks = [walk(side, 10**9) for walk in (view.walk_budget, view.walk_size)]
        assert (name in empty) == all(walk[:2] == (0, 0) for walk in walks)
    assert LIVE == view.state
    assert -1.0 <= view.imbalance(1) <= 1.0
    within = view.depth_within(1_000_000)
    assert all(n >= 0 for n in within)


def test_B8_a_sibling_that_nobody_asked_for_gets_no_book_and_is_counted(engine):
    venue = Venue()
    books = opened(engine, YES)
    feed(books, venue.opening())
    feed(books, venue.next("BUY", "0.49", 7))
    assert [YES] == books.tracked()
    assert books.top(NO) is None
    assert 2 == books.counters()["entries.ignored.untracked"]
    assert 0 == books.counters()["frames.ignored.untracked"]


def test_B8_what_still_arrives_after_the_token_was_let_go_makes_no_book(engine):
    venue = Venue()
    books = live(engine, venue)
    books.untrack(NO)
    feed(books, venue.next("BUY", "0.49", 7))
    feed(books, venue.book(venue.no))
    assert [YES] == books.tracked()
    assert {"entries.ignored.untracked": 2, "frames.ignored.untracked": 1} == {
        name: n for name, n in counted(books).items() if "untracked" in name
    }


# -- C: the content of a book ----------------------------------------------------------------------


def test_C4_changes_of_one_millisecond_may_come_in_any_order_and_of_later_ones_the_later_counts(
    engine,
):
    @settings(max_examples=60, deadline=None)
    @given(st.permutations(PRICES), st.integers(0, 1))
    def try_one(order, apart_ms):
        venue = Venue()
        books = opened(engine, YES, prove=False)
        feed(books, venue.book())
        said = [
            {
                "event_type": "price_change",
                "market": MARKET,
                "timestamp": str(MS + 1 + number * apart_ms),
                "price_changes": [{"asset_id": YES, "price": p, "size": "7", "side": "BUY"}],
            }
            for number, p in enumerate(PRICES)
        ]
        newest = -1
        wanted = dict(levels(books)[0])
        for price in order:
            number = PRICES.index(price)
            feed(books, said[number])
            if not apart_ms or number > newest:
                wanted[round(float(price) * 10**6)] = 7_000_000
                newest = max(newest, number)
        assert sorted(wanted.items(), reverse=True) == levels(books)[0]

    try_one()


DIGITS = st.text("0123456789", max_size=14)
NUMBERS = st.one_of(
    st.builds(lambda whole, rest: f"{whole}.{rest}", DIGITS, DIGITS),
    DIGITS,
    st.sampled_from(("NaN", "1e5", "-1", "+1", "0x1", "Infinity", " 0.5", "0.5 ", "1_0", "")),
    st.text(max_size=6),
)


def is_number(text: str) -> bool:
    """docs/books.md section 1.4, in words of Python's own."""
    whole, point, rest = text.partition(".")
    plain = all(part.isascii() and part.isdigit() for part in (whole, rest) if part)
    return plain and len(whole) <= 12 and len(rest) <= 6 and bool(rest if point else whole)


def test_C7_a_number_is_taken_by_its_value_or_the_frame_is_refused_and_the_book_suspect(engine):
    @settings(max_examples=300, deadline=None)
    @given(NUMBERS, NUMBERS)
    def try_one(price, size):
        books = opened(engine, YES, prove=False)
        feed(books, Venue().book(bids=[], asks=[], hash=None))
        change = {"asset_id": YES, "price": price, "size": size, "side": "BUY"}
        message = {"event_type": "price_change", "market": MARKET, "timestamp": str(MS)}
        books.feed(LINK, compact(message | {"price_changes": [change]}).encode(), NOW)
        right = is_number(price) and 0 < float(price) < 1 and is_number(size)
        if not right:
            assert UNPARSABLE == standing(books)[:2]
            assert ([], []) == levels(books)
            return
        whole, _, rest = size.partition(".")
        micros = int(whole or 0) * 10**6 + int(rest.ljust(6, "0"))
        level = [(int(price.partition(".")[2].ljust(6, "0")), micros)]
        assert (level if micros else [], []) == levels(books)
        assert LIVE == standing(books)[0]

    try_one()


@pytest.mark.parametrize("mine", [YES, NO])
def test_C14_of_a_mirrored_change_the_one_book_that_is_tracked_takes_its_own_side(engine, mine):
    venue = Venue()
    books = opened(engine, mine)
    feed(books, venue.opening())
    feed(books, venue.next("BUY", "0.485", 3))
    side, price = ("BUY", 485_000) if mine == YES else ("SELL", 515_000)
    book = venue.yes if mine == YES else venue.no
    assert 3_000_000 == book.ladders[side][price]
    bids, asks = levels(books, mine)
    assert sorted(book.ladders["BUY"].items(), reverse=True) == bids
    assert sorted(book.ladders["SELL"].items()) == asks
    assert [mine] == books.tracked()
    assert (LIVE, Cause.NONE, Proof.PROVED) == standing(books, mine)


# -- D: parsing ------------------------------------------------------------------------------------


def test_D2_a_frame_cut_short_anywhere_is_refused_and_its_books_are_suspect(engine):
    venue = Venue()
    whole = frame([venue.next("BUY", "0.49", 7), venue.book()])
    assert 600 < len(whole)
    for end in range(1, len(whole)):
        books = live(engine, Venue())
        before = books.digest()
        books.feed(LINK, whole[:end], NOW)
        assert [UNPARSABLE, UNPARSABLE] == [standing(books, token)[:2] for token in (YES, NO)]
        assert before == books.digest()


@pytest.mark.parametrize(
    "text",
    [
        b'{"event_type":"x"}{"event_type":"x"}', b"[{}][{}]", b'{"a":NaN}', b'{"a":"\\ud800"}',
        b"\xff", b"[" * 200_000, b'{"a":' * 200_000, b'{"event_type":"book"', b'"' + b"a" * 100_000,
    ],
    ids=["objects", "arrays", "NaN", "half a pair", "utf8", "deep", "deeper", "cut", "open"],
)  # fmt: skip
def test_D2_what_is_no_frame_makes_the_books_of_its_link_suspect_and_of_no_other(engine, text):
    books = opened(engine, YES)
    books.track(NO, LINK + 1)
    books.open_link(LINK + 1, NOW)
    feed(books, Venue().opening())
    books.feed(LINK + 1, frame(Venue().opening()), NOW)
    assert [LIVE, LIVE] == [standing(books, token)[0] for token in (YES, NO)]
    books.feed(LINK, text, NOW)
    assert UNPARSABLE == standing(books, YES)[:2]
    assert (LIVE, Cause.NONE) == standing(books, NO)[:2]
    feed(books, Venue().book())
    assert LIVE == standing(books, YES)[0]


def test_D3_members_that_are_new_or_in_another_order_change_nothing(engine):
    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 2**32), st.booleans())
    def try_one(seed, spaced):
        rng = random.Random(seed)

        def shuffled(value):
            if isinstance(value, list):
                return [shuffled(item) for item in value]
            if not isinstance(value, dict):
                return value
            members = [(name, shuffled(held)) for name, held in value.items()]
            members.append((f"new{seed}", rng.choice((1, None, [[]], {"price": "7"}, "x"))))
            return dict(rng.sample(members, len(members)))

        venue = Venue()
        books, plain = opened(engine, YES, NO), opened(engine, YES, NO)
        said = [
            venue.opening(),
            venue.next("BUY", "0.485", 3),
            trade(),
            venue.next("SELL", "0.6", 1),
        ]
        for message in said:
            separators = (", ", ": ") if spaced else (",", ":")
            feed(books, json.dumps(shuffled(message), separators=separators).encode())
            feed(plain, message)
        assert plain.digest() == books.digest()
        assert counted(plain) == counted(books)

    try_one()


@pytest.mark.parametrize("name", ["price", "size", "timestamp", "asset_id", "market"])
def test_D3_a_number_where_text_is_wanted_is_refused_by_name(engine, name):
    told = feed(live(engine, Venue()), trade(**{name: 1}))
    assert [("schema", name)] == [
        (event.reason, event.detail) for event in told if isinstance(event, FrameRejected)
    ]


def test_D8_a_token_id_is_the_very_text_that_was_given(engine):
    @settings(max_examples=100, deadline=None)
    @given(st.one_of(st.text(max_size=90), st.sampled_from((*ODD_IDS, "9" * 78))))
    def try_one(token):
        token = token.encode("utf-8", "replace").decode()
        books = opened(engine, token, YES if token != YES else NO)
        told = feed(books, Venue().book(asset_id=token, hash=None))
        assert token == told[-1].token == books.view(token).token == books.touched()[0]
        assert token in books.tracked()
        assert (490_000, 20_000_000) == books.top(token)[:2]
        assert isinstance((sold := feed(books, trade(asset_id=token)))[0], Trade)
        assert token == sold[0].token
        assert books.untrack(token)
        assert token not in books.tracked()

    try_one()


ODD_IDS = (
    "",
    ":",
    "/",
    "\n",
    "..",
    "../../etc",
    "a:b/c",
    "\x00",
    "\\",
    '"',
    "\u2028",
    "\U0001f600",
)


def test_D9_one_bad_entry_rejects_the_good_ones_around_it(engine):
    venue = Venue()
    for at in range(3):
        books = live(engine, venue)
        good = [trade(), trade(price="0.6")]
        good.insert(at, {"event_type": "price_change"})
        told = feed(books, good)
        assert [] == [event for event in told if isinstance(event, Trade)]
        assert 1 == books.counters()["frames.rejected.schema"]
        assert 2 == books.counters()["entries.received"], "those of the opening alone"
