"""The command line: what it refuses, and a client that is not there."""

import json

import pytest
from bench.peers import cli, install
from bench.peers.scenarios import SCENARIOS


def test_the_eight_scenarios_of_the_catalogue_are_there():
    assert ["A1", "A2", "B1", "B2", "C1", "C7", "D1", "E4"] == [each.key for each in SCENARIOS]


def test_nobody_is_watched_for_more_than_a_minute_and_all_for_less_than_eight():
    assert max(each.bound_s for each in SCENARIOS) <= 60
    assert sum(each.bound_s for each in SCENARIOS) <= 7 * 60


@pytest.mark.parametrize("option", ["--only", "--peers"])
def test_an_unknown_name_is_refused_in_one_sentence(option, capsys):
    assert 2 == cli.main([option, "nothing"])
    assert f"{option}: wanted some of" in capsys.readouterr().err


def test_an_absent_client_is_shown_and_does_not_end_the_run(monkeypatch, capsys):
    monkeypatch.setattr(install, "absence", lambda _: "not installed: tried in vain")

    assert 0 == cli.main(["--only", "D1,C7", "--peers", "polyws", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert ["not installed: tried in vain"] * 2 == [outcome["trouble"] for outcome in told]


def test_texts_of_one_protocol_are_not_played_to_a_client_of_another(capsys):
    assert 0 == cli.main(["--only", "D1", "--peers", "kalshi-sdk", "--json"])
    [told] = json.loads(capsys.readouterr().out)
    assert "n/a: the texts are of another protocol than its own" == told["trouble"]


def test_a_run_that_could_not_measure_ours_fails(monkeypatch, capsys):
    monkeypatch.setattr(install, "absence", lambda _: "broken")

    assert 1 == cli.main(["--only", "D1", "--peers", "pr3dict", "--json"])
    assert "broken" in capsys.readouterr().out
