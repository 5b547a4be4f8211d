"""The command line of the bench: what it refuses, what it prints."""

import json
import socket

import pytest
from bench import cli, machine
from bench.rows import ROWS


def test_an_unknown_row_is_refused_in_one_sentence(capsys):
    assert 2 == cli.main(["--only", "frame,spped"])
    assert "spped" in capsys.readouterr().err


def test_no_round_at_all_is_refused(capsys):
    assert 2 == cli.main(["--rounds", "0"])
    assert "wanted at least 1, found 0" in capsys.readouterr().err


def test_a_row_is_measured_and_told_as_json(capsys):
    assert 0 == cli.main(["--only", "reading", "--quick", "--rounds", "1", "--json"])
    told = json.loads(capsys.readouterr().out)

    assert {"reading"} == {line["row"] for line in told["lines"]}
    assert {} == told["failures"]
    assert 1 == told["rounds"]


def test_the_help_names_every_row(capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--help"])
    told = capsys.readouterr().out

    assert [] == [name for name in ROWS if name not in told]


def test_the_machine_is_described_without_its_name():
    told = machine.look().sentence()

    assert "Python" in told
    assert socket.gethostname() not in told
