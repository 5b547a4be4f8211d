"""Cut, flipped, torn: always a prefix, and always told (test_power.py has the half-synced)."""

from itertools import product

import pytest
from tests.tape.kit import packed, payloads, write_segment

from pr3dict.model.errors import TapeCorrupt
from pr3dict.tape.format import END_SIZE, TRAILER_SIZE
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.scan import records_of, scan

FRAMES = [[b"one", b"two"], [b"three" * 5], [b"four", b"five"]]
ALL = [payload for block in FRAMES for payload in block]


def readable(path, core):
    """Return what a reader gives of a segment, and whether it told of a problem."""
    reader = TapeReader(path, core)
    found = payloads(reader)
    return found, bool(reader.problems)


def test_a_closed_segment_is_known_by_its_end_mark_and_trailers(tmp_path, core):
    found = scan(write_segment(tmp_path, core, FRAMES), core)
    assert ("", False) == (found.fault, found.damaged)
    assert [2, 1, 2] == [block.records for block in found.blocks]
    assert found.size == found.readable_size


def test_an_open_segment_gives_its_open_block_too(tmp_path, core):
    found = scan(write_segment(tmp_path, core, FRAMES, close=False), core)
    assert [(2, False), (1, False), (2, True)] == [(one.records, one.torn) for one in found.blocks]
    assert "it ends without an end mark" == found.fault


def test_H4_cut_anywhere_a_segment_gives_a_prefix_and_a_named_problem(tmp_path, core):
    path = write_segment(tmp_path, core, FRAMES)
    whole = path.read_bytes()
    counts = []
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        found, problem = readable(path, core)
        assert found == ALL[: len(found)]
        assert problem
        counts.append(len(found))
    assert sorted(counts) == counts
    assert {0, 1, 2, 3, 4, 5} == set(counts)


def test_H4_with_any_bit_flipped_a_segment_gives_a_prefix_and_a_named_problem(tmp_path, core):
    path = write_segment(tmp_path, core, FRAMES)
    whole = path.read_bytes()
    with path.open("r+b", buffering=0) as file:
        for place, bit in product(range(len(whole)), range(8)):
            file.seek(place)
            file.write(bytes([whole[place] ^ 1 << bit]))
            found, problem = readable(path, core)
            assert found == ALL[: len(found)]
            assert problem
            file.seek(place)
            file.write(whole[place : place + 1])


def test_H4_with_any_byte_of_an_open_block_flipped_no_wrong_record_is_given(tmp_path, core):
    path = write_segment(tmp_path, core, FRAMES, close=False)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        found, problem = readable(path, core)
        assert found == ALL[: len(found)]
        assert problem


def test_a_hole_in_the_middle_of_an_open_segment_ends_it_there(tmp_path, core):
    path = write_segment(tmp_path, core, FRAMES, close=False)
    second = scan(path, core).blocks[1]
    data = bytearray(path.read_bytes())
    data[second.offset + second.packed_size - 8] ^= 1  # in what is packed: the walk does not see it
    path.write_bytes(data)
    found = scan(path, core)
    assert (True, second.offset) == (found.damaged, found.readable_size)
    assert (ALL[:2], True) == readable(path, core)


def test_an_end_mark_is_trusted_only_where_the_name_says_that_it_was_synced(tmp_path, core):
    path = write_segment(tmp_path, core, FRAMES)
    second = scan(path, core).blocks[1]
    data = bytearray(path.read_bytes())
    data[second.offset + second.packed_size - 8] ^= 1
    path.write_bytes(data)
    assert not scan(path, core).damaged  # told when the block is read
    found = scan(path.rename(path.with_suffix(".open")), core)
    assert (True, second.offset) == (found.damaged, found.readable_size)


def test_bytes_behind_the_end_mark_are_told(tmp_path, core):
    path = write_segment(tmp_path, core, FRAMES)
    path.write_bytes(path.read_bytes() + b"more" * 20)
    assert (ALL, True) == readable(path, core)


def test_a_block_cut_out_of_the_middle_is_told(tmp_path, core):
    path = write_segment(tmp_path, core, FRAMES)
    first, second, _ = scan(path, core).blocks
    data = path.read_bytes()
    path.write_bytes(
        data[: second.offset] + data[second.offset + second.packed_size + TRAILER_SIZE :]
    )
    found, problem = readable(path, core)
    assert problem
    assert first.records <= len(found)


def test_a_torn_end_mark_costs_no_record(tmp_path, core):
    path = write_segment(tmp_path, core, FRAMES)
    data = path.read_bytes()
    path.write_bytes(data[: -END_SIZE // 2])
    found = scan(path, core)
    assert not found.damaged
    assert (ALL, True) == readable(path, core)


def test_something_else_is_no_segment(tmp_path, core):
    path = tmp_path / "00-run-0000.p3l"
    path.write_bytes(b"x" * 200)
    found = scan(path, core)
    assert (None, "it does not begin as a tape does") == (found.header, found.fault)


def test_records_of_a_block_with_bytes_left_over_are_corrupt(core):
    block = packed(core, [b"one", b"two"])
    with pytest.raises(TapeCorrupt, match="at the end of a block are no record"):
        list(records_of(core, block[:-1]))
