"""Rows are a tuple, and know what they are."""

import pytest

from pr3dict.client.rest.rows import Rows
from pr3dict.venues.polymarket.gamma.types import Tag

TAGS = [Tag(id="1", label="Sports"), Tag(id="2", label="Crypto"), Tag(id="3")]


def test_rows_are_the_tuple_of_what_was_found():
    rows = Rows(TAGS)
    assert tuple(TAGS) == rows
    assert TAGS[1] is rows[1]
    assert ["1", "2", "3"] == [tag.id for tag in rows]


def test_a_slice_is_rows_of_the_same_kind():
    part = Rows(TAGS)[:2]
    assert isinstance(part, Rows)
    assert (Tag, 2) == (part.of, len(part))
    assert Tag is Rows(TAGS)[3:].of


def test_the_kind_is_that_of_the_first_row_unless_told():
    assert Tag is Rows(TAGS).of
    assert Rows().of is None
    assert Tag is Rows([], Tag).of


@pytest.mark.parametrize("make", [Rows.to_polars, Rows.to_pandas])
def test_rows_become_a_table(make):
    pytest.importorskip(make.__name__.removeprefix("to_"))
    assert (3, ["Sports", "Crypto", ""]) == (len(make(Rows(TAGS))), list(make(Rows(TAGS))["label"]))


def test_a_row_or_two_are_shown_and_of_many_how_many_there_are():
    assert "Rows()" == repr(Rows())
    assert "Rows(5, 6)" == repr(Rows([5, 6]))
    assert "Rows(0, 1, … and 1,998 more)" == repr(Rows(range(2_000)))
