"""What a process holds over time, and whether it grows: tasks, threads, descriptors, memory."""

import asyncio
import statistics
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.chaos.memory import MIB, resident_bytes

from pr3dict.app.system import System

WARM_UP: Final = 1 / 3
"""The part of the samples in which caches, histories and arenas may still fill."""
HOUR_S: Final = 3600.0


class Sample(NamedTuple):
    """What is held at one moment."""

    at_s: float
    tasks: int
    threads: int
    descriptors: int
    resident_mib: float


def sample(system: System, at_s: float) -> Sample:
    """Count what this process holds; tasks are those of the feed's loop."""
    tasks = system.call(lambda _: len(asyncio.all_tasks())).result(30)
    descriptors = sum(1 for _ in Path("/proc/self/fd").iterdir())
    return Sample(at_s, tasks, threading.active_count(), descriptors, resident_bytes() / MIB)


class Trend(NamedTuple):
    """How one figure went after the warm-up."""

    name: str
    first: float
    """Median of the first half."""
    last: float
    """Median of the second half."""
    most: float
    per_hour: float
    """Least squares."""

    def __str__(self) -> str:
        return (
            f"{self.name:14}{self.first:>10.1f} → {self.last:<10.1f} most {self.most:<10.1f}"
            f" {self.per_hour:+.2f} an hour"
        )


def trends(samples: Sequence[Sample]) -> dict[str, Trend]:
    """Return how each figure went, by name."""
    warm = samples[round(len(samples) * WARM_UP) :]
    columns: dict[str, Callable[[Sample], float]] = {
        "tasks": lambda one: one.tasks,
        "threads": lambda one: one.threads,
        "descriptors": lambda one: one.descriptors,
        "resident MiB": lambda one: one.resident_mib,
    }
    return {name: _trend(name, warm, read) for name, read in columns.items()}


def _trend(name: str, warm: Sequence[Sample], read: Callable[[Sample], float]) -> Trend:
    values = [read(one) for one in warm]
    half = len(values) // 2
    times = [one.at_s / HOUR_S for one in warm]
    slope = statistics.linear_regression(times, values).slope
    first, last = statistics.median(values[:half]), statistics.median(values[half:])
    return Trend(name, first, last, max(values), slope)
