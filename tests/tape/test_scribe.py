"""When blocks end, disks are synced and segments change, with a clock that is moved by hand."""

import random

import pytest
from tests.tape.kit import BOOTED, START, SteadyClock, header, payloads

from pr3dict.model.records import Kind
from pr3dict.model.units import NS_PER_S
from pr3dict.tape.intake import Intake
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.scribe import Scribe, TapeSettings


class Desk:
    """A scribe with its intake and a clock, in a directory of its own."""

    def __init__(self, directory, core, **settings):
        self.directory = directory
        self.core = core
        self.clock = SteadyClock()
        self.written = []
        told = TapeSettings(**settings)
        self.intake = Intake(
            core, seal_at=told.block_bytes, size_max=1 << 30, wall_minus_mono=START - BOOTED
        )
        self.scribe = Scribe(
            directory, core, self.intake, clock=self.clock, head=header(), settings=told
        )

    def tell(self, *frames):
        """Take frames and commit them."""
        for frame in frames:
            self.written.append(frame)
            self.intake.append(Kind.IN, 1, self.clock.now(), frame)
        self.scribe.commit()

    def names(self):
        return sorted(
            path.relative_to(self.directory).as_posix() for path in self.directory.glob("*/*")
        )

    def blocks(self):
        segments = TapeReader(self.directory, self.core).segments()
        return [block.torn for segment in segments for block in segment.blocks]

    def found(self):
        return payloads(TapeReader(self.directory, self.core))


@pytest.fixture
def desk(tmp_path, core):
    return Desk(tmp_path, core)


def test_a_commit_brings_everything_to_the_operating_system(desk):
    desk.tell(b"one", b"two")
    assert [b"one", b"two"] == desk.found()
    desk.tell(b"three")
    assert [b"one", b"two", b"three"] == desk.found()


def test_nothing_is_created_before_there_is_something_to_write(desk):
    desk.scribe.commit()
    desk.scribe.finish()
    assert [] == desk.names()


def test_a_block_ends_at_its_size_and_not_before(tmp_path, core):
    desk = Desk(tmp_path, core, block_bytes=1000)
    desk.tell(b"x" * 900)
    assert [True] == desk.blocks()
    desk.tell(b"x" * 100)
    assert [False] == desk.blocks()


def test_a_block_ends_after_its_time_and_not_before(desk):
    desk.tell(b"one")
    desk.clock.wall_ns += 10 * NS_PER_S - 1
    desk.scribe.commit()
    assert [True] == desk.blocks()
    desk.clock.wall_ns += 1
    desk.scribe.commit()
    assert [False] == desk.blocks()


def test_the_disk_is_synced_once_a_second_and_only_when_there_is_something(desk):
    desk.tell(b"one")
    assert 0 == desk.scribe.fsyncs
    desk.clock.wall_ns += NS_PER_S
    desk.scribe.commit()
    assert 1 == desk.scribe.fsyncs
    desk.clock.wall_ns += 10 * NS_PER_S
    desk.scribe.commit()
    assert 1 == desk.scribe.fsyncs


def test_H5_midnight_begins_a_new_segment_in_a_new_folder_and_no_frame_is_lost(desk):
    desk.clock.wall_ns = START - 2
    for index in range(5):
        desk.tell(b"%d" % index)
        desk.clock.wall_ns += 1
    desk.scribe.finish()
    assert ["20261121/23-run-0000.p3l", "20261122/00-run-0001.p3l"] == desk.names()
    assert [b"0", b"1", b"2", b"3", b"4"] == desk.found()
    first, second = TapeReader(desk.directory, desk.core).segments()
    assert START - 1 == first.blocks[-1].last_ns
    assert START == second.blocks[0].first_ns
    assert second.header == header(1)


def test_a_late_record_of_the_hour_before_goes_on_in_the_hour_that_is(desk):
    desk.tell(b"now")
    desk.clock.wall_ns = START - 1
    desk.tell(b"late")
    desk.scribe.finish()
    assert ["20261122/00-run-0000.p3l"] == desk.names()


def test_a_segment_ends_at_its_size(tmp_path, core):
    desk = Desk(tmp_path, core, segment_bytes=500)
    for index in range(20):
        desk.tell(random.Random(index).randbytes(100))
    desk.scribe.finish()
    assert len(desk.names()) > 2
    assert desk.scribe.segments == len(desk.names())
    assert desk.written == desk.found()
    assert [] == TapeReader(desk.directory, core).problems


def test_written_bytes_are_those_on_disk(tmp_path, core):
    desk = Desk(tmp_path, core, segment_bytes=500)
    for index in range(20):
        desk.tell(random.Random(index).randbytes(100))
    sizes = [path.stat().st_size for path in tmp_path.glob("*/*")]
    assert sum(sizes) == desk.scribe.written_bytes


def test_last_words_are_a_gap_behind_what_was_written(desk):
    desk.tell(b"one")
    desk.scribe.last_words("the end")
    records = list(TapeReader(desk.directory, desk.core).records())
    assert [(Kind.IN, b"one"), (Kind.GAP, b"the end")] == [(r.kind, r.payload) for r in records]


def test_last_words_before_the_first_word_get_a_segment_of_their_own(desk):
    desk.scribe.last_words("nothing worked")
    (record,) = TapeReader(desk.directory, desk.core).records()
    assert (Kind.GAP, b"nothing worked") == (record.kind, record.payload)
