"""`python -m bench.prove`."""

import json
from pathlib import Path

import pytest
from bench.prove import cli


@pytest.mark.timeout(120)
def test_a_part_is_written_to_the_page(tmp_path: Path) -> None:
    out = tmp_path / "page.md"
    assert 0 == cli.main(["--only", "trouble", "--seeds", "2", "--out", str(out)])
    text = out.read_text("utf-8")
    assert text.startswith("# Reliability\n")
    assert "`python -m bench.prove --json --only trouble --seeds 2`" in text


@pytest.mark.timeout(120)
def test_what_the_page_names_prints_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == cli.main(["--json", "--only", "trouble", "--seeds", "2"])
    assert 2 == json.loads(capsys.readouterr().out)["trouble"]["seeds"]


def test_a_part_that_does_not_exist_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == cli.main(["--only", "troubel"])
    told = capsys.readouterr().err
    assert told.startswith("python -m bench.prove: --only: wanted some of trouble, clean,")
    assert told.endswith("found troubel\n")
