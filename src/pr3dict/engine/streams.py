"""A mailbox read by `async for` or by `for`: the reader takes when it is ready.

A stream ends when it is closed, by its reader or because the feed stops. One that nobody refers
to any more is gone: its mailbox holds what wakes the reader, never the stream. A reader that
samples (`every_s`) gets everything that changed as one round, then waits.
"""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Generic, Self, TypeVar

from pr3dict.engine.consumers import Mailbox, Read, Turn, call_soon
from pr3dict.engine.mailbox import Wake

T = TypeVar("T")


class Stream:
    """What both kinds share: rounds, and the end."""

    mailbox: Mailbox
    on_close: Callable[["Stream"], object]
    wake: Wake
    """Tells, on any thread, that there is something in the mailbox; holds nothing of the stream."""

    def __init__(self, read: Read, every_s: float = 0.0) -> None:
        self._read = read
        self._every_s = every_s
        self._closed = False
        self._left = 0
        """Items of this round that are not told yet."""
        self._rounds = 0

    def close(self) -> None:
        """End the iteration after what is being told now; call it on any thread."""
        if not self._closed:
            self._closed = True
            self.on_close(self)
            self.wake()

    def _told(self) -> Any:  # noqa: ANN401 - the subclasses are typed
        """Return what the next item of this round tells, or None."""
        self._left -= 1
        item = self.mailbox.take()
        told = None if item is None else self._read(item)
        return told[0] if told is not None and len(told) == 1 else told

    def _begin_round(self) -> None:
        self._left = len(self.mailbox)
        self._rounds += self._left > 0


class _Alarm:
    """What wakes the loop on which a stream is read, once it is known."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.event = asyncio.Event()

    def ring(self) -> None:
        if self.loop is not None:
            call_soon(self.loop, self.event.set)


class AsyncStream(Stream, Generic[T]):
    """For `async for`, on whatever loop first asks."""

    def __init__(self, read: Read, every_s: float = 0.0) -> None:
        super().__init__(read, every_s)
        self._turn: Turn | None = None
        self._alarm = _Alarm()
        self.wake = self._alarm.ring

    async def aclose(self) -> None:
        """End the iteration."""
        self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if self._turn is not None and self._turn.is_over():
            await self._turn.give()
        while not self._closed:
            if not self._left:
                await self._next_round()
            elif (told := self._told()) is not None:
                found: T = told
                return found
        raise StopAsyncIteration

    async def _next_round(self) -> None:
        if self._rounds and self._every_s:
            await asyncio.sleep(self._every_s)
        self._alarm.loop = asyncio.get_running_loop()
        self._turn = self._turn or Turn(self._alarm.loop)
        self.mailbox.bell.awake()
        if not len(self.mailbox) and not self._closed:  # what comes after this rings
            await self._alarm.event.wait()
            self._turn.begin()
        self._alarm.event.clear()
        self._begin_round()


class BlockingStream(Stream, Generic[T]):
    """For `for`, on one thread at a time; ends after `timeout_s` without anything to tell."""

    def __init__(self, read: Read, every_s: float = 0.0, timeout_s: float | None = None) -> None:
        super().__init__(read, every_s)
        self._timeout_s = timeout_s
        self._wakes: SimpleQueue[None] = SimpleQueue()
        self._ended = threading.Event()
        self.wake = partial(self._wakes.put, None)

    def close(self) -> None:
        """End the iteration after what is being told now; call it on any thread."""
        super().close()
        self._ended.set()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        while not self._closed:
            if not self._left:
                self._next_round()
            elif (told := self._told()) is not None:
                found: T = told
                return found
        raise StopIteration

    def _next_round(self) -> None:
        if self._rounds and self._every_s:
            self._ended.wait(self._every_s)
        self.mailbox.bell.awake()
        if not len(self.mailbox) and not self._closed:
            self._wait()
        while not self._wakes.empty():
            self._wakes.get()
        self._begin_round()

    def _wait(self) -> None:
        try:
            self._wakes.get(timeout=self._timeout_s)
        except Empty:
            self.close()
