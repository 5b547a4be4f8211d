"""A view is a book at one moment: levels, walks, depth, imbalance; and the digests."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import engine_named
from tests.core.kit import NO, YES, Venue, feed, live, opened

ASK, BID = 1, 0


def view_of(engine, bids=(), asks=(), depth=0):
    """Return a view of a book with these (price, size) texts."""
    books = opened(engine, YES, prove=False)
    levels = {
        "bids": [{"price": price, "size": size} for price, size in bids],
        "asks": [{"price": price, "size": size} for price, size in asks],
    }
    feed(books, Venue().book(**levels))
    return books.view(YES, depth)


ASKS = [("0.5", "100"), ("0.6", "100")]
BIDS = [("0.48", "10"), ("0.4", "30")]


def test_a_view_does_not_change(engine):
    venue = Venue()
    books = live(engine, venue)
    view = books.view(YES)
    feed(books, venue.next("BUY", "0.49", 0))
    assert (490_000, 20_000_000) == view.bids()[0]
    assert 1 == view.version
    assert (480_000, 30_000_000) == books.view(YES).bids()[0]


def test_a_view_may_carry_the_best_levels_only(engine):
    view = view_of(engine, BIDS, ASKS, depth=1)
    assert ([(480_000, 10_000_000)], [(500_000, 100_000_000)]) == (view.bids(), view.asks())
    assert (1, 1) == view.depth
    whole = view_of(engine, BIDS, ASKS, depth=9)
    assert (2, 2) == whole.depth
    assert [(500_000, 100_000_000)] == whole.asks(1)
    assert 2 == len(whole.asks(9))


def test_nobody_s_view_is_none(engine):
    assert opened(engine).view(YES) is None


@pytest.mark.parametrize(
    ("budget", "walk"),
    [
        (0, (0, 0, 0, True)),
        (25_000_000, (500_000, 50_000_000, 25_000_000, True)),
        (50_000_000, (500_000, 100_000_000, 50_000_000, True)),
        (80_000_000, (533_333, 150_000_000, 80_000_000, True)),
        (110_000_000, (550_000, 200_000_000, 110_000_000, True)),
        (110_000_001, (550_000, 200_000_000, 110_000_000, False)),
        (1, (500_000, 2, 1, True)),
        (10**18, (550_000, 200_000_000, 110_000_000, False)),
    ],
)
def test_a_budget_is_spent_best_level_first(engine, budget, walk):
    assert walk == view_of(engine, BIDS, ASKS).walk_budget(ASK, budget)


@pytest.mark.parametrize(
    ("size", "walk"),
    [
        (0, (0, 0, 0, True)),
        (10_000_000, (480_000, 10_000_000, 4_800_000, True)),
        (20_000_000, (440_000, 20_000_000, 8_800_000, True)),
        (40_000_000, (420_000, 40_000_000, 16_800_000, True)),
        (40_000_001, (420_000, 40_000_000, 16_800_000, False)),
        (1, (480_000, 1, 0, True)),
    ],
)
def test_a_size_is_traded_best_level_first(engine, size, walk):
    assert walk == view_of(engine, BIDS, ASKS).walk_size(BID, size)


@pytest.mark.parametrize("micros", [-1, 2**63, 2**64, 10**20, -(10**20)])
def test_no_budget_size_or_band_is_negative_or_beyond_63_bits(engine, micros):
    view = view_of(engine, BIDS, ASKS)
    refusal = f"wanted a number of micros from 0 to 2**63 - 1, found {micros}"
    for ask in (
        lambda: view.walk_budget(ASK, micros),
        lambda: view.walk_size(BID, micros),
        lambda: view.depth_within(micros),
        lambda: view_of(engine).depth_within(micros),
    ):
        with pytest.raises(ValueError, match=re.escape(refusal)):
            ask()


def test_the_largest_budget_is_walked(engine):
    view = view_of(engine, BIDS, ASKS)
    assert (550_000, 200_000_000, 110_000_000, False) == view.walk_budget(ASK, 2**63 - 1)
    assert (420_000, 40_000_000, 16_800_000, False) == view.walk_size(BID, 2**63 - 1)
    assert (40_000_000, 200_000_000) == view.depth_within(2**63 - 1)


def test_an_average_is_rounded_half_up(engine):
    asks = [("0.333333", "0.000001"), ("0.333334", "0.000001")]
    assert (333_334, 2, 1, True) == view_of(engine, asks=asks).walk_size(ASK, 2)


def test_nothing_can_be_had_of_an_empty_side(engine):
    view = view_of(engine)
    assert (0, 0, 0, False) == view.walk_budget(ASK, 1) == view.walk_size(BID, 1)
    assert (0, 0) == view.depth_within(10**6)
    assert 0.0 == view.imbalance()
    assert (0, 0, 0, 0) == view.top()


def test_the_walk_is_of_the_levels_carried(engine):
    assert not view_of(engine, BIDS, ASKS, depth=1).walk_size(ASK, 150_000_000)[3]


def test_depth_is_measured_from_the_mid(engine):
    view = view_of(engine, BIDS, ASKS)
    assert (0, 0) == view.depth_within(9_999)
    assert (10_000_000, 100_000_000) == view.depth_within(10_000)
    assert (40_000_000, 100_000_000) == view.depth_within(90_000)
    assert (40_000_000, 200_000_000) == view.depth_within(110_000)


def test_depth_of_a_crossed_book_is_what_lies_within(engine):
    crossed = view_of(engine, [("0.6", "1"), ("0.5", "2")], [("0.4", "4"), ("0.5", "8")])
    assert (2_000_000, 8_000_000) == crossed.depth_within(50_000)


def test_imbalance_is_between_one_and_minus_one(engine):
    view = view_of(engine, BIDS, ASKS)
    assert (40 - 200) / 240 == view.imbalance()
    assert (10 - 100) / 110 == view.imbalance(1)
    assert 1.0 == view_of(engine, BIDS).imbalance()


prices = st.integers(1, 999_999)
sizes = st.integers(1, 10**18 - 1)


@given(st.dictionaries(prices, sizes, max_size=8), st.integers(0, 10**18), st.sampled_from([0, 1]))
def test_a_walk_never_costs_more_than_its_budget(ladder, budget, side):
    levels = [
        (f"0.{price:06d}", f"{size // 10**6}.{size % 10**6:06d}") for price, size in ladder.items()
    ]
    view = view_of(engine_named("reference"), levels, levels)
    average, size, money, complete = view.walk_budget(side, budget)
    assert money <= budget
    assert 0 <= size <= sum(ladder.values())
    assert complete or size == sum(ladder.values())
    assert not size or min(ladder) <= average <= max(ladder)


def sha1(text):
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def test_a_digest_is_the_hash_of_the_levels(engine):
    books = live(engine, Venue())
    yes = sha1("0.48@30;0.49@20;|0.52@60;0.51@25;")
    no = sha1("0.48@60;0.49@25;|0.52@30;0.51@20;")
    assert (yes, no) == (books.digest(YES), books.digest(NO))
    assert sha1(f"{YES}={yes};{NO}={no};") == books.digest()


def test_a_book_that_was_never_filled_has_no_part_in_the_whole(engine):
    books = opened(engine, YES)
    assert sha1("|") == books.digest(YES)
    assert sha1("") == books.digest()
