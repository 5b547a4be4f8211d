"""The benchmarks are handed over to, where there are any."""

import pytest

from pr3dict.cli.bench import run
from pr3dict.model.errors import Pr3dictError

PRINTS_ITS_ARGUMENTS = """
import sys
print(*sys.argv[1:])
sys.exit(3)
"""


def test_arguments_go_there_and_the_exit_code_comes_back(tmp_path, capfd):
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "__main__.py").write_text(PRINTS_ITS_ARGUMENTS, "utf-8")
    assert 3 == run(["--json", "frames"], tmp_path)
    assert "--json frames\n" == capfd.readouterr().out


def test_outside_a_checkout_it_says_where_the_benchmarks_are(tmp_path):
    with pytest.raises(Pr3dictError, match="in the repository, not in the package"):
        run([], tmp_path)
