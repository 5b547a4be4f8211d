"""An append-only file that can be read at every moment of its life."""

import os

import pytest
from tests.tape.kit import START, header, packed, payloads, write_segment

from pr3dict.core import load
from pr3dict.model.units import NS_PER_S
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.segment import SegmentFile, segment_path
from pr3dict.tape.zstd import unpack

FRAMES = [[b"one", b"two"], [b"three"]]


def test_a_path_tells_the_hour_the_run_and_the_number(tmp_path):
    wanted = tmp_path / "20261121" / "23-run-0002.open"
    assert wanted == segment_path(tmp_path, header(2, wall_ns=START - 1))


def test_a_closed_segment_has_its_final_name_and_gives_all_back(tmp_path, core):
    path = write_segment(tmp_path, core, FRAMES)
    assert [path] == [found for found in tmp_path.glob("*/*") if found.is_file()]
    assert path.suffix == ".p3l"
    reader = TapeReader(path, core)
    assert [b"one", b"two", b"three"] == payloads(reader)
    assert [] == reader.problems


def test_what_was_written_can_be_read_while_the_block_is_open(tmp_path, core):
    segment = SegmentFile(tmp_path, header(), 3)
    written = []
    for payload in (b"one", b"two" * 1000, b"three"):
        segment.write(packed(core, [payload]), 1, START, START)
        written.append(payload)
        assert written == payloads(TapeReader(segment.path, core))
    segment.abandon()


def test_any_zstd_program_gives_the_records_of_a_segment(tmp_path, core):
    path = write_segment(tmp_path, core, [[b"one"]])
    data = path.read_bytes()
    begin = data.index(bytes.fromhex("28b52ffd"))
    end = data.index(bytes.fromhex("512a4d18"))
    assert (packed(core, [b"one"]), "") == unpack([data[begin:end]], 1000)


def test_an_empty_segment_is_a_header_and_an_end_mark(tmp_path, core):
    path = SegmentFile(tmp_path, header(), 3).close()
    reader = TapeReader(path, core)
    assert [] == payloads(reader)
    assert [] == reader.problems


def test_a_segment_is_never_written_over(tmp_path):
    SegmentFile(tmp_path, header(), 3).abandon()
    with pytest.raises(FileExistsError):
        SegmentFile(tmp_path, header(), 3)


def test_last_words_end_the_block(tmp_path, core):
    segment = SegmentFile(tmp_path, header(), 3)
    segment.write(packed(core, [b"one"]), 1, START, START)
    segment.last_words(packed(core, [b"stopped"], START + NS_PER_S), START + NS_PER_S)
    segment.abandon()
    reader = TapeReader(segment.path, core)
    assert [b"one", b"stopped"] == payloads(reader)
    assert [False] == [block.torn for block in reader.segments()[0].blocks]


def test_both_engines_read_what_either_wrote(tmp_path, core):
    path = write_segment(tmp_path, core, FRAMES)
    assert [b"one", b"two", b"three"] == payloads(TapeReader(path, load("reference")))


def test_a_system_that_writes_a_few_bytes_at_a_time_gets_all_of_them(tmp_path, core, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:7]))
    path = write_segment(tmp_path, core, FRAMES)
    reader = TapeReader(path, core)
    assert [b"one", b"two", b"three"] == payloads(reader)
    assert [] == reader.problems
