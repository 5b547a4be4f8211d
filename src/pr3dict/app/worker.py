"""A thread of its own with a loop on which one coroutine lives, and the way in for other threads.

What a user's code does on its own loop or threads cannot delay it. Commands are handed over and
never lost: each is done, or whoever waits for it is told why not.
"""

import asyncio
import atexit
import logging
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from pr3dict.app.handover import handover
from pr3dict.model.errors import FeedError

START_S: Final = 5.0
"""How long it may take to get a thread and a loop."""

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class Worker:
    """One life: started once, ended once. `what` names it in sentences: "the feed"."""

    def __init__(
        self,
        what: str,
        name: str,
        live: Callable[[], Coroutine[Any, Any, None]],
        on_failure: Callable[[BaseException], object],
        at_exit: Callable[[], object],
    ) -> None:
        """`live` is its whole life, and calls `takes_commands`; `at_exit` ends it with the program.

        `on_failure` is called on its thread when it ended by a fault of this program.
        """
        self.failure: BaseException | None = None
        """Why it ended by a fault of this program; None: it did not."""
        self._what, self._live, self._on_failure = what, live, on_failure
        self._at_exit = at_exit
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started: Future[None] = Future()
        self._pending: set[Future[Any]] = set()
        """What was handed over and is not done."""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._turn = threading.Lock()
        """Between who starts it, who ends it and its own first words: any of them may be first."""
        self._ended = False
        self._ask: Callable[[], object] | None = None
        """What asks its life to end, once somebody wants the end."""
        self._process = 0
        """Which process started it: a fork has a copy of this, and none of its threads."""

    @property
    def running(self) -> bool:
        """Whether the thread runs, and nobody has asked for the end."""
        return self._thread.is_alive() and not self._ended

    @property
    def started(self) -> bool:
        """Whether it takes commands, or ever took any."""
        return self._started.done()

    def start(self) -> None:
        """Start the thread and return when it takes commands; raises what its life began with.

        Raises `FeedError` where the end came first, or where there is no thread within `START_S`.
        """
        with self._turn:
            self.refuse_ended()
            self._process = os.getpid()
            atexit.register(self._at_exit)
            self._thread.start()
        try:
            self._started.result(START_S)
        except TimeoutError:
            raise FeedError(
                f"wanted {self._what} within {START_S:g} s, found no turn for its thread: the"
                " machine has too much to do",
                name="timeout",
            ) from None

    def refuse_ended(self) -> None:
        """Raise `FeedError` where somebody has asked for the end already."""
        if self._ended:
            raise FeedError(f"{self._what} was stopped before it began", name="not_running")

    def takes_commands(self) -> None:
        """Tell, from within its life, that it takes commands from now on."""
        with self._turn:
            self._loop, ask = asyncio.get_running_loop(), self._ask
        self._started.set_result(None)
        if ask is not None:
            ask()

    def end(self, ask: Callable[[], object], timeout_s: float) -> bool:
        """Ask its life to end, on its loop, and wait so long; False where there is nothing to end.

        Call it from any thread but its own, at any time: a life that is about to begin ends as
        soon as it has, and one that was not started never is.
        """
        with self._turn:
            if self._ended or self._process not in {0, os.getpid()}:
                return False  # sockets, loop and files of a forked process are its parent's
            self._ended, self._ask = True, ask
            loop = self._loop
        atexit.unregister(self._at_exit)
        if loop is not None:
            soon(loop, ask)
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return True

    def call(self, what: Callable[[], _T]) -> "Future[_T]":
        """Do something on its loop; raises `FeedError` when it does not run."""
        if self._process not in {0, os.getpid()}:
            raise FeedError(
                f"wanted the process that started {self._what}, {self._process}, found"
                f" {os.getpid()}: a fork has none of its own, start one there",
                name="not_running",
            )
        if self._loop is None or not self.running:
            raise FeedError(f"{self._what} is not running: start it first", name="not_running")
        future, do = handover(what)
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)
        if not soon(self._loop, do):
            self._give_up_pending()
        return future

    def soon(self, call: Callable[[], object]) -> None:
        """Do something on its loop if it runs; nobody waits for it."""
        if self._loop is not None and self.running:
            soon(self._loop, call)

    def _run(self) -> None:
        """Live: the whole time of the thread."""
        try:
            with asyncio.Runner(loop_factory=loop_factory()) as runner:
                runner.run(self._live())
        except Exception as error:  # noqa: BLE001 - whatever it is, it must be told
            _log.exception("%s ended by a fault of this program", self._what)
            self.failure = cause = first_of(error)
            self._on_failure(cause)
            if not self._started.done():
                self._started.set_exception(cause)
        finally:
            self._give_up_pending()

    def _give_up_pending(self) -> None:
        """Tell those who wait for a loop that is gone."""
        for future in self._pending.copy():
            if not future.done():
                future.set_exception(FeedError(f"{self._what} has ended", name="not_running"))


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's where it is installed."""
    try:
        import uvloop  # noqa: PLC0415 - an optional dependency
    except ImportError:
        return None
    return uvloop.new_event_loop


def first_of(error: BaseException) -> BaseException:
    """Return what a group of errors began with: the group itself names no cause."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def soon(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> bool:
    """Call this on a loop; False where the loop is closed, because what ran on it has ended."""
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:
        return False
    return True
