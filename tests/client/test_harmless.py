"""Consumers that block, raise or never return, and the feed that does not mind."""

import asyncio
import threading
import time
from itertools import pairwise

import pytest
from tests.app.kit import venue
from tests.engine.waiting import DEADLINE_S, until

from pr3dict.client.manager import OrderBookManager
from pr3dict.engine.engine import TapDetached

STUCK_S = 3600.0


@pytest.fixture(scope="module")
def served():
    with venue() as found:
        yield found


def managing(served):
    return OrderBookManager(served.tokens, config=served.config())


async def test_blocking_raising_and_stuck_consumers_do_not_delay_the_feed(served):
    manager = managing(served)
    gate = threading.Event()
    frames = []

    def raising(*_):
        raise RuntimeError("on purpose")

    async def stuck(*_):
        await asyncio.sleep(STUCK_S)

    async def swallowing(*_):
        while not gate.is_set():
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                continue

    for callback in (raising, lambda *_: gate.wait(), stuck, swallowing):
        manager.register_book_callback(callback)
    manager.register_inline_callback(lambda _: frames.append(time.perf_counter()))
    async with manager:
        await until(lambda: len(frames) > 200)
        consumers = manager.get_stats()["consumers"]
        began = time.perf_counter()
    took = time.perf_counter() - began
    gate.set()

    assert max(b - a for a, b in pairwise(frames)) < 1
    assert 3 == sum(consumer["busy"] for consumer in consumers)
    assert any(consumer["errors"] > 3 for consumer in consumers)
    assert took < 2
    await asyncio.sleep(0)  # the one that swallows its cancellation ends at the gate
    await until(lambda: len(asyncio.all_tasks()) == 1)


async def test_an_event_loop_that_is_blocked_does_not_delay_the_feed(served):
    manager = managing(served)
    frames = []
    manager.register_inline_callback(lambda _: frames.append(1))
    async with manager:
        before = len(frames)
        deadline = time.perf_counter() + DEADLINE_S
        while len(frames) < before + 50 and time.perf_counter() < deadline:
            pass  # the loop of the user does nothing else
        assert len(frames) >= before + 50


async def test_a_tap_that_raises_is_detached_and_told(served):
    manager = managing(served)
    events = []

    def broken(_):
        raise RuntimeError("on purpose")

    manager.register_inline_callback(broken)
    manager.register_event_callback(events.append)
    async with manager:
        await until(lambda: any(isinstance(event, TapDetached) for event in events))

    assert {3} == set(manager.get_stats()["inline_errors"].values())
