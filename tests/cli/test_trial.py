"""A seed on the command line: the same lines each time, and a verdict."""

import json

import msgspec
import pytest
from tests.cli.kit import run

from pr3dict.cli import trial
from pr3dict.trial import try_seed


def test_a_seed_is_shown_step_by_step_and_the_same_each_time(tmp_path):
    first, again = (run("sim", "--seed", "5", "--trace", cwd=tmp_path) for _ in "12")
    assert (0, first.out) == (first.code, again.out)
    assert "in 1 [{" in first.out
    assert f"trace {try_seed(5).trace}" in first.err
    assert first.err.endswith("every invariant held\n")


def test_the_verdict_comes_as_json(tmp_path):
    done = run("sim", "--seed", "5", "--trace", "--json", cwd=tmp_path)
    verdict = json.loads(done.out)
    assert (0, 5, "") == (done.code, verdict["seed"], verdict["broken"])
    assert try_seed(5).trace == verdict["trace"]


def test_a_broken_invariant_is_exit_code_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    held = try_seed(5, safety_s=1.0)
    broken = msgspec.structs.replace(held, broken="I2 at 1.000 s: so it is")
    monkeypatch.setattr(trial, "try_seed", lambda *_, **__: broken)
    assert 1 == trial.run(5, as_json=False)
    assert "BROKEN: I2 at 1.000 s: so it is" in capsys.readouterr().err
