"""Numbers in micros go out as the venues write them, and come in exactly or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pr3dict.model.units import to_decimal, to_micros, to_text


@given(st.integers(-(10**18), 10**18))
def test_what_goes_out_comes_in_again(micros):
    assert micros == to_micros(to_text(micros))
    assert micros == to_micros(to_decimal(micros))


@given(st.integers(0, 10**18))
def test_a_text_has_no_superfluous_zero_and_a_digit_before_the_point(micros):
    text = to_text(micros)
    assert text[0] != "."
    assert "." not in text or text[-1] not in "0."


def test_a_float_means_its_shortest_text():
    assert 100_000 == to_micros(0.1)
    assert 290_000 == to_micros(0.29)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", Decimal("sNaN")])
def test_what_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match="wanted a finite number"):
        to_micros(value)


def test_more_than_six_decimals_are_refused_and_not_rounded():
    with pytest.raises(ValueError, match="at most six decimals"):
        to_micros("0.0000001")
    assert 500_000 == to_micros("0.50000000")
