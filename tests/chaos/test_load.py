"""Group E of the catalogue: more than a consumer, a socket or a process can take."""

import pytest
from tests.chaos import load
from tests.chaos.kit import TRANSPORTS

PER_S = 50_000
GROWTH_MIB_MAX = 64.0
STOP_S_MAX = 2.0
LAG_MS_MAX = 2_000.0
"""Far above what is measured: it tells a consumer that waits for another from a busy machine."""


@pytest.mark.timeout(60)
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_E6_50_000_messages_a_second_past_a_stuck_consumer_are_all_accounted_for(transport):
    found = await load.run(transport, PER_S, 1.5)
    print(found)  # noqa: T201
    assert 75_000 == found.frames
    judge(found)


@pytest.mark.soak
@pytest.mark.timeout(400)
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_E6_a_minute_of_50_000_messages_a_second_past_a_stuck_consumer(transport):
    found = await load.run(transport, PER_S, 60.0)
    print(f"\n{found}")  # noqa: T201
    assert 3_000_000 == found.frames
    assert found.frames / found.seconds > 0.9 * PER_S
    judge(found)


def judge(found: load.Load) -> None:
    assert found.growth_mib < GROWTH_MIB_MAX
    assert found.stop_s < STOP_S_MAX
    assert found.healthy_lag_ms_p99 < LAG_MS_MAX
    assert found.consumers["stuck_trades"]["dropped"] > 0
    assert found.consumers["stuck_books"]["conflated"] > 0.9 * found.frames
