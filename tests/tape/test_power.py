"""H2: the power fails at any call, and of what was not synced anything may be gone or torn."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tape.kit import BOOTED, START, SteadyClock, header, payloads
from tests.tape.power import SECTOR, Content, PowerLost, SimDisk

from pr3dict.core import load
from pr3dict.model.errors import TapeError
from pr3dict.model.records import Kind
from pr3dict.model.units import NS_PER_S
from pr3dict.tape.directory import close_left, left_open
from pr3dict.tape.intake import Intake
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.scan import scan
from pr3dict.tape.scribe import Scribe, TapeSettings
from pr3dict.tape.verify import verify
from pr3dict.tape.writer import TapeWriter

SMALL = TapeSettings(
    commit_every_s=60, block_bytes=700, segment_bytes=4000, ballast_bytes=10, fsync_every_s=1
)
CALLS = 90
"""More than a recording of this file makes; those it makes die at one of them."""
MEMORY = Path("/dev/shm")  # noqa: S108 a fast place for a disk that is only simulated
core = load()

Disk = Callable[[Path, int | None], SimDisk]


class Lost(NamedTuple):
    """A recording whose power failed."""

    told: list[bytes]
    """The frames it was given, one after the other."""
    safe: int
    """How many of them were there when it last said that all of them are on the disk."""


def record(disk: SimDisk, directory: Path, chance: Random) -> Lost:
    """Record over midnight, until the end or until the power is gone."""
    clock = SteadyClock(START - 2 * NS_PER_S)
    intake = Intake(core, seal_at=1500, size_max=1 << 20, wall_minus_mono=START - BOOTED)
    scribe = Scribe(directory, core, intake, clock=clock, head=header(), settings=SMALL, files=disk)
    told: list[bytes] = []
    safe = 0
    with suppress(PowerLost):
        for _ in range(chance.randrange(1, 12)):
            for _ in range(chance.randrange(4)):
                told.append(chance.randbytes(chance.randrange(700)))
                intake.append(Kind.IN, 1, clock.now(), told[-1])
            clock.wall_ns += chance.choice((0, 0, NS_PER_S // 2, NS_PER_S))
            synced = scribe.fsyncs
            scribe.commit()
            if scribe.fsyncs > synced:
                safe = len(told)
        if chance.random() < 0.3:
            scribe.finish()
            safe = len(told)
    return Lost(told, safe)


def tape(directory: Path) -> tuple[list[bytes], TapeReader | None]:
    """Return the frames of a tape; there may be none at all."""
    try:
        reader = TapeReader(directory, core)
    except TapeError:
        return [], None
    return payloads(reader), reader


def lose_power(disks: Disk, where: Path, chance: Random) -> tuple[Path, list[bytes], set[str]]:
    """Record, lose power, and check what is left: return where, its frames, and what was met."""
    before, after = where / "before", where / "after"
    before.mkdir()
    disk = disks(before, chance.randrange(1, CALLS))
    told, safe = record_in(disk, before, chance)
    disk.fail(after, chance)
    found, reader = tape(after / "tape")
    assert told[: len(found)] == found, "a tape is a prefix of what it was given"
    assert safe <= len(found), "what was synced is there"
    met = {"no tape"} if reader is None else {"frames lost"} if found < told else set()
    problems = {problem.where for problem in reader.problems} if reader else set()
    for segment in reader.segments() if reader else ():
        assert segment.path.relative_to(after / "tape").as_posix() in problems or not segment.fault
        assert not segment.fault or segment.path.suffix == ".open", "no closed name lies"
        met.add("damage" if segment.damaged else "cut" if segment.fault else segment.path.suffix)
    return after, found, met


def record_in(disk: SimDisk, before: Path, chance: Random) -> Lost:
    directory = before / "tape"
    try:
        disk.make_directory(directory)
        disk.sync_directory(before)
    except PowerLost:
        return Lost([], 0)
    return record(disk, directory, chance)


def restart(directory: Path, run: str, disk: SimDisk | None = None) -> None:
    """Let the next recorder come, and go."""
    more = {} if disk is None else {"files": disk}
    clock = SteadyClock(START + 60 * NS_PER_S)
    with TapeWriter(directory, core, clock=clock, run_id=run, settings=SMALL, **more) as writer:
        writer.append(Kind.TRACK, 1, clock.now(), b"71")


def told_well(directory: Path, found: list[bytes], run: str) -> None:
    """Check a tape after the recorder that came last: all is as it was, and no crash is damage."""
    restart(directory, run)
    assert found == payloads(TapeReader(directory, core))
    assert not list(directory.glob("*/*.open"))
    report = verify(directory, core)
    assert report.ok, report.problems


def story(chance: Random, disks: Disk = SimDisk) -> set[str]:
    """Lose power twice, in a recording and in its recovery; check all, tell what was met."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        where = Path(name)
        after, found, met = lose_power(disks, where, chance)
        again = where / "again"
        disk = disks(after, chance.randrange(1, 20))
        with suppress(TapeError, PowerLost):
            restart(after / "tape", "second", disk)
        disk.fail(again, chance)
        assert found == tape(again / "tape")[0], "a recovery costs nothing"
        told_well(again / "tape", found, "third")
        return met | {disk.calls[-1].split()[0]}


