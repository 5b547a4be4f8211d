"""A good tape is ok; a tape from which anything is gone, or in which anything changed, is not."""

import pytest
from tests.tape.kit import DATA, START, Live, Market, SteadyClock, record_day, write_segment

from pr3dict.model.errors import TapeError
from pr3dict.model.units import NS_PER_S
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.scan import scan
from pr3dict.tape.segment import SegmentFile
from pr3dict.tape.verify import verify
from pr3dict.tape.writer import TapeWriter

CAPTURE = DATA / "polymarket-predxt" / "merged.jsonl"


def rewrite(source, target, core, change):
    """Copy a tape as one block, each payload through `change`; None drops its record."""
    reader = TapeReader(source, core)
    buffer, count = core.new_record_buffer(), 0
    for index, record in enumerate(reader.records()):
        payload = change(index, record)
        if payload is not None:
            buffer.append(record.kind, record.link, record.wall_ns, record.mono_ns, payload)
            count += 1
    segment = SegmentFile(target, reader.segments()[0].header, 3)
    segment.write(buffer.take(), count, START, START)
    segment.close()


def test_a_clean_tape_is_ok_and_gives_the_digests_of_the_live_run(tmp_path, core):
    live = record_day(tmp_path, core)
    seen = []
    report = verify(tmp_path, core, lambda done, total: seen.append((done, total)))
    (run,) = report.runs
    assert (True, True) == (report.ok, report.complete)
    assert live.books.digest() == run.digest
    assert {"71": live.books.digest("71")} == run.digests
    assert (1, 0) == (run.compared, run.failed)
    assert live.books.counters() == run.counters
    size = sum(path.stat().st_size for path in tmp_path.glob("*/*"))
    assert (size, size) == seen[-1]
    assert sorted(seen) == seen


def test_runs_in_one_directory_do_not_mix(tmp_path, core):
    record_day(tmp_path, core, "first")
    record_day(tmp_path, core, "second")
    report = verify(tmp_path, core)
    assert ["first", "second"] == [run.run_id for run in report.runs]
    assert report.runs[0].digests == report.runs[1].digests
    assert report.complete


def test_a_tape_copied_unchanged_is_ok(tmp_path, core):
    record_day(tmp_path / "a", core)
    rewrite(tmp_path / "a", tmp_path / "b", core, lambda _, record: record.payload)
    assert verify(tmp_path / "b", core).complete


def test_every_record_that_is_dropped_is_missed(tmp_path, core):
    record_day(tmp_path / "a", core)
    records = list(TapeReader(tmp_path / "a", core).records())
    for dropped in range(len(records) - 1):
        copy = tmp_path / str(dropped)
        keep = lambda index, record, dropped=dropped: (  # noqa: E731
            None if index == dropped else record.payload
        )
        rewrite(tmp_path / "a", copy, core, keep)
        report = verify(copy, core)
        assert not report.ok, records[dropped]
        assert report.runs[0].differences, records[dropped]


def test_a_size_that_is_altered_fails_its_proof(tmp_path, core):
    record_day(tmp_path / "a", core)

    def alter(_, record):
        return record.payload.replace(b'"size": "2"', b'"size": "2.1"')

    rewrite(tmp_path / "a", tmp_path / "b", core, alter)
    report = verify(tmp_path / "b", core)
    assert not report.ok
    assert 1 == report.runs[0].failed


def test_a_flipped_bit_is_corrupt(tmp_path, core):
    record_day(tmp_path, core)
    (path,) = tmp_path.glob("*/*.p3l")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    report = verify(tmp_path, core)
    assert not report.ok
    assert [True] == [problem.corrupt for problem in report.problems]


def test_a_closed_tape_that_was_cut_is_corrupt_since_nobody_tells_of_a_crash(tmp_path, core):
    path = write_segment(tmp_path, core, [[b"one"]])
    path.write_bytes(path.read_bytes()[:-10])
    report = verify(tmp_path, core)
    assert (False, [True]) == (report.ok, [problem.corrupt for problem in report.problems])


