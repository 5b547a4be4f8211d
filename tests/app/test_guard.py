"""Books that are plain Python, read by other threads while one feeds them."""

import threading
from typing import Any

from pr3dict.app.guard import shared
from pr3dict.core import load


class TwoSteps:
    """Books whose content is wrong in the middle of a call."""

    wake_at = 7

    def __init__(self):
        self.one = self.other = 0

    def feed(self, meanwhile):
        self.one += 1
        meanwhile()
        self.other += 1

    def top(self):
        return self.one, self.other


class Named:
    NAME = "reference"


def guarded():
    """Return these books behind a lock; they are no `Books`, which the lock does not mind."""
    core: Any = Named
    return shared(core, TwoSteps())


def test_nobody_sees_half_of_a_frame():
    books = guarded()
    seen, begun = [], threading.Event()

    def read():
        begun.set()
        seen.append(books.top())

    reader = threading.Thread(target=read)

    def meanwhile():
        reader.start()
        assert begun.wait(5)
        reader.join(0.05)  # it must not come through; should it do so, it is not waited for
        assert [] == seen

    books.feed(meanwhile)
    reader.join(5)
    assert [(1, 1)] == seen


def test_the_thread_that_feeds_may_read_meanwhile():
    books = guarded()
    seen = []
    books.feed(lambda: seen.append(books.top()))

    assert [(1, 0)] == seen


def test_what_is_no_method_is_read_through():
    assert 7 == guarded().wake_at


def test_native_books_need_no_lock():
    core = load("auto")
    books = core.new_books()

    assert (shared(core, books) is books) == (core.NAME == "native")
