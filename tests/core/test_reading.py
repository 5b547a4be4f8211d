"""What is a frame, and what is refused: docs/books.md section 1, on every engine."""

import pytest
from tests.core.kit import (
    LINK,
    MARKET,
    MS,
    NO,
    NOW,
    YES,
    Venue,
    counted,
    feed,
    frame,
    opened,
    trade,
)

from pr3dict.core import CONTROL, EVENTS
from pr3dict.model.events import ControlReceived, FrameRejected


def rejection(engine, raw):
    """Return (reason, detail) of a frame, None where it is not rejected."""
    told = feed(opened(engine, YES, NO), raw)
    rejected = [event for event in told if isinstance(event, FrameRejected)]
    return (rejected[0].reason, rejected[0].detail) if rejected else None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"PONG", "pong"),
        (b" pong\r\n", "pong"),
        (b"NO NEW ASSETS", "no_new_assets"),
        (b"INVALID OPERATION\n", "invalid_operation"),
    ],
)
def test_D1_a_control_text_is_told_and_is_no_data(engine, text, reason):
    books = opened(engine, YES)
    assert CONTROL | EVENTS == books.feed(LINK, text, NOW)
    assert [ControlReceived(LINK, text.strip().decode(), NOW)] == books.take()
    assert 1 == books.counters()[f"frames.ignored.{reason}"]
    assert 0 == books.last_data_ns(LINK)


@pytest.mark.parametrize("text", [b"", b" \t\r\n", b"[]", b"[]\n", b"{}", b" null "])
def test_D1_nothing_is_ignored_without_a_word(engine, text):
    books = opened(engine, YES)
    assert 0 == books.feed(LINK, text, NOW)
    assert 1 == books.counters()["frames.ignored.empty"]
    assert 0 == books.last_data_ns(LINK)


@pytest.mark.parametrize("text", [b"no new assets", b"PING", b"PONG" + b" " * 61, b"\x0bPONG"])
def test_D1_what_looks_like_a_control_text_is_no_json(engine, text):
    assert ("json", "not one JSON value") == rejection(engine, text)


def test_D1_an_array_of_nothing_is_data(engine):
    books = opened(engine, YES)
    books.feed(LINK, b"[ ]", NOW)
    assert 1 == books.counters()["frames.ignored.empty"]
    assert NOW == books.last_data_ns(LINK)


def test_D2_invalid_utf_8_is_named_before_anything_else(engine):
    assert ("utf8", "not UTF-8") == rejection(engine, b'{"a":"\xff"')
    assert ("utf8", "not UTF-8") == rejection(engine, b'{"event_type":"rumour","a":"\xed\xa0\x80"}')


@pytest.mark.parametrize(
    "value",
    [
        "NaN", "Infinity", "-Infinity", "01", "1.", ".5", "+1", "1e", "-", "tru", "nul", "'a'", "",
        "[1,]", '{"a":1,}', "{a:1}", '"\\x"', '"\\u12"', '"\\ud800"', '"\\udc00\\ud800"',
        '"\\ud83dx"', '"a\tb"', '"\n"', '"\x00"', '"abc', "1 2", "[", "]", "1}", "\x0c1",
    ],
)  # fmt: skip
def test_D2_no_json_is_refused_where_nobody_reads_it(engine, value):
    raw = ('{"event_type":"rumour","skipped":' + value + "}").encode()
    assert ("json", "not one JSON value") == rejection(engine, raw)


@pytest.mark.parametrize(
    "value",
    [
        "1e999", "-0.0E+5", "0", "1" * 5000, "null", "true", '"\\ud83d\\ude00"', '"\\/\\b\\u0000"',
        '"\x7f"', '"\u2028"', "[[], {}]", '{"a":{"a":1,"a":2}}', " \n[\t1\r]",
    ],
)  # fmt: skip
def test_json_is_read_where_nobody_reads_it(engine, value):
    raw = ('{"event_type":"rumour","skipped":' + value + "}").encode()
    assert rejection(engine, raw) is None


