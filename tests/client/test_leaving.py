"""Who leaves an iteration early need not say so: nobody is told who does not listen."""

import gc

import pytest
from tests.app.kit import venue

from pr3dict.client.manager import OrderBookManager
from pr3dict.client.sync import SyncOrderBookManager


@pytest.fixture(scope="module")
def served():
    with venue(trade_share=0.5) as found:
        yield found


async def test_an_async_iteration_that_was_left_is_told_no_more(served):
    async with OrderBookManager(served.tokens, config=served.config()) as manager:
        engine = manager.system.engine
        slow = manager.updates()
        before = engine._on_books, engine._on_events  # noqa: SLF001 - what a frame walks
        for _ in range(20):
            async for _book in manager.updates():
                break
        manager.events(), manager.trades()

        gc.collect()
        assert before == (engine._on_books, engine._on_events)  # noqa: SLF001
        assert await anext(slow)  # who is referred to and slow is told
    assert [] == [told async for told in slow]  # and ends with the manager


def test_an_iteration_that_was_left_is_told_no_more(served):
    with SyncOrderBookManager(served.tokens, config=served.config()) as manager:
        engine = manager.system.engine
        slow = manager.updates(timeout=10)
        before = engine._on_books  # noqa: SLF001 - what a frame walks
        for _ in range(20):
            for _book in manager.updates(timeout=10):
                break

        gc.collect()
        assert before == engine._on_books  # noqa: SLF001
        assert next(slow)  # who is referred to and slow is told
