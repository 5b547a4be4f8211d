"""Latencies of frames in a log-linear histogram (docs/books.md section 6): exact counts.

64 buckets of one nanosecond, then 32 for each power of two. A negative latency (the venue's
clock runs ahead of ours) has no bucket; it is counted and never clamped.
"""

from typing import Final

from pr3dict.model.units import NS_PER_MS, NS_PER_S

SANE_NS: Final = 3600 * NS_PER_S
"""A difference beyond this is one of clocks, not of distance."""
BUCKETS_PER_OCTAVE: Final = 32
_LINEAR_BITS: Final = 6


class Latencies:
    """What was seen so far, in nanoseconds."""

    __slots__ = (
        "buckets",
        "count",
        "insane",
        "largest",
        "negative",
        "offset_ns",
        "smallest",
        "sum",
    )

    def __init__(self) -> None:
        self.buckets: list[int] = []
        """Up to the last that was used."""
        self.count = 0
        self.sum = 0
        self.smallest = 0
        self.largest = 0
        self.negative = 0
        self.insane = 0
        self.offset_ns = 0
        """Subtracted from local minus venue time."""

    def record(self, local_ns: int, venue_ms: int) -> None:
        """Count one frame."""
        latency_ns = local_ns - venue_ms * NS_PER_MS - self.offset_ns
        if not -SANE_NS <= latency_ns <= SANE_NS:
            self.insane += 1
            return
        if latency_ns > self.largest or not self.count:
            self.largest = latency_ns
        if latency_ns < self.smallest or not self.count:
            self.smallest = latency_ns
        self.count += 1
        self.sum += latency_ns
        if latency_ns < 0:
            self.negative += 1
            return
        octave = latency_ns.bit_length() - _LINEAR_BITS
        if octave > 0:
            bucket = (latency_ns >> octave) + octave * BUCKETS_PER_OCTAVE
        else:
            bucket = latency_ns
        try:
            self.buckets[bucket] += 1
        except IndexError:
            self.buckets += [0] * (bucket - len(self.buckets))
            self.buckets.append(1)
