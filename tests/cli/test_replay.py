"""Playing recordings: how far, how fast, and what they come to."""

import math
import shutil
import signal

import pytest
from tests.cli.kit import interrupted, leading_to, run, terminal, variables
from tests.monitor.kit import NOW

from pr3dict.cli.replay import _tell, extent, reach_of, speed_of, time_of
from pr3dict.core import load
from pr3dict.model.errors import ConfigError
from pr3dict.model.units import NS_PER_S
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue
from pr3dict.tape import Problem, TapeReader, import_jsonl

SECONDS = 6


@pytest.fixture
def capture(tmp_path):
    """Six seconds of a small venue."""
    start_ms = NOW // 1_000_000
    venue = Venue(SimConfig(markets=2, seed=5, activity=4.0, start_ms=start_ms))
    frames = [venue.opening(venue.tokens)]
    frames += [text for _, text in venue.run(start_ms + SECONDS * 1_000)]
    path = tmp_path / "frames.jsonl"
    path.write_bytes(b"\n".join(frames))
    return path


def frames_until(path, wall_ns: int) -> int:
    """Count the frames of a capture up to a time, by reading it."""
    return sum(1 for record in import_jsonl(path) if record.kind == 1 and record.wall_ns <= wall_ns)


def test_it_plays_to_the_end_and_prints_the_digest(capture, tmp_path):
    done = run("replay", capture.name, cwd=tmp_path)
    assert (0, "") == (done.code, done.err)
    (verified,) = run("verify", capture.name, "--json", cwd=tmp_path).documents
    assert f"4 books, digest {verified['runs'][0]['digest']}" == done.out.splitlines()[-1]


def test_it_stops_at_the_very_record_that_was_asked_for(capture, tmp_path):
    whole = frames_until(capture, 1 << 62)
    first, last = extent(capture, load())
    for after in (0.5, 2.0, 3.75):
        end = ("--to", f"+{after}")
        (told,) = run("replay", capture.name, *end, "--json", cwd=tmp_path).documents
        assert frames_until(capture, first + round(after * NS_PER_S)) == told["frames"] < whole
    (told,) = run("replay", capture.name, "--to", "+99", "--json", cwd=tmp_path).documents
    assert (whole, last) == (told["frames"], told["until_ns"])


def test_at_a_speed_it_comes_to_the_same_books(capture, tmp_path):
    (fast,) = run("replay", capture.name, "--to", "+4", "--json", cwd=tmp_path).documents
    options = ("--speed", "4", "--from", "+1", "--to", "+4", "--json")
    *lines, slow = run("replay", capture.name, *options, cwd=tmp_path).documents
    assert 1 <= len(lines)
    assert fast == slow


def test_on_a_terminal_a_speed_shows_the_monitor(capture, tmp_path):
    options = ("--speed", "2")
    with terminal("replay", capture.name, *options, env=variables(), cwd=tmp_path) as screen:
        screen.until("replay")
        screen.until("proved")
        screen.press("q")
        assert 0 == screen.leaves()
    assert "books, digest " in screen.seen


def test_ctrl_c_is_130(capture, tmp_path):
    options = ("--speed", "0.1", "--json")
    done = interrupted(
        "replay",
        capture.name,
        *options,
        env=variables(),
        cwd=tmp_path,
        after_lines=1,
        number=signal.SIGINT,
    )
    assert 130 == done.code
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("nothing",), "wanted a tape, found no "),
        (("frames.jsonl", "--speed", "fast"), "--speed: wanted a number above 0, or max"),
        (("frames.jsonl", "--speed", "-1"), "--speed: wanted a number above 0, or max"),
        (("frames.jsonl", "--from", "noon"), "wanted a time like 2026-02-28T11:46:10"),
        (("frames.jsonl", "--from", "+99"), "--from, --to: wanted a part of the recording"),
    ],
)
def test_what_cannot_be_played_is_one_sentence(capture, tmp_path, options, sentence):
    done = run("replay", *options, cwd=tmp_path)
    assert (2, "") == (done.code, done.out)
    assert sentence in done.err
    assert 1 == len(done.err.splitlines())


