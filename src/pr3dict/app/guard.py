"""Books that are no single call of the interpreter, behind one lock.

The native books hold the interpreter's lock for each call, so other threads may read at any time.
The reference books are plain Python: a reader on another thread could see half of a frame.
"""

import threading
from collections.abc import Callable
from typing import Any, cast

from pr3dict.core import Books, Core


def shared(core: Core, books: Books) -> Books:
    """Return books that may be read on any thread while one thread feeds them."""
    return books if core.NAME == "native" else cast("Books", _Guarded(books))


class _Guarded:
    """Each method under one lock, which the thread that holds it may take again."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._lock = threading.RLock()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever `Books` has
        found = getattr(self._books, name)
        if not callable(found):
            return found
        setattr(self, name, locked := self._locked(found))
        return locked

    def _locked(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def under_lock(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as above
            with self._lock:
                return call(*arguments, **named)

        return under_lock
