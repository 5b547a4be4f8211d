"""A clock that somebody sets changes no age, fires no watchdog, and is told."""

from pr3dict.trial import try_seed

DRIFTED = {"hash_drift": 1}
STORM = 40
"""REST requests that would be a storm for ten books."""


def test_E1_setting_the_clock_of_the_machine_costs_no_book_and_no_connection():
    told: list[str] = []
    verdict = try_seed(4, only=("clock_step",), on_trace=lambda _, line: told.append(line))
    steps = [line for line in told if line.startswith("told ClockStepped")]
    assert verdict.struck == {"clock_step": len(steps)}
    assert len(steps) > 0
    assert ("", []) == (verdict.broken, verdict.findings)
    assert 3 == sum(line.startswith("told FeedOpened") for line in told)  # each link once
    assert [line for line in told if line.startswith("clock_step")]


def test_C12_a_hash_of_another_recipe_is_switched_off_once_and_no_book_stays_in_doubt():
    told: list[str] = []
    seed = next(
        seed for seed in range(99) if try_seed(seed, only=("hash_drift",)).struck == DRIFTED
    )
    verdict = try_seed(seed, only=("hash_drift",), on_trace=lambda _, line: told.append(line))
    assert "" == verdict.broken
    assert 1 == sum(line.startswith("told HashDrifted") for line in told)
    assert verdict.healing.get("fetched", 0) < STORM
