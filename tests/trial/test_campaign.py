"""The campaign: hundreds of seeds of trouble, each with every invariant, and the same again.

A seed that fails is seen step by step with `pr3dict sim --seed N --trace`.
"""

import os
import subprocess
import sys
from collections import Counter
from random import Random, SystemRandom
from time import perf_counter

import pytest

from pr3dict.trial import Verdict, try_seed
from pr3dict.trial.nemesis import COUNTED

FIXED_SEEDS = 300
GROUPS = 10
FRESH_S = float(os.environ.get("PR3DICT_FRESH_SEEDS_S", "60"))
FRESH_FROM = os.environ.get("PR3DICT_FRESH_SEEDS_FROM", "")
"""What fresh seeds are drawn from, so that the same come again; `""`: from chance."""
HOW = "see it step by step: pr3dict sim --seed {} --trace"


def upheld(seed: int) -> Verdict:
    verdict = try_seed(seed)
    assert "" == verdict.broken, HOW.format(seed)
    return verdict


@pytest.fixture(scope="module")
def struck() -> Counter[str]:
    """Return what has struck over all fixed seeds so far."""
    return Counter()


@pytest.mark.parametrize("group", range(GROUPS))
def test_every_invariant_holds_under_every_fixed_seed(group: int, struck: Counter[str]) -> None:
    for seed in range(group, FIXED_SEEDS, GROUPS):
        struck.update(upheld(seed).struck)


def test_every_fault_has_struck_in_the_campaign(struck: Counter[str]) -> None:
    if not struck:
        pytest.skip("the seeds were not run in this process: NOT known whether each fault struck")
    assert [] == [name for name in COUNTED if not struck[name]]


@pytest.mark.parametrize(
    "seed", [382, 1392783743, 2326440999, 2972271263, 3053881169, 3971707026, 4015604720]
)
def test_what_fresh_seeds_once_found_is_mended(seed: int) -> None:
    upheld(seed)


def test_every_invariant_holds_under_fresh_seeds() -> None:
    began, count = perf_counter(), 0
    chance = Random(FRESH_FROM) if FRESH_FROM else SystemRandom()
    while perf_counter() - began < FRESH_S:
        upheld(chance.getrandbits(32))
        count += 1
    print(f"{count} fresh seeds")  # noqa: T201 - for whoever runs it with -s


def test_the_same_seed_is_the_same_run_to_the_last_byte() -> None:
    assert try_seed(7).trace == try_seed(7).trace != try_seed(8).trace


def test_the_two_engines_tell_the_same_story() -> None:
    assert try_seed(3).trace == try_seed(3, core="reference").trace


def test_the_order_of_sets_is_no_part_of_the_story() -> None:
    """The hashes of texts differ from process to process; nothing may depend on them."""
    script = "from pr3dict.trial import try_seed; print(try_seed(9).trace)"
    for salt in "12":
        told = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": salt},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert try_seed(9).trace == told.stdout.strip()


def test_without_trouble_nothing_is_distrusted() -> None:
    """No false alarm: on a clean feed no book is ever doubted, asked for anew or resumed twice."""
    verdict = try_seed(1, only=())
    assert {} == verdict.struck
    assert ("", []) == (verdict.broken, verdict.findings)
    counters = verdict.counters
    for name in ("proofs.failed", "best.failed", "mirror.failed", "snapshots.diverged"):
        assert 0 == counters[name], name
    assert counters["proofs.proved"] > 200
