"""A recorder from its claim on a directory to its last record."""

import threading
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.tape.kit import BOOTED, START, payloads, write_segment

from pr3dict.model.errors import TapeError
from pr3dict.model.records import Kind
from pr3dict.tape.directory import BALLAST
from pr3dict.tape.payloads import read_recovered
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.scribe import TapeSettings
from pr3dict.tape.writer import TapeState, TapeWriter

if TYPE_CHECKING:
    from pr3dict.ports import Recorder


@pytest.fixture
def writer(tmp_path, core, clock):
    with TapeWriter(tmp_path, core, clock=clock, run_id="run", config_hash="c0ffee") as made:
        yield made


def test_everything_comes_back_as_it_was_given(tmp_path, core, clock, writer):
    recorder: Recorder = writer
    recorder.append(Kind.OPENED, 1, clock.now(), b"wss://venue")
    clock.wall_ns += 5
    recorder.append(Kind.IN, 2, clock.now(), b"\x00\xff frame")
    writer.close({"digest": "d"})
    *found, end = TapeReader(tmp_path, core).records()
    assert [
        (Kind.OPENED, 1, START, BOOTED, b"wss://venue"),
        (Kind.IN, 2, START + 5, BOOTED + 5, b"\x00\xff frame"),
    ] == found
    assert Kind.END == end.kind
    told = {"digest": "d", "records": {"IN": 1, "OPENED": 1}, "lost": 0}
    assert told == msgspec.json.decode(end.payload)


def test_the_header_tells_who_wrote_it(tmp_path, core, writer):
    writer.close()
    (segment,) = TapeReader(tmp_path, core).segments()
    header = segment.header
    assert header is not None
    assert ("run", 0, core.NAME, "c0ffee") == (
        header.run_id,
        header.number,
        header.engine,
        header.config_hash,
    )
    assert (START, BOOTED) == (header.wall_ns, header.mono_ns)


def test_what_was_flushed_can_be_read_while_the_tape_runs(tmp_path, core, clock, writer):
    writer.append(Kind.IN, 1, clock.now(), b"one")
    assert writer.flush()
    assert [b"one"] == payloads(TapeReader(tmp_path, core))


def test_after_close_nothing_is_left_but_the_tape_and_its_lock(tmp_path, writer):
    assert (tmp_path / BALLAST).exists()
    writer.close()
    writer.close()
    left = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*"))
    assert ["20261122/00-run-0000.p3l", "writer.lock"] == left
    assert TapeState.CLOSED is writer.state
    assert [] == [one.name for one in threading.enumerate() if one.name == "pr3dict-tape"]


def test_a_second_writer_is_refused_while_the_first_one_runs(tmp_path, core, clock, writer):
    with pytest.raises(TapeError, match="wanted to be the only recorder"):
        TapeWriter(tmp_path, core, clock=clock, run_id="other")
    writer.close()
    TapeWriter(tmp_path, core, clock=clock, run_id="other").close()


def test_a_run_id_is_used_once(tmp_path, core, clock, writer):
    writer.close()
    with pytest.raises(TapeError, match="choose another"):
        TapeWriter(tmp_path, core, clock=clock, run_id="run")
    TapeWriter(tmp_path, core, clock=clock, run_id="run2").close()


@pytest.mark.parametrize("run_id", ["", "a/b", "a b", "x" * 65])
def test_a_run_id_that_cannot_be_a_file_name_is_refused(tmp_path, core, clock, run_id):
    with pytest.raises(TapeError, match="wanted a run id of 1 to 64"):
        TapeWriter(tmp_path, core, clock=clock, run_id=run_id)


def test_what_a_dead_run_left_is_recovered_and_told_first(tmp_path, core, clock):
    path = write_segment(tmp_path, core, [[b"one"], [b"two"]], close=False)
    TapeWriter(tmp_path, core, clock=clock, run_id="after").close()
    assert not path.exists()
    first = next(TapeReader(tmp_path, core).records("after"))
    assert Kind.RECOVERED == first.kind
    found = read_recovered(first.payload)
    assert ("20261122/00-run-0000.p3l", 2, 0) == (found.segment, found.records, found.torn_bytes)


def test_an_end_that_is_no_json_is_refused_and_the_tape_goes_on(tmp_path, core, clock, writer):
    with pytest.raises(TypeError):
        writer.close({"digest": object()})
    writer.append(Kind.IN, 1, clock.now(), b"one")
    writer.close({})
    assert [b"one"] == payloads(TapeReader(tmp_path, core))


def test_what_comes_after_close_is_counted_and_harms_nobody(clock, writer):
    writer.close()
    writer.append(Kind.IN, 1, clock.now(), b"late")
    assert 1 == writer.stats().lost


def test_stats_tell_where_the_tape_stands(tmp_path, clock, writer):
    for _ in range(3):
        writer.append(Kind.IN, 1, clock.now(), b"frame")
    assert writer.flush()
    stats = writer.stats()
    assert ("recording", "", 3, 0, 0) == (
        stats.state,
        stats.cause,
        stats.records,
        stats.lost,
        stats.waiting_bytes,
    )
    (segment,) = tmp_path.glob("*/*.open")
    assert segment.stat().st_size == stats.written_bytes


def test_records_are_committed_without_being_asked(tmp_path, core, clock):
    settings = TapeSettings(commit_every_s=0.001)
    with TapeWriter(tmp_path, core, clock=clock, run_id="run", settings=settings) as writer:
        writer.append(Kind.IN, 1, clock.now(), b"one")
        seen = threading.Event()
        for _ in range(1000):
            if writer.stats().commits:
                break
            seen.wait(0.01)
        assert [b"one"] == payloads(TapeReader(tmp_path, core))
