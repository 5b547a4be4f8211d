"""Checking recordings: whole, damaged, missing, and a real capture."""

from pathlib import Path

import pytest
from tests.cli.kit import leading_to, run
from tests.cli.test_sim import captured

from pr3dict.tape.segment import CLOSED

CAPTURE = Path(__file__).resolve().parents[3] / "shared/data/polymarket-predxt/merged.jsonl"


@pytest.fixture(scope="module")
def tape(market, tmp_path_factory) -> Path:
    where: Path = tmp_path_factory.mktemp("recorded")
    options = ("--to", "tape", "--seconds", "0.5")
    done = run("record", *options, env=leading_to(market), cwd=where)
    assert 0 == done.code, done.err
    return where / "tape"


def test_it_prints_the_digest_of_every_final_book(tape):
    done = run("verify", str(tape), cwd=tape.parent)
    assert (0, "") == (done.code, done.err)
    lines = done.out.splitlines()
    digests = [line.split() for line in lines[:4]]
    assert all(len(digest) == 40 and token.isdigit() for digest, token in digests)
    assert "ok" == lines[-1]


def test_a_changed_byte_is_found_and_the_exit_code_is_1(tape, tmp_path):
    (segment,) = tape.glob(f"**/*{CLOSED}")
    raw = bytearray(segment.read_bytes())
    raw[len(raw) // 2] ^= 1
    damaged = tmp_path / segment.name
    damaged.write_bytes(raw)
    done = run("verify", str(tmp_path), cwd=tmp_path)
    assert 1 == done.code
    assert "corrupt" in done.out
    assert "not ok" == done.out.splitlines()[-1]

    (report,) = run("verify", str(tmp_path), "--json", cwd=tmp_path).documents
    assert not report["ok"]


def test_a_capture_by_others_can_be_checked_too(tmp_path):
    tokens = captured(tmp_path / "frames.jsonl")
    done = run("verify", "frames.jsonl", "--json", cwd=tmp_path)
    (report,) = done.documents
    assert (0, True, True) == (done.code, report["ok"], report["capture"])
    assert set(tokens) == report["runs"][0]["digests"].keys()


def test_a_path_where_nothing_is_is_one_sentence(tmp_path):
    done = run("verify", "nothing", cwd=tmp_path)
    assert (2, "") == (done.code, done.out)
    assert done.err.startswith("pr3dict: wanted a tape, found no ")


def test_the_real_capture_is_proved(tmp_path):
    if not CAPTURE.exists():
        pytest.skip(f"no capture at {CAPTURE}: the real data is not here")
    (report,) = run("verify", str(CAPTURE), "--json", cwd=tmp_path).documents
    assert report["ok"]
    (found,) = report["runs"]
    assert (0, 166, 16) == (
        found["failed"],
        found["counters"]["proofs.proved"],
        found["counters"]["snapshots.proved"],
    )
