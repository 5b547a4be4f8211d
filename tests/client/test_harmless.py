"""Consumers that block, raise or never return, and the feed that does not mind."""

import asyncio
import subprocess
import sys
import threading
import time
from itertools import pairwise

import pytest
from tests.app.kit import venue
from tests.engine.waiting import DEADLINE_S, until

from pr3dict.client.manager import OrderBookManager
from pr3dict.engine.engine import TapDetached

STUCK_S = 3600.0

LEAVES_WITHOUT_STOP = """
import asyncio, sys
from pr3dict import Config, OrderBookManager

async def main(ws, rest, *tokens):
    config = Config(polymarket_market_ws_url=ws, polymarket_clob_url=rest)
    manager = OrderBookManager(tokens, config=config)
    called = asyncio.Event()

    async def stuck(*_):
        called.set()
        await asyncio.Event().wait()

    manager.register_book_callback(stuck)
    await manager.start()
    await called.wait()
    print("leaving", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


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


def test_a_program_that_does_not_stop_its_manager_ends_and_is_told(served):
    command = [sys.executable, "-c", LEAVES_WITHOUT_STOP]
    where = [served.server.ws_url, served.server.rest_url, *served.tokens]
    with subprocess.Popen(  # noqa: S603 - the text above and our own server
        command + where, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        try:
            assert program.stdout is not None
            assert "leaving\n" == program.stdout.readline()
            began = time.perf_counter()
            _, told = program.communicate(timeout=DEADLINE_S)
            took = time.perf_counter() - began
        finally:
            program.kill()

    assert 0 == program.returncode
    assert took < 2
    assert "OrderBookManager still runs at the end of the program: call stop()\n" == told


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
