"""Draws have the quantiles that were measured."""

from random import Random

import pytest

from pr3dict.sim.truth.shape import CHANGE_SIZE, DISTANCE, TRADE_SIZE, Quantiles


def quantile(drawn: list[float], p: float) -> float:
    return sorted(drawn)[round(p * (len(drawn) - 1))]


def test_a_draw_lies_between_the_first_knot_and_the_last():
    rng = Random(1)
    drawn = [CHANGE_SIZE.draw(rng) for _ in range(5_000)]

    assert 20 <= min(drawn)
    assert max(drawn) <= 56_781


def test_a_straight_distribution_is_uniform_between_its_knots():
    rng = Random(2)
    shape = Quantiles((0, 0), (0.5, 10), (1, 110))
    drawn = [shape.draw(rng) for _ in range(20_000)]

    assert pytest.approx(5, abs=0.3) == quantile(drawn, 0.25)
    assert pytest.approx(10, abs=2) == quantile(drawn, 0.5)
    assert pytest.approx(60, abs=2) == quantile(drawn, 0.75)


@pytest.mark.parametrize(
    ("p", "shares"), [(0.05, 610), (0.25, 2_676), (0.5, 2_874), (0.75, 3_578), (0.95, 11_273)]
)
def test_changes_have_the_measured_sizes(p, shares):
    rng = Random(3)

    assert pytest.approx(shares, rel=0.1) == quantile(
        [CHANGE_SIZE.draw(rng) for _ in range(20_000)], p
    )


@pytest.mark.parametrize(("p", "shares"), [(0.05, 3), (0.5, 7), (0.75, 17), (0.95, 150)])
def test_trades_have_the_measured_sizes(p, shares):
    rng = Random(4)

    assert pytest.approx(shares, rel=0.1) == quantile(
        [TRADE_SIZE.draw(rng) for _ in range(20_000)], p
    )


@pytest.mark.parametrize(
    ("p", "ticks"), [(0.25, 1), (0.5, 2), (0.75, 2), (0.9, 8), (0.95, 12), (1, 16)]
)
def test_changes_have_the_measured_distance_from_the_best_price(p, ticks):
    rng = Random(5)
    drawn = [float(int(DISTANCE.draw(rng))) for _ in range(20_000)]

    assert pytest.approx(ticks, abs=1) == quantile(drawn, p)
