"""Segments, blocks and records in order; damage as data."""

import threading
from contextlib import closing

import pytest
from tests.tape.kit import START, header, packed, payloads, write_segment

from pr3dict.model.errors import TapeError
from pr3dict.model.units import NS_PER_MS
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.scan import scan
from pr3dict.tape.segment import SegmentFile

FRAMES = [[b"one", b"two"], [b"three"], [b"four"]]


def one_frame(directory, core, frame, **told):
    segment = SegmentFile(directory, header(**told), 3)
    now = told.get("wall_ns", START)
    segment.write(packed(core, [frame], now), 1, now, now)
    return segment.close()


def test_blocks_come_with_their_times(tmp_path, core):
    reader = TapeReader(write_segment(tmp_path, core, FRAMES), core)
    times = [(block.first_ns - START, block.last_ns - START) for block in reader.blocks()]
    ms = NS_PER_MS
    assert [(0, ms), (2 * ms, 2 * ms), (3 * ms, 3 * ms)] == times
    assert packed(core, [b"one", b"two"]) == next(reader.blocks()).raw


def test_seek_begins_with_the_record_of_that_time(tmp_path, core):
    reader = TapeReader(write_segment(tmp_path, core, FRAMES), core)
    reader.seek(START + NS_PER_MS)
    assert 3 == len(list(reader.blocks()))
    assert [b"two", b"three", b"four"] == payloads(reader)
    reader.seek(START + 2 * NS_PER_MS)
    assert 2 == len(list(reader.blocks()))
    reader.seek(START + NS_PER_MS + 1)
    assert [b"three", b"four"] == payloads(reader)


def test_the_segments_of_a_directory_come_in_the_order_of_their_runs_and_numbers(tmp_path, core):
    late = START + NS_PER_MS
    one_frame(tmp_path, core, b"b0", run_id="b", wall_ns=START)
    one_frame(tmp_path, core, b"a0", run_id="a", wall_ns=late)
    one_frame(tmp_path, core, b"a1", run_id="a", number=1, wall_ns=late)
    one_frame(tmp_path, core, b"b1", run_id="b", number=1, wall_ns=late)
    reader = TapeReader(tmp_path, core)
    assert ("b", "a") == reader.runs()
    assert [b"b0", b"b1", b"a0", b"a1"] == payloads(reader)
    assert [b"a0", b"a1"] == [record.payload for record in reader.records("a")]


def test_a_segment_that_is_missing_is_told(tmp_path, core):
    one_frame(tmp_path, core, b"2", number=2)
    one_frame(tmp_path, core, b"4", number=4)
    whats = [problem.what for problem in TapeReader(tmp_path, core).problems]
    assert [
        "segments 0 to 1 of run run are missing before it",
        "segment 3 of run run is missing before it",
    ] == whats


def test_damage_in_one_segment_leaves_the_next_one_readable(tmp_path, core):
    path = write_segment(tmp_path, core, FRAMES)
    one_frame(tmp_path, core, b"next", number=1)
    data = bytearray(path.read_bytes())
    second = scan(path, core).blocks[1]
    data[second.offset + 10] ^= 1
    path.write_bytes(data)
    reader = TapeReader(tmp_path, core)
    assert [] == reader.problems
    assert [b"one", b"two", b"next"] == payloads(reader)
    (problem,) = reader.problems
    assert "20261122/00-run-0000.p3l" == problem.where
    assert f"damaged behind byte {second.offset}: a block is not what was written" == problem.what
    assert problem.corrupt
    assert [b"one", b"two", b"next"] == payloads(reader)
    assert [problem] == reader.problems


def test_no_thread_outlives_a_reader_that_stops_early(tmp_path, core):
    reader = TapeReader(write_segment(tmp_path, core, [[b"%d" % n] for n in range(50)]), core)
    with closing(reader.blocks()) as blocks:
        next(blocks)
    assert [] == [one.name for one in threading.enumerate() if one.name.startswith("pr3dict")]


def test_a_segment_that_is_closed_while_it_is_read_is_found_again(tmp_path, core):
    segment = SegmentFile(tmp_path, header(), 3)
    segment.write(packed(core, [b"one"]), 1, START, START)
    reader = TapeReader(tmp_path, core)
    segment.close()
    assert [b"one"] == payloads(reader)


def test_a_segment_that_goes_away_is_told_with_one_sentence(tmp_path, core):
    path = write_segment(tmp_path, core, FRAMES)
    reader = TapeReader(path, core)
    path.unlink()
    with pytest.raises(TapeError, match="was here a moment ago and is gone"):
        payloads(reader)


def test_a_path_without_a_tape_is_told_with_one_sentence(tmp_path, core):
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(TapeError, match=r"wanted a tape, found no \.p3l file at"):
            TapeReader(path, core)


@pytest.mark.parametrize(
    ("name", "found", "why"),
    [
        ("hello.txt", b"hello\n", "it does not begin as a tape does"),
        ("noise.bin", bytes(range(256)) * 40, "it does not begin as a tape does"),
        ("zeros.p3l", bytes(5000), "it does not begin as a tape does"),
        ("empty.txt", b"", "it is empty"),
    ],
)
def test_a_file_that_neither_begins_nor_ends_as_a_tape_is_none(tmp_path, core, name, found, why):
    path = tmp_path / name
    path.write_bytes(found)
    with pytest.raises(TapeError) as told:
        TapeReader(path, core)
    assert f"{path} is no tape: {why}" == str(told.value)


def test_a_directory_of_foreign_files_names_the_first(tmp_path, core):
    (tmp_path / "zeros.p3l").write_bytes(bytes(5000))
    with pytest.raises(
        TapeError, match=r"is no tape: zeros\.p3l: it does not begin as a tape does"
    ):
        TapeReader(tmp_path, core)


@pytest.mark.parametrize("alone", [False, True])
def test_a_tape_whose_header_is_destroyed_is_damage(tmp_path, core, alone):
    path = write_segment(tmp_path, core, FRAMES)
    path.write_bytes(bytes(40) + path.read_bytes()[40:])
    if not alone:
        one_frame(tmp_path, core, b"next", number=1)
    (problem, *_) = TapeReader(tmp_path, core).judged()
    assert (True, "it does not begin as a tape does") == (problem.corrupt, problem.what)


def test_of_a_damaged_block_the_time_is_that_of_the_last_record_left(tmp_path, core):
    frames = [bytes([n]) * 300 for n in range(4)]
    path = write_segment(tmp_path, core, [frames])
    data = bytearray(path.read_bytes())
    data[-120] ^= 1
    path.write_bytes(data)
    reader = TapeReader(path, core)
    (block,) = reader.blocks()
    left = len(payloads(reader))
    assert 0 < left < len(frames)
    assert START + (left - 1) * NS_PER_MS == block.last_ns
