"""Addresses, and what is refused before anything is sent."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pr3dict.model.errors import UnknownTokenError
from pr3dict.venues.polymarket import query

ROOT = "http://127.0.0.1:8001/"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
WALLET = "0x56687bf447db6ffa42ffe2204a05edaa20f55839"


def refusal(write, value):
    with pytest.raises(ValueError, match=r"^limit_to: wanted ") as found:
        write("limit_to", value)
    assert "\n" not in str(found.value)
    return str(found.value)


def test_an_address_without_a_query_has_no_question_mark():
    assert "http://127.0.0.1:8001/sports" == query.address(ROOT, "/sports")
    assert "http://127.0.0.1:8001/sports" == query.address(ROOT, "/sports", {"id": []})


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.lists(st.text(max_size=9), max_size=3)))
def test_whatever_is_asked_arrives_as_it_is(asked):
    found = urlsplit(query.address(ROOT, "/x", asked))
    expected = [(name, text) for name, texts in asked.items() for text in texts]
    assert expected == parse_qsl(found.query, keep_blank_values=True, strict_parsing=bool(expected))


@pytest.mark.parametrize("found", ["", " ", ".", "..", None, True, b"x", ["1"]])
def test_a_part_of_a_path_leads_nowhere_else(found):
    with pytest.raises(ValueError, match=r"^id: wanted an id or a slug"):
        query.part("id", found)


@given(st.text(min_size=1).filter(lambda text: text.strip() not in {"", ".", ".."}))
def test_a_part_of_a_path_stays_one_part(text):
    url = query.address(ROOT, f"/markets/{query.part('slug', text)}")
    assert 3 == len(urlsplit(url).path.split("/"))
    assert "" == urlsplit(url).query == urlsplit(url).fragment


@pytest.mark.parametrize(
    "write",
    [
        lambda text: query.address(ROOT, "/x", {"slug": ["a", text]}),
        lambda text: query.part("slug", text),
        lambda text: query.text("slug", text),
    ],
)
def test_text_that_no_utf8_can_write_is_refused_before_it_is_sent(write):
    with pytest.raises(ValueError, match=r"^slug: wanted text that UTF-8 can write, found 'a.ud8"):
        write("a\ud800b")


def test_a_filter_that_is_not_known_is_named():
    table = {"closed": ("closed", query.flag), "ids": ("id", query.texts)}
    assert {"id": ["1"], "closed": ["true"]} == query.written(table, {"ids": 1, "closed": True})
    assert {} == query.written(table, {"ids": None})
    with pytest.raises(ValueError, match=r"^wanted a filter of closed, ids; found offset$"):
        query.written(table, {"offset": 3})


@pytest.mark.parametrize("limit", [0, -1, 101, True, "5", 5.0])
def test_a_page_has_a_size_that_the_venue_gives(limit):
    with pytest.raises(ValueError, match=r"^limit: wanted 1 to 100, found"):
        query.page_size(limit, 100)
    assert ["100"] == query.page_size(100, 100)


@pytest.mark.parametrize("cursor", ["-1", "x", "1.0", "\u0661"])
def test_a_counted_list_begins_where_a_page_said(cursor):
    assert 100 == query.start("100")
    with pytest.raises(ValueError, match=r"^cursor: wanted that of the page before"):
        query.start(cursor)


@pytest.mark.parametrize(
    ("write", "value", "expected"),
    [
        (query.flag, False, ["false"]),
        (query.text, 5, ["5"]),
        (query.texts, "a", ["a"]),
        (query.texts, ["a", 2], ["a", "2"]),
        (query.whole, 0, ["0"]),
        (query.number, 0.1, ["0.1"]),
        (query.number, Decimal("1E+5"), ["100000"]),
        (query.number, 1e-7, ["0.0000001"]),
        (query.moment, NOON, ["2026-11-21T12:00:00Z"]),
        (query.moment, NOON.astimezone(timezone(timedelta(hours=2))), ["2026-11-21T12:00:00Z"]),
        (query.moment, "2026-11-21", ["2026-11-21"]),
        (query.seconds, NOON, ["1795262400"]),
        (query.seconds, 1795262400, ["1795262400"]),
        (query.choice("BUY", "SELL"), "buy", ["BUY"]),
        (query.choices("v1", "v2"), ["V2", "v1"], ["v2", "v1"]),
        (query.joined(query.whole, 3), [1, 2, 1], ["1,2"]),
        (query.wallet, WALLET, [WALLET]),
        (query.condition, "0xab", ["0xab"]),
        (query.token, "42", ["42"]),
    ],
)
def test_a_value_is_written_as_the_venue_wants_it(write, value, expected):
    assert expected == write("limit_to", value)


@pytest.mark.parametrize(
    ("write", "value"),
    [
        (query.flag, "true"),
        (query.flag, 1),
        (query.text, ""),
        (query.text, True),
        (query.texts, []),
        (query.texts, ["a", ""]),
        (query.texts, b"ab"),
        (query.texts, ["1"] * 101),
        (query.whole, True),
        (query.whole, "1"),
        (query.number, -1),
        (query.number, float("nan")),
        (query.number, Decimal("Infinity")),
        (query.number, "1"),
        (query.moment, datetime(2026, 11, 21)),  # noqa: DTZ001 - it is what is refused
        (query.moment, ""),
        (query.moment, 5),
        (query.seconds, datetime(2026, 11, 21)),  # noqa: DTZ001 - likewise
        (query.seconds, 0),
        (query.seconds, 1795262400000),
        (query.seconds, True),
        (query.choice("BUY", "SELL"), "HOLD"),
        (query.choice("BUY", "SELL"), 1),
        (query.choices("v1", "v2"), []),
        (query.joined(query.whole, 2), [1, 2, 3]),
        (query.wallet, "0x12"),
        (query.wallet, f"{WALLET}&user=x"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(write, value):
    refusal(write, value)


def test_a_refusal_stays_a_line_however_long_the_value_is():
    assert 200 > len(refusal(query.choice("BUY", "SELL"), "x" * 10_000))


@pytest.mark.parametrize("write", [query.condition, query.token])
def test_an_id_that_cannot_be_one_is_refused(write):
    with pytest.raises(UnknownTokenError):
        write("ids", "1&side=BUY")
