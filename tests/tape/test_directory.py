"""One writer a directory, room for its last words, and what a crash left behind."""

import os
import subprocess
import sys

import pytest
from tests.tape.kit import payloads, write_segment

from pr3dict.model.errors import TapeError
from pr3dict.model.records import Kind
from pr3dict.tape.directory import (
    BALLAST,
    Claim,
    Footprint,
    close_left,
    left_open,
    refuse_known_run,
)
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.writer import TapeWriter


def test_the_second_writer_is_refused_with_one_sentence(tmp_path):
    claim = Claim(tmp_path, 100)
    with pytest.raises(TapeError) as refused:
        Claim(tmp_path, 100)
    assert f"found process {os.getpid()} recording there" in str(refused.value)
    assert 1 == len(str(refused.value).splitlines())
    claim.release()
    Claim(tmp_path, 100).release()


def test_the_claim_of_a_dead_process_is_no_claim(tmp_path):
    code = (
        "import sys; from pathlib import Path; from pr3dict.tape.directory import Claim;"
        "Claim(Path(sys.argv[1]), 100); import os; os.kill(os.getpid(), 9)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code, tmp_path]
    dead = subprocess.run(command, env=environment, check=False)  # noqa: S603 ours
    assert -9 == dead.returncode
    Claim(tmp_path, 100).release()


def test_the_ballast_takes_real_room_until_it_is_spent(tmp_path):
    claim = Claim(tmp_path, 100_000)
    assert 100_000 <= (tmp_path / BALLAST).stat().st_blocks * 512
    claim.spend_ballast()
    assert not (tmp_path / BALLAST).exists()
    claim.release()


def test_a_directory_that_cannot_be_is_refused_with_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(TapeError, match="wanted to record in"):
        Claim(tmp_path / "file" / "below", 100)


def test_a_run_id_that_was_used_is_refused_and_a_longer_one_is_another(tmp_path, core):
    write_segment(tmp_path, core, [[b"one"]])
    with pytest.raises(TapeError, match="wanted a new run id, found run used in"):
        refuse_known_run(tmp_path, "run")
    refuse_known_run(tmp_path, "ru")
    refuse_known_run(tmp_path, "run-0000")


def recover(directory, core):
    found = left_open(directory, core)
    close_left(directory, found)
    return found


def test_recovery_gives_the_final_name_and_touches_no_byte(tmp_path, core):
    path = write_segment(tmp_path, core, [[b"one"], [b"two"]], close=False)
    left = path.read_bytes() + b"torn"
    path.write_bytes(left)
    (found,) = recover(tmp_path, core)
    final = path.with_suffix(".p3l")
    assert left == final.read_bytes()
    assert "20261122/00-run-0000.p3l" == found.segment
    assert (2, 4, len(left) - 4) == (found.records, found.torn_bytes, found.readable_bytes)
    assert [b"one", b"two"] == payloads(TapeReader(final, core))
    assert [] == recover(tmp_path, core)


def test_recovery_of_a_segment_that_was_complete_but_for_its_name(tmp_path, core):
    path = write_segment(tmp_path, core, [[b"one"]])
    path.rename(path.with_suffix(".open"))
    (found,) = recover(tmp_path, core)
    assert (1, 0) == (found.records, found.torn_bytes)
    assert [] == TapeReader(path, core).problems


def test_what_is_left_open_keeps_its_name_until_it_was_told_of(tmp_path, core):
    path = write_segment(tmp_path, core, [[b"one"]], close=False)
    assert left_open(tmp_path, core) == left_open(tmp_path, core)
    assert path.exists()


def test_recovery_drops_a_file_in_which_nothing_was_ever_written(tmp_path, core):
    (tmp_path / "20261122").mkdir()
    empty = tmp_path / "20261122" / "00-run-0000.open"
    empty.touch()
    assert [] == recover(tmp_path, core)
    assert not empty.exists()


def test_recovery_of_a_torn_header_tells_that_nothing_is_left(tmp_path, core):
    path = write_segment(tmp_path, core, [[b"one"]], close=False)
    path.write_bytes(path.read_bytes()[:30])
    (found,) = recover(tmp_path, core)
    assert (0, 0, 30) == (found.records, found.last_ns, found.torn_bytes)


def started(directory, core, clock, run_id="mine"):
    return TapeWriter(directory, core, clock=clock, run_id=run_id)


def test_a_run_without_a_frame_is_undone_with_the_directories_it_made(tmp_path, core, clock):
    footprint = Footprint(tmp_path / "a" / "b")
    writer = started(tmp_path / "a" / "b", core, clock)
    writer.append(Kind.TRACK, 1, clock.now(), b"71")
    writer.append(Kind.IN, 1, clock.now(), b"[]")
    writer.close()
    footprint.undo(core)
    assert [] == list(tmp_path.iterdir())


def test_what_holds_a_frame_or_tells_of_a_dead_run_stays(tmp_path, core, clock):
    footprint = Footprint(tmp_path / "frames")
    with started(tmp_path / "frames", core, clock) as writer:
        writer.append(Kind.IN, 1, clock.now(), b"a frame")
    dead = write_segment(tmp_path / "dead", core, [[b"one"]], close=False)
    second = Footprint(tmp_path / "dead")
    started(tmp_path / "dead", core, clock).close()
    footprint.undo(core)
    second.undo(core)
    assert 1 == len(list((tmp_path / "frames").glob("*/*.p3l")))
    assert 2 == len(list(dead.parent.glob("*.p3l")))


def test_nothing_is_undone_where_another_records(tmp_path, core, clock):
    footprint = Footprint(tmp_path / "tape")
    with started(tmp_path / "tape", core, clock, "other") as writer:
        writer.append(Kind.TRACK, 1, clock.now(), b"71")
        writer.flush()
        footprint.undo(core)
        assert 1 == len(list((tmp_path / "tape").glob("*/*.open")))
