"""The monitor on a terminal; on a real one it is started by tests/cli/test_watch.py."""

import subprocess
import sys

WITHOUT_TEXTUAL = """
import sys
sys.modules["textual"] = None
from pr3dict.model.errors import MissingExtra
from pr3dict.monitor.screen import show
try:
    show(None, "venue")
except MissingExtra as missing:
    print(missing)
"""


def test_without_textual_the_command_that_installs_it_is_told():
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", WITHOUT_TEXTUAL],
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert "textual is not installed: pip install 'pr3dict[tui]'\n" == done.stdout, done.stderr
