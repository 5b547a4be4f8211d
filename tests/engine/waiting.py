"""Wait for a condition, with a deadline; nothing is assumed of how long it takes."""

import asyncio
from collections.abc import Callable

DEADLINE_S = 15.0
LOOK_S = 0.001


async def until(true: Callable[[], object]) -> None:
    """Return when this is true; raises `TimeoutError` when it does not come to be."""
    async with asyncio.timeout(DEADLINE_S):
        while not true():  # noqa: ASYNC110 - what is waited for happens on other threads
            await asyncio.sleep(LOOK_S)
