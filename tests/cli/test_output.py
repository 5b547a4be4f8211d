"""What goes to stdout and to stderr."""

import math
import os
import pty
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


def test_the_words_of_strangers_command_no_terminal(capsys):
    output.say("Fed\x1b[2J up\r?\u202e\x9b1m")
    output.remark("a\x07b")
    captured = capsys.readouterr()
    assert ("Fed\ufffd[2J up\ufffd?\ufffd\ufffd1m\n", "a\ufffdb\n") == (captured.out, captured.err)


def test_without_a_terminal_there_is_no_bar(capsys):
    with output.progress("checking") as told:
        told(1, 2)
    captured = capsys.readouterr()
    assert ("", "") == (captured.out, captured.err)


def test_the_bar_is_drawn_on_a_terminal(tmp_path):
    with terminal("verify", "nothing", env=variables(), cwd=tmp_path) as screen:
        screen.until("checking")
        screen.until("wanted a tape")
        assert 2 == screen.leaves()


def test_the_bar_goes_to_stderr_and_never_to_stdout():
    end, its_end = pty.openpty()
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", BAR],
            env=variables(),
            stdout=subprocess.PIPE,
            stderr=its_end,
            timeout=BOUND_S,
            check=True,
        )
        assert b"checking" in os.read(end, 65_536)
    finally:
        os.close(its_end)
        os.close(end)
    assert b"" == done.stdout
