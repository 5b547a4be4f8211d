"""The parts of the reference that judge text, each against a second opinion."""

import json
import random
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.damage import damaged
from tests.core.frames import World
from tests.core.kit import YES, Venue, feed, live
from tests.core.runs import steps
from tests.core.test_differential import answer, state

from pr3dict.core import reference
from pr3dict.core.reference import books as reference_books
from pr3dict.core.reference import json_text, wire
from pr3dict.core.reference.decimal_text import (
    parse_micros,
    parse_ms,
    to_text,
    trade_price_text,
)
from pr3dict.core.reference.json_text import Rejected, decode
from pr3dict.core.reference.ladder import Ladder
from pr3dict.model.units import MICROS


@given(st.integers(0, 10**18 - 1))
def test_a_canonical_text_is_read_as_it_was_written(micros):
    assert (micros, True) == parse_micros(to_text(micros))


@given(st.text(alphabet="0123456789.-+eE _\uff10\u0661", max_size=24))
def test_a_number_is_read_exactly_or_not_at_all(text):
    number = parse_micros(text)
    plain = text.isascii() and text.replace(".", "", 1).isdigit()
    whole, point, places = text.partition(".")
    formed = plain and len(whole) <= 12 and len(places) <= 6 and bool(point) == bool(places)
    assert formed == (number is not None)
    if number is not None:
        assert int(whole or "0") * MICROS + int(places.ljust(6, "0")) == number[0]
        assert number[1] == (to_text(number[0]) == text)


@given(st.text(alphabet="0123456789-+ _\u0661", max_size=18))
def test_a_timestamp_is_digits_within_bounds(text):
    ms = parse_ms(text)
    digits = text.isascii() and text.isdigit() and len(text) <= 16
    assert (int(text) if digits and int(text) <= 9_223_372_036_854 else None) == ms


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "0.000"),
        (500_000, "0.500"),
        (37_500, "0.0375"),
        (123_456, "0.123456"),
        (MICROS, "1.000"),
    ],
)
def test_a_trade_price_has_three_decimals_at_least(micros, text):
    assert text == trade_price_text(micros)


def strictly(text: bytes) -> None:
    """Read JSON with the standard library, made strict; `Rejected` for anything else."""

    def no_constant(_):
        raise ValueError

    try:
        characters = text.decode()
        value = json.loads(characters, parse_constant=no_constant, parse_int=float)
        json.dumps(value, ensure_ascii=False).encode()  # No lone surrogate.
    except UnicodeDecodeError:
        raise Rejected("utf8", "not UTF-8") from None
    except (ValueError, RecursionError):
        raise Rejected("json", "not one JSON value") from None
    if depth_of(value) > json_text.DEPTH_MAX:
        raise Rejected("json", "not one JSON value")


def depth_of(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


def judgement(read, text: bytes) -> str:
    try:
        read(text)
    except Rejected as rejected:
        return rejected.reason
    return "read"


@given(st.integers(0, 2**64 - 1))
def test_json_is_judged_as_the_standard_library_does_when_strict(seed):
    rng = random.Random(seed)
    for said in World(rng).frames():
        text = damaged(rng, said.encode())
        assert judgement(strictly, text) == judgement(decode, text)


@given(st.recursive(st.just([]), lambda inner: st.lists(inner, max_size=4), max_leaves=80))
def test_depth_is_counted_exactly(value):
    text = json.dumps(value).encode()
    deep = depth_of(value)
    assert json_text.is_deeper(text, deep - 1)
    assert not json_text.is_deeper(text, deep)


def test_brackets_and_quotes_in_strings_are_not_counted():
    text = json.dumps([['[[{"', "\\", '\\"[', {"]]": "}["}]] * 20).encode()
    assert not json_text.is_deeper(text, 3)
    assert json_text.is_deeper(text, 2)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**64 - 1))
def test_the_shortcut_does_what_the_long_way_does(seed):
    run = steps(seed)
    with mock.patch.object(reference_books, "feed_plain", return_value=False):
        long = reference.new_books(prove=False)
        the_long_way = [answer(long, step) for step in run]
        left = state(long)
    short = reference.new_books(prove=False)
    assert the_long_way == [answer(short, step) for step in run]
    assert left == state(short)


def test_the_shortcut_takes_what_the_venue_sends():
    venue = Venue()
    books = live(reference, venue, prove=False)
    with mock.patch.object(wire, "read", side_effect=AssertionError("the long way")):
        feed(books, venue.next("BUY", "0.49", 7))
    assert 7_000_000 == books.top(YES)[1]


@given(
    st.booleans(),
    st.lists(st.tuples(st.integers(1, 20), st.integers(0, 3)), max_size=60),
)
def test_a_ladder_is_a_sorted_dictionary(is_bid, changes):
    ladder, truth = Ladder(is_bid=is_bid), {}
    for price, size in changes:
        ladder.set(price * 1000, size)
        truth[price * 1000] = size
    levels = sorted((price, size) for price, size in truth.items() if size)
    worst_first = levels if is_bid else levels[::-1]
    assert worst_first == ladder.worst_first()
    assert worst_first[::-1] == ladder.best_first()
    assert worst_first[::-1][:2] == ladder.best_first(2)
    assert (worst_first[-1] if levels else (0, 0)) == ladder.best()
    assert not ladder.replace(levels)
    assert ladder.replace([*levels, (999_999, 1)])
