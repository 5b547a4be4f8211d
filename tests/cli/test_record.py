"""Recording for real, and the tape that is left."""

import signal
import subprocess
import sys

import pytest
from tests.cli.kit import BOUND_S, Outcome, interrupted, leading_to, run

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
    assert [] == list(tmp_path.iterdir())


def test_a_start_that_fails_leaves_nothing_of_its_own(tmp_path, market):
    env = {**leading_to(market), "PR3DICT_POLYMARKET_MARKET_WS_URL": "ws://127.0.0.1:9/ws/market"}
    mine = tmp_path / "mine"
    mine.mkdir()
    for to in ("new/tape", "mine"):
        done = run("record", "--to", to, env=env, cwd=tmp_path)
        assert 2 == done.code
        assert "cannot be reached" in done.err
    assert [mine] == list(tmp_path.rglob("*"))


def test_a_start_that_fails_leaves_what_was_there(market, tmp_path):
    done = run("record", "--to", "tape", "--seconds", "0.5", env=leading_to(market), cwd=tmp_path)
    assert 0 == done.code
    before = {path: path.stat().st_size for path in tmp_path.rglob("*.p3l")}
    env = {**leading_to(market), "PR3DICT_POLYMARKET_MARKET_WS_URL": "ws://127.0.0.1:9/ws/market"}
    assert 2 == run("record", "--to", "tape", env=env, cwd=tmp_path).code
    assert before == {path: path.stat().st_size for path in tmp_path.rglob("*.p3l")}


def test_a_file_in_the_place_of_the_directory_is_told_without_numbers(market, tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    done = run("record", "--to", "file", env=leading_to(market), cwd=tmp_path)
    sentence = "wanted to record in file: wanted a directory, found a file"
    assert (2, f"pr3dict: {sentence}\n") == (done.code, done.err)


def test_tokens_without_a_book_are_told_once_and_are_in_the_json(market, tmp_path):
    env = leading_to(market, PR3DICT_FIRST_BOOK_S="0.2")
    options = ("--to", "tape", "--seconds", "3", "--json")
    done = run("record", "123", market.tokens[0], *options, env=env, cwd=tmp_path)
    assert 0 == done.code
    said = "the venue has no book for token 123: the id is wrong, or the market is over\n"
    assert said == done.err
    last = done.documents[-1]
    assert (["123"], 1) == (last["without_book"], last["books"])


FULL = """
import errno, os, sys
from pr3dict.tape.segment import SegmentFile

whole, calls = SegmentFile.write, []

def write(self, *arguments):
    calls.append(arguments)
    if len(calls) == 20:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    whole(self, *arguments)

SegmentFile.write = write
from pr3dict.cli.main import main
main()
"""


def test_a_full_disk_is_one_sentence_in_words_and_then_what_was_saved(market, tmp_path):
    def full(*options):
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", FULL, "record", "--to", "tape", *options],
            env=leading_to(market),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=BOUND_S,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    done = full()
    assert 2 == done.code
    _, sentence = done.err.splitlines()
    assert "pr3dict: recording to tape stopped: No space left on device" == sentence
    (verified,) = run("verify", "tape", "--json", cwd=tmp_path).documents
    (found,) = verified["runs"]
    saved, digest = done.out.splitlines()
    assert saved.startswith(f"tape: {sum(found['records'].values())} records saved in 1 segment")
    assert f"4 books, digest {found['digest']}" == digest
    assert ["it ends without an end mark"] == [what for _, what, *_ in verified["problems"]]

    told = full("--json")
    assert (2, sentence) == (told.code, told.err.strip())
    assert (True, "No space left on device") == (
        told.documents[-1]["done"],
        told.documents[-1]["halted"],
    )


def test_a_market_is_recorded_by_its_address_and_replays_to_the_same_digest(market, tmp_path):
    env = leading_to(market)
    (found, *_) = run("markets", "fed rate", "--json", env=env, cwd=tmp_path).documents
    options = ("--to", "tape", "--seconds", "1", "--json")
    done = run("record", found["url"], *options, env=env, cwd=tmp_path)
    assert (0, 2) == (done.code, done.documents[-1]["books"])
    (replayed,) = run("replay", "tape", "--json", cwd=tmp_path).documents[-1:]
    assert done.documents[-1]["digest"] == replayed["digest"]
