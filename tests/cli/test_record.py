"""Recording for real, and the tape that is left."""

import signal

import pytest
from tests.cli.kit import interrupted, leading_to, run

from pr3dict.core import load
from pr3dict.net.clock import SystemClock
from pr3dict.tape import TapeWriter


def test_what_was_recorded_verifies_and_replays_to_the_same_digest(market, tmp_path):
    env = leading_to(market)
    recorded = run("record", "--to", "tape", "--seconds", "1", env=env, cwd=tmp_path)
    assert 0 == recorded.code, recorded.err
    assert recorded.err.startswith("recording 4 tokens to tape; Ctrl-C ends it")
    digest = recorded.out.split()[-1]

    verified = run("verify", "tape", "--json", cwd=tmp_path)
    assert 0 == verified.code, verified.out
    (report,) = verified.documents
    assert (True, True) == (report["ok"], report["complete"])
    assert digest == report["runs"][0]["digest"]

    replayed = run("replay", "tape", "--json", cwd=tmp_path)
    assert digest == replayed.documents[0]["digest"]


def test_json_is_a_line_a_second_and_an_end(market, tmp_path):
    options = ("--to", "tape", "--seconds", "1.2", "--json")
    done = run("record", market.tokens[0], *options, env=leading_to(market), cwd=tmp_path)
    assert (0, "") == (done.code, done.err)
    first, second, last = done.documents
    assert 1 == first["seconds"]
    assert first["records"] < second["records"] <= last["records"]
    assert (True, 1, 0) == (last["done"], last["books"], last["lost"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_closes_the_tape(market, tmp_path, number):
    done = interrupted(
        "record",
        "--to",
        "tape",
        "--json",
        env=leading_to(market),
        cwd=tmp_path,
        after_lines=1,
        number=number,
    )
    assert (0, "") == (done.code, done.err)
    assert done.documents[-1]["done"]
    assert [] == list((tmp_path / "tape").glob("**/*.open"))
    (report,) = run("verify", "tape", "--json", cwd=tmp_path).documents
    assert report["complete"]
    assert report["runs"][0]["ended"]


def test_a_directory_that_cannot_be_is_one_sentence(market, tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    done = run("record", "--to", "file/tape", env=leading_to(market), cwd=tmp_path)
    assert (2, "") == (done.code, done.out)
    assert "file/tape" in done.err
    assert 1 == len(done.err.splitlines())


def test_a_directory_that_another_records_to_is_one_sentence(market, tmp_path):
    with TapeWriter(tmp_path / "tape", load(), clock=SystemClock(), run_id="other"):
        done = run("record", "--to", "tape", env=leading_to(market), cwd=tmp_path)
    assert (2, "") == (done.code, done.out)
    assert 1 == len(done.err.splitlines())


def test_a_token_without_a_book_is_not_recorded_for_ever(market, tmp_path):
    env = leading_to(market, PR3DICT_FIRST_BOOK_S="0.2")
    done = run("record", "1234567", "--to", "tape", env=env, cwd=tmp_path)
    assert 2 == done.code
    assert "the venue has no book for token 1234567" in done.err
    assert [] == list((tmp_path / "tape").glob("**/*.open"))
