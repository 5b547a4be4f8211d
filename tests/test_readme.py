"""The README's quick start, run as it stands by somebody who has a venue."""

import re
import subprocess
import sys
from pathlib import Path

from tests.cli.kit import leading_to, venue

README = Path(__file__).resolve().parent.parent / "README.md"


def test_the_quick_start_runs_and_shows_live_books(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert len(code.strip().splitlines()) <= 25
    with venue("--markets", "2", "--activity", "20", "--seed", "3") as market:
        done = subprocess.run(  # noqa: S603 - our own interpreter, our own words
            [sys.executable, "-c", code],
            env=leading_to(market),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (0, "") == (done.returncode, done.stderr)
    assert re.search(r"^for \$100: 0\.\d+$", done.stdout, re.MULTILINE)
    assert re.search(r"^LIVE 0\.\d+ 0\.\d+ spread 0\.\d+$", done.stdout, re.MULTILINE)
