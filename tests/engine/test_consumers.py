"""Consumers: each has its own place to run, and none can harm the feed or the others."""

import asyncio
import logging
import threading

import pytest
from tests.engine.waiting import DEADLINE_S, until

from pr3dict.engine.consumers import BATCH_MAX, TURN_S, TaskConsumer, ThreadConsumer
from pr3dict.engine.mailbox import BookMailbox


def one(token):
    return (token,)


def with_mailbox(consumer):
    consumer.mailbox = BookMailbox(consumer.wake)
    return consumer


def on_task(callback, *, every_s=0.0, read=one):
    loop = asyncio.get_running_loop()
    consumer = with_mailbox(TaskConsumer("consumer", read, callback, every_s, loop))
    consumer.start()
    return consumer


def on_thread(callback, *, every_s=0.0, read=one):
    consumer = with_mailbox(ThreadConsumer("consumer", read, callback, every_s))
    consumer.start()
    return consumer


async def ended(consumer):
    task = consumer.stop()
    await asyncio.wait([task], timeout=DEADLINE_S)
    assert task.done()


async def test_a_coroutine_runs_on_the_loop_of_the_user():
    loops = []

    async def callback(token):
        loops.append((token, asyncio.get_running_loop()))

    consumer = on_task(callback)
    await asyncio.to_thread(consumer.mailbox.put, ("a", "b"))
    await until(lambda: len(loops) == 2)
    await ended(consumer)

    here = asyncio.get_running_loop()
    assert [("a", here), ("b", here)] == loops


async def test_a_slow_coroutine_gets_the_latest_only():
    gate = asyncio.Event()
    told = []

    async def callback(token):
        told.append(token)
        await gate.wait()

    consumer = on_task(callback)
    consumer.mailbox.put(("a",))
    await until(lambda: consumer.busy)
    for _ in range(100):
        consumer.mailbox.put(("a", "b"))
    gate.set()
    await until(lambda: consumer.delivered == 3)
    await ended(consumer)

    assert ["a", "a", "b"] == told
    assert 198 == consumer.stats()["conflated"]


async def test_a_coroutine_that_never_waits_leaves_turns_to_others():
    async def callback(_):
        consumer.mailbox.put((str(consumer.delivered),))  # never empty

    consumer = on_task(callback)
    consumer.mailbox.put([str(-number) for number in range(2 * BATCH_MAX)])
    await until(lambda: consumer.delivered > 2 * BATCH_MAX)
    await ended(consumer)


class Clock:
    """The time of the running loop, which stands still but for what the test lets pass."""

    def __init__(self, monkeypatch):
        loop = asyncio.get_running_loop()
        self.now = loop.time()
        monkeypatch.setattr(loop, "time", lambda: self.now)


async def test_a_slow_coroutine_lets_the_others_run_between_any_two_calls(monkeypatch):
    calls, clock, called = [], Clock(monkeypatch), asyncio.Event()

    async def callback(token):
        clock.now += 2 * TURN_S  # as if it had computed for so long
        calls.append(token)
        called.set()

    consumer = on_task(callback)
    consumer.mailbox.put(("a", "b", "c"))
    await called.wait()
    seen = [len(calls)]
    while len(seen) < 3:
        await asyncio.sleep(0)
        seen.append(len(calls))
    await ended(consumer)

    assert ["a", "b", "c"] == calls
    assert [1, 2, 3] == seen


async def test_a_slow_coroutine_is_called_no_more_when_others_have_stopped_it(monkeypatch):
    calls, clock, called = [], Clock(monkeypatch), asyncio.Event()

    async def callback(token):
        clock.now += 2 * TURN_S
        calls.append(token)
        called.set()
        asyncio.get_running_loop().call_soon(consumer.stop)  # runs before the next call could

    consumer = on_task(callback)
    consumer.mailbox.put([str(number) for number in range(9)])
    await called.wait()
    await ended(consumer)

    assert ["0"] == calls


async def test_quick_coroutines_share_a_turn(monkeypatch):
    called = asyncio.Event()

    async def callback(_):
        called.set()

    Clock(monkeypatch)
    consumer = on_task(callback)
    consumer.mailbox.put([str(number) for number in range(2 * BATCH_MAX)])
    await called.wait()

    assert BATCH_MAX == consumer.delivered
    await ended(consumer)


async def test_errors_are_counted_and_logged_once_a_kind(caplog):
    async def callback(token):
        raise KeyError(token) if token == "key" else ValueError(token)

    consumer = on_task(callback)
    with caplog.at_level(logging.ERROR):
        for token in ("a", "key", "b", "c"):
            consumer.mailbox.put((token,))
        await until(lambda: consumer.delivered == 4)
    await ended(consumer)

    assert {"ValueError": 3, "KeyError": 1} == consumer.errors
    assert "ValueError: c" == consumer.last_error
    assert 2 == len(caplog.records)
    assert all(record.exc_info for record in caplog.records)


async def test_a_callback_that_cancels_itself_is_an_error_and_no_end():
    async def callback(_):
        raise asyncio.CancelledError

    consumer = on_task(callback)
    consumer.mailbox.put(("a", "b"))
    await until(lambda: consumer.delivered == 2)
    await ended(consumer)

    assert {"CancelledError": 2} == consumer.errors


