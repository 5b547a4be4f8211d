"""A latency histogram read: quantiles and the mean from the bucket counts of the core.

The core counts each latency in a bucket (docs/books.md section 6): 64 buckets of one nanosecond,
then 32 for each power of two, so that a bucket is never wider than 1/32 of what it holds.
Latencies that are negative (the venue's clock runs ahead of ours) have no bucket; they come
before all others and are known by their number and their minimum.
"""

import math
from collections.abc import Sequence
from typing import Final

import msgspec

from pr3dict.model.units import NS_PER_MS

LINEAR_BUCKETS: Final = 64
"""Buckets of one nanosecond at the low end."""
BUCKETS_PER_OCTAVE: Final = 32
"""Buckets of each power of two above them."""
_LINEAR_BITS: Final = 6
_OCTAVE_BITS: Final = 5


def bucket_of(latency_ns: int) -> int:
    """Return the index of the bucket that holds a latency of zero or more nanoseconds.

    >>> bucket_of(0), bucket_of(63), bucket_of(64), bucket_of(127), bucket_of(128)
    (0, 63, 64, 95, 96)
    """
    if latency_ns < LINEAR_BUCKETS:
        return latency_ns
    octave = latency_ns.bit_length() - 1
    within = (latency_ns >> (octave - _OCTAVE_BITS)) - BUCKETS_PER_OCTAVE
    return LINEAR_BUCKETS + (octave - _LINEAR_BITS) * BUCKETS_PER_OCTAVE + within


def bucket_bounds(bucket: int) -> tuple[int, int]:
    """Return the least and the greatest latency of a bucket, in nanoseconds.

    >>> bucket_bounds(63), bucket_bounds(64), bucket_bounds(96)
    ((63, 63), (64, 65), (128, 131))
    """
    if bucket < LINEAR_BUCKETS:
        return bucket, bucket
    octave, within = divmod(bucket - LINEAR_BUCKETS, BUCKETS_PER_OCTAVE)
    shift = octave + _LINEAR_BITS - _OCTAVE_BITS
    low = (BUCKETS_PER_OCTAVE + within) << shift
    return low, low + (1 << shift) - 1


class Latency(msgspec.Struct, frozen=True):
    """The latency of all frames so far, wire to socket, in nanoseconds of the corrected clock."""

    buckets: Sequence[int]
    count: int
    """Frames measured, the negative ones among them."""
    sum_ns: int
    min_ns: int
    max_ns: int
    negative: int
    """Frames that came before the venue's clock says they were sent: the clocks disagree."""

    @property
    def mean_ms(self) -> float:
        """The mean in milliseconds; nan before the first frame."""
        return self.sum_ns / self.count / NS_PER_MS if self.count else math.nan

    @property
    def max_ms(self) -> float:
        """The greatest latency in milliseconds; nan before the first frame."""
        return self.max_ns / NS_PER_MS if self.count else math.nan

    @property
    def min_ms(self) -> float:
        """The least latency in milliseconds, negative where clocks disagree; nan before any."""
        return self.min_ns / NS_PER_MS if self.count else math.nan

    def quantile_ms(self, share: float) -> float:
        """Return the latency in milliseconds that this share of the frames stays within.

        At most 1/32 too high, as a bucket tells no finer. Negative latencies, which have no
        bucket, are taken to lie evenly between the least one and zero. nan before the first frame.
        """
        if not self.count:
            return math.nan
        return self._quantile_ns(share) / NS_PER_MS

    def _quantile_ns(self, share: float) -> int:
        rank = max(1, math.ceil(share * self.count))
        if rank <= self.negative:
            return self.min_ns - self.min_ns * (rank - 1) // self.negative
        seen = self.negative
        for bucket, held in enumerate(self.buckets):
            seen += held
            if seen >= rank:
                return min(bucket_bounds(bucket)[1], self.max_ns)
        return self.max_ns