def test_speeds_are_numbers_above_zero_or_max():
    assert [1.0, 0.5, 20.0, math.inf] == [speed_of(text) for text in ("1", "0.5", "20x", "max")]
    for wrong in ("0", "-2", "nan", "", "x"):
        with pytest.raises(ConfigError):
            speed_of(wrong)


def test_times_may_have_a_zone_a_fraction_or_count_from_the_start():
    expected = 1_772_279_170_115_000_000
    assert expected == time_of("2026-02-28T11:46:10.115", 0)
    assert expected == time_of("2026-02-28T12:46:10.115+01:00", 0)
    assert expected == time_of("+0.115", expected - 115_000_000)
    for wrong in ("", "+", "+soon", "+inf", "noon"):
        with pytest.raises(ConfigError):
            time_of(wrong, 0)


def test_a_reach_stays_within_the_recording():
    reach = reach_of(NOW, NOW + 10 * NS_PER_S, None, None)
    assert (NOW, NOW, NOW + 10 * NS_PER_S, True) == reach
    part = reach_of(NOW, NOW + 10 * NS_PER_S, "+2", "+5")
    assert (NOW + 2 * NS_PER_S, NOW + 5 * NS_PER_S, False) == part[1:]
    wide = reach_of(NOW, NOW + NS_PER_S, "2000-01-01", "2100-01-01")
    assert (NOW, NOW + NS_PER_S, True) == wide[1:]


@pytest.fixture(scope="module")
def tape(market, tmp_path_factory):
    where = tmp_path_factory.mktemp("recorded")
    done = run("record", "--to", "tape", "--seconds", "1", env=leading_to(market), cwd=where)
    assert 0 == done.code, done.err
    return where / "tape"


@pytest.fixture
def segment(tape, tmp_path):
    """A copy of the tape; its only segment."""
    (found,) = shutil.copytree(tape, tmp_path / "tape").glob("**/*.p3l")
    return found


def test_damage_is_a_sentence_and_exit_code_1(segment, tmp_path):
    raw = bytearray(segment.read_bytes())
    raw[len(raw) // 2] ^= 1
    segment.write_bytes(raw)
    done = run("replay", "tape", cwd=tmp_path)
    assert 1 == done.code
    assert ["corrupt"] == [line.split(":")[0] for line in done.err.splitlines()]
    assert "digest" in done.out

    done = run("replay", "tape", "--json", cwd=tmp_path)
    (told,) = done.documents
    (problem,) = told["problems"]
    assert (1, True) == (done.code, problem["corrupt"])
    assert problem["what"] in done.err
    assert max(r.wall_ns for r in TapeReader(segment, load()).records()) == told["until_ns"]


def test_a_torn_end_is_told_and_the_exit_code_is_0(segment, tmp_path):
    segment.with_suffix(".open").write_bytes(segment.read_bytes()[:-100])
    segment.unlink()
    done = run("replay", "tape", "--json", cwd=tmp_path)
    assert 0 == done.code
    assert [False] == [problem["corrupt"] for problem in done.documents[0]["problems"]]
    assert done.err.startswith("crash: ")
    assert 1 == len(done.err.splitlines())


def test_a_sound_tape_has_no_problems(segment, tmp_path):
    done = run("replay", "tape", "--json", cwd=tmp_path)
    assert (0, "", []) == (done.code, done.err, done.documents[0]["problems"])


def test_of_many_problems_ten_are_told(capsys):
    _tell([Problem(f"{number}", "bad", corrupt=True) for number in range(25)])
    lines = capsys.readouterr().err.splitlines()
    assert (11, "corrupt: 0: bad", "… and 15 more") == (len(lines), lines[0], lines[-1])


@pytest.mark.parametrize("verb", ["replay", "verify"])
@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("hello.txt", b"hello\n"),
        ("noise", bytes(range(256)) * 20),
        ("empty.jsonl", b""),
        ("zeros.jsonl", bytes(4096)),
        ("text.jsonl", b"one\ntwo\n"),
    ],
)
def test_any_other_file_is_one_sentence(tmp_path, verb, name, found):
    (tmp_path / name).write_bytes(found)
    done = run(verb, name, cwd=tmp_path)
    assert (2, "") == (done.code, done.out)
    assert done.err.startswith(f"pr3dict: {name} is no tape: ")
    assert 1 == len(done.err.splitlines())