@pytest.mark.parametrize("frame_of", [b"[%s]", b'{"a":%s}', b'{"event_type":"rumour","a":%s}'])
def test_depth_is_judged_to_the_letter(engine, frame_of):
    deep = frame_of % (b"[" * 63 + b"]" * 63)
    deeper = frame_of % (b"[" * 64 + b"]" * 64)
    assert rejection(engine, deep) in {
        ("schema", "a message is no object"),
        ("schema", "event_type"),
        None,
    }
    assert ("json", "not one JSON value") == rejection(engine, deeper)


def test_brackets_in_strings_are_not_deep(engine):
    raw = b'{"event_type":"rumour","a":"' + b"[{" * 100 + b'\\"[[","b":[["]]"],[],[]]}'
    assert rejection(engine, raw) is None


def test_D2_two_hundred_thousand_brackets_harm_nobody(engine):
    assert ("json", "not one JSON value") == rejection(engine, b"[" * 200_000)


@pytest.mark.parametrize("raw", [b"1", b'"book"', b"[1]", b"[[]]", b"[null]"])
def test_D1_a_message_is_an_object(engine, raw):
    assert ("schema", "a message is no object") == rejection(engine, raw)


@pytest.mark.parametrize("raw", [b'{"x":1}', b'{"event_type":1}', b'{"event_type":null}'])
def test_D1_a_message_has_a_type(engine, raw):
    assert ("schema", "event_type") == rejection(engine, raw)


def test_D3_an_unknown_type_is_ignored(engine):
    books = opened(engine, YES)
    feed(books, {"event_type": "rumour"})
    assert {
        "frames.ignored.unknown_type": 1,
        "entries.received": 1,
        "entries.ignored.unknown_type": 1,
    } == counted(books)
    assert NOW == books.last_data_ns(LINK)


def test_a_frame_with_something_known_is_applied(engine):
    books = opened(engine, YES)
    feed(books, [{"event_type": "rumour"}, trade()])
    counts = counted(books)
    assert (1, 2) == (counts["frames.applied"], counts["entries.received"])


def test_the_last_of_two_equal_keys_counts(engine):
    raw = frame(trade()).replace(b'"price":"0.5"', b'"price":[1],"price":"0.25"')
    told = feed(opened(engine, YES), raw)
    assert 250_000 == told[0].price


def test_escapes_in_names_and_numbers_are_read(engine):
    raw = frame(trade()).replace(b'"price":"0.5"', b'"pr\\u0069ce":"\\u0030.25"')
    told = feed(opened(engine, YES), raw)
    assert 250_000 == told[0].price


BOOK = Venue().book()
CHANGE = Venue().change("BUY", "0.49", "20", twin=False)


def with_level(**members):
    return BOOK | {"bids": [{"price": "0.4", "size": "1"} | members]}


def with_change(**members):
    return CHANGE | {"price_changes": [CHANGE["price_changes"][0] | members]}


@pytest.mark.parametrize("number", [".5", "0.50", "000000000000.5", "0.500000", "0.123456"])
def test_C7_plain_decimals_are_numbers(engine, number):
    assert rejection(engine, with_change(price=number)) is None


