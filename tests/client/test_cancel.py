"""A call of the public API that is cancelled at any of its steps leaves nothing behind."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Awaitable, Generator
from typing import Any

import pytest
from tests.app.kit import venue
from tests.engine.waiting import DEADLINE_S, until

from pr3dict.client.manager import OrderBookManager
from pr3dict.model.errors import FeedError

STEPS_MAX = 30
"""No call waits so often."""


@pytest.fixture(scope="module")
def served():
    with venue() as found:
        yield found


class Cut:
    """An awaitable that cancels its own task when it waits for the k-th time."""

    def __init__(self, inner: Awaitable[Any], step: int) -> None:
        self._inner, self._left = inner, step

    def __await__(self) -> Generator[Any, Any, Any]:
        inner = self._inner.__await__()
        resume, value = inner.send, None
        while True:
            try:
                waited = resume(value)
            except StopIteration as end:
                return end.value
            self._left -= 1
            if not self._left:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            try:
                yield waited
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is for the inner one
                resume, value = inner.throw, error
            else:
                resume, value = inner.send, None


async def cancelled_at(step: int, call: Awaitable[Any]) -> bool:
    """Cancel a call when it waits for the k-th time; tell whether it waited so often."""

    async def main() -> None:
        await Cut(call, step)

    task = asyncio.ensure_future(main())
    await asyncio.wait([task], timeout=DEADLINE_S)
    assert task.done(), f"hangs when it is cancelled at step {step}"
    if not task.cancelled():
        task.result()
    return task.cancelled()


def is_live(manager: OrderBookManager, token: str) -> bool:
    book = manager.get_orderbook(token)
    return book is not None and book.is_live


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("pr3dict")}


async def nothing_left() -> None:
    await until(lambda: not threads())
    await until(lambda: len(asyncio.all_tasks()) == 1)


async def test_E8_a_start_that_is_cancelled_at_any_step_leaves_nothing_and_can_be_repeated(served):
    for step in range(1, STEPS_MAX):
        manager = OrderBookManager(served.tokens, config=served.config())
        if not await cancelled_at(step, manager.start()):
            await manager.stop()
            break
        assert not manager.system.running
        await nothing_left()
        if step == 2:
            async with manager:
                assert is_live(manager, served.tokens[0])
    assert 3 < step < STEPS_MAX - 1
    await nothing_left()


async def test_E8_a_subscription_that_is_cancelled_at_any_step_can_be_asked_for_again(served):
    first, second, *_ = served.tokens
    async with OrderBookManager([first], config=served.config()) as manager:
        for step in range(1, STEPS_MAX):
            was_cut = await cancelled_at(step, manager.subscribe([second]))
            await manager.subscribe([second])
            assert is_live(manager, second)
            await manager.unsubscribe([second])
            assert is_live(manager, first)
            if not was_cut:
                break
        assert 2 < step < STEPS_MAX - 1
    await nothing_left()


async def test_E8_letting_go_that_is_cancelled_at_any_step_is_done_in_the_end(served):
    first, second, *_ = served.tokens
    async with OrderBookManager([first], config=served.config()) as manager:
        for step in range(1, STEPS_MAX):
            await manager.subscribe([second])
            was_cut = await cancelled_at(step, manager.unsubscribe([second]))
            await manager.unsubscribe([second])
            await until(lambda: manager.get_orderbook(second) is None)
            if not was_cut:
                break
        assert 1 < step < STEPS_MAX - 1
    await nothing_left()


async def test_E8_a_stop_that_is_cancelled_at_any_step_is_done_by_the_next(served):
    for step in range(1, STEPS_MAX):
        manager = OrderBookManager(served.tokens, config=served.config())
        await manager.start()
        was_cut = await cancelled_at(step, manager.stop())
        await manager.stop()
        assert not manager.system.running
        await nothing_left()
        if not was_cut:
            break
    assert 1 < step < STEPS_MAX - 1


async def test_E8_an_iteration_that_is_cancelled_loses_nothing_of_the_next(served):
    async with OrderBookManager(served.tokens, config=served.config()) as manager:
        for step in range(1, 4):
            updates = manager.updates()
            await cancelled_at(step, anext(updates))
            snapshot, _ = await asyncio.wait_for(anext(manager.updates()), DEADLINE_S)
            assert snapshot.is_live
    await nothing_left()


FORKS = """
import asyncio, os, sys
from pr3dict import Config, OrderBookManager
from pr3dict.model.errors import FeedError

async def main(ws, rest, tape, *tokens):
    config = Config(polymarket_market_ws_url=ws, polymarket_clob_url=rest)
    async with OrderBookManager(tokens, config=config, record=tape) as manager:
        child = os.fork()
        if not child:
            try:
                manager.system.subscribe(tokens)
            except FeedError as error:
                print(error, flush=True)
            manager.system.stop()  # as at the end of an interpreter: not of ours
            os._exit(0)
        os.waitpid(child, 0)
        await asyncio.sleep(0.2)
        assert all(manager.get_orderbook(token).is_live for token in tokens)
        assert manager.system.running
        print("the parent goes on", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


def test_E9_after_a_fork_the_child_is_told_so_and_the_parent_goes_on(served, tmp_path):
    where = [served.server.ws_url, served.server.rest_url, str(tmp_path), *served.tokens]
    told = subprocess.run(  # noqa: S603 - the text above and our own server
        [sys.executable, "-W", "ignore", "-c", FORKS, *where],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S * 2,
        check=False,
    )
    child, parent = told.stdout.splitlines()[0], told.stdout.splitlines()[-1]
    assert "wanted the process that started the feed" in child, told.stderr
    assert "the parent goes on" == parent, told.stderr
    done = subprocess.run(  # noqa: S603 - likewise
        [sys.executable, "-m", "pr3dict", "verify", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr


async def test_E9_a_second_loop_on_another_thread_may_ask_the_same_manager(served):
    first, second, *_ = served.tokens
    found: list[Any] = []

    async def elsewhere() -> None:
        await manager.subscribe([second])
        found.append(is_live(manager, second))
        await manager.unsubscribe([second])

    async with OrderBookManager([first], config=served.config()) as manager:
        await asyncio.to_thread(asyncio.run, elsewhere())
        with pytest.raises(FeedError, match="running already"):
            await asyncio.to_thread(asyncio.run, manager.start())
        assert [True] == found
        assert is_live(manager, first)
    await nothing_left()


async def test_E9_reads_from_many_threads_see_whole_books(served):
    async with OrderBookManager(served.tokens, config=served.config()) as manager:

        def read() -> int:
            seen = 0
            for _ in range(300):
                for token in served.tokens:
                    book = manager.get_orderbook(token)
                    assert book is not None
                    bid, ask = book.best_bid, book.best_ask
                    assert bid is None or ask is None or bid < ask
                    seen += 1
            return seen

        counts = await asyncio.gather(*(asyncio.to_thread(read) for _ in range(4)))
        assert [300 * len(served.tokens)] * 4 == counts
    await nothing_left()
