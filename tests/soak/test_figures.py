"""A trend that would not notice a leak, or would cry at noise, proves nothing."""

import random

import pytest
from tests.soak.figures import Sample, trends


def samples(growth_mib_h: float = 0.0, tasks_h: float = 0.0) -> list[Sample]:
    noise = random.Random(1)
    return [
        Sample(
            at_s=minute * 60.0,
            tasks=round(10 + tasks_h * minute / 60) + noise.randrange(2),
            threads=5,
            descriptors=20,
            resident_mib=100 - 50 / (1 + minute) + growth_mib_h * minute / 60 + noise.random() / 10,
        )
        for minute in range(60)
    ]


@pytest.mark.parametrize("growth_mib_h", [0.0, 3.0, 100.0])
def test_a_leak_shows_as_the_slope_that_it_has_and_a_warm_up_does_not(growth_mib_h):
    found = trends(samples(growth_mib_h))["resident MiB"]
    # What is left of this warm-up after a third is 2 MiB.
    assert found.per_hour == pytest.approx(growth_mib_h + 2.5, abs=1.0)


def test_tasks_that_pile_up_are_seen_between_the_halves():
    assert trends(samples())["tasks"].last <= trends(samples())["tasks"].first + 1
    leaking = trends(samples(tasks_h=30))["tasks"]
    assert leaking.last > leaking.first + 5


def test_a_trend_reads_as_a_line():
    assert str(trends(samples())["descriptors"]).startswith("descriptors         20.0 → 20.0")
