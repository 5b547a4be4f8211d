"""The simulated venue as a program."""

import json
import signal
import socket
import subprocess
from contextlib import closing

import pytest
from tests.cli.kit import (
    LEAVES_S,
    PROGRAM,
    interrupted,
    leading_to,
    run,
    variables,
    venue,
)

from pr3dict.cli.sim import FAULTS, Options, environment, is_elsewhen, source_of
from pr3dict.cli.sim import run as serve
from pr3dict.model.errors import ConfigError
from pr3dict.sim.truth.capture import Capture
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue


def captured(path, steps: int = 60) -> list[str]:
    """Write what a small venue says; return its tokens."""
    source = Venue(SimConfig(markets=1, seed=5))
    frames = [source.opening(source.tokens)]
    while len(frames) < steps:
        frames += source.step()
    path.write_bytes(b"\n".join(frames))
    return source.tokens


def test_it_prints_the_variables_that_lead_to_it(tmp_path):
    done = run("sim", "--markets", "3", "--seconds", "0.1", cwd=tmp_path)
    assert 0 == done.code
    names = [line.removeprefix("export ").partition("=")[0] for line in done.out.splitlines()]
    assert [
        "PR3DICT_POLYMARKET_MARKET_WS_URL",
        "PR3DICT_POLYMARKET_USER_WS_URL",
        "PR3DICT_POLYMARKET_CLOB_URL",
        "PR3DICT_POLYMARKET_GAMMA_URL",
        "PR3DICT_POLYMARKET_DATA_URL",
        "PR3DICT_POLYMARKET_RTDS_URL",
        "PR3DICT_POLYMARKET_POLYBOLT_URL",
        "PR3DICT_POLYMARKET_SPORTS_URL",
        "PR3DICT_TOKENS",
    ] == names
    assert done.err.startswith("a simulated venue (3 markets, seed 1) of 6 tokens")


def test_json_has_the_addresses_and_every_token_then_the_figures(tmp_path):
    done = run("sim", "--markets", "30", "--seconds", "0.1", "--json", cwd=tmp_path)
    first, last = done.documents
    assert 60 == len(first["tokens"])
    assert environment(first["settings"], first["tokens"]) == first["env"]
    assert first["ws_url"] == first["settings"]["polymarket_market_ws_url"]
    assert {"connections": 0, "frames": 0, "faults": {}} == last
    assert "" == done.err


def test_recurring_markets_come_besides_and_other_kinds_are_refused(tmp_path):
    done = run(
        "sim", "--markets", "2", "--recurring", "btc-5m", "--seconds", "0.1", "--json", cwd=tmp_path
    )
    wrong = run("sim", "--recurring", "btc-7m", cwd=tmp_path)

    assert 8 == len(done.documents[0]["tokens"])
    assert 2 == wrong.code
    assert "wanted some of btc, eth, sol, xrp with -5m or -15m" in wrong.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_leaves_cleanly_when_asked_to(tmp_path, number):
    done = interrupted("sim", "--json", env=variables(), cwd=tmp_path, after_lines=1, number=number)
    assert (0, "", 2) == (done.code, done.err, len(done.documents))


def test_on_a_leash_it_does_not_outlive_who_started_it(tmp_path):
    child = subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, "sim", "--json", "--leash"],
        env=variables(),
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    with child:
        assert child.stdout.readline()
        child.stdin.close()
        assert 0 == child.wait(LEAVES_S)


def test_a_port_that_is_taken_is_told(tmp_path):
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = str(held.getsockname()[1])
        done = run("sim", "--port", port, "--seconds", "1", cwd=tmp_path)
    assert 2 == done.code
    assert f"pr3dict: --port: wanted a port of ours, found that {port} cannot be had" in done.err
    assert "name another" in done.err
    assert 1 == len(done.err.splitlines())


def test_a_capture_is_served_in_its_place(tmp_path):
    tokens = captured(tmp_path / "frames.jsonl")
    done = run("sim", "--capture", "frames.jsonl", "--seconds", "0.1", "--json", cwd=tmp_path)
    assert tokens == done.documents[0]["tokens"]


