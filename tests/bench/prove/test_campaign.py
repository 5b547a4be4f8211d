"""Trials added up: what struck, what was found how soon; and a clean feed is left alone."""

import pytest
from bench.prove.campaign import ALARMS, Campaign, clean, quantile, trouble

from pr3dict.trial import try_seed


@pytest.mark.timeout(120)
def test_seeds_over_processes_add_up_to_the_seeds_one_by_one() -> None:
    told: list[int] = []
    campaign = trouble(range(5), lambda done, _: told.append(done))
    alone = Campaign()
    for seed in range(5):
        alone.add(try_seed(seed))
    assert (alone.struck, alone.frames, alone.found_ns) == (
        campaign.struck,
        campaign.frames,
        campaign.found_ns,
    )
    assert ([], 5, 5) == (campaign.broken, campaign.seeds, told[-1])


@pytest.mark.timeout(120)
def test_a_clean_feed_of_at_least_so_many_messages_raises_no_alarm() -> None:
    campaign = clean(50_000, lambda *_: None)
    assert campaign.frames >= 50_000
    assert dict.fromkeys(ALARMS, 0) == dict(campaign.alarms)


def test_a_quantile_is_one_of_the_values() -> None:
    values = [0.0] * 98 + [1.0, 7.0]
    assert (0.0, 1.0, 7.0) == tuple(quantile(values, share) for share in (0.5, 0.99, 1.0))
