"""The catalogue, E4: whatever a callback does, it does to itself alone."""

import asyncio
import itertools
import threading
import time

import pytest
from tests.app.kit import venue
from tests.engine.waiting import DEADLINE_S, until

from pr3dict.client.manager import OrderBookManager
from pr3dict.engine.engine import TapDetached


@pytest.fixture
def served():
    with venue(frames_per_s=400.0) as found:
        yield found


def blocks(gate: threading.Event):
    return lambda *_: gate.wait(DEADLINE_S)


def raises(_gate: threading.Event):
    def callback(*_):
        raise RuntimeError("on purpose")

    return callback


def never_returns(_gate: threading.Event):
    async def callback(*_):
        await asyncio.Event().wait()

    return callback


def is_slow(gate: threading.Event):
    return lambda *_: gate.wait(0.1)  # 10 a second, where 400 come


@pytest.mark.parametrize("make", [blocks, raises, never_returns, is_slow])
async def test_E4_a_callback_in_trouble_delays_nobody_and_is_shown(served, make):
    gate, told, pongs = threading.Event(), [], []
    manager = OrderBookManager(served.tokens, config=served.config(ping_every_s=0.05))
    manager.register_book_callback(make(gate))
    manager.register_book_callback(lambda snapshot, _: told.append(snapshot.asset_id))
    manager.register_inline_callback(lambda _: pongs.append(time.perf_counter()))
    async with manager:
        before = len(pongs)
        await until(lambda: len(told) > 100 and len(pongs) > before + 200)
        consumers = manager.get_stats()["consumers"]
        status = manager.system.statuses()[0]
        assert status.frames_out > 3  # PING went out all the while
        assert {} == status.lost
        sick, sound = consumers[0], consumers[1]
        assert sick["busy"] or sick["errors"] > 3
        assert 0 == sound["errors"]
        gate.set()
    assert max(b - a for a, b in itertools.pairwise(pongs)) < 2


async def test_E4_a_slow_callback_gets_the_latest_book_and_is_told_what_it_skipped(served):
    manager = OrderBookManager(served.tokens[:1], config=served.config())
    skipped: list[int] = []

    async def slow(snapshot, _):
        skipped.append(snapshot.skipped)
        await asyncio.sleep(0.05)

    manager.register_book_callback(slow)
    async with manager:
        await until(lambda: sum(skipped) > 20)


async def test_E4_an_inline_callback_that_raises_is_detached_and_told(served):
    manager = OrderBookManager(served.tokens, config=served.config())
    events: list[object] = []

    def broken(_):
        raise RuntimeError("on purpose")

    manager.register_inline_callback(broken)
    manager.register_event_callback(events.append)
    async with manager:
        await until(lambda: any(isinstance(event, TapDetached) for event in events))
        assert all(status.lost == {} for status in manager.system.statuses())
