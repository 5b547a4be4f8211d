"""What the lists of Gamma can be narrowed by."""

from typing import get_type_hints

import pytest

from pr3dict.venues.polymarket.gamma import filters
from pr3dict.venues.polymarket.query import written


@pytest.mark.parametrize(
    ("order", "sent"),
    [
        ("volume", "volumeNum"),
        ("liquidity,endDate", "liquidityNum,endDate"),
        ("volume24hr", "volume24hr"),
        ("volumeNum", "volumeNum"),
    ],
)
def test_markets_are_sorted_by_numbers_and_never_by_their_texts(order, sent):
    assert {"order": [sent]} == written(filters.MARKETS, {"order": order})


def test_events_are_sorted_by_what_was_said():
    assert {"order": ["volume"]} == written(filters.EVENTS, {"order": "volume"})


@pytest.mark.parametrize(
    ("typed", "table"),
    [
        (filters.MarketFilters, filters.MARKETS),
        (filters.EventFilters, filters.EVENTS),
        (filters.SeriesFilters, filters.SERIES),
        (filters.SearchFilters, filters.SEARCH),
    ],
)
def test_what_type_checkers_know_is_what_is_sent(typed, table):
    assert set(get_type_hints(typed)) == set(table)


@pytest.mark.parametrize("version", ["v1", ["v1", "v2"]])
def test_a_market_is_of_one_protocol_or_of_both(version):
    sent = [version] if isinstance(version, str) else version
    assert {"version": sent} == written(filters.MARKETS, {"version": version})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", "v3"),
        ("tag_match", "some"),
        ("resolution_status", "done"),
        ("closed", "yes"),
        ("ids", list(range(101))),
        ("offset", 100),
    ],
)
def test_what_the_venue_does_not_take_is_refused(name, value):
    with pytest.raises(ValueError, match=r"wanted"):
        written(filters.MARKETS, {name: value})
