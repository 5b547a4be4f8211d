"""Each part of each row measures something, with frames so few that the figures mean nothing."""

import pytest
from bench import frames, rows
from bench.run import ChildFailed, measured_by_child
from bench.setting import Setting

from pr3dict.core import load

FEW = {
    "changes": 600,
    "capture": 582,
    "mix": 300,
    "books": 60,
    "singles": 200,
    "preimages": 500,
}
PARTS = [rows.name_of(part) for row in rows.ROWS.values() for part in row.parts]
APART = {"asking", "picows", "websockets", "copies", "latency", "memory_off", "memory_on"}
"""Parts that want a process of their own: they choose their core, or weigh the process."""


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    made = tmp_path_factory.mktemp("frames")
    for name, recipe in rows.CORPORA.items():
        corpus = recipe.make(FEW[name])
        if corpus is not None:
            frames.store(made, name, corpus)
    return made


@pytest.mark.parametrize("part", [part for part in PARTS if part not in APART])
def test_a_part_tells_positive_figures(part, directory):
    figures = list(rows.part(part)(Setting(directory, load().NAME, quick=True)))

    assert figures
    assert [] == [figure for figure in figures if not figure.value > 0]


@pytest.mark.parametrize("part", sorted(APART))
def test_a_part_tells_positive_figures_from_a_process_of_its_own(part, directory):
    figures = measured_by_child(part, directory, load().NAME, quick=True)

    assert figures
    assert [] == [figure for figure in figures if not figure.value > 0]


def test_a_part_that_fails_says_why(tmp_path):
    with pytest.raises(ChildFailed, match="No such file"):
        measured_by_child("frame", tmp_path, load().NAME, quick=True)


def test_each_part_has_a_name_of_its_own():
    assert len(PARTS) == len(set(PARTS))


def test_each_row_asks_for_frames_that_can_be_made():
    assert set(rows.CORPORA) == {name for row in rows.ROWS.values() for name in row.corpora}


def test_the_real_capture_is_a_column_where_it_is_present(directory):
    setting = Setting(directory, load().NAME, quick=True)
    captured = (directory / "capture").exists()

    assert [False, True][: 1 + captured] == [column for column, _ in setting.columns()]