@settings(max_examples=300, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_H2_after_power_failures_a_prefix_with_all_that_was_synced_is_left(chance):
    story(chance)


def test_H2_the_stories_come_to_everything_that_they_are_told_for():
    met = Counter(word for seed in range(200) for word in story(Random(seed)))
    wanted = {"no tape", "frames lost", "damage", "cut", ".open", ".p3l", "rename", "append"}
    assert set() == wanted - met.keys()


class NoSync(SimDisk):
    def sync(self, handle: int) -> None:
        pass


class NoDirectorySync(SimDisk):
    def sync_directory(self, path: Path) -> None:
        pass


def first_failure(disks: Disk = SimDisk) -> str:
    """Return what is found wrong first in many stories."""
    for seed in range(400):
        try:
            story(Random(seed), disks)
        except AssertionError as wrong:
            return str(wrong)
    return ""


@pytest.mark.parametrize(
    ("disks", "wrong"),
    [(NoSync, "what was synced is there"), (NoDirectorySync, "what was synced is there")],
)
def test_H2_a_tape_that_does_not_sync_is_found_out(disks, wrong):
    assert first_failure(disks).startswith(wrong)


def test_H2_a_recovery_that_renames_before_it_has_told_is_found_out(monkeypatch):
    def hasty(directory, core, files):
        found = left_open(directory, core, files)
        close_left(directory, found, files)
        return found

    monkeypatch.setattr("pr3dict.tape.writer.left_open", hasty)
    monkeypatch.setattr("pr3dict.tape.writer.close_left", lambda *_: None)
    assert "corrupt=True" in first_failure()


def closed(where: Path, dies_after: int | None = None) -> SimDisk:
    """Record a frame and close the segment; return the disk."""
    (where / "tape").mkdir(parents=True)
    disk = SimDisk(where, dies_after)
    clock = SteadyClock()
    with suppress(PowerLost):
        intake = Intake(core, seal_at=1500, size_max=1 << 20, wall_minus_mono=START - BOOTED)
        scribe = Scribe(
            where / "tape", core, intake, clock=clock, head=header(), settings=SMALL, files=disk
        )
        intake.append(Kind.IN, 1, clock.now(), b"a frame")
        scribe.finish()
    return disk


def test_H2_a_rename_that_is_lost_costs_no_record(tmp_path):
    calls = closed(tmp_path / "whole").calls
    renamed = calls.index("rename 00-run-0000.p3l") + 1
    closed(tmp_path / "before", renamed).fail(tmp_path / "after", Random(1), names_kept=0)
    (segment,) = (tmp_path / "after" / "tape").glob("*/*")
    assert ".open" == segment.suffix
    assert "" == scan(segment, core).fault
    told_well(tmp_path / "after" / "tape", [b"a frame"], "next")


def test_H2_a_new_directory_that_was_claimed_does_not_vanish_with_what_is_in_it(tmp_path):
    before = tmp_path / "before"
    before.mkdir()
    disk = SimDisk(before)
    clock = SteadyClock()
    with TapeWriter(before / "a" / "b", core, clock=clock, run_id="run", files=disk) as writer:
        writer.append(Kind.IN, 1, clock.now(), b"a frame")
    disk.fail(tmp_path / "after", Random(1), names_kept=0)
    assert [b"a frame"] == payloads(TapeReader(tmp_path / "after" / "a" / "b", core))


def test_of_an_unsynced_tail_any_part_may_be_missing_and_of_the_rest_none():
    content = Content(b"s" * 700)
    content.data += b"t" * 2000
    content.ends.append(2700)
    left = {content.left(Random(seed)) for seed in range(1000)}
    assert {b"s" * 700} == {one[:700] for one in left}
    tails = {one[700:] for one in left}
    assert any(len(tail) == 2000 and tail.startswith(bytes(324) + b"t" * SECTOR) for tail in tails)
    assert any(b"t" * 400 in tail and set(tail) - set(b"t\0") for tail in tails)
    assert min(map(len, tails)) < SECTOR < max(map(len, tails))
