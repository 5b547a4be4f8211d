"""What the doctor finds outside this machine: against a simulated venue, and in numbers made up."""

import asyncio
import socket

from tests.cli.kit import leading_to, run

from pr3dict.cli import reach
from pr3dict.cli.finding import Level
from pr3dict.cli.reach import Offset, narrowed, offset_finding
from pr3dict.config import Config
from pr3dict.model.units import NS_PER_MS, NS_PER_S
from pr3dict.net.clock import SystemClock
from pr3dict.sim.desk.accounts import TEST_KEY, TEST_PRIVATE_KEY


def test_the_bounds_of_whole_seconds_are_narrowed_by_reading_again():
    ahead = 80 * NS_PER_MS
    readings = []
    for part in (0, 210, 420, 630, 840, 995):
        venue = 1_000 * NS_PER_S + part * NS_PER_MS
        before, after = venue + ahead - NS_PER_MS, venue + ahead + NS_PER_MS
        readings.append((before, venue // NS_PER_S * NS_PER_S, after))
    offset = narrowed(readings)
    assert offset is not None
    assert offset.low_ns <= ahead <= offset.high_ns
    assert offset.high_ns - offset.low_ns < 10 * NS_PER_MS


def test_readings_that_contradict_each_other_give_no_estimate():
    assert narrowed([(0, 10 * NS_PER_S, 1), (2, 0, 3)]) is None
    found = offset_finding(None, Config())
    assert Level.WARN is found.level


def test_a_clock_that_is_off_is_told_with_the_setting_that_mends_it():
    offset = Offset(2_000 * NS_PER_MS, 2_200 * NS_PER_MS)
    found = offset_finding(offset, Config())
    assert Level.WARN is found.level
    assert "PR3DICT_CLOCK_OFFSET_MS=2100" in found.words
    assert Level.OK is offset_finding(offset, Config(clock_offset_ms=2_100.0)).level


async def test_addresses_that_never_answer_are_given_up_together(monkeypatch, tmp_path):
    monkeypatch.setattr(reach, "TIMEOUT_S", 0.2)
    monkeypatch.chdir(tmp_path)

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen(64)
        at = f"127.0.0.1:{held.getsockname()[1]}"
        services = ("market_ws", "user_ws", "clob", "gamma", "data", "rtds", "polybolt", "sports")
        http = {"clob", "gamma", "data"}
        config = Config(
            **{
                f"polymarket_{name}_url": f"{'http' if name in http else 'ws'}://{at}"
                for name in services
            }
        )
        async with asyncio.timeout(3):
            found = await reach.reached(config, SystemClock())
    *silent, account = found
    assert {"market channel": Level.FAIL} == {
        one.what: one.level for one in silent if one.level is not Level.WARN
    }
    assert len(services) == len(silent)
    assert all("did not answer" in one.words for one in silent)
    assert Level.OK is account.level


def test_an_api_key_is_tried_and_never_shown(market, tmp_path):
    ours = {
        "POLYGON_WALLET_PRIVATE_KEY": TEST_PRIVATE_KEY,
        "CLOB_API_KEY": TEST_KEY.key,
        "CLOB_SECRET": TEST_KEY.secret,
        "CLOB_PASS_PHRASE": TEST_KEY.passphrase,
    }
    for wrong, level, words in (
        ({}, "ok", "the venue takes the API key"),
        ({"CLOB_PASS_PHRASE": "guess"}, "warn", "401"),
        ({"CLOB_SECRET": ""}, "warn", "CLOB_SECRET not set"),
    ):
        given = ours | wrong
        done = run("doctor", "--json", env=leading_to(market, **given), cwd=tmp_path)
        assert 0 == done.code
        (found,) = (f for f in done.documents[0]["findings"] if f["what"] == "account")
        assert level == found["level"], found
        assert words in found["words"]
        assert not [secret for secret in given.values() if secret and secret in done.out]
