"""The start, the errors and the exit codes of the program."""

import os
import subprocess
import sys

import pytest
from tests.cli.kit import BOUND_S, PROGRAM, run, variables

import pr3dict
from pr3dict.cli.main import OUR_FAULT, _told
from pr3dict.model.errors import ConfigError

VERBS = ("demo", "markets", "book", "watch", "sim", "record", "replay", "verify", "bench", "doctor")

LOADED = """
import sys
import pr3dict.cli.verbs
heavy = ("textual", "rich", "aiohttp", "httpx2", "picows", "asyncio", "pr3dict.core._native")
print(*[name for name in heavy if name in sys.modules])
"""
WITHOUT_TYPER = """
import sys
sys.modules["typer"] = None
from pr3dict.cli.main import main
main()
"""
INTERRUPTED_AT = """
import runpy
import sys

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupts())
sys.argv = ["pr3dict", "verify", "nothing"]
{start}
"""
AS_MODULE = 'runpy.run_module("pr3dict", run_name="__main__", alter_sys=True)'
AS_SCRIPT = "from pr3dict.cli.main import main; main()"


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code],
        env=variables(),
        capture_output=True,
        text=True,
        timeout=BOUND_S,
        check=False,
    )


def test_the_start_loads_nothing_heavy():
    assert "\n" == python(LOADED).stdout


def test_what_must_be_read_before_ctrl_c_is_handled_is_next_to_nothing():
    code = "import sys, pr3dict.cli.main; print([m for m in ('typer', 'msgspec', 'logging') if m"
    assert "[]\n" == python(f"{code} in sys.modules])").stdout


@pytest.mark.parametrize(
    ("module", "start"),
    [
        ("pr3dict.cli.main", AS_MODULE),
        ("typer", AS_MODULE),
        ("typer", AS_SCRIPT),
        ("pr3dict.cli.verbs", AS_SCRIPT),
        ("pr3dict.cli.verify", AS_SCRIPT),
        ("pr3dict.model.errors", AS_SCRIPT),
    ],
)
def test_ctrl_c_while_the_program_is_being_read_is_130_and_silence(module, start):
    done = python(INTERRUPTED_AT.format(module=module, start=start))
    assert (130, "", "") == (done.returncode, done.stdout, done.stderr.strip())


def test_alone_it_prints_its_help_and_nothing_else_and_exits_with_2(tmp_path):
    done = run(cwd=tmp_path)
    assert (2, "") == (done.code, done.out)
    assert run("--help", cwd=tmp_path).out == done.err


def test_the_version_is_told(tmp_path):
    done = run("--version", cwd=tmp_path)
    assert (0, f"pr3dict {pr3dict.__version__}\n", "") == (done.code, done.out, done.err)


def test_help_names_every_verb(tmp_path):
    done = run("--help", cwd=tmp_path)
    assert 0 == done.code
    assert [] == [verb for verb in VERBS if f"  {verb} " not in done.out]
    assert "..." not in done.out.partition("Commands:")[2]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(tmp_path, verb):
    done = run(verb, "--help", cwd=tmp_path)
    assert 0 == done.code
    assert f"usage: pr3dict {verb} " in done.out.lower()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("wacth",), "No such command 'wacth'. Did you mean 'watch'? See pr3dict --help."),
        (("watch", "--second", "1"), "No such option: --second"),
        (("demo", "--markets", "0"), "Invalid value for '--markets'"),
        (("sim", "--activity", "nan"), "activity: wanted 0.000001 to 1000000, found nan"),
        (("sim", "--start-ms", "99999999999999999"), "start_ms: wanted milliseconds since 1970"),
        (("sim", "--speed", "inf"), "rate: wanted numbers from 0 to 1000000"),
        (("sim", "--seconds", "inf"), "Invalid value for '--seconds'"),
        (("record", "1"), "Missing option '--to'. See pr3dict record --help."),
        (("verify",), "Missing argument 'path'"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_and_exit_code_2(tmp_path, arguments, sentence):
    done = run(*arguments, cwd=tmp_path)
    assert 2 == done.code
    assert sentence in done.err
    assert 1 == len(done.err.splitlines())
    assert "" == done.out


@pytest.mark.parametrize("verb", ["markets", "book", "watch"])
def test_a_name_that_is_no_utf8_is_one_sentence_and_exit_code_2(tmp_path, verb):
    done = run(verb, os.fsdecode(b"fed\xff"), cwd=tmp_path)
    sentence = "wanted the address, slug, id or words of a market, found 'fed\\udcff'"
    assert (2, "", f"pr3dict: {sentence}\n") == (done.code, done.out, done.err)


@pytest.mark.parametrize("verb", [("watch", "1"), ("demo",), ("record", "1", "--to", "t")])
def test_a_bad_setting_is_one_sentence_that_names_it(tmp_path, verb):
    env = variables(PR3DICT_PING_EVERY_S="often")
    done = run(*verb, env=env, cwd=tmp_path)
    assert (2, "") == (done.code, done.out)
    assert "pr3dict: PR3DICT_PING_EVERY_S: wanted seconds" in done.err
    assert "Traceback" not in done.err


def test_a_setting_of_a_dotenv_file_counts(tmp_path):
    (tmp_path / ".env").write_text("PR3DICT_CORE=fast\n", "utf-8")
    done = run("verify", "nothing", cwd=tmp_path, env=without_core())
    assert (2, True) == (done.code, done.err.startswith("pr3dict: PR3DICT_CORE"))
    assert done.err.endswith(": wanted auto, native or reference, found 'fast'\n")


def test_a_line_of_a_dotenv_file_that_sets_nothing_is_told_and_left_out(tmp_path):
    (tmp_path / ".env").write_text("no setting at all\nPR3DICT_CORE=fast\n", "utf-8")
    done = run("verify", "nothing", cwd=tmp_path, env=without_core())
    odd, wrong = done.err.splitlines()
    assert odd == (
        "pr3dict: .env, line 1: wanted NAME=value, found a line that begins with 'no';"
        " it is left out"
    )
    assert wrong.startswith("pr3dict: PR3DICT_CORE in .env: wanted")


def without_core() -> dict[str, str]:
    return {name: value for name, value in variables().items() if name != "PR3DICT_CORE"}


def test_the_traceback_is_there_for_those_who_ask_for_it(tmp_path):
    done = run("verify", "nothing", cwd=tmp_path, env=variables(PR3DICT_DEBUG="1"))
    assert "Traceback" in done.err
    assert "TapeError" in done.err


def test_a_fault_of_ours_is_told_as_one_and_not_as_the_users():
    code, sentence = _told(KeyError("x"))
    assert OUR_FAULT == code
    assert "this is a fault of ours: KeyError" in sentence
    assert (2, "so it is") == _told(ConfigError("so it is"))
    assert (2, "a/b: No such file or directory") == _told(
        FileNotFoundError(2, os.strerror(2), "a/b")
    )


def test_a_reader_that_leaves_early_is_no_error(tmp_path):
    child = subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, "--help"],
        env=variables(),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None
    child.stdout.close()
    _, err = child.communicate(timeout=BOUND_S)
    assert (141, b"") == (child.returncode, err)


def test_without_typer_the_command_that_installs_it_is_told():
    done = python(WITHOUT_TYPER)
    assert (2, "typer is not installed: pip install 'pr3dict[cli]'\n") == (
        done.returncode,
        done.stderr,
    )
