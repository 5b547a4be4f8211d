"""Watching: wrong ids, hosts that are not there, lines, JSON, and the terminal."""

import signal
import socket
import subprocess
import sys

import pytest
from tests.cli.kit import interrupted, leading_to, run, terminal, variables

NO_SUCH_TOKEN = "12345678901234567890"


def test_lines_tell_health_rate_latency_and_proofs(market, tmp_path):
    done = run("watch", "--seconds", "2", env=leading_to(market), cwd=tmp_path)
    assert (0, "") == (done.code, done.err)
    assert 2 == len(done.out.splitlines())
    assert "books: 4 LIVE" in done.out
    assert " 0 failed" in done.out


def test_tokens_of_the_command_line_are_those_that_are_watched(market, tmp_path):
    token = market.tokens[2]
    env = leading_to(market)
    done = run("watch", token, "--seconds", "1", "--json", env=env, cwd=tmp_path)
    (only,) = done.documents
    assert [token] == [book["token"] for book in only["books"]]
    assert ("LIVE", "PROVED", "WS") == tuple(
        only["books"][0][name] for name in ("health", "proof", "source")
    )


def test_a_market_is_watched_by_its_address_with_all_its_outcomes(market, tmp_path):
    env = leading_to(market)
    (found, *_) = run("markets", "fed rate", "--json", env=env, cwd=tmp_path).documents
    lines = run("watch", found["url"], "--seconds", "1", env=env, cwd=tmp_path)
    assert (0, "") == (lines.code, lines.err)
    assert " · Yes 0." in lines.out
    assert " · No 0." in lines.out
    (told,) = run(
        "watch", found["url"], "--seconds", "1", "--json", env=env, cwd=tmp_path
    ).documents
    wanted = {
        each["token_id"]: f"{each['label']} {found['question']}" for each in found["outcomes"]
    }
    assert wanted == {book["token"]: book["label"] for book in told["books"]}


def test_on_a_terminal_books_are_called_by_their_outcome(market, tmp_path):
    env = leading_to(market)
    (found, *_) = run("markets", "fed rate", "--json", env=env, cwd=tmp_path).documents
    with terminal("watch", found["slug"], env=env, cwd=tmp_path) as screen:
        screen.until("outcome and market")
        screen.until(f"Yes {found['question'][:12]}")
        screen.press("q")
        assert 0 == screen.leaves()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_cleanly(market, tmp_path, number):
    done = interrupted("watch", env=leading_to(market), cwd=tmp_path, after_lines=1, number=number)
    assert (0, "") == (done.code, done.err)


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ("0xabc", "wanted a condition id, 0x and 64 digits, found '0xabc'"),
        ("zzzz-qqqq", "no market of Polymarket has the slug zzzz-qqqq"),
        ("9" * 79, "wanted a token id"),
    ],
)
def test_a_wrong_token_id_is_one_sentence(market, tmp_path, token, sentence):
    done = run("watch", token, env=leading_to(market), cwd=tmp_path)
    assert (2, "") == (done.code, done.out)
    assert sentence in done.err
    assert 1 == len(done.err.splitlines())


def test_a_token_without_a_book_is_one_sentence(market, tmp_path):
    env = leading_to(market, PR3DICT_FIRST_BOOK_S="0.2")
    done = run("watch", NO_SUCH_TOKEN, "--seconds", "20", env=env, cwd=tmp_path)
    assert 2 == done.code
    assert f"the venue has no book for token {NO_SUCH_TOKEN}" in done.err


def test_no_token_is_one_sentence(tmp_path):
    done = run("watch", cwd=tmp_path)
    assert 2 == done.code
    assert "wanted at least one market or token id, as an argument or in PR3DICT_TOKENS" in done.err


@pytest.mark.parametrize("transport", ["picows", "websockets"])
def test_a_host_that_is_not_there_is_one_sentence(tmp_path, transport):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{held.getsockname()[1]}/ws/market"
        env = variables(PR3DICT_POLYMARKET_MARKET_WS_URL=url, PR3DICT_TRANSPORT=transport)
        done = run("watch", "1", env=env, cwd=tmp_path)
    assert 2 == done.code
    assert done.err.startswith(f"pr3dict: {url} cannot be reached")
    assert 1 == len(done.err.splitlines())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_the_monitor_runs_on_a_terminal_and_q_leaves(market, tmp_path, size):
    env = leading_to(market)
    with terminal("watch", env=env, cwd=tmp_path, size=size) as screen:
        screen.until("PR3DICT")
        screen.until("proved")
        screen.press("q")
        assert 0 == screen.leaves()
    assert "\x1b[?1049l" in screen.seen  # the terminal is given back
    assert "Traceback" not in screen.seen


@pytest.mark.parametrize("how", ["key", "signal"])
def test_ctrl_c_leaves_the_monitor(market, tmp_path, how):
    with terminal("watch", env=leading_to(market), cwd=tmp_path) as screen:
        screen.until("proved")
        if how == "key":
            screen.press("\x03")
        else:
            screen.child.send_signal(signal.SIGINT)
        assert 0 == screen.leaves()
    assert "\x1b[?1049l" in screen.seen


def test_the_monitor_leaves_with_the_sentence_that_ends_it(market, tmp_path):
    env = leading_to(market, PR3DICT_FIRST_BOOK_S="0.2")
    with terminal("watch", NO_SUCH_TOKEN, env=env, cwd=tmp_path) as screen:
        screen.until("the venue has no book for token")
        assert 2 == screen.leaves()


def test_colours_are_left_out_where_they_are_not_wanted(market, tmp_path):
    with terminal("watch", env=leading_to(market, NO_COLOR="1"), cwd=tmp_path) as screen:
        screen.until("proved")
        screen.press("q")
        assert 0 == screen.leaves()
    greys = {tuple(part.split(";")) for part in screen.seen.split("38;2;")[1:]}
    assert all(rgb[0] == rgb[1] == rgb[2].partition("m")[0] for rgb in greys if len(rgb) >= 3)


def test_the_monitor_has_a_door_of_its_own(market, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "pr3dict.monitor", "0xabc"],
        env=leading_to(market),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert 2 == done.returncode
    assert "wanted a condition id" in done.stderr


def test_without_a_terminal_the_other_door_prints_lines_too(market, tmp_path):
    child = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "pr3dict.monitor", market.tokens[0]],
        env=leading_to(market),
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        assert " s \u00b7 " in child.stdout.readline()
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
    finally:
        child.kill()
    assert (0, "") == (child.returncode, err)
    assert "\x1b" not in out
