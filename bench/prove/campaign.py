"""Many seeds over all processors, added up: faults, what was found and how soon, what broke."""

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter
from typing import Final

import msgspec

from pr3dict.trial import Verdict, try_seed

CHUNK: Final = 4
"""Seeds a task: seconds of work, so that the processors end together."""
CLEAN_ACTIVITY: Final = 40.0
CLEAN_S: Final = 60.0
ALARMS: Final = (
    *("proofs.failed", "best.failed", "mirror.failed", "crossed.failed", "snapshots.diverged"),
    *("resubscribed", "fetched", "moved", "doubted"),
)
"""Counters that stay 0 where nothing is wrong: doubts, and books asked for anew."""

REST_ILL: Final = ", REST in trouble too"
"""Added to the name of a fault: the witness of last resort could not be asked."""

Progress = Callable[[int, int], object]


class Campaign(msgspec.Struct):
    """The sum of many trials."""

    seeds: int = 0
    virtual_s: float = 0.0
    real_s: float = 0.0
    frames: int = 0
    struck: Counter[str] = msgspec.field(default_factory=Counter)
    found_ns: dict[str, list[int]] = {}
    """How long each book was wrong and LIVE, by the fault that made it so."""
    recovered_s: list[float] = []
    broken: list[tuple[int, str]] = []
    """Seeds whose invariants did not hold, and which."""
    alarms: Counter[str] = msgspec.field(default_factory=Counter)
    checks: Counter[str] = msgspec.field(default_factory=Counter)

    def add(self, verdict: Verdict) -> None:
        """Add one trial."""
        self.seeds += 1
        self.virtual_s += verdict.virtual_s
        self.frames += verdict.frames
        self.struck.update(verdict.struck)
        self.checks.update(verdict.checks)
        for finding in verdict.findings:
            cause = finding.cause + (REST_ILL if finding.rest_ill else "")
            self.found_ns.setdefault(cause, []).append(finding.took_ns)
        if verdict.broken:
            self.broken.append((verdict.seed, verdict.broken))
        else:
            self.recovered_s.append(verdict.recovered_s)
        counted = verdict.counters | verdict.healing
        self.alarms.update({name: counted.get(name, 0) for name in ALARMS})


def trouble(seeds: Sequence[int], progress: Progress) -> Campaign:
    """Try seeds with all their faults."""
    return _run(_try_some, seeds, progress)


def clean(frames: int, progress: Progress) -> Campaign:
    """Try seeds without any fault and with much to say, until so many frames were heard."""
    one = _clean_one(0)
    return _run(_clean_some, range(1, 2 + frames // one.frames), progress)


def quantile(values: Iterable[float], share: float) -> float:
    """Return the value below which this share of them lies; the nearest of them.

    >>> quantile([1, 2, 3, 4], 0.5), quantile([1, 2, 3, 4], 1.0)
    (2, 4)
    """
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(share * len(ordered)) - 1))]


def _run(
    some: Callable[[Sequence[int]], list[Verdict]], seeds: Sequence[int], progress: Progress
) -> Campaign:
    campaign, began = Campaign(), perf_counter()
    chunks = [seeds[at : at + CHUNK] for at in range(0, len(seeds), CHUNK)]
    workers = os.cpu_count() or 1
    pool = ProcessPoolExecutor(
        workers,
        mp_context=get_context("spawn"),
        initializer=logging.disable,  # what is logged on purpose would fill the screen
        initargs=(logging.CRITICAL,),
    )
    with pool:
        for verdicts in pool.map(some, chunks):
            for verdict in verdicts:
                campaign.add(verdict)
            progress(campaign.seeds, len(seeds))
    campaign.real_s = perf_counter() - began
    return campaign


def _try_some(seeds: Sequence[int]) -> list[Verdict]:
    return [try_seed(seed) for seed in seeds]


def _clean_some(seeds: Sequence[int]) -> list[Verdict]:
    return [_clean_one(seed) for seed in seeds]


def _clean_one(seed: int) -> Verdict:
    return try_seed(seed, only=(), activity=CLEAN_ACTIVITY, safety_s=CLEAN_S)
