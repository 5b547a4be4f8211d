"""What goes to stdout and to stderr."""

import math
import subprocess
import sys

import msgspec
from tests.cli.kit import BOUND_S, terminal, variables

from pr3dict.cli import output

BAR = """
from pr3dict.cli.output import progress
with progress("checking") as told:
    told(50, 100)
"""


def test_json_is_one_line_and_what_is_not_known_is_null(capsys):
    output.say_json({"b": math.nan, "a": [1, "x\ny"]})
    out = capsys.readouterr().out
    assert '{"a":[1,"x\\ny"],"b":null}\n' == out
    assert {"a": [1, "x\ny"], "b": None} == msgspec.json.decode(out)


def test_remarks_leave_stdout_alone(capsys):
    output.remark("by the way")
    captured = capsys.readouterr()
    assert ("", "by the way\n") == (captured.out, captured.err)


def test_without_a_terminal_there_is_no_bar(capsys):
    with output.progress("checking") as told:
        told(1, 2)
    captured = capsys.readouterr()
    assert ("", "") == (captured.out, captured.err)


def test_a_pipe_is_no_terminal():
    assert not output.is_terminal()


def test_the_bar_is_drawn_on_a_terminal(tmp_path):
    (tmp_path / "pr3dict").mkdir()
    with terminal("verify", "nothing", env=variables(), cwd=tmp_path) as screen:
        screen.until("checking")
        screen.until("wanted a tape")
        assert 2 == screen.leaves()


def test_the_bar_goes_to_stderr(tmp_path):
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", BAR],
        env=variables(),
        capture_output=True,
        timeout=BOUND_S,
        check=True,
    )
    assert b"" == done.stdout
