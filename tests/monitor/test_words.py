"""Narrow numbers, and foreign texts made harmless."""

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pr3dict.monitor import words

ESCAPE = "\x1b"
OVERRIDE = "\u202e"
ISOLATE = "\u2066"
INVISIBLE = "\u200b"
LINE_SEPARATOR = "\u2028"


@pytest.mark.parametrize(
    ("hostile", "expected"),
    [
        (f"{ESCAPE}[2J{ESCAPE}]0;gone\a", "·[2J·]0;gone·"),
        ("\x9b31m", "·31m"),
        (f"abc{OVERRIDE}cba", "abc·cba"),
        (f"a{ISOLATE}b{INVISIBLE}c", "a·b·c"),
        (f"two\r\nlines{LINE_SEPARATOR}three", "two lines three"),
        ("[bold red]no markup[/]", "[bold red]no markup[/]"),
        ("\ud800 lone", "· lone"),
    ],
)
def test_nothing_that_acts_on_a_terminal_survives(hostile, expected):
    assert expected == words.clean(hostile)


@given(st.text(max_size=300), st.integers(1, 80))
def test_a_cleaned_text_is_printable_and_as_short_as_asked(text, size):
    found = words.clean(text, size)
    assert words.cells(found) <= size
    assert not [c for c in found if unicodedata.category(c)[0] in "CM"]


@given(st.text(alphabet="ab…字é ", max_size=40), st.integers(1, 20))
def test_a_clipped_text_fits_and_says_that_it_was_clipped(text, width):
    found = words.clip(text, width)
    assert words.cells(found) <= width
    assert found == text or found.endswith("…")


def test_east_asian_characters_take_two_cells():
    assert 4 == words.cells("字字")


@given(st.integers(-(10**18), 10**20))
def test_a_span_has_at_most_five_characters(ns):
    assert len(words.span(ns)) <= 5


@given(st.floats(0, 1e18))
def test_a_count_has_at_most_five_characters(number):
    assert len(words.count(number)) <= 5
    assert len(words.rate(number)) <= 5


@given(st.integers(0, 10**24))
def test_a_size_has_at_most_eight_characters(micros):
    assert len(words.shares(micros)) <= 8


@given(st.floats(-1e6, 1e12))
def test_a_latency_keeps_its_sign_and_is_narrow(ms):
    shown = words.milliseconds(ms)
    assert len(shown) <= 8
    assert shown.startswith("-") == (math.copysign(1, ms) < 0)


def test_what_is_not_known_is_a_dash():
    assert ["-"] * 4 == [
        words.price(0),
        words.rate(math.nan),
        words.milliseconds(math.nan),
        words.clock_time(0),
    ]


@pytest.mark.parametrize(
    ("ns", "expected"),
    [
        (59_940_000_000, "59.9s"),
        (59_960_000_000, "1m00"),
        (3_599_400_000_000, "59m59"),
        (3_600_000_000_000, "1h00"),
        (86_400_000_000_000, "1d"),
    ],
)
def test_spans_change_their_unit_without_a_gap(ns, expected):
    assert expected == words.span(ns)


def test_prices_have_the_decimals_of_their_grid():
    assert "0.950" == words.price(950_000, tick=1_000)
    assert "0.9500" == words.price(950_000, tick=100)
    assert "0.95" == words.price(950_000, tick=100_000)
    assert "0.123456" == words.price(123_456, tick=10_000)


def test_a_short_id_stays_whole_and_a_hostile_one_is_cleaned():
    assert "42" == words.short("42")
    assert "·[31…abcd" == words.short(f"{ESCAPE}[31m0123456789abcd")
