"""Streams: a mailbox read by `async for` and by `for`."""

import asyncio
import gc
import threading
import weakref

import pytest
from tests.engine.waiting import DEADLINE_S, until

from pr3dict.engine.consumers import TURN_S
from pr3dict.engine.mailbox import BookMailbox
from pr3dict.engine.streams import AsyncStream, BlockingStream


def one(token):
    return (token,)


def streaming(*, every_s=0.0):
    closed = []
    stream = AsyncStream(one, every_s)
    stream.on_close = closed.append
    stream.mailbox = BookMailbox(stream.wake)
    return stream, closed


async def test_a_stream_yields_what_was_put_before_and_after_it_was_asked():
    stream, _ = streaming()
    stream.mailbox.put(("a",))
    assert "a" == await anext(stream)

    asked = asyncio.ensure_future(anext(stream))
    await asyncio.to_thread(stream.mailbox.put, ("b",))
    async with asyncio.timeout(DEADLINE_S):
        assert "b" == await asked


async def test_a_stream_ends_when_it_is_closed_from_another_thread():
    stream, closed = streaming()
    asked = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    await asyncio.to_thread(stream.close)

    async with asyncio.timeout(DEADLINE_S):
        with pytest.raises(StopAsyncIteration):
            await asked
    assert [stream] == closed


async def test_a_stream_that_samples_waits_before_the_next_round():
    stream, _ = streaming(every_s=60)
    stream.mailbox.put(("a", "b"))
    assert ["a", "b"] == [await anext(stream), await anext(stream)]

    stream.mailbox.put(("a",))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await anext(stream)


async def test_a_reader_that_holds_the_loop_lets_the_others_run_between_any_two_items(monkeypatch):
    loop = asyncio.get_running_loop()
    now = loop.time()
    monkeypatch.setattr(loop, "time", lambda: now)
    stream, _ = streaming()
    stream.mailbox.put([str(number) for number in range(9)])
    loop.call_soon(stream.close)
    read = []
    async for item in stream:
        read.append(item)
        now += 2 * TURN_S  # as if the reader had computed for so long

    assert ["0"] == read


async def read_to_the_end(stream, read):
    async for item in stream:
        read.append(item)


async def test_a_stream_that_only_a_waiting_task_knows_goes_on():
    stream, _ = streaming()
    mailbox, known, read = stream.mailbox, weakref.ref(stream), []
    reading = asyncio.ensure_future(read_to_the_end(stream, read))
    del stream
    await asyncio.sleep(0)
    gc.collect()
    await asyncio.to_thread(mailbox.put, ("a",))
    await until(lambda: read)
    open_still = known()
    assert open_still is not None
    open_still.close()
    await reading

    assert ["a"] == read


@pytest.mark.parametrize("make", [lambda: AsyncStream(one), lambda: BlockingStream(one)])
def test_a_mailbox_holds_no_stream_that_nobody_refers_to(make):
    stream = make()
    stream.mailbox = mailbox = BookMailbox(stream.wake)
    known = weakref.ref(stream)
    del stream

    assert known() is None
    mailbox.put(("a",))  # and telling it harms nobody
    assert 1 == len(mailbox)


def blocking(*, every_s=0.0, timeout_s=DEADLINE_S, read=one):
    closed = []
    stream = BlockingStream(read, every_s, timeout_s)
    stream.on_close = closed.append
    stream.mailbox = BookMailbox(stream.wake)
    return stream, closed


def test_a_blocking_stream_yields_what_another_thread_puts():
    stream, _ = blocking()
    threading.Timer(0, stream.mailbox.put, (("a", "b"),)).start()

    assert ["a", "b"] == [next(stream), next(stream)]


def test_a_blocking_stream_ends_after_its_timeout():
    stream, closed = blocking(timeout_s=0.001)
    stream.mailbox.put(("a",))

    assert ["a"] == list(stream)
    assert [stream] == closed


def test_a_blocking_stream_ends_when_it_is_closed_from_another_thread():
    stream, closed = blocking()
    threading.Timer(0, stream.close).start()

    assert [] == list(stream)
    assert [stream] == closed


def test_a_blocking_stream_that_samples_pauses_until_it_is_closed():
    stream, _ = blocking(every_s=60)
    stream.mailbox.put(("a",))
    assert "a" == next(stream)

    stream.mailbox.put(("b",))
    threading.Timer(0.01, stream.close).start()
    assert [] == list(stream)


def test_what_has_nothing_to_tell_is_left_out_and_a_pair_stays_a_pair():
    stream, _ = blocking(read=lambda token: None if token == "none" else (token, 1))
    stream.mailbox.put(("none", "a"))

    assert ("a", 1) == next(stream)
