"""Every spelling of the venue is read exactly; what cannot be read is one sentence."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pr3dict.model.errors import RestError
from pr3dict.model.requests import Page
from pr3dict.venues.polymarket import answers
from pr3dict.venues.polymarket.answers import Row


class Leg(Row, frozen=True, kw_only=True):
    label: str = ""


class Thing(Row, frozen=True, kw_only=True):
    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {"tick_size": ("orderPriceMinTickSize",)}
    id: str
    tick_size: Decimal | None = None
    volume_24hr: Decimal | None = None
    open: bool | None = None
    count: int | None = None
    end_date: datetime | None = None
    words: tuple[str, ...] = ()
    leg: Leg | None = None
    legs: tuple[Leg, ...] = ()


def thing(**members):
    return answers.row(Thing, {"id": "1", **members})


def refusal(read, body):
    with pytest.raises(RestError) as found:
        read(body)
    assert "\n" not in str(found.value)
    return found.value


def test_a_member_has_its_own_name_or_camel_case_or_what_the_row_says():
    for name in ("orderPriceMinTickSize", "tick_size", "tickSize"):
        assert Decimal("0.01") == thing(**{name: Decimal("0.01")}).tick_size
    for name in ("volume_24hr", "volume24hr"):
        assert Decimal(5) == thing(**{name: 5}).volume_24hr


def test_the_first_spelling_that_says_something_is_taken():
    assert Decimal("0.1") == thing(orderPriceMinTickSize=None, tick_size="0.1").tick_size
    assert Decimal("0.1") == thing(orderPriceMinTickSize="", tickSize="0.1").tick_size
    assert Decimal("0.2") == thing(orderPriceMinTickSize="0.2", tickSize="0.1").tick_size


def test_what_is_missing_null_or_empty_is_nothing():
    nothing = Thing(id="1")
    assert nothing == thing()
    names = Thing.__struct_fields__[1:]
    assert nothing == thing(**dict.fromkeys(names))
    assert nothing == thing(**dict.fromkeys(names, ""))


def test_a_member_that_must_be_there_is_named_where_it_is_missing():
    for found in ({}, {"id": None}):
        with pytest.raises(ValueError, match=r"^id is missing$"):
            answers.row(Thing, found)


def test_what_is_not_known_is_left_out():
    assert thing() == thing(somethingNew={"a": [1]}, another="x")


@pytest.mark.parametrize(
    "written",
    ["0.1", '"0.1"', "1e-1", '"1E-1"', "0.10", "100e-3"],
)
def test_a_number_is_exact_however_it_is_written(written):
    read = answers.one(Thing)
    assert Decimal("0.1") == read(f'{{"id":1,"tick_size":{written}}}'.encode()).tick_size


def test_a_float_keeps_every_digit_that_was_sent():
    read = answers.one(Thing)
    body = b'{"id":"1","volume24hr":12232699.6154792221234567}'
    assert Decimal("12232699.6154792221234567") == read(body).volume_24hr


@pytest.mark.parametrize(
    "written",
    [
        *('"NaN"', '"Infinity"', '"1_000"', '" 1"', '"0x10"', '"\uff11"', "true", "[]", "{}"),
        *("1e61", "1e-61", '"1e999"', '"1e9999999"', '"abc"'),
    ],
)
def test_what_is_no_number_is_refused_with_its_member(written):
    error = refusal(answers.one(Thing), f'{{"id":1,"volume24hr":{written}}}'.encode())
    assert "bad_answer" == error.name
    assert "volume_24hr: wanted a number" in str(error)


@pytest.mark.parametrize(("found", "expected"), [(3, 3), ("3", 3), (Decimal("3.0"), 3)])
def test_a_whole_number_may_come_as_text(found, expected):
    assert expected == thing(count=found).count


@pytest.mark.parametrize("found", [Decimal("3.5"), "3.5", True, "x", []])
def test_what_is_no_whole_number_is_refused(found):
    with pytest.raises(ValueError, match=r"^count: wanted"):
        thing(count=found)


@pytest.mark.parametrize(("found", "expected"), [(True, True), ("false", False), ("true", True)])
def test_a_flag_may_come_as_text(found, expected):
    assert expected is thing(open=found).open


@pytest.mark.parametrize("found", [1, "yes", [], {}])
def test_what_is_no_flag_is_refused(found):
    with pytest.raises(ValueError, match=r"^open: wanted true or false"):
        thing(open=found)


def test_an_id_may_come_as_a_number():
    assert "246060" == answers.row(Thing, {"id": 246060}).id


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("2026-03-11T09:29:01.328428Z", datetime(2026, 3, 11, 9, 29, 1, 328428, tzinfo=UTC)),
        ("2023-11-02 21:40:32.968+00", datetime(2023, 11, 2, 21, 40, 32, 968000, tzinfo=UTC)),
        ("2026-03-11T11:29:01+02:00", datetime(2026, 3, 11, 9, 29, 1, tzinfo=UTC)),
        ("2026-03-12", datetime(2026, 3, 12, tzinfo=UTC)),
        (1710000000, datetime(2024, 3, 9, 16, tzinfo=UTC)),
        ("1710000000", datetime(2024, 3, 9, 16, tzinfo=UTC)),
        (1710000000123, datetime(2024, 3, 9, 16, 0, 0, 123000, tzinfo=UTC)),
        (Decimal("1710000000.5"), datetime(2024, 3, 9, 16, 0, 0, 500000, tzinfo=UTC)),
        (0, None),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_a_time_is_utc_however_it_is_written(found, expected):
    assert expected == thing(end_date=found).end_date


@pytest.mark.parametrize("found", ["NOW*()", "2026-13-01", True, [], 10**40, "1e60"])
def test_what_is_no_time_is_refused(found):
    with pytest.raises(ValueError, match=r"^end_date: wanted a time"):
        thing(end_date=found)


@pytest.mark.parametrize("found", [["a", "b"], '["a", "b"]', ["a", None, "b"]])
def test_a_list_may_be_json_in_a_string(found):
    assert ("a", "b") == thing(words=found).words


@pytest.mark.parametrize("found", ['["a"', "a,b", '{"a":1}', 5, {"a": 1}])
def test_what_is_no_list_is_refused(found):
    with pytest.raises(ValueError, match=r"^words: wanted a list"):
        thing(words=found)


def test_a_row_may_hold_rows():
    assert Leg(label="x") == thing(leg={"label": "x"}).leg
    assert (Leg(label="x"), Leg()) == thing(legs=[{"label": "x"}, {}]).legs
    with pytest.raises(ValueError, match=r"^legs: label: wanted text"):
        thing(legs=[{"label": []}])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html><html>",
        b'{"id":"1","count":',
        b"null",
        b"[]",
        b'"x"',
        b'{"id":"\xff"}',
        b"[" * 100_000,
        b'{"id":1,"count":' + b"9" * 5_000 + b"}",
    ],
)
def test_what_is_no_answer_is_one_sentence(body):
    for read in (
        answers.one(Thing),
        answers.keyset("things", Thing),
        answers.page(Thing),
        answers.data(answers.just(Thing)),
    ):
        assert "bad_answer" == refusal(read, body).name


@pytest.mark.parametrize("body", [b'{"error":"no such thing"}', b'{"error":{"code":7}}'])
def test_an_error_inside_a_200_is_told(body):
    for read in (answers.one(Thing), answers.many(Thing), answers.page(Thing)):
        error = refusal(read, body)
        assert "refused" == error.name
        assert "the venue says" in str(error)


def test_a_keyset_page_ends_where_no_cursor_is():
    read = answers.keyset("things", Thing)
    assert Page((Thing(id="1"),), "abc") == read(b'{"things":[{"id":1}],"next_cursor":"abc"}')
    for end in (b'{"things":[]}', b'{"things":[],"next_cursor":null}'):
        assert Page((), "") == read(end)
    assert "things is missing" in str(refusal(read, b"{}"))


def test_a_counted_page_ends_where_it_is_not_full():
    body = b'[{"id":1},{"id":2}]'
    assert "12" == answers.offset(Thing, 10, 2)(body).next_cursor
    assert "" == answers.offset(Thing, 10, 3)(body).next_cursor
    assert "" == answers.offset(Thing, 0, 2)(b"[]").next_cursor
    assert "12" == answers.offset(Thing, 10, 2, deepest=12)(body).next_cursor
    assert "" == answers.offset(Thing, 10, 2, deepest=11)(body).next_cursor


def test_a_page_of_v2_says_itself_whether_there_is_more():
    read = answers.page(Thing)
    more = b'{"data":[{"id":1}],"pagination":{"has_more":true,"next_cursor":"c"}}'
    assert Page((Thing(id="1"),), "c") == read(more)
    last = b'{"data":[],"pagination":{"has_more":false,"next_cursor":null}}'
    assert Page((), "") == read(last)


@pytest.mark.parametrize("place", ['"has_more":true', '"has_more":false,"next_cursor":"c"'])
def test_a_page_of_v2_that_contradicts_itself_is_refused(place):
    error = refusal(answers.page(Thing), f'{{"data":[],"pagination":{{{place}}}}}'.encode())
    assert "contradict" in str(error)


def test_an_envelope_holds_one_or_none_or_many():
    assert "1" == answers.data(answers.just(Thing))(b'{"data":{"id":1}}').id
    assert answers.data(answers.maybe(Thing))(b'{"data":null}') is None
    assert answers.data(answers.maybe(Thing))(b'{"data":{"id":1}}') is not None
    assert 2 == len(answers.data(answers.rows(Thing))(b'{"data":[{"id":1},{"id":2}]}'))


def test_a_list_of_one_is_its_one():
    assert "1" == answers.first(Thing)(b'[{"id":1}]').id
    for body in (b"[]", b'[{"id":1},{"id":2}]'):
        assert "wanted a list of one" in str(refusal(answers.first(Thing), body))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(Thing.__struct_fields__), JSON))
def test_whatever_comes_is_a_row_or_a_sentence(members):
    with suppress(ValueError):
        found = answers.row(Thing, members)
        assert isinstance(found.id, str)
        assert found.end_date is None or found.end_date.tzinfo is UTC
