"""Kill the recorder at every call, and let its disk fail in every way that can be had for real.

Group H of the catalogue of faults: H1, H3 and H5 here, H2 in test_power.py, H4 in test_scan.py, H6
to H8 in tests/app/test_replay*.py. H9 (a database that is locked, slow, or of another schema) and
H10 (a job that overlaps itself) come with what they are about.
"""

import json

import pytest
from tests.tape import crash_table
from tests.tape.child import BATCH
from tests.tape.crash import BATCHES, can, can_strace, frames, record, strace
from tests.tape.crash_table import NO_STRACE, SCENARIOS, summary, table
from tests.tape.kit import payloads

from pr3dict.tape.reader import TapeReader

OPEN = "20261122/00-run-0000.open"
WRITES = 13
"""Of a child that is not disturbed: header, six batches, END, four block ends, end mark."""

needs_strace = pytest.mark.skipif(not can_strace(), reason=NO_STRACE)
needs_tmpfs = pytest.mark.skipif(
    not can("unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt"),
    reason="no right to mount a small tmpfs: a full disk is NOT tested",
)


def failing(directory, inject):
    """Return the command that lets system calls on the open segment go wrong."""
    return strace([directory / OPEN], inject)


@pytest.fixture(scope="module")
def rows():
    return table()


@needs_strace
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("scenario", "writes", "syncs"), [("recording", WRITES, 8), ("recovery", 12, 5)]
)
def test_H1_killed_at_any_call_nothing_acked_is_lost_and_the_next_run_tells(
    rows, scenario, writes, syncs
):
    assert (writes, syncs) == killed_well(rows, scenario)


@needs_strace
@pytest.mark.timeout(400)
def test_H5_killed_at_any_call_around_midnight_no_frame_is_lost_or_doubled(rows):
    assert (15, 14) == killed_well(rows, "midnight")


def killed_well(rows, scenario):
    """Check the crashes of a scenario; return how many were at a write and at an fsync."""
    mine = [row for row in rows if row.scenario == scenario]
    assert [] == [row for row in mine if row.lost or row.wrong]
    assert any(row.call.startswith("rename") for row in mine)
    assert BATCHES * BATCH <= max(row.acked for row in mine)
    calls = [row.call for row in mine]
    return calls.count("write"), calls.count("fsync")


@needs_strace
def test_H1_a_frame_that_was_not_there_would_be_counted_as_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(crash_table, "frames_left", lambda *_: ([], ""))
    row = crash_table.crash(SCENARIOS[0], tmp_path, "write", 6)
    assert (9, 9) == (row.acked, row.lost)
    assert "the next recorder changed what was there" == row.wrong
    assert {"points": 1, "acked_lost": 9, "wrong": 1} == summary([row])


@needs_strace
@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("ENOSPC", "No space left on device"),
        ("EDQUOT", "Disk quota exceeded"),
        ("EIO", "Input/output error"),
        ("EROFS", "Read-only file system"),
    ],
)
def test_H3_a_write_that_fails_halts_the_tape_with_a_gap_and_the_feed_goes_on(
    tmp_path, core, error, sentence
):
    _, report, code = record(tmp_path, *failing(tmp_path, f"write:error={error}:when=4"))
    assert (0, "halted") == (code, report["state"])
    assert [report["cause"]] == report["halts"]
    assert sentence in report["cause"]
    assert BATCHES * BATCH == report["appended"]
    assert report["lost"] > 0
    found = payloads(TapeReader(tmp_path, core))
    assert frames(len(found)) == found
    (gap,) = report["gaps"]
    assert gap.startswith(f"recording stopped ({sentence})")
    assert not any(problem.corrupt for problem in TapeReader(tmp_path, core).problems)


@needs_strace
def test_H3_no_space_for_the_first_write_leaves_a_segment_with_nothing_but_the_gap(tmp_path, core):
    acked, report, code = record(tmp_path, *failing(tmp_path, "write:error=ENOSPC:when=1"))
    assert (0, "halted", 0) == (code, report["state"], acked)
    assert BATCHES * BATCH == report["lost"]
    assert ([], 1) == (report["frames"], len(report["gaps"]))


@needs_strace
def test_H3_no_space_for_the_end_mark_leaves_nothing_behind_it(tmp_path, core):
    _, report, code = record(tmp_path, *failing(tmp_path, f"write:error=ENOSPC:when={WRITES}"))
    assert (0, "halted") == (code, report["state"])
    reader = TapeReader(tmp_path, core)
    assert frames(BATCHES * BATCH) == payloads(reader)
    assert [] == reader.problems


