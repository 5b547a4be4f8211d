"""The demo without a terminal: lines, a summary, an end; nothing stays behind."""

import socket
from urllib.parse import urlsplit

import pytest
from tests.cli.kit import interrupted, run, terminal, variables, venue

from pr3dict.cli.demo import simulated
from pr3dict.cli.sim import FAULTS
from pr3dict.model.errors import ConfigError

SMALL = ("--markets", "3", "--activity", "5")


def test_it_says_the_engine_prints_lines_and_counts_the_proofs(tmp_path):
    done = run("demo", *SMALL, "--seconds", "1", cwd=tmp_path)
    assert 0 == done.code, done.err
    lines = done.out.splitlines()
    assert done.err.startswith("engine: ")
    assert 1 == len(done.err.splitlines())
    assert lines[0].startswith("   1 s · books: 6 LIVE · ")
    figures = dict(line.split(maxsplit=1) for line in lines[lines.index("") + 1 :])
    assert ["frames", "proofs", "mirrors", "latency", "books", "trades"] == list(figures)
    assert int(figures["proofs"].split()[0].replace(",", "")) > 6
    assert ", 0 failed" in figures["proofs"]


def test_it_says_which_engine_runs_and_what_that_means(tmp_path):
    env = variables(PR3DICT_CORE="reference", PR3DICT_TRANSPORT="websockets")
    done = run("demo", *SMALL, "--seconds", "1", cwd=tmp_path, env=env)
    assert 0 == done.code, done.err
    assert "engine: reference (plain Python: the same answers, slower); transport: websockets" in (
        done.err
    )


def test_json_is_a_line_a_second_and_a_summary(tmp_path):
    done = run("demo", *SMALL, "--seconds", "1.1", "--json", cwd=tmp_path)
    first, *_, last = done.documents
    assert 1 == first["seconds"]
    assert last["summary"]
    assert 6 == len(last["books"])
    assert last["stats"]["messages"]["received"] >= first["stats"]["messages"]["received"]


def test_ctrl_c_ends_it_with_its_summary(tmp_path):
    done = interrupted("demo", *SMALL, env=variables(), cwd=tmp_path, after_lines=1)
    assert 0 == done.code, done.err
    assert "proofs " in done.out
    assert "Traceback" not in done.err


def test_faults_are_seen_and_healed(tmp_path):
    options = ("--fault", "drop", "--fault-every", "0.2", "--seconds", "2.5", "--json")
    done = run("demo", "--markets", "1", "--activity", "30", *options, cwd=tmp_path)
    assert 0 == done.code, done.err
    last = done.documents[-1]
    assert 0 < last["stats"]["proofs"]["failed"]
    assert 0 < last["stats"]["healing"]["cured"]


def test_the_venue_ends_with_the_block():
    with venue("--markets", "1") as addresses:
        place = urlsplit(addresses.rest_url)
        with socket.create_connection((place.hostname, place.port), timeout=5):
            pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((place.hostname, place.port), timeout=5)


def test_a_venue_that_does_not_start_is_told_in_its_own_words(capfd):
    with pytest.raises(ConfigError, match="no/such"), simulated(["--capture", "no/such"]):
        pytest.fail("it started")
    assert "" == capfd.readouterr().err


def test_an_unknown_fault_is_one_sentence_that_names_those_that_are_known(tmp_path):
    done = run("demo", "--fault", "x", cwd=tmp_path)
    known = ", ".join(FAULTS)
    assert (2, "") == (done.code, done.out)
    assert f"pr3dict: fault: wanted one of {known}, found x\n" == done.err


def test_on_a_terminal_the_monitor_is_shown_and_q_ends_it(tmp_path):
    with terminal("demo", *SMALL, env=variables(), cwd=tmp_path) as screen:
        screen.until("simulated venue")
        screen.until("proved")
        screen.press("q")
        assert 0 == screen.leaves()
    assert "Traceback" not in screen.seen
    left_behind = screen.seen.rpartition("\x1b[?1049l")[2]
    assert "books     6: 6 LIVE" in left_behind


def test_on_a_terminal_plain_lines_can_be_had(tmp_path):
    options = ("--plain", "--seconds", "1")
    with terminal("demo", *SMALL, *options, env=variables(), cwd=tmp_path) as screen:
        screen.until("proofs ")
        assert 0 == screen.leaves()
    assert "\x1b[?1049h" not in screen.seen
