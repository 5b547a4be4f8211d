"""Kill the recorder at every write, and let its disk fail in every way that can be had for real."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.tape.child import BATCH, frame
from tests.tape.kit import START, SteadyClock, payloads

from pr3dict.model.records import Kind
from pr3dict.model.units import NS_PER_S
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.verify import verify
from pr3dict.tape.writer import TapeWriter

CHILD = Path(__file__).with_name("child.py")
OPEN = "20261122/00-run-0000.open"
BATCHES = 6
WRITES = 13
"""Of a child that is not disturbed: header, six batches, END, four block ends, end mark."""
SMALL_BLOCKS = {"block_bytes": 1500, "ballast_bytes": 10_000}


def can(*command):
    """Tell whether a tool of the system is here and allowed to do what we want of it."""
    if shutil.which(command[0]) is None:
        return False
    tried = subprocess.run(command, capture_output=True, check=False, timeout=20)  # noqa: S603 ours
    return tried.returncode == 0


needs_strace = pytest.mark.skipif(
    not can("strace", "-f", "-e", "trace=none", "true"),
    reason="strace is not here or may not trace: crash points are NOT tested",
)
needs_tmpfs = pytest.mark.skipif(
    not can("unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt"),
    reason="no right to mount a small tmpfs: a full disk is NOT tested",
)


def record(directory, *before, **told):
    """Run the child; return (frames acked, its report or None, its return code)."""
    told = {"batches": BATCHES, "settings": SMALL_BLOCKS, "directory": str(directory), **told}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    ran = subprocess.run(  # noqa: S603 ours
        [*before, sys.executable, CHILD, json.dumps(told)],
        env=environment,
        capture_output=True,
        check=False,
        timeout=60,
    )
    lines = ran.stdout.decode().splitlines()
    acked = [int(line.removeprefix("acked ")) for line in lines if line.startswith("acked")]
    report = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else None
    return max(acked, default=0), report, ran.returncode


def strace(directory, inject):
    """Return the command that lets system calls on the open segment go wrong."""
    calls = ("-e", "trace=write,fsync", "-e", f"inject={inject}")
    return ("strace", "-f", "-o", "/dev/null", "-P", str(directory / OPEN), *calls)


def frames(count):
    return [frame(number) for number in range(count)]


@needs_strace
@pytest.mark.parametrize("at", range(1, WRITES + 1))
def test_killed_at_a_write_nothing_acknowledged_is_lost(tmp_path, core, at):
    acked, report, code = record(tmp_path, *strace(tmp_path, f"write:signal=SIGKILL:when={at}"))
    assert report is None
    assert code != 0
    if at == 1:
        assert 0 == acked
        return
    found = payloads(TapeReader(tmp_path, core))
    assert frames(len(found)) == found
    assert acked <= len(found) <= acked + BATCH
    clock = SteadyClock(START + 60 * NS_PER_S)
    with TapeWriter(tmp_path, core, clock=clock, run_id="after") as writer:
        writer.append(Kind.IN, 1, clock.now(), b"next")
    reader = TapeReader(tmp_path, core)
    assert [*found, b"next"] == payloads(reader)
    assert ("run", "after") == reader.runs()
    report = verify(tmp_path, core)
    assert report.ok
    assert not report.complete
    assert [False] == [problem.corrupt for problem in report.problems]
    assert 1 == len(report.runs[1].recovered)


@needs_strace
def test_killed_between_the_end_mark_and_the_name_nothing_is_lost(tmp_path, core):
    inject = "rename:signal=SIGKILL:when=1"
    command = ("strace", "-f", "-o", "/dev/null", "-e", "trace=rename", "-e", f"inject={inject}")
    _, report, _ = record(tmp_path, *command)
    assert report is None
    TapeWriter(tmp_path, core, clock=SteadyClock(), run_id="after").close()
    reader = TapeReader(tmp_path, core)
    assert frames(BATCHES * BATCH) == payloads(reader)
    assert [] == reader.problems


@needs_strace
def test_a_write_that_finds_no_space_halts_the_tape_with_a_gap_and_the_feed_goes_on(tmp_path, core):
    _, report, code = record(tmp_path, *strace(tmp_path, "write:error=ENOSPC:when=4"))
    assert (0, "halted") == (code, report["state"])
    assert [report["cause"]] == report["halts"]
    assert "No space left on device" in report["cause"]
    assert BATCHES * BATCH == report["appended"]
    assert report["lost"] > 0
    found = payloads(TapeReader(tmp_path, core))
    assert frames(len(found)) == found
    (gap,) = report["gaps"]
    assert gap.startswith("recording stopped (No space left on device)")
    assert not any(problem.corrupt for problem in TapeReader(tmp_path, core).problems)


@needs_strace
def test_no_space_for_the_first_write_leaves_a_segment_with_nothing_but_the_gap(tmp_path, core):
    acked, report, code = record(tmp_path, *strace(tmp_path, "write:error=ENOSPC:when=1"))
    assert (0, "halted", 0) == (code, report["state"], acked)
    assert BATCHES * BATCH == report["lost"]
    assert ([], 1) == (report["frames"], len(report["gaps"]))


@needs_strace
def test_no_space_for_the_end_mark_leaves_nothing_behind_it(tmp_path, core):
    _, report, code = record(tmp_path, *strace(tmp_path, f"write:error=ENOSPC:when={WRITES}"))
    assert (0, "halted") == (code, report["state"])
    reader = TapeReader(tmp_path, core)
    assert frames(BATCHES * BATCH) == payloads(reader)
    assert [] == reader.problems


@needs_strace
def test_a_disk_that_refuses_everything_from_some_write_on_leaves_what_it_took(tmp_path, core):
    acked, report, code = record(tmp_path, *strace(tmp_path, "write:error=EIO:when=4+"))
    assert (0, "halted") == (code, report["state"])
    assert [] == report["gaps"]
    found = payloads(TapeReader(tmp_path, core))
    assert frames(len(found)) == found
    assert 0 < acked <= len(found) <= acked + BATCH


@needs_strace
def test_a_sync_that_fails_halts_the_tape_for_good(tmp_path, core):
    acked, report, code = record(tmp_path, *strace(tmp_path, "fsync:error=EIO:when=2"))
    assert (0, "halted") == (code, report["state"])
    assert "Input/output error" in report["cause"]
    assert 1 == len(report["gaps"])
    assert acked < report["appended"]
    assert (tmp_path / OPEN).exists()
    assert acked <= len(payloads(TapeReader(tmp_path, core)))


@needs_tmpfs
def test_on_a_full_disk_the_ballast_pays_for_the_rest_of_the_write_and_the_gap(tmp_path):
    mount = f'mount -t tmpfs -o size=64k tmpfs {tmp_path} && exec "$@"'
    command = ("unshare", "-m", "sh", "-c", mount, "sh")
    acked, report, code = record(tmp_path, *command, batches=80)
    assert (0, "halted") == (code, report["state"])
    assert "No space left on device" in report["cause"]
    found = [bytes.fromhex(text) for text in report["frames"]]
    assert frames(len(found)) == found
    assert acked <= len(found) < report["appended"]
    assert 1 == len(report["gaps"])


def test_a_file_that_may_not_grow_is_written_up_to_its_limit(tmp_path, core):
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
