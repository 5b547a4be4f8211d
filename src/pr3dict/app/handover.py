"""A piece of work handed to another thread, and what comes of it."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_T = TypeVar("_T")


def handover(what: Callable[[], _T]) -> tuple["Future[_T]", Callable[[], None]]:
    """Return the future of a result, and what the other thread is to call to have it.

    What is handed over is done, even if nobody waits for it any more: half of a command is none.
    """
    future: Future[_T] = Future()
    future.set_running_or_notify_cancel()  # from here on nobody can cancel it

    def do() -> None:
        try:
            future.set_result(what())
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            future.set_exception(error)

    return future, do
