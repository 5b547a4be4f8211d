"""Virtual time passes only when there is nothing to do."""

import asyncio

import pytest

from pr3dict.model.units import NS_PER_S
from pr3dict.trial.time import START, VirtualClock, VirtualLoop, run


def test_a_day_passes_at_once_and_to_the_nanosecond():
    async def sleep() -> int:
        clock = VirtualClock()
        await asyncio.sleep(86_400)
        return clock.now()

    assert START + 86_400 * NS_PER_S == run(sleep())


def test_timers_ring_in_order_and_late_ones_after_a_jump():
    async def main() -> list[str]:
        loop, rung = asyncio.get_running_loop(), []
        assert isinstance(loop, VirtualLoop)
        for seconds in (3, 1, 2):
            loop.call_later(seconds, rung.append, str(seconds))
        loop.jump(10)
        await asyncio.sleep(0.001)
        return rung

    assert ["1", "2", "3"] == run(main())


def test_waiting_for_nothing_is_an_error_and_not_for_ever():
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RuntimeError, match="this would wait for ever"):
        run(main())
