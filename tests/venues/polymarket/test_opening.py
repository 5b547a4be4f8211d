"""Whole books are told apart within a frame and left out, and nothing else is touched."""

import json

import pytest

from pr3dict.venues.polymarket.opening import restates, sift


def book(token: str, ms: int, **more: object) -> dict[str, object]:
    return {"event_type": "book", "asset_id": token, "timestamp": str(ms), "bids": [], **more}


def encoded(told: object) -> bytes:
    return json.dumps(told).encode()


def test_the_books_that_are_not_wanted_are_left_out_and_the_others_stay_to_the_letter():
    frame = b'[ {"asset_id":"1","timestamp":"5","event_type":"book"} , '
    second = b'{ "event_type":"book", "asset_id":"2","timestamp":"6", "asks":[{"price":"0.5"}]}'
    asked = []

    def wanted(token, venue_ns):
        asked.append((token, venue_ns))
        return token == "2"

    assert b"[" + second + b"]" == sift(frame + second + b"]", wanted)
    assert [("1", 5_000_000), ("2", 6_000_000)] == asked


def test_a_single_book_is_left_out_as_a_whole():
    assert b"" == sift(encoded(book("1", 5)), lambda *_: False)
    assert b"" == sift(encoded([book("1", 5), book("2", 5)]), lambda *_: False)


def test_where_all_are_wanted_it_is_the_very_frame():
    frame = encoded([book("1", 5), book("2", 7)])
    assert frame is sift(frame, lambda *_: True)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"PONG",
        b'{"event_type":"price_change","market":"book"}',
        b'{"event_type":"price_change","asset_id":"1","timestamp":"5","side":"book"}',
        b'[{"event_type":"book"',
        b'[{"event_type":"book","asset_id":"1"}]',
        b'[{"event_type":"book","asset_id":"1","timestamp":"soon"}]',
        b'{"event_type":"book","asset_id":"1","timestamp":7}',
        b'"book"',
        b'["book"]',
        b'{"event_type":"book","asset_id":"\xff","timestamp":"7"}',
    ],
)
def test_what_is_no_book_or_cannot_be_read_is_left_to_the_books(frame):
    assert frame is sift(frame, lambda *_: False)


def test_what_stands_beside_a_book_stays():
    trade = {"event_type": "last_trade_price", "asset_id": "1", "timestamp": "5"}
    assert [trade] == json.loads(sift(encoded([book("1", 5), trade]), lambda *_: False))


def test_a_book_and_a_change_say_how_a_book_is_and_a_trade_does_not():
    trade = {"event_type": "last_trade_price", "asset_id": "1", "timestamp": "5"}
    assert restates(encoded([book("1", 5)]))
    assert restates(b'{"market":"1", "event_type": "price_change"}')
    assert not restates(encoded(trade))
    assert not restates(b'{"event_type":"tick_size_change"}')


def test_a_frame_that_is_nested_without_end_is_left_to_the_books():
    frame = b'["book",' + b"[" * 100_000
    assert frame == sift(frame, lambda token, venue_ns: False)