@pytest.mark.parametrize(
    "number",
    [
        "", ".", "5.", "-0.5", "+0.5", "1e-1", "NaN", "Infinity", " 0.5", "0.5 ", "0.5\n", "0,5",
        "0.1234567", "0000000000000.5", "0x1", "1_0", "\uff10.\uff15", "0.\u0665",
    ],
)  # fmt: skip
def test_C7_nothing_else_is_a_number(engine, number):
    assert ("number", "price") == rejection(engine, with_change(price=number))
    assert ("number", "bids") == rejection(engine, with_level(size=number))


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (with_change(price="0"), ("price", "price")),
        (with_change(price="1"), ("price", "price")),
        (with_change(price="1.5"), ("price", "price")),
        (with_level(price="0.0"), ("price", "bids")),
        (with_level(price="1.000000"), ("price", "bids")),
        (with_level(size="0"), ("size", "bids")),
        (with_change(size=12), ("schema", "size")),
        (with_change(size="-1"), ("number", "size")),
        (with_change(side="buy"), ("side", "side")),
        (with_change(side=None), ("schema", "side")),
        (with_change(best_bid="x"), ("number", "best_bid")),
        (with_change(best_ask=1), ("schema", "best_ask")),
        (with_change(hash=1), ("schema", "hash")),
        (with_change(asset_id=1), ("schema", "asset_id")),
        (CHANGE | {"price_changes": [1]}, ("schema", "price_changes")),
        (CHANGE | {"price_changes": {}}, ("schema", "price_changes")),
        (CHANGE | {"price_changes": None}, ("schema", "asset_id")),
        (CHANGE | {"timestamp": ""}, ("timestamp", "timestamp")),
        (CHANGE | {"timestamp": "-1"}, ("timestamp", "timestamp")),
        (CHANGE | {"timestamp": "12345678901234567"}, ("timestamp", "timestamp")),
        (CHANGE | {"timestamp": "9223372036855"}, ("timestamp", "timestamp")),
        (CHANGE | {"timestamp": MS}, ("schema", "timestamp")),
        (CHANGE | {"market": None}, ("schema", "market")),
        (BOOK | {"asks": None}, ("schema", "asks")),
        (BOOK | {"bids": [["0.4", "1"]]}, ("schema", "bids")),
        (with_level(price=None), ("schema", "bids")),
        (BOOK | {"bids": [{"price": p, "size": "1"} for p in ("0.4", ".40")]}, ("levels", "bids")),
        (BOOK | {"neg_risk": "false"}, ("schema", "neg_risk")),
        (BOOK | {"tick_size": 0.01}, ("schema", "tick_size")),
        (trade(price="1.000001"), ("price", "price")),
        (trade(size="1" * 13), ("number", "size")),
        (trade(transaction_hash=1), ("schema", "transaction_hash")),
    ],
)
def test_a_frame_at_fault_is_refused_by_name(engine, message, reason):
    assert reason == rejection(engine, message)


@pytest.mark.parametrize("side", ["bids", "asks"])
def test_B5_a_missing_side_is_no_empty_side(engine, side):
    book = dict(BOOK)
    del book[side]
    assert ("schema", side) == rejection(engine, book)


def test_the_first_fault_of_the_text_is_told(engine):
    faults = [with_change(side="?", price="2"), BOOK | {"timestamp": "x"}]
    assert ("price", "price") == rejection(engine, faults)
    assert ("timestamp", "timestamp") == rejection(engine, faults[::-1])


def test_D9_a_rejected_frame_changes_nothing_but_trust(engine):
    venue = Venue()
    books = opened(engine, YES, NO)
    feed(books, [venue.book(), {"event_type": "book"}])
    assert 0 == len(books.view(YES).bids())
    assert {"frames.rejected.schema": 1} == counted(books)
    assert 0 == books.last_data_ns(LINK)


def test_a_rejection_shows_the_beginning_of_the_frame(engine):
    told = feed(opened(engine), b'{"\xff\xe2\x82\xac' + b"x" * 1000)
    assert FrameRejected(LINK, "utf8", "not UTF-8", '{"\ufffd€' + "x" * 116, NOW) == told[0]


def test_a_book_of_ten_thousand_levels_is_read(engine):
    levels = [{"price": f"0.{n:04d}", "size": "1"} for n in range(1, 5000)]
    asks = [{"price": f"0.{n:04d}", "size": "1"} for n in range(5000, 10_000)]
    books = opened(engine, YES)
    feed(books, BOOK | {"bids": levels, "asks": asks, "hash": None, "market": MARKET})
    assert (4999, 5000) == books.view(YES).depth