def test_a_loop_that_ends_takes_its_consumers_with_it():
    consumers = []

    async def callback(_):
        await asyncio.Event().wait()

    async def main():
        consumers.append(on_task(callback))
        consumers[0].mailbox.put(("a",))
        await until(lambda: consumers[0].busy)

    thread = threading.Thread(target=asyncio.run, args=(main(),), daemon=True)
    thread.start()
    thread.join(DEADLINE_S)

    assert not thread.is_alive()
    assert 0 == consumers[0].stats()["errors"]


def test_a_loop_that_ends_outlives_a_callback_that_will_not_hear_of_it():
    async def callback(_):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return

    async def main():
        consumer = on_task(callback)
        consumer.mailbox.put(("a",))
        await until(lambda: consumer.busy)
        consumer.mailbox.put(("b",))

    thread = threading.Thread(target=asyncio.run, args=(main(),), daemon=True)
    thread.start()
    thread.join(DEADLINE_S)

    assert not thread.is_alive()


async def test_a_callback_that_runs_out_of_its_own_time_goes_on():
    async def callback(_):
        async with asyncio.timeout(0):
            await asyncio.Event().wait()

    consumer = on_task(callback)
    consumer.mailbox.put(("a", "b"))
    await until(lambda: consumer.delivered == 2)
    await ended(consumer)

    assert {"TimeoutError": 2} == consumer.errors


class Unusual(BaseException):
    """What is no `Exception`."""


async def test_a_coroutine_that_raises_what_is_no_exception_is_called_again():
    async def callback(_):
        raise Unusual

    consumer = on_task(callback)
    consumer.mailbox.put(("a", "b"))
    await until(lambda: consumer.delivered == 2)
    await ended(consumer)

    assert {"Unusual": 2} == consumer.errors


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, asyncio.CancelledError, Unusual])
async def test_a_function_that_raises_what_is_no_exception_is_called_again(error):
    def callback(_):
        raise error

    consumer = on_thread(callback)
    consumer.mailbox.put(("a", "b"))
    await until(lambda: consumer.delivered == 2)
    consumer.stop()

    assert {error.__name__: 2} == consumer.errors
    assert 0 == consumer.stats()["waiting"]


async def test_a_task_can_be_started_from_another_thread():
    told = []

    async def callback(token):
        told.append(token)

    loop = asyncio.get_running_loop()
    consumer = with_mailbox(TaskConsumer("consumer", one, callback, 0, loop))
    consumer.mailbox.put(("a",))
    await asyncio.to_thread(consumer.start)
    await until(lambda: told == ["a"])
    await ended(consumer)


async def test_waking_a_task_whose_loop_is_closed_harms_nobody():
    loop = asyncio.new_event_loop()
    loop.close()
    consumer = with_mailbox(TaskConsumer("consumer", one, print, 0, loop))

    consumer.mailbox.put(("a",))


async def test_a_plain_function_runs_on_a_thread_of_its_own():
    threads = []

    def callback(token):
        threads.append((token, threading.current_thread()))

    consumer = on_thread(callback)
    consumer.mailbox.put(("a",))
    consumer.mailbox.put(("b",))
    await until(lambda: len(threads) == 2)
    consumer.stop()

    assert ["a", "b"] == [token for token, _ in threads]
    assert threads[0][1] is threads[1][1] is not threading.current_thread()
    assert threads[0][1].daemon


async def test_a_function_that_never_returns_keeps_nobody_waiting():
    gate = threading.Event()
    told = []
    stuck, free = on_thread(lambda _: gate.wait()), on_thread(told.append)
    for number in range(1000):
        stuck.mailbox.put((str(number % 5),))
        free.mailbox.put((str(number),))
    await until(lambda: len(told) == 1000)
    stuck.stop()
    free.stop()

    assert stuck.stats()["busy"]
    assert 5 >= stuck.stats()["waiting"]
    gate.set()


async def test_a_thread_sleeps_when_it_is_told_to_sample():
    versions = []
    consumer = on_thread(versions.append, every_s=60)
    consumer.mailbox.put(("a",))
    await until(lambda: consumer.delivered == 1)
    consumer.mailbox.put(("a",))
    consumer.mailbox.put(("a",))

    assert ["a"] == versions
    consumer.stop()


async def test_a_task_waits_between_samples():
    told = []

    async def callback(token):
        told.append(token)

    consumer = on_task(callback, every_s=60)
    consumer.mailbox.put(("a",))
    await until(lambda: consumer.delivered == 1)
    consumer.mailbox.put(("a",))
    for _ in range(10):
        await asyncio.sleep(0)
    await ended(consumer)

    assert ["a"] == told


async def test_a_lambda_that_returns_a_coroutine_is_told_what_to_do():
    async def callback(_):
        raise AssertionError("unreachable")

    consumer = on_thread(lambda _: callback("b"))
    consumer.mailbox.put(("a",))
    await until(lambda: consumer.delivered == 1)
    consumer.stop()

    assert "returned a coroutine: declare it with `async def`" in consumer.last_error


async def test_what_cannot_be_read_is_left_out_and_what_raises_is_counted():
    def read(token):
        if token == "bad":
            raise RuntimeError(token)
        return (token,) if token == "good" else None

    told = []
    consumer = on_thread(told.append, read=read)
    consumer.mailbox.put(("none", "bad", "good"))
    await until(lambda: told == ["good"])
    consumer.stop()

    assert {"RuntimeError": 1} == consumer.errors
