"""Each planted bug is noticed by a seed of the campaign, and by none that the product upholds."""

import json

import pytest
from tests.trial import planted
from tests.trial.plant import Bug
from tests.trial.planted import BUGS, CI_SEEDS, CLEAN, SCENARIO, fails, kill, noticed

HOW = "no seed notices {}: the trial sees too little"


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_seed_notices_the_bug_and_upholds_the_product(bug: Bug) -> None:
    killed = kill(bug)
    assert killed is not None, HOW.format(bug.name)
    assert killed.broken
    if killed.seed == SCENARIO:
        assert "" == fails(bug.scenario)
        return
    assert killed.seed == CLEAN or 0 <= killed.seed < CI_SEEDS
    assert "" == noticed(killed.seed, bug.core)


def test_there_are_enough_of_them_and_each_says_what_it_is() -> None:
    assert len(BUGS) >= 25
    assert len(BUGS) == len({bug.name for bug in BUGS}) == len({bug.sentence for bug in BUGS})
    assert all(0 <= seed < CI_SEEDS for bug in BUGS for seed in bug.likely if seed != CLEAN)


def test_a_bug_is_gone_when_its_block_has_ended() -> None:
    for bug in BUGS:
        with bug.plant():
            pass
    assert "" == noticed(0, "reference")
    assert "" == noticed(0, "auto")


def test_a_bug_that_nothing_notices_is_told(capsys, monkeypatch) -> None:
    harmless = Bug("harmless", "nothing is changed", BUGS[-1].plant, ())
    unpatched = harmless._replace(plant=monkeypatch.context)
    assert kill(unpatched, seeds=(CLEAN,)) is None
    monkeypatch.setattr(planted, "BUGS", (unpatched,))
    monkeypatch.setattr(planted, "SEEDS_MAX", 1)
    monkeypatch.setattr(planted, "CI_SEEDS", 1)
    assert 1 == planted.main(["--json"])
    (row,) = json.loads(capsys.readouterr().out)
    assert ("harmless", False) == (row["bug"], row["killed"])
