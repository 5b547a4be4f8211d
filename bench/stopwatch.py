"""Time spent on batches of calls; `time.perf_counter_ns` is the one clock of the bench."""

from collections.abc import Callable, Iterable
from statistics import median
from time import perf_counter_ns
from typing import Any, Final

US: Final = 1000
"""Nanoseconds in a microsecond."""
SECOND: Final = 1_000_000_000


def per_item(call: Callable[[Any], Any], items: Iterable[Any], size: int) -> float:
    """Return what `call` takes for one of `size` items, in nanoseconds."""
    began = perf_counter_ns()
    for item in items:
        call(item)
    return (perf_counter_ns() - began) / size


def rate(taken_ns: Iterable[float]) -> float:
    """Return how many a second, by the median of the times for one."""
    return SECOND / median(taken_ns)


def median_us(taken_ns: Iterable[float]) -> float:
    """Return the median of times in nanoseconds, in microseconds."""
    return median(taken_ns) / US
