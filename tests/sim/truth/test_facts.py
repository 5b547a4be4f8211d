"""What is known of a market now."""

import pytest
from tests.sim.client import quiet

from pr3dict.sim.truth.facts import digest, facts_of, iso, liquidity_of, number
from pr3dict.sim.truth.history import History
from pr3dict.sim.truth.listing import Listing

DOLLAR = 1_000_000


def test_an_open_market_is_worth_the_middle_of_its_book():
    venue = quiet(markets=1, first_bid=480_000, ticks=("0.01",))
    facts = facts_of(venue, History(venue), venue.listings[0])

    assert (480_000, 490_000, (485_000, 515_000)) == (facts.bid, facts.ask, facts.worth)
    assert (False, True) == (facts.closed, facts.accepting)
    levels = venue.levels(venue.tokens[0])
    cost = sum(price * size for price, size in levels[0])
    cost += sum((DOLLAR - price) * size for price, size in levels[1])
    assert cost // DOLLAR == pytest.approx(liquidity_of(venue, venue.listings[0]), abs=1_000)


def test_a_settled_market_takes_no_orders_and_closes_with_the_announcement():
    venue = quiet(markets=2)
    listing = venue.listings[0]
    venue.settle(listing.tokens[1])
    venue.advance()
    settled = facts_of(venue, History(venue), listing)
    while not listing.closed_ms:
        venue.advance()
    closed = facts_of(venue, History(venue), listing)

    assert (False, False, (0, DOLLAR)) == (settled.closed, settled.accepting, settled.worth)
    assert (True, False, (0, DOLLAR)) == (closed.closed, closed.accepting, closed.worth)


def test_nothing_is_known_of_a_market_that_never_was():
    venue = quiet()
    strange = Listing(1, "0x1", ("1", "2"), venue.listings[0].name, 0)
    with pytest.raises(KeyError):
        facts_of(venue, History(venue), strange)


def test_numbers_times_and_ids_are_written_as_the_venue_does():
    assert ["0.485", "2"] == [str(number(485_000)), str(number(2 * DOLLAR))]
    assert "2026-09-21T13:46:40Z" == iso(1_789_998_400_000)
    assert (66, digest("a")) == (len(digest("a")), digest("a"))
