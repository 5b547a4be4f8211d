"""Nothing is lost without being counted, and nothing that comes in can hurt the feed."""

import threading

import pytest
from tests.tape.kit import BOOTED, START

from pr3dict.model.records import Kind
from pr3dict.tape.intake import Intake
from pr3dict.tape.scan import records_of

FRAME = b"x" * 68  # a record of 100 bytes


@pytest.fixture
def intake(core):
    return Intake(core, seal_at=1000, size_max=2000, wall_minus_mono=START - BOOTED)


def drain(intake, core):
    """Write everything that waits; return its records as (kind, payload)."""
    found = []
    for chunk in intake.take():
        raw = chunk.buffer.take()
        records = list(records_of(core, raw))
        assert (len(raw), len(records)) == (chunk.size, chunk.records)
        assert records[-1].wall_ns == chunk.last_ns
        found += [(record.kind, record.payload) for record in records]
        intake.written(chunk)
    return found


def fill(intake, count, first=0):
    for index in range(first, first + count):
        intake.append(Kind.IN, 1, START + index, FRAME)


def test_what_is_appended_is_taken_in_order(intake, core):
    intake.append(Kind.OPENED, 1, START, b"url")
    intake.append(Kind.IN, 1, START + 1, b"frame")
    assert [(Kind.OPENED, b"url"), (Kind.IN, b"frame")] == drain(intake, core)
    assert [] == drain(intake, core)


def test_a_record_carries_both_clocks_and_its_link(intake, core):
    intake.append(Kind.IN, 7, START + 5, b"frame")
    (record,) = records_of(core, intake.take()[0].buffer.take())
    assert (Kind.IN, 7, START + 5, BOOTED + 5, b"frame") == record


def test_full_chunks_are_handed_over_as_they_are(intake, core):
    fill(intake, 15)
    assert [10, 5] == [chunk.records for chunk in intake.take()]


def test_a_chunk_stays_until_it_is_told_to_be_written(intake):
    fill(intake, 1)
    assert intake.take() == intake.take()
    assert 100 == intake.waiting


def test_a_full_buffer_loses_what_comes_and_tells_where(intake, core):
    fill(intake, 35)  # 20 records are too few to be too many, 30 are not
    assert 5 == intake.lost
    found = drain(intake, core)
    assert [(Kind.IN, FRAME)] * 30 == found
    fill(intake, 1, first=35)
    gap, after = drain(intake, core)
    assert (Kind.IN, FRAME) == after
    assert Kind.GAP == gap[0]
    wanted = f"5 records (340 bytes), {START + 30} to {START + 34}: the buffer was full"
    assert gap[1].decode().startswith(wanted)


def test_a_full_buffer_stays_shut_until_half_of_it_is_written(intake):
    fill(intake, 30)
    first, second, _ = intake.take()
    intake.written(first)
    fill(intake, 1)
    assert 1 == intake.lost
    intake.written(second)
    fill(intake, 1)
    assert 1 == intake.lost


def test_a_record_larger_than_the_buffer_is_taken_when_there_is_room(intake, core):
    intake.append(Kind.IN, 1, START, b"x" * 5000)
    intake.append(Kind.IN, 1, START, FRAME)
    assert 1 == intake.lost
    assert [(Kind.IN, b"x" * 5000)] == drain(intake, core)


@pytest.mark.parametrize(
    "bad", [(1, -1, START, b""), (999, 1, START, b""), (1, 1, 0, b""), (1, 1, START, None)]
)
def test_a_record_that_cannot_be_one_is_refused_without_an_exception(intake, core, bad):
    intake.append(*bad)
    intake.append(Kind.IN, 1, START, b"next")
    assert 1 == intake.lost
    after, gap = drain(intake, core)
    assert Kind.GAP == gap[0]
    assert b"refused" in gap[1]
    assert (Kind.IN, b"next") == after


def test_the_gap_of_a_refused_record_does_not_go_back_behind_what_came_later(intake, core):
    intake.append(Kind.IN, 1, START + 1, b"before")
    intake.append(Kind.IN, -1, START + 2, b"refused")
    intake.append(Kind.IN, 1, START + 3, b"after")
    (chunk,) = intake.take()
    assert START + 3 == chunk.last_ns
    times = [record.wall_ns for record in records_of(core, chunk.buffer.take())]
    assert [START + 1, START + 3, START + 3] == times


def test_a_bad_time_on_a_full_buffer_does_no_harm_either(intake, core):
    fill(intake, 30)
    intake.append(Kind.IN, 1, 0, FRAME)
    intake.append(Kind.IN, 1, None, FRAME)
    drain(intake, core)
    assert [Kind.GAP] == [kind for kind, _ in drain(intake, core)]


def test_close_adds_the_end_with_the_counts_and_then_takes_nothing(intake, core):
    intake.append(Kind.OUT, 1, START, b"PING")
    fill(intake, 12)
    intake.close(START + 99, lambda counts, lost: repr((counts, lost)).encode())
    fill(intake, 1)
    assert (Kind.END, b"({'IN': 12, 'OUT': 1}, 0)") == drain(intake, core)[-1]
    assert intake.closed
    assert 1 == intake.lost


def test_the_end_finds_room_in_a_full_buffer_and_the_loss_stands_before_it(intake, core):
    fill(intake, 31)
    intake.close(START + 99, lambda _, lost: str(lost).encode())
    gap, end = drain(intake, core)[-2:]
    assert Kind.GAP == gap[0]
    assert (Kind.END, b"1") == end


def test_after_a_halt_everything_that_waited_is_counted_as_lost(intake):
    fill(intake, 12)
    intake.take()
    assert 12 == intake.halt("the disk is gone")
    fill(intake, 3)
    assert 15 == intake.lost
    assert [] == intake.take()
    intake.close(START, lambda *_: pytest.fail("there is no end after a halt"))
    assert intake.closed


def test_flush_waits_for_the_writer(intake, core):
    fill(intake, 5)

    def write():
        intake.wait(10.0)
        drain(intake, core)

    writer = threading.Thread(target=write)
    writer.start()
    assert intake.flush(10.0)
    writer.join()
    assert 0 == intake.waiting


def test_flush_gives_up_when_nobody_writes(intake):
    fill(intake, 5)
    assert not intake.flush(0.0)


def test_after_a_halt_nothing_is_flushed_though_nothing_waits(intake, core):
    fill(intake, 5)
    drain(intake, core)
    assert intake.flush(10.0)
    intake.halt("the disk is gone")
    assert not intake.flush(10.0)


def test_two_threads_lose_and_double_nothing(core):
    intake = Intake(core, seal_at=1000, size_max=1 << 30, wall_minus_mono=0)
    wanted = [f"{index}".encode() for index in range(20_000)]

    def feed():
        for payload in wanted:
            intake.append(Kind.IN, 1, START, payload)

    feeder = threading.Thread(target=feed)
    feeder.start()
    found = []
    while feeder.is_alive():
        found += drain(intake, core)
    feeder.join()
    found += drain(intake, core)
    assert wanted == [payload for _, payload in found]
    assert {"IN": 20_000} == intake.counts()
