"""A loop on a thread of its own: which kind, and how to reach it from another thread."""

import asyncio
from collections.abc import Callable


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
