"""The histogram of the core, read as quantiles."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pr3dict.measure.latency import Latency, bucket_bounds, bucket_of


def measured(*latencies_ns: int) -> Latency:
    held = [x for x in latencies_ns if x >= 0]
    buckets = [0] * (1 + max(map(bucket_of, held), default=0))
    for latency in held:
        buckets[bucket_of(latency)] += 1
    return Latency(
        buckets,
        len(latencies_ns),
        sum(latencies_ns),
        min(latencies_ns, default=0),
        max(latencies_ns, default=0),
        len(latencies_ns) - len(held),
    )


@given(st.integers(0, 3_600_000_000_000))
def test_a_latency_lies_within_the_bounds_of_its_bucket(latency: int):
    low, high = bucket_bounds(bucket_of(latency))

    assert low <= latency <= high
    assert high - low <= latency / 32


@given(st.integers(0, 1300))
def test_buckets_touch_without_gap_or_overlap(bucket: int):
    assert bucket_bounds(bucket)[1] + 1 == bucket_bounds(bucket + 1)[0]


def test_says_nan_before_the_first_frame():
    nothing = measured()

    assert math.isnan(nothing.mean_ms)
    assert math.isnan(nothing.max_ms)
    assert math.isnan(nothing.min_ms)
    assert math.isnan(nothing.quantile_ms(0.5))


@given(st.lists(st.integers(0, 10**10), min_size=1, max_size=50), st.floats(0, 1))
def test_a_quantile_is_at_most_one_part_in_32_above_the_exact_one(latencies, share):
    exact = sorted(latencies)[max(1, math.ceil(share * len(latencies))) - 1]
    found = measured(*latencies).quantile_ms(share) * 1e6

    assert exact <= found + 1e-3
    assert found <= exact * (1 + 1 / 32) + 1e-3


def test_negative_latencies_come_first_and_are_not_clamped():
    latency = measured(-5_000_000, -1_000_000, 2_000_000)

    assert -5.0 == latency.quantile_ms(0.1)
    assert -2.5 == latency.quantile_ms(0.5)
    assert 2.0 == latency.quantile_ms(0.99)
    assert -5.0 == latency.min_ms
    later = measured(-5_000_000, -1_000_000, 2_000_000, 4_000_000, 6_000_000)
    assert 2.0 <= later.quantile_ms(0.6) < 2.1
    assert pytest.approx(-4 / 3) == latency.mean_ms


def test_the_highest_quantile_is_the_maximum_itself():
    assert 3.000001 == measured(1, 3_000_001).quantile_ms(1.0)
