"""What lives on the feed's loop."""

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from tests.app.kit import venue
from tests.engine.waiting import until

from pr3dict.app.feed import Feed
from pr3dict.app.parts import Parts
from pr3dict.app.world import real
from pr3dict.core import load
from pr3dict.engine.engine import Engine
from pr3dict.engine.history import TradeHistory
from pr3dict.model.links import Phase
from pr3dict.model.records import Kind
from pr3dict.model.states import BookState
from pr3dict.net.clock import SystemClock


@pytest.fixture(scope="module")
def served():
    with venue() as found:
        yield found


class Tape:
    def __init__(self):
        self.kinds = []

    def append(self, kind, link, now, payload):
        self.kinds.append((kind, link))


@asynccontextmanager
async def running(served, **settings):
    core, tape = load("auto"), Tape()
    books = core.new_books()
    parts = Parts(served.config(**settings), core, books, Engine(books), SystemClock(), tape)
    feed = Feed(parts, TradeHistory(10), real(parts.config, parts.clock))
    started = asyncio.Event()
    task = asyncio.ensure_future(feed.run(lambda _: started.set()))
    await started.wait()
    try:
        yield SimpleNamespace(feed=feed, tape=tape, books=books)
    finally:
        feed.end()
        async with asyncio.timeout(5):
            await task


async def first_books(feed, tokens):
    feed.subscribe(tokens)
    await until(feed.wait_for(tokens).done.done)


async def test_what_is_tracked_is_on_the_tape_before_the_first_frame(served):
    async with running(served) as it:
        await first_books(it.feed, served.tokens[:2])

    track, opened, out, first = (Kind.TRACK, 1), (Kind.OPENED, 1), (Kind.OUT, 1), (Kind.IN, 1)
    assert [track, track, opened, out, first] == it.tape.kinds[:5]
    assert (Kind.CLOSED, 1) == it.tape.kinds[-1]


async def test_a_moved_token_is_kept_by_another_connection(served):
    token, *others = served.tokens
    async with running(served) as it:
        await first_books(it.feed, served.tokens)
        version = it.books.view(token).version
        it.feed.move(token)
        assert 2 == it.feed.link_of(token)
        assert BookState.STALE == it.books.view(token).state
        assert version <= it.books.view(token).version
        await until(lambda: it.books.view(token).state == BookState.LIVE)

        assert Kind.UNTRACK not in {kind for kind, _ in it.tape.kinds}
        assert tuple(others) == it.feed.tokens_of(1)
        assert [Phase.OPEN] * 2 == [status.phase for status in it.feed.statuses()]


async def test_a_fresh_book_can_be_asked_for(served):
    token = served.tokens[0]
    async with running(served) as it:
        await first_books(it.feed, [token])
        before = it.books.counters()["snapshots.ws"]
        it.feed.resubscribe([token, "1"])

        await until(lambda: it.books.counters()["snapshots.ws"] > before)


async def test_a_connection_that_is_given_up_is_opened_anew(served):
    async with running(served) as it:
        await first_books(it.feed, served.tokens)
        it.feed.reconnect(1, "the test wants it")
        await until(lambda: it.feed.statuses()[0].opened == 2)

        assert {"expired": 1} == it.feed.statuses()[0].lost
        assert "the test wants it" == it.feed.statuses()[0].last_error


async def test_rest_says_why_it_is_off(served):
    async with running(served, rest=False) as it:
        assert "off" == it.feed.rest
    async with running(served) as it:
        assert "on" == it.feed.rest
