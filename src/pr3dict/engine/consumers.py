"""Who empties a mailbox for a callback: one task on the user's loop, or one thread.

Each consumer has its own place to run, so one that blocks, raises or never returns keeps nobody
else waiting: its mailbox conflates, drops and counts. A wake-up is sent once until it is answered.
"""

import asyncio
import inspect
import logging
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from queue import SimpleQueue
from typing import Any, Final, Protocol

from pr3dict.engine.mailbox import Bell

BATCH_MAX: Final = 256
"""Calls in a row before the user's loop gets a turn."""
TURN_S: Final = 0.001
"""How long the user's loop is held by calls in a row; one call that takes longer ends the turn."""

_log = logging.getLogger(__name__)


class Mailbox(Protocol):
    """What a consumer needs of its mailbox."""

    bell: Bell

    def put(self, items: Sequence[Any]) -> None:
        """Add what the engine tells."""

    def take(self) -> Any:  # noqa: ANN401 - a token or an event; `read` of the consumer knows
        """Return the next item, or None."""

    def __len__(self) -> int: ...


Read = Callable[[Any], tuple[Any, ...] | None]
"""Makes the arguments of the callback from an item; None: there is nothing to tell."""


class Consumer:
    """A callback with its mailbox and its figures. The subclasses say where it runs."""

    runs: str

    def __init__(self, name: str, read: Read, callback: Callable[..., Any], every_s: float) -> None:
        self.name = name
        self._read = read
        self.callback = callback
        self._every_s = every_s
        self.mailbox: Mailbox
        self.delivered = 0
        self.errors: Counter[str] = Counter()
        """Exceptions of the callback by their type."""
        self.last_error = ""
        self.busy = False
        """Whether the callback is running now."""

    def wake(self) -> None:
        """Tell, on any thread, that there is something in the mailbox."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin to call; the mailbox is in place."""
        raise NotImplementedError

    def stop(self) -> asyncio.Task[None] | None:
        """Ask for the end and do not wait; return the task that will end, if it is one."""
        raise NotImplementedError

    def stats(self) -> dict[str, Any]:
        """Return the figures of this consumer."""
        return {
            "name": self.name,
            "runs": self.runs,
            "delivered": self.delivered,
            "waiting": len(self.mailbox),
            "conflated": getattr(self.mailbox, "conflated", 0),
            "dropped": getattr(self.mailbox, "dropped", 0),
            "errors": self.errors.total(),
            "last_error": self.last_error,
            "busy": self.busy,
        }

    def _calls(self) -> Iterator[tuple[Any, ...]]:
        """Take what is there now, a round, as arguments of the callback."""
        self.mailbox.bell.awake()
        for _ in range(len(self.mailbox)):
            item = self.mailbox.take()
            if item is None:
                return
            try:
                arguments = self._read(item)
            except Exception as error:  # noqa: BLE001 - ours to count, never to die of
                self._failed(error)
                continue
            if arguments is not None:
                yield arguments

    def _failed(self, error: BaseException) -> None:
        kind = type(error).__name__
        self.errors[kind] += 1
        self.last_error = f"{kind}: {error}"
        if self.errors[kind] == 1:
            _log.error(
                "%s raised %s; more of this kind are counted only", self.name, kind, exc_info=error
            )


