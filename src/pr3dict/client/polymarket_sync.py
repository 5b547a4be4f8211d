"""`Polymarket`: `AsyncPolymarket` for a notebook, a script, or a function that cannot wait.

Each method is the asynchronous one, carried out on the loop of one thread while the caller waits:
there is one line for each here, and no second body.
"""

import asyncio
import functools
import threading
import weakref
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Concatenate, Final, ParamSpec, Self, TypeVar

from pr3dict.client.polymarket import AsyncPolymarket
from pr3dict.config import Config
from pr3dict.model.credentials import ClobApiKeyCreds

P = ParamSpec("P")
T = TypeVar("T")

CLOSE_TIMEOUT_S: Final = 5.0
"""How long `close` waits for the connections to say goodbye."""


def waits(
    method: Callable[Concatenate[AsyncPolymarket, P], Awaitable[T]],
) -> Callable[Concatenate["Polymarket", P], T]:
    """Return the method of the same name that waits for the result; `Pages` become `Rows`."""

    @functools.wraps(method)
    def waiting(self: "Polymarket", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._run(lambda: method(self._inner, *args, **kwargs))

    return waiting


class Polymarket:
    """Polymarket by REST without `await`: the names and arguments of `AsyncPolymarket`.

    It has a thread of its own, so that it may be called from anywhere, also from within a running
    loop (which then waits). Methods that list return `Rows`. Use it with `with`, or end with
    `close`; one that is forgotten ends with the program.
    """

    def __init__(
        self,
        config: Config | None = None,
        credentials: ClobApiKeyCreds | None = None,
        wallet: object | None = None,
    ) -> None:
        self._inner = AsyncPolymarket(config, credentials, wallet)
        self._loop = asyncio.new_event_loop()
        threading.Thread(
            target=_serve, args=(self._loop,), name="pr3dict-rest", daemon=True
        ).start()
        self._end = weakref.finalize(self, self._loop.call_soon_threadsafe, self._loop.stop)

    def __repr__(self) -> str:
        return repr(self._inner).replace("Async", "", 1)

    def close(self) -> None:
        """Close the connections and end the thread. Nothing more can be asked."""
        if self._end.alive:
            try:
                self._run(self._inner.aclose, CLOSE_TIMEOUT_S)
            finally:
                self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self, ask: Callable[[], Awaitable[T]], timeout_s: float | None = None) -> T:
        if not self._end.alive:
            raise RuntimeError("this Polymarket is closed: make a new one")

        async def asked() -> T:
            return await ask()

        asking = asyncio.run_coroutine_threadsafe(asked(), self._loop)
        try:
            return asking.result(timeout_s)
        finally:
            asking.cancel()  # Ctrl-C while we wait must not leave it asking; else without effect.


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()
