"""Tokens that somebody waits for: until each has a book, or is known to have none."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import TypeGuard

from pr3dict.core import Books
from pr3dict.engine.engine import Engine
from pr3dict.model.events import BookReset, Event, StateChanged
from pr3dict.model.states import BookState, Cause


class Awaited:
    """Fed with events on the feed's thread; `done` is awaited anywhere and never cancelled."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self.missing = dict.fromkeys(tokens)
        """Those that have no book yet."""
        self.done: Future[None] = Future()
        self.done.set_running_or_notify_cancel()  # from here on nobody can cancel it
        if not self.missing:
            self.done.set_result(None)

    def events(self, events: Sequence[Event]) -> None:
        """Strike out the tokens that have a book now, or that will have none."""
        for event in events:
            if isinstance(event, BookReset) or _is_final(event):
                self.missing.pop(event.token, None)
        if not self.missing and not self.done.done():
            self.done.set_result(None)


def await_books(
    books: Books, engine: Engine, tokens: Sequence[str], has_none: Callable[[str], bool]
) -> Awaited:
    """Return what is done when each token has a book, or is known to have none (`has_none`).

    Call it on the feed's thread.
    """
    awaited = Awaited(token for token in tokens if not has_none(token) and _is_empty(books, token))
    if awaited.missing:
        engine.on_events(awaited.events)
        awaited.done.add_done_callback(lambda _: engine.leave(awaited.events))
    return awaited


def _is_final(event: Event) -> TypeGuard[StateChanged]:
    """Whether this tells that a token will have no book."""
    if not isinstance(event, StateChanged):
        return False
    return event.cause == Cause.NO_BOOK or event.now == BookState.CLOSED


def _is_empty(books: Books, token: str) -> bool:
    view = books.view(token, 1)
    return view is None or view.state in {BookState.EMPTY, BookState.SYNCING}
