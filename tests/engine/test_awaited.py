"""Waiting for the first books."""

from types import SimpleNamespace

from pr3dict.engine.awaited import Awaited, await_books
from pr3dict.engine.engine import Engine
from pr3dict.model.events import BookReset, StateChanged
from pr3dict.model.states import BookState, Cause, Source


def came(token):
    return BookReset(token, Source.WS, 0, 1, True)


def told(token, now, cause):
    return StateChanged(token, BookState.SYNCING, now, cause, 1)


def test_is_done_when_the_last_book_has_come():
    awaited = Awaited(["a", "b"])
    awaited.events([came("a")])
    assert not awaited.done.done()

    awaited.events([came("c"), came("b")])
    assert awaited.done.done()


def test_a_token_without_a_book_is_not_waited_for():
    awaited = Awaited(["a", "b"])
    awaited.events([told("a", BookState.SYNCING, Cause.NO_BOOK)])
    awaited.events([told("b", BookState.CLOSED, Cause.RESOLVED)])

    assert awaited.done.done()


def test_a_change_of_state_is_no_book():
    awaited = Awaited(["a"])
    awaited.events([told("a", BookState.SUSPECT, Cause.HASH)])

    assert ["a"] == list(awaited.missing)


def test_nothing_to_wait_for_is_done_at_once():
    assert Awaited([]).done.done()


class Shelf:
    """Books of which only the state is asked."""

    def __init__(self, **states):
        self._states = states

    def touched(self):
        return ()

    def view(self, token, _depth):
        state = self._states.get(token)
        return None if state is None else SimpleNamespace(state=state)


def test_only_tokens_without_a_book_are_waited_for():
    books = Shelf(live=BookState.LIVE, empty=BookState.EMPTY, none=BookState.SYNCING)
    engine = Engine(books)
    awaited = await_books(books, engine, ["live", "empty", "none", "new"], {"none"}.__contains__)

    assert ["empty", "new"] == list(awaited.missing)
    engine.publish(came("empty"))
    engine.publish(came("new"))
    assert awaited.done.done()