def test_a_capture_that_is_not_there_is_told(tmp_path):
    done = run("sim", "--capture", "nothing.jsonl", cwd=tmp_path)
    assert 2 == done.code
    assert "capture: wanted a file of frames, found nothing.jsonl" in done.err


def test_the_options_make_the_venue():
    source = source_of(Options(markets=3, ticks=("0.001",), speed=0.0, rate=50.0), 1_000)
    assert isinstance(source, Venue)
    assert (1_000, 6, 50.0) == (source.now_ms, len(source.tokens), source.rate.frames_per_s)
    rules = source.rules(source.tokens[0])
    assert rules is not None
    assert "0.001" == rules.tick_size


def test_the_same_seed_and_start_give_the_same_books():
    one, two = (source_of(Options(markets=2, seed=9), 1_000) for _ in range(2))
    assert one.opening(one.tokens) == two.opening(two.tokens)
    other = source_of(Options(markets=2, seed=10), 1_000)
    assert one.tokens != other.tokens


def test_a_capture_keeps_the_pace_asked_for(tmp_path):
    captured(tmp_path / "frames.jsonl")
    source = source_of(Options(capture=str(tmp_path / "frames.jsonl"), speed=4.0), 0)
    assert isinstance(source, Capture)
    assert 4.0 == source.rate.speed


def test_an_unknown_fault_is_refused_by_name():
    with pytest.raises(ConfigError, match=r"fault: wanted one of drop, .*, found sabotage"):
        serve(Options(faults=("sabotage",)))


def test_faults_strike_in_turn_and_are_counted(tmp_path):
    options = ("--markets", "1", "--activity", "30", "--fault-every", "0.05")
    names = [part for name in FAULTS for part in ("--fault", name)]
    with subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, "sim", "--json", "--leash", *options, *names],
        env=variables(),
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        served = json.loads(child.stdout.readline())
        env = variables(**served["env"], PR3DICT_BACKOFF_BASE_S="0.05", PR3DICT_BACKOFF_CAP_S="0.1")
        watched = run("watch", "--seconds", "2.5", "--json", env=env, cwd=tmp_path)
        assert 0 == watched.code, watched.err
        child.stdin.close()
        struck = json.loads(child.stdout.readline())["faults"]
    assert {"drop", "duplicate", "corrupt", "falsify", "garbage"} <= struck.keys()
    stats = watched.documents[-1]["stats"]
    assert 0 < stats["messages"]["rejected"].get("json", 0)
    assert 0 < stats["reconnects"]


def test_venue_time_is_our_time(tmp_path):
    with venue("--markets", "4", "--activity", "5") as market:
        done = run("watch", "--seconds", "1", "--json", env=leading_to(market), cwd=tmp_path)
    stats = done.documents[-1]["stats"]
    assert 0 == stats["witnesses"]["latency.clock_insane"]
    assert abs(stats["latency_p50_ms"]) < 1_000


def test_a_fixed_start_is_kept(tmp_path):
    done = run("sim", "--start-ms", "1790000000000", "--seconds", "0.1", "--json", cwd=tmp_path)
    assert 0 == done.code


def test_frames_a_second_do_not_carry_the_venue_into_the_future(tmp_path):
    with venue("--markets", "4", "--rate", "400") as market:
        done = run("watch", "--seconds", "1.5", "--json", env=leading_to(market), cwd=tmp_path)
    stats = done.documents[-1]["stats"]
    assert 200 < stats["messages"]["received"]
    assert abs(stats["latency_p50_ms"]) < 1_000
    assert 0 == stats["witnesses"]["latency.clock_insane"]
    assert 0 == stats["proofs"].get("failed", 0)


@pytest.mark.parametrize(
    ("options", "elsewhen"),
    [
        (Options(), False),
        (Options(rate=9.0), False),
        (Options(speed=2.0), True),
        (Options(start_ms=1), True),
        (Options(capture="frames.jsonl"), True),
    ],
)
def test_a_venue_in_another_time_than_ours_is_known(options, elsewhen):
    assert elsewhen == is_elsewhen(options)


def test_where_latencies_mean_nothing_it_says_so(tmp_path):
    done = run("sim", "--speed", "10", "--seconds", "0.1", cwd=tmp_path)
    assert "latencies mean nothing" in done.err