@needs_strace
def test_H3_a_disk_that_refuses_everything_from_some_write_on_leaves_what_it_took(tmp_path, core):
    acked, report, code = record(tmp_path, *failing(tmp_path, "write:error=EIO:when=4+"))
    assert (0, "halted") == (code, report["state"])
    assert [] == report["gaps"]
    found = payloads(TapeReader(tmp_path, core))
    assert frames(len(found)) == found
    assert 0 < acked <= len(found) <= acked + BATCH


@needs_strace
@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("EIO", "Input/output error"),
        ("ENOSPC", "No space left on device"),
        ("EDQUOT", "Disk quota exceeded"),
    ],
)
def test_H3_a_sync_that_fails_halts_the_tape_for_good(tmp_path, core, error, sentence):
    acked, report, code = record(tmp_path, *failing(tmp_path, f"fsync:error={error}:when=2"))
    assert (0, "halted") == (code, report["state"])
    assert sentence in report["cause"]
    assert 1 == len(report["gaps"])
    assert acked < report["appended"]
    assert (tmp_path / OPEN).exists()
    assert acked <= len(payloads(TapeReader(tmp_path, core)))


@needs_strace
def test_H3_a_sync_that_fails_at_midnight_leaves_its_gap_in_a_segment_of_its_own(tmp_path, core):
    inject = strace([tmp_path / "20261121" / "23-run-0000.open"], "fsync:error=EIO:when=3")
    acked, report, code = record(tmp_path, *inject, start=crash_table.BEFORE_MIDNIGHT)
    assert (0, "halted", 1) == (code, report["state"], len(report["gaps"]))
    found = [bytes.fromhex(frame) for frame in report["frames"]]
    assert frames(acked) == found
    assert BATCHES * BATCH == acked + report["lost"]
    assert "" == crash_table.after(tmp_path, found)


@needs_tmpfs
def test_H3_a_directory_that_can_only_be_read_is_refused_with_one_sentence(tmp_path):
    mount = f'mount -t tmpfs -o ro tmpfs {tmp_path} && exec "$@"'
    _, report, _ = record(tmp_path, "unshare", "-m", "sh", "-c", mount, "sh")
    assert "refused" == report["state"]
    assert f"wanted to record in {tmp_path}: Read-only file system" in report["cause"]
    assert 1 == len(report["cause"].splitlines())


@needs_strace
@pytest.mark.parametrize("call", ["write", "fsync", "rename"])
def test_H3_a_disk_that_fails_while_a_crash_is_recovered_leaves_it_for_the_next(
    tmp_path, core, call
):
    directory = tmp_path / "tape"
    acked = crash_table.dead(directory)
    paths = crash_table.paths(directory, SCENARIOS[2])
    wrong = strace(paths, f"{call}:error=EIO:when={2 if call == 'write' else 1}")
    _, report, _ = record(directory, *wrong, **SCENARIOS[2].told)
    assert ("refused", True) == (report["state"], "Input/output error" in report["cause"])
    found = payloads(TapeReader(directory, core))
    assert frames(len(found)) == found
    assert acked <= len(found)
    assert "" == crash_table.after(directory, found)


@needs_tmpfs
def test_H3_on_a_full_disk_the_ballast_pays_for_the_rest_of_the_write_and_the_gap(tmp_path):
    mount = f'mount -t tmpfs -o size=64k tmpfs {tmp_path} && exec "$@"'
    command = ("unshare", "-m", "sh", "-c", mount, "sh")
    acked, report, code = record(tmp_path, *command, batches=80)
    assert (0, "halted") == (code, report["state"])
    assert "No space left on device" in report["cause"]
    found = [bytes.fromhex(text) for text in report["frames"]]
    assert frames(len(found)) == found
    assert acked <= len(found) < report["appended"]
    assert 1 == len(report["gaps"])


def test_H3_a_file_that_may_not_grow_is_written_up_to_its_limit(tmp_path, core):
    acked, report, code = record(tmp_path, file_bytes_max=3000)
    assert (0, "halted") == (code, report["state"])
    assert "File too large" in report["cause"]
    assert acked > 0
    assert frames(acked) == payloads(TapeReader(tmp_path, core))[:acked]
    assert [False] == [problem.corrupt for problem in TapeReader(tmp_path, core).problems]


def test_undisturbed_the_child_records_everything(tmp_path):
    acked, report, _ = record(tmp_path)
    assert ("closed", "", []) == (report["state"], report["cause"], report["halts"])
    assert BATCHES * BATCH == acked == len(report["frames"])
    assert 0 == report["lost"]


def test_where_crash_points_cannot_be_had_the_table_says_so(monkeypatch, capsys):
    monkeypatch.setattr(crash_table, "can_strace", lambda: False)
    assert 0 == crash_table.main()
    told = json.loads(capsys.readouterr().out)
    assert (NO_STRACE, 0, []) == (told["skipped"], told["points"], told["rows"])
