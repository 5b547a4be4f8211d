"""What the doctor finds, on this machine and in numbers made up."""

import socket
from typing import Any

import pytest
from tests.cli.kit import leading_to, run, variables

from pr3dict.cli import doctor
from pr3dict.cli.finding import Finding, Level
from pr3dict.config import Config
from pr3dict.model.units import NS_PER_MS
from pr3dict.net.clock import SystemClock

SECRET = "sesame-open-up"


def findings(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {found["what"]: (found["level"], found["words"]) for found in document["findings"]}


def test_where_the_feed_can_work_all_is_told_and_the_exit_code_is_0(market, tmp_path):
    done = run("doctor", "--json", env=leading_to(market), cwd=tmp_path)
    assert (0, "") == (done.code, done.err)
    (document,) = done.documents
    found = findings(document)
    assert document["ok"]
    assert {"engine", "transport", "python", "picows", "uvloop", "textual"} <= found.keys()
    assert "ok" == found["market channel"][0]
    assert market.ws_url in found["market channel"][1]
    served = {"rest", "catalogue", "data", "user channel", "live data", "prices", "sports"}
    assert {"ok"} == {found[what][0] for what in served}
    assert "no API key is set: public data only" == found["account"][1]
    assert "ok" == found["clock"][0], found["clock"]
    assert "ok" == found["wall clock"][0]


def test_a_line_each_for_people(market, tmp_path):
    done = run("doctor", env=leading_to(market), cwd=tmp_path)
    assert 0 == done.code
    assert all(line.startswith(("ok  ", "warn", "FAIL")) for line in done.out.splitlines())


def test_where_nothing_listens_the_exit_code_is_1_and_each_address_is_told(tmp_path):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        sockets = ("MARKET_WS", "USER_WS", "RTDS", "POLYBOLT", "SPORTS")
        schemes = dict.fromkeys(sockets, "ws") | dict.fromkeys(("CLOB", "GAMMA", "DATA"), "http")
        env = variables(
            **{
                f"PR3DICT_POLYMARKET_{name}_URL": f"{scheme}://127.0.0.1:{port}"
                for name, scheme in schemes.items()
            }
        )
        done = run("doctor", "--json", env=env, cwd=tmp_path)
    assert 1 == done.code
    found = findings(done.documents[0])
    assert "FAIL" == found["market channel"][0]
    assert "warn" == found["rest"][0]
    assert f"127.0.0.1:{port}" in found["market channel"][1]
    assert "clock" not in found


def test_settings_are_told_by_name_and_never_by_value(market, tmp_path):
    (tmp_path / ".env").write_text(f"PR3DICT_SECRET={SECRET}\n", "utf-8")
    done = run("doctor", env=leading_to(market, PR3DICT_KEY=SECRET), cwd=tmp_path)
    assert "PR3DICT_KEY" in done.out
    assert "PR3DICT_SECRET" in done.out
    assert SECRET not in done.out + done.err


def test_a_package_that_is_missing_is_told_with_its_extra(monkeypatch):
    monkeypatch.setattr(doctor, "PACKAGES", {"no-such-package-here": "fast"})
    monkeypatch.setitem(doctor.BUILT_IN, "later", (99, 0))
    found = {one.what: one for one in doctor.machine(Config(core="reference"))}
    assert "not installed: pip install 'pr3dict[fast]'" == found["no-such-package-here"].words
    assert Level.WARN is found["no-such-package-here"].level


def test_an_engine_that_was_asked_for_is_no_warning():
    found = {one.what: one for one in doctor.machine(Config(core="reference"))}
    assert Finding("engine", Level.OK, "reference") == found["engine"]


def test_a_wall_clock_that_is_steady_is_told_so():
    assert Level.OK is doctor.steadiness(SystemClock()).level


def test_a_wall_clock_that_was_set_is_a_warning():
    class Stepped(SystemClock):
        def now(self):
            return NS_PER_MS * 5_000

        def wall(self):
            return NS_PER_MS * 3_000

    found = doctor.steadiness(Stepped())
    assert (Level.WARN, "the wall clock was set by -2000 ms while this ran") == (
        found.level,
        found.words,
    )


@pytest.mark.parametrize("level", [Level.OK, Level.WARN])
def test_warnings_do_not_keep_the_feed_from_working(level):
    assert doctor.is_well([Finding("a", level, "")])
    assert not doctor.is_well([Finding("a", level, ""), Finding("b", Level.FAIL, "")])
