"""Latencies of frames in a log-linear histogram (docs/books.md section 6): exact counts.

64 buckets of one nanosecond, then 32 for each power of two. A negative latency (the venue's
clock runs ahead of ours) has no bucket; it is counted and never clamped.
"""

from typing import Final

from pr3dict.model.units import NS_PER_MS, NS_PER_S

SANE_NS: Final = 3600 * NS_PER_S
"""A difference beyond this is one of clocks, not of distance."""
BUCKETS_PER_OCTAVE: Final = 32
LINEAR_BITS: Final = 6
LINEAR: Final = 1 << LINEAR_BITS
"""Below this a bucket is one nanosecond."""


class Latencies:
    """What was seen so far, in nanoseconds."""

    __slots__ = ("_buckets", "_largest", "_negative", "_smallest", "_sum", "insane", "offset_ns")

    def __init__(self) -> None:
        self._buckets: list[int] = []
        """Up to the last that was used."""
        self._sum = 0
        self._smallest = SANE_NS
        self._largest = -SANE_NS
        self._negative = 0
        self.insane = 0
        self.offset_ns = 0
        """Subtracted from local minus venue time."""

    def record(self, local_ns: int, venue_ms: int) -> None:
        """Count one frame."""
        latency_ns = local_ns - venue_ms * NS_PER_MS - self.offset_ns
        if not -SANE_NS <= latency_ns <= SANE_NS:
            self.insane += 1
            return
        self._sum += latency_ns
        if latency_ns > self._largest:  # noqa: PLR1730 - `max` takes as long as all the rest
            self._largest = latency_ns
        if latency_ns < self._smallest:  # noqa: PLR1730 - likewise
            self._smallest = latency_ns
        if latency_ns < 0:
            self._negative += 1
            return
        octave = latency_ns.bit_length() - LINEAR_BITS if latency_ns >= LINEAR else 0
        bucket = octave * BUCKETS_PER_OCTAVE + (latency_ns >> octave)
        try:
            self._buckets[bucket] += 1
        except IndexError:
            self._buckets += [0] * (bucket - len(self._buckets))
            self._buckets.append(1)

    def seen(self) -> tuple[list[int], int, int, int, int, int]:
        """Return (bucket counts, count, sum, minimum, maximum, negative count)."""
        count = sum(self._buckets) + self._negative
        if not count:
            return [], 0, 0, 0, 0, 0
        extremes = (self._smallest, self._largest)
        return (list(self._buckets), count, self._sum, *extremes, self._negative)
