"""Requests and answers of REST, without HTTP."""

import json

import pytest

from pr3dict.model.errors import FeedError, RestError, UnknownTokenError
from pr3dict.venues.polymarket import rest, rules

CLOB = "http://127.0.0.1:8001/"


def test_asks_for_one_book():
    assert rest.Request("http://127.0.0.1:8001/book?token_id=42") == rest.book(CLOB, "42")


def test_asks_for_many_books_in_bounded_parts():
    tokens = [str(number) for number in range(2 * rules.BOOKS_PER_REQUEST + 1)]
    requests = rest.books(CLOB, tokens)
    assert {"http://127.0.0.1:8001/books"} == {request.url for request in requests}
    asked = [json.loads(request.body) for request in requests]
    assert [rules.BOOKS_PER_REQUEST, rules.BOOKS_PER_REQUEST, 1] == [len(part) for part in asked]
    assert tokens == [one["token_id"] for part in asked for one in part]


def test_asks_for_no_books_with_no_request():
    assert [] == rest.books(CLOB, [])


def test_asks_for_the_rules_of_a_market_and_for_the_time():
    assert "http://127.0.0.1:8001/clob-markets/0xab" == rest.market(CLOB, "0xab").url
    assert "http://127.0.0.1:8001/time" == rest.server_time(CLOB).url


def test_only_ids_become_part_of_an_address():
    with pytest.raises(UnknownTokenError):
        rest.book(CLOB, "1&side=BUY")
    with pytest.raises(UnknownTokenError):
        rest.market(CLOB, "../books")


def test_reads_the_rules_of_a_market():
    answer = (
        b'{"c":"0xab","t":[{"t":"42","o":"Yes"},{"t":"7","o":"No"}],"mos":5,"mts":0.0001,'
        b'"mbf":1000,"tbf":1000,"nr":true,"rfqe":true,"fd":{"r":0.07,"e":1,"to":true}}'
    )
    assert rest.MarketRules(
        tokens=("42", "7"),
        outcomes=("Yes", "No"),
        min_order_size="5",
        tick_size="0.0001",
        neg_risk=True,
    ) == rest.read_market(answer)


@pytest.mark.parametrize(
    ("written", "told"), [("5", "5"), ("5.0", "5"), ('"15"', "15"), ("1e-4", "0.0001"), ("0", "0")]
)
def test_tells_numbers_as_the_venue_hashes_them(written, told):
    answer = f'{{"t":[],"mos":{written},"mts":{written}}}'.encode()
    found = rest.read_market(answer)
    assert (told, told) == (found.min_order_size, found.tick_size)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"t":[],"mos":"many","mts":0.01}',
        b'{"t":[],"mos":5,"mts":0.00000001}',
        b'{"t":[{"t":42}],"mos":5,"mts":0.01}',
        b'{"t":[],"mos":5,"mts":null}',
        b'{"t":[],"mos":"\xff","mts":0.01}',
        b'{"t":[],"mos":"NaN","mts":0.01}',
    ],
)
def test_an_answer_that_is_none_is_told(answer):
    with pytest.raises(FeedError, match="wanted the rules of a market"):
        rest.read_market(answer)


def test_reads_the_time_of_the_venue():
    assert 1_766_481_546 * 10**9 == rest.read_time(b"1766481546\n")


@pytest.mark.parametrize("answer", [b"", b"now", b"-1", b"1766481546123", b"\xff", b"1.5"])
def test_a_time_that_is_none_is_told(answer):
    with pytest.raises(FeedError, match="wanted whole seconds"):
        rest.read_time(answer)


def test_the_book_of_a_token_is_passed_on_as_it_is():
    answer = b'{"market":"0x1","asset_id":"42","bids":[],"asks":[{"price":"0.5","size":"1"}]}'
    assert answer is rest.read_book(answer, "42")


@pytest.mark.parametrize(
    "answer",
    [b"", b"<p>", b"[]", b'{"asset_id":"42","bids":[{"pri', b'{"asset_id":"42"}', b"\xff"],
)
def test_half_a_book_is_none(answer):
    with pytest.raises(RestError, match=r"^wanted the book of 42, found b'") as raised:
        rest.read_book(answer, "42")
    assert "bad_answer" == raised.value.name


def test_the_book_of_another_token_is_not_taken_for_it():
    with pytest.raises(RestError, match=r"wanted the book of 42, found that of 7$"):
        rest.read_book(b'{"asset_id":"7","bids":[],"asks":[]}', "42")
