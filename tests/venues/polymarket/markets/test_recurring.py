"""Markets that come again are named by the second at which they begin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pr3dict.model.errors import UnknownMarketError
from pr3dict.model.units import NS_PER_S
from pr3dict.venues.polymarket.markets.recurring import is_recurring, read_recurring


@pytest.mark.parametrize("said", ["btc-updown-5m", "btc-updown-5m-1766481300"])
def test_a_row_is_named_by_itself_and_by_each_of_its_slugs(said):
    row = read_recurring(said)
    assert ("btc-updown-5m", 5) == (row.name, row.minutes)
    assert "btc-updown-5m-1766481300" == row.slug(row.start(1_766_481_599 * NS_PER_S))
    assert 1_766_481_600 == row.after(1_766_481_300)


@given(st.integers(0, 10**10), st.sampled_from([5, 15, 60]))
def test_every_moment_is_in_exactly_one_market_of_a_row(second, minutes):
    row = read_recurring(f"eth-updown-{minutes}m")
    start = row.start(second * NS_PER_S)
    assert start <= second < row.after(start)
    assert start == row.start(start * NS_PER_S)


@pytest.mark.parametrize("said", ["fed-in-december", "btc-0m", "btc-9999m", "BTC-5m", "5m", ""])
def test_what_is_no_row_is_refused(said):
    assert not is_recurring(said)
    with pytest.raises(UnknownMarketError, match=r"^wanted a row of markets such as btc-updown-5m"):
        read_recurring(said)
