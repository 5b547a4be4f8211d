"""A configuration that makes no venue is refused in one sentence."""

import pytest

from pr3dict.model.errors import ConfigError
from pr3dict.sim.truth.config import FLAT_OUT, Pace, SimConfig


@pytest.mark.parametrize(
    "wrong",
    [
        {"markets": 0},
        {"ticks": ()},
        {"ticks": ("0.02",)},
        {"levels": (0, 5)},
        {"levels": (6, 5)},
        {"first_bid": 1_000_000},
        {"markets": 10_001},
        {"activity": 0.0},
        {"activity": float("nan")},
        {"activity": float("inf")},
        {"activity": 1e-320},
        {"start_ms": -1},
        {"start_ms": 99_999_999_999_999_999},
        {"trade_share": 1.5},
        {"duration_ms": -1},
    ],
)
def test_a_wrong_value_is_named(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        SimConfig(**wrong)


@pytest.mark.parametrize("number", [-1.0, float("nan"), float("inf"), 1e308])
def test_a_pace_is_one_that_time_can_have(number):
    for name in ("speed", "frames_per_s"):
        with pytest.raises(ConfigError, match="rate"):
            Pace(**{name: number})


def test_flat_out_is_no_speed_at_all():
    assert Pace(speed=0.0, frames_per_s=0.0) == FLAT_OUT
