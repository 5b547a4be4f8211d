"""Waits that end when their client does."""

import asyncio
import threading

import pytest

from pr3dict.client.live.waits import Waits
from pr3dict.model.errors import FeedError


async def test_what_ends_by_itself_is_awaited_to_its_end():
    done = []

    async def what():
        await asyncio.sleep(0)
        done.append(1)

    await Waits().run(what())
    assert [1] == done


async def test_the_end_lets_everyone_return_from_whatever_thread_it_comes():
    waits, never = Waits(), asyncio.Event()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(waits.run(never.wait()))
        await asyncio.sleep(0)
        threading.Thread(target=waits.end).start()
    assert 1 == waits.ends


@pytest.mark.parametrize("error", [FeedError("not running"), TimeoutError()])
async def test_what_the_end_makes_of_it_is_no_error_and_anything_else_is(error):
    waits = Waits()

    async def taken_away():
        waits.end()
        raise error

    await waits.run(taken_away())

    async def fails():
        raise error

    with pytest.raises(type(error)):
        await waits.run(fails())


async def test_a_cancellation_stays_one():
    waits, begun = Waits(), asyncio.Event()

    async def what():
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.get_running_loop().create_task(waits.run(what()))
    await begun.wait()
    waits.end()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
