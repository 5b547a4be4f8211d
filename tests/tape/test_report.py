"""What people read of a report, and that it survives JSON."""

import msgspec
import pytest
from tests.tape.kit import START

from pr3dict.tape.reader import Problem
from pr3dict.tape.report import Report, RunReport, when


def run(**told):
    plain = {
        "run_id": "run",
        "ok": True,
        "complete": True,
        "records": {"IN": 1200, "END": 1},
        "first_ns": START,
        "last_ns": START + 1_500_000_000,
        "counters": {
            "proofs.proved": 1000,
            "snapshots.proved": 100,
            "frames.rejected.json": 2,
            "frames.rejected.utf8": 1,
        },
        "failed": 0,
        "failures": (),
        "gaps": (),
        "recovered": (),
        "backwards": 0,
        "steps": 0,
        "clock": (),
        "ended": True,
        "compared": 1,
        "differences": (),
        "unreadable": "",
        "digest": "d1",
        "digests": {"71": "d2"},
    }
    return RunReport(**{**plain, **told})


def report(*runs, **told):
    plain = {
        "path": "tape",
        "engine": "native",
        "ok": True,
        "complete": True,
        "capture": False,
        "segments": 1,
        "problems": (),
        "runs": runs,
    }
    return Report(**{**plain, **told})


def test_a_good_tape_in_sentences():
    assert [
        "tape: tape of 1 segment, replayed by the native engine",
        "run run: 2026-11-22 00:00:00.000 to 2026-11-22 00:00:01.500: 1,200 IN, 1 END",
        "  1 book; 1,100 proofs held, 0 failed; 3 frames rejected",
        "  digests compared with the live run: 1",
        "  digest d1",
        "ok",
    ] == report(run()).lines()


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("failures", "  proof failed: this"),
        ("gaps", "  gap: this"),
        ("recovered", "  recovered: this"),
        ("clock", "  clock: this"),
        ("differences", "  different: this"),
    ],
)
def test_whatever_was_found_is_a_line(field, line):
    assert line in report(run(**{field: ("this",)})).lines()


def test_long_lists_are_cut_and_counted():
    lines = report(run(failed=250, failures=("this",) * 100)).lines()
    assert 10 == lines.count("  proof failed: this")
    assert "  … and 240 more" in lines


def test_problems_come_first_by_their_sort():
    problems = (Problem("a", "bad", True), Problem("b", "cut", False))
    lines = report(problems=problems, ok=False).lines()
    assert ["  corrupt: a: bad", "  crash: b: cut"] == lines[1:3]
    assert "not ok" == lines[-1]


def test_what_is_not_complete_is_not_plainly_ok():
    assert "ok as far as it goes: not complete" == report(run(), complete=False).lines()[-1]
    assert "ok" == report(run(), complete=False, capture=True).lines()[-1]


def test_a_tape_without_a_frame_is_not_plainly_ok():
    silent = run(records={"OPENED": 1, "END": 1})
    said = "ok as far as it goes: not a single frame is on it"
    assert said == report(silent).lines()[-1]
    assert said == report().lines()[-1]


def test_a_replay_that_stopped_says_why():
    assert "  the replay stopped: why" in report(run(unreadable="why")).lines()


def test_a_report_is_json_and_back():
    whole = report(run(), problems=(Problem("a", "bad", True),))
    assert whole == msgspec.json.decode(msgspec.json.encode(whole), type=Report)


def test_a_time_is_utc_to_the_millisecond():
    assert "2026-11-21 23:59:59.999" == when(START - 1)
