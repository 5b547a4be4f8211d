"""What users pass: refused in one sentence, or taken as it is."""

import functools
import math
from decimal import Decimal
from typing import Any

import pytest

from pr3dict.client.arguments import (
    called,
    count,
    dollars,
    every_s,
    is_async,
    seconds,
    timeout_s,
    token_id,
    token_ids,
    yardstick_of,
)
from pr3dict.measure.metrics import Yardstick
from pr3dict.model.errors import ConfigError, UnknownTokenError


class Called:
    async def __call__(self):
        """An object with an async call."""


async def coroutine():
    """A coroutine function."""


def test_knows_what_must_be_awaited():
    assert is_async(coroutine)
    assert is_async(functools.partial(coroutine))
    assert is_async(Called())
    assert not is_async(print)
    assert not is_async(lambda: None)


def test_token_ids_are_checked_one_by_one():
    assert ["1", "23"] == token_ids(("1", "23"))
    with pytest.raises(UnknownTokenError):
        token_ids(["1", "x"])


@pytest.mark.parametrize("found", [1, None, b"1", 1.5])
def test_a_token_id_is_text(found):
    sentence = f"^wanted a token id as text, found {found!r}$"
    with pytest.raises(UnknownTokenError, match=sentence):
        token_id(found)
    with pytest.raises(UnknownTokenError, match=sentence):
        token_ids([found])


def test_what_is_no_list_of_token_ids_is_refused():
    nonsense: Any = 123
    with pytest.raises(UnknownTokenError, match=r"^wanted a list of token ids, found 123$"):
        token_ids(nonsense)


def test_what_was_found_is_shown_at_a_bearable_length():
    with pytest.raises(UnknownTokenError) as raised:
        token_id(list(range(10_000)))
    assert 150 > len(str(raised.value))


@pytest.mark.parametrize("value", [100, "100", 100.0, Decimal(100)])
def test_dollars_are_taken_however_they_are_written(value):
    assert 100_000_000 == dollars(value)


@pytest.mark.parametrize("found", ["x", "", None, True, [], "1e999999", 10**13, 1e300])
def test_what_is_no_number_of_dollars_is_refused(found):
    with pytest.raises(ValueError, match=r"^depth_usdc: wanted a number of dollars, found "):
        dollars(found)


@pytest.mark.parametrize("found", [0, -1, "-0.5"])
def test_dollars_are_more_than_none(found):
    with pytest.raises(ValueError, match=f"wanted more than 0 dollars, found {found}$"):
        dollars(found)


def test_seconds_are_a_number_within_a_day():
    assert [0, 0.5, 86_400] == [seconds("start_timeout", value) for value in (0, 0.5, 86_400)]


@pytest.mark.parametrize("found", ["x", None, True, -1, math.nan, math.inf, 86_401])
def test_what_is_no_wait_is_refused(found):
    with pytest.raises(ConfigError, match=f"^start_timeout: wanted seconds, .* found {found!r}$"):
        seconds("start_timeout", found)


def test_what_is_not_said_is_no_pace_and_no_end():
    assert [0.0, 2.5] == [every_s(None), every_s(2.5)]
    assert [None, 2.5] == [timeout_s(None), timeout_s(2.5)]
    with pytest.raises(ConfigError, match=r"^timeout: wanted seconds, .* found -1$"):
        timeout_s(-1)


def test_a_count_is_a_whole_number():
    assert [0, 7] == [count("limit", 0), count("limit", 7)]
    with pytest.raises(ConfigError, match=r"^limit: wanted a whole number from 0, found True$"):
        count("limit", True)


@pytest.mark.parametrize(
    "found", [{"budgets": [1]}, {"budgets": (-1,)}, {"budgets": ("1",)}, {"band": 0.5}]
)
def test_nothing_is_measured_by_what_is_no_amount(found):
    assert Yardstick() == yardstick_of(Yardstick())
    with pytest.raises(ConfigError, match=r"^yardstick: wanted a .* in whole micros, found "):
        yardstick_of(Yardstick(**found))


def test_what_cannot_be_called_is_refused():
    nonsense: Any = 42
    assert called(print) is print
    with pytest.raises(TypeError, match=r"^wanted a function to call, found 42$"):
        called(nonsense)
