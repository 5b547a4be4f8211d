"""A start or a stop that takes its time, is given up, or ends with the feed's failure."""

import asyncio
import threading

import pytest
from tests.app.kit import venue
from tests.engine.waiting import DEADLINE_S, until

from pr3dict.client.manager import OrderBookManager
from pr3dict.model.errors import FeedError
from pr3dict.model.events import FeedOpened


@pytest.fixture(scope="module")
def served():
    with venue() as found:
        yield found


def managing(served, *, tokens=None, **options):
    options = {"config": served.config(), **options}
    return OrderBookManager(served.tokens if tokens is None else tokens, **options)


class Slow:
    """A call of the system that does not return before it may."""

    def __init__(self, manager, name):
        self.entered, self.gate = threading.Event(), threading.Event()
        self._call = getattr(manager.system, name)
        setattr(manager.system, name, self)

    def __call__(self, *arguments):
        self.entered.set()
        if not self.gate.wait(DEADLINE_S):
            raise RuntimeError("the loop of the user stood still")
        return self._call(*arguments)


@pytest.mark.parametrize("name", ["start", "wait_for", "stop"])
async def test_the_loop_of_the_user_turns_while_the_system_takes_its_time(served, name):
    manager = managing(served)
    slow = Slow(manager, name)

    async def live():
        async with manager:
            assert all(manager.get_orderbook(token).is_live for token in served.tokens)

    living = asyncio.ensure_future(live())
    await until(slow.entered.is_set)
    assert not living.done()
    slow.gate.set()
    await living


async def test_what_is_asked_for_during_a_slow_start_comes_with_it(served):
    first, second, *_ = served.tokens
    manager = managing(served, tokens=[first])
    slow = Slow(manager, "start")
    starting = asyncio.ensure_future(manager.start())
    await until(slow.entered.is_set)
    with pytest.raises(FeedError, match="running already"):
        await manager.start()
    events = manager.events()
    changing = asyncio.ensure_future(manager.subscribe([second]))
    slow.gate.set()
    await asyncio.gather(starting, changing)

    assert isinstance(await anext(events), FeedOpened)
    assert manager.get_orderbook(second).is_live
    await manager.unsubscribe([second])  # asked for once, so it goes
    assert manager.get_orderbook(second) is None
    await manager.stop()


async def test_a_start_that_is_given_up_leaves_nothing_running(served, tmp_path):
    manager = managing(served, record=tmp_path)
    slow = Slow(manager, "start")
    starting = asyncio.ensure_future(manager.start())
    await until(slow.entered.is_set)
    starting.cancel()
    await asyncio.sleep(0)
    slow.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await starting

    assert not manager.system.running
    async with manager:
        assert manager.get_orderbook(served.tokens[0]).is_live


async def test_a_feed_that_failed_before_the_first_books_ends_the_start_with_its_failure():
    with venue(frames_per_s=0.01) as mine:
        token = mine.tokens[0]
        mine.do(lambda: mine.faults.withhold_snapshot(token))
        config = mine.config(rest=False, first_book_s=60.0)
        manager = managing(mine, config=config, start_timeout=0.2)
        manager.system._worker.failure = ZeroDivisionError("a fault of ours")  # noqa: SLF001

        with pytest.raises(FeedError, match="fault of this program: ZeroDivisionError: a fault"):
            await manager.start()
    assert not manager.system.running