class Turn:
    """How long one task has had the loop, so that it lets the others run in time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._now = loop.time
        self._calls = 0
        self._began = self._now()

    def is_over(self) -> bool:
        """Count one more call; whether the others are to run now."""
        self._calls += 1
        return self._calls >= BATCH_MAX or self._now() - self._began > TURN_S

    async def give(self) -> None:
        """Let all the others run once."""
        await asyncio.sleep(0)
        self.begin()

    def begin(self) -> None:
        """Count and measure from here: the others have just run."""
        self._calls = 0
        self._began = self._now()


class TaskConsumer(Consumer):
    """A coroutine function, awaited by one task on the loop given."""

    runs = "task"

    def __init__(
        self,
        name: str,
        read: Read,
        callback: Callable[..., Awaitable[object]],
        every_s: float,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(name, read, callback, every_s)
        self._loop = loop
        self._event = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopped = False

    def wake(self) -> None:
        """Wake the task."""
        call_soon(self._loop, self._event.set)

    def start(self) -> None:
        """Begin to call, from whatever thread this is."""
        call_soon(self._loop, self._spawn)

    def stop(self) -> asyncio.Task[None] | None:
        """Cancel the task, from whatever thread; one that calls this itself ends on its own."""
        self._stopped = True
        if self._task is None or self._task is _current_task():
            return None
        call_soon(self._loop, self._task.cancel)
        return self._task

    def _spawn(self) -> None:
        if not self._stopped:
            self._task = self._loop.create_task(self._run(), name=self.name)

    async def _run(self) -> None:
        turn = Turn(self._loop)
        while not self._is_ending():
            told = False
            for arguments in self._calls():
                told = True
                await self._call(arguments)
                if self._is_ending():
                    return
                if turn.is_over():
                    await turn.give()
                    if self._is_ending():  # what ran meanwhile has stopped this
                        return
            await asyncio.sleep(self._every_s if told else 0)
            if not len(self.mailbox):
                await self._event.wait()
            self._event.clear()
            turn.begin()

    async def _call(self, arguments: tuple[Any, ...]) -> None:
        self.busy = True
        try:
            await self.callback(*arguments)
        except asyncio.CancelledError as error:
            if self._is_ending():
                raise
            self._failed(error)
        except (GeneratorExit, KeyboardInterrupt, SystemExit):  # for the loop and its program
            raise
        except BaseException as error:  # noqa: BLE001 - a callback may raise anything
            self._failed(error)
        finally:
            self.busy = False
        self.delivered += 1

    def _is_ending(self) -> bool:
        """Whether this was stopped, or cancelled by another: by `asyncio.run`, at its end."""
        return self._stopped or (self._task is not None and self._task.cancelling() > 0)


class ThreadConsumer(Consumer):
    """A plain function, called on one thread of its own, which does not keep the process alive."""

    runs = "thread"

    def __init__(
        self, name: str, read: Read, callback: Callable[..., object], every_s: float
    ) -> None:
        super().__init__(name, read, callback, every_s)
        self._wakes: SimpleQueue[None] = SimpleQueue()
        self._stopped = threading.Event()

    def wake(self) -> None:
        """Wake the thread."""
        self._wakes.put(None)

    def start(self) -> None:
        """Begin to call."""
        threading.Thread(target=self._run, name=self.name, daemon=True).start()

    def stop(self) -> None:
        """Ask the thread to end after the call that is under way."""
        self._stopped.set()
        self._wakes.put(None)

    def _run(self) -> None:
        while not self._stopped.is_set():
            told = False
            for arguments in self._calls():
                told = True
                self._call(arguments)
                if self._stopped.is_set():
                    return
            if told and self._every_s:
                self._stopped.wait(self._every_s)
            if not len(self.mailbox):
                self._wakes.get()
            while not self._wakes.empty():
                self._wakes.get()

    def _call(self, arguments: tuple[Any, ...]) -> None:
        self.busy = True
        try:
            result = self.callback(*arguments)
            if inspect.iscoroutine(result):
                result.close()
                raise TypeError(  # noqa: TRY301 - counted like what the callback itself raises
                    f"{self.name} returned a coroutine: declare it with `async def`"
                )
        except BaseException as error:  # noqa: BLE001 - sys.exit() too would end this thread only
            self._failed(error)
        finally:
            self.busy = False
        self.delivered += 1


def call_soon(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    """Call this on a loop of another thread; a loop that is closed has nobody left to tell."""
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:
        return


def _current_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # no loop runs on this thread
        return None
