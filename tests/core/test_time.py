"""What depends on time: the closing of claims, latencies, replay: docs/books.md section 6."""

import pytest
from tests.core.kit import BATCH_NS, LINK, MS, NO, NOW, YES, Venue, feed, frame, live, opened, trade

from pr3dict.measure.latency import bucket_of
from pr3dict.model.errors import TapeCorrupt
from pr3dict.model.records import Kind

MS_NS = 1_000_000
HOUR_NS = 3600 * 1000 * MS_NS


def latency_of(engine, *latencies_ns, offset_ns=0):
    books = opened(engine, YES)
    books.set_clock_offset(offset_ns)
    for latency_ns in latencies_ns:
        feed(books, trade(), NOW + latency_ns)
    return books.latency()


def test_a_latency_is_counted_in_its_bucket(engine):
    buckets, count, total, least, greatest, negative = latency_of(engine, 0, 63, 64, 5 * MS_NS)
    assert [0, 63, 64, bucket_of(5 * MS_NS)] == [n for n, held in enumerate(buckets) if held]
    assert (4, 5 * MS_NS + 127, 0, 5 * MS_NS, 0) == (count, total, least, greatest, negative)


def test_a_negative_latency_is_counted_and_not_clamped(engine):
    buckets, *seen = latency_of(engine, -3 * MS_NS, 10)
    assert [2, 10 - 3 * MS_NS, -3 * MS_NS, 10, 1] == seen
    assert 1 == sum(buckets)


def test_the_offset_of_the_clocks_is_taken_off(engine):
    assert 7 == latency_of(engine, MS_NS + 7, offset_ns=MS_NS)[2]


@pytest.mark.parametrize("latency_ns", [HOUR_NS + 1, -HOUR_NS - 1, HOUR_NS * 10**5])
def test_a_difference_of_clocks_is_no_latency(engine, latency_ns):
    books = opened(engine, YES)
    feed(books, trade(), NOW + latency_ns)
    feed(books, trade(), NOW + (HOUR_NS if latency_ns > 0 else -HOUR_NS))
    assert 1 == books.counters()["latency.clock_insane"]
    assert 1 == books.latency()[1]


def test_only_changes_and_trades_that_are_applied_have_a_latency(engine):
    venue = Venue()
    books = live(engine, venue)
    feed(books, trade(asset_id="7"))
    feed(books, b"PONG")
    assert 0 == books.latency()[1]
    feed(books, [venue.book(), venue.next("BUY", "0.49", 7), trade()], NOW + MS_NS)
    assert (1, 0) == books.latency()[1:3]


def test_a_frame_of_its_batch_puts_off_the_closing(engine):
    venue = Venue()
    books = live(engine, venue)
    venue.next("BUY", "0.45", 9)
    change = venue.next("BUY", "0.48", 31)
    feed(books, change, NOW)
    feed(books, change, NOW + 5)
    assert NOW + 5 + BATCH_NS == books.wake_at


def test_what_is_due_is_closed_in_order_of_time(engine):
    venue = Venue()
    books = live(engine, venue)
    venue.next("BUY", "0.45", 9)
    change = venue.next("BUY", "0.48", 31)
    twin = change | {"price_changes": change["price_changes"][1:]}
    feed(books, change, NOW)
    feed(books, change | {"price_changes": change["price_changes"][:1]}, NOW + 5)
    assert twin["price_changes"][0]["asset_id"] == NO
    assert NOW + BATCH_NS == books.wake_at
    books.wake(NOW + BATCH_NS)
    assert (NO,) == books.touched()
    assert NOW + 5 + BATCH_NS == books.wake_at
    books.wake(NOW + BATCH_NS + 5)
    assert (YES,) == books.touched()


def test_what_is_due_at_once_is_closed_in_the_order_of_its_times(engine):
    venue = Venue()
    books = live(engine, venue)
    venue.next("BUY", "0.45", 9)
    change = venue.next("BUY", "0.48", 31)
    feed(books, change, NOW)
    feed(books, change | {"price_changes": change["price_changes"][:1]}, NOW + 5)
    books.wake(NOW + 2 * BATCH_NS)
    assert (NO, YES) == books.touched()


def tape(engine, venue):
    buffer = engine.new_record_buffer()
    frames = [venue.opening(), venue.next("BUY", "0.49", 7), venue.next("BUY", "0.49", 8), []]
    for n, said in enumerate(frames):
        buffer.append(Kind.IN, LINK, NOW + n, n, frame(said))
    buffer.append(Kind.CLOSED, LINK, NOW + 9, 9, b"")
    return buffer.take()


def test_a_replay_is_the_run(engine):
    block = tape(engine, Venue())
    books = opened(engine, YES, NO)
    seen = []

    def look(flags):
        seen.append((flags, books.touched(), len(books.take()), books.top(YES)[1]))

    end = books.replay(block, 0, NOW + 100, look)
    assert (Kind.CLOSED, b"") == (engine.read_record(block, end)[0], block[end + 32 :])
    assert [
        (3, (YES, NO), 4, 20_000_000),
        (1, (YES, NO), 0, 7_000_000),
        (1, (YES, NO), 0, 8_000_000),
    ] == seen
    assert 4 == books.counters()["frames.received"]
    assert NOW + 2 == books.view(YES).local_ns


def test_a_replay_stops_before_what_is_later(engine):
    block = tape(engine, Venue())
    books = opened(engine, YES, NO)
    books.replay(block, 0, NOW + 1, None)
    assert 7_000_000 == books.top(YES)[1]
    assert 2 == books.counters()["frames.received"]


def test_a_replay_stops_where_bytes_are_missing(engine):
    block = tape(engine, Venue())
    books = opened(engine, YES, NO)
    end = books.replay(block[:-40], 0, NOW + 100, None)
    assert 3 == books.counters()["frames.received"]
    assert end == books.replay(block[:-40], end, NOW + 100, None)


def test_a_replay_of_corrupt_bytes_is_an_error(engine):
    block = bytearray(tape(engine, Venue()))
    block[-40] ^= 1
    books = opened(engine, YES, NO)
    with pytest.raises(TapeCorrupt):
        books.replay(bytes(block), 0, NOW + 100, None)
    assert MS * MS_NS + 2 == books.view(YES).local_ns