def test_a_tape_that_is_still_open_is_ok_as_far_as_it_goes(tmp_path, core):
    write_segment(tmp_path, core, [[b"one"]], close=False)
    report = verify(tmp_path, core)
    assert (True, False) == (report.ok, report.complete)
    assert [False] == [problem.corrupt for problem in report.problems]


def test_what_a_crash_left_is_no_corruption_once_the_next_run_told_of_it(tmp_path, core):
    path = write_segment(tmp_path, core, [[b"one"], [b"two"]], close=False)
    path.write_bytes(path.read_bytes() + bytes(500))
    record_day(tmp_path, core, "zz-after")
    report = verify(tmp_path, core)
    assert (True, False) == (report.ok, report.complete)
    assert [False] == [problem.corrupt for problem in report.problems]
    assert 1 == len(report.runs[1].recovered)
    final = path.with_suffix(".p3l")
    final.write_bytes(final.read_bytes()[:-1])
    assert not verify(tmp_path, core).ok


def test_a_hole_that_a_crash_left_before_the_end_mark_is_no_corruption_once_told(tmp_path, core):
    path = write_segment(tmp_path, core, [[b"one"], [b"two"], [b"three"]])
    first, second, _ = scan(path, core).blocks
    data = bytearray(path.read_bytes())
    data[second.offset + second.packed_size - 8] ^= 1
    path.rename(path.with_suffix(".open")).write_bytes(data)
    record_day(tmp_path, core, "zz-after")
    report = verify(tmp_path, core)
    assert (True, [False]) == (report.ok, [problem.corrupt for problem in report.problems])
    data[first.offset + first.packed_size - 8] ^= 1
    path.write_bytes(data)
    assert not verify(tmp_path, core).ok


def test_a_missing_segment_is_told(tmp_path, core):
    clock = SteadyClock()
    with TapeWriter(tmp_path, core, clock=clock, run_id="run") as writer:
        live, market = Live(core, writer, clock), Market(core)
        live.track("71")
        live.open()
        live.receive(market.book())
        writer.flush()
        clock.wall_ns = START + 3600 * NS_PER_S
        live.receive(market.change("BUY", "0.45", "1"))
        writer.close(live.end())
    first, second = sorted(tmp_path.glob("*/*.p3l"))
    assert verify(tmp_path, core).complete
    first.unlink()
    report = verify(tmp_path, core)
    assert not report.ok
    assert "segment 0 of run run is missing" in report.problems[0].what
    assert not verify(second, core).ok


def test_no_tape_is_told_with_one_sentence(tmp_path, core):
    with pytest.raises(TapeError, match="wanted a tape"):
        verify(tmp_path, core)


def test_a_capture_is_proved_by_its_own_hashes(tmp_path, core):
    market = Market(core)
    frames = [market.book(), market.change("BUY", "0.45", "1"), market.change("SELL", "0.5", "2")]
    path = tmp_path / "capture.jsonl"
    path.write_bytes(b"\n".join(frames))
    report = verify(path, core)
    assert (True, True, False) == (report.ok, report.capture, report.complete)
    counters = report.runs[0].counters
    assert (1, 2) == (counters["snapshots.proved"], counters["proofs.proved"])
    path.write_bytes(b"\n".join([frames[0], frames[2]]))
    assert not verify(path, core).ok


@pytest.mark.skipif(not CAPTURE.exists(), reason=f"{CAPTURE} is absent: a real day is NOT verified")
def test_a_real_capture_is_proved_from_end_to_end(core):
    report = verify(CAPTURE, core)
    (run,) = report.runs
    assert report.ok
    assert 119 == run.records["IN"]
    assert 2 == len(run.digests)
    assert run.counters["proofs.proved"] > 160


def test_a_capture_whose_frames_were_all_rejected_is_not_ok(tmp_path, core):
    path = tmp_path / "capture.jsonl"
    path.write_bytes(b'noise\n{"event_type": "book"}\n')
    report = verify(path, core)
    assert not report.ok
    assert "corrupt: capture.jsonl: 2 frames, and all rejected" == report.problems[0].sentence()


def test_a_halted_tape_is_not_said_to_be_torn(tmp_path, core):
    write_segment(tmp_path, core, [[b"one"]], close=False)
    (problem,) = verify(tmp_path, core).problems
    assert "it ends without an end mark" == problem.what
