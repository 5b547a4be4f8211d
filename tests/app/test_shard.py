"""The connections of one shard, over real sockets."""

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
from pr3dict.model.events import FeedLost
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
        self.kinds.append(Kind(kind))


@asynccontextmanager
async def running(served, **settings):
    core, tape, told = load(), Tape(), []
    books = core.new_books()
    engine = Engine(books)
    engine.on_events(told.extend)
    parts = Parts(served.config(**settings), core, books, engine, SystemClock(), tape)
    feed = Feed(parts, TradeHistory(10), real(parts.config, parts.clock))
    started = asyncio.Event()
    task = asyncio.ensure_future(feed.run(lambda _: started.set()))
    await started.wait()
    feed.subscribe(served.tokens)
    await until(feed.wait_for(served.tokens).done.done)
    try:
        yield SimpleNamespace(feed=feed, tape=tape, books=books, told=told)
    finally:
        feed.end()
        async with asyncio.timeout(5):
            await task


def is_open(status):
    return status.phase is Phase.OPEN


async def test_alone_a_connection_has_no_braid(served):
    async with running(served) as it:
        (status,) = it.feed.statuses()
        assert (0, None) == (status.copy, status.race)
    assert Kind.COPY not in it.tape.kinds


async def test_two_copies_are_one_link_to_books_and_tape(served):
    async with running(served, copies=2) as it:
        await until(lambda: all(status.race.frames > 9 for status in it.feed.statuses()))
        await until(lambda: any(status.race.late for status in it.feed.statuses()))
        first, second = it.feed.statuses()
        assert [(1, 1), (1, 2)] == [(status.link, status.copy) for status in (first, second)]
        assert len(served.tokens) == it.feed.subscribed()
        fed = it.books.heard(1)[0]
        assert fed < first.race.frames + second.race.frames
    kinds = it.tape.kinds
    assert (1, 1) == (kinds.count(Kind.OPENED), kinds.count(Kind.CLOSED))
    assert kinds.count(Kind.IN) == it.books.heard(1)[0]
    assert Kind.CLOSED == kinds[-1]


async def test_a_shard_that_is_given_up_opens_all_its_copies_anew(served):
    async with running(served, copies=2) as it:
        await until(lambda: all(map(is_open, it.feed.statuses())))
        it.feed.reconnect(1, "the test wants it")
        await until(lambda: [2, 2] == [status.opened for status in it.feed.statuses()])
        assert [{"expired": 1}] * 2 == [status.lost for status in it.feed.statuses()]
        await until(lambda: all(it.books.view(t).state == BookState.LIVE for t in served.tokens))


async def test_a_token_that_is_let_go_leaves_every_copy(served):
    token, *others = served.tokens
    async with running(served, copies=2) as it:
        await until(lambda: all(map(is_open, it.feed.statuses())))
        it.feed.unsubscribe([token])
        assert tuple(others) == it.feed.tokens_of(1)
        assert others == it.books.tracked()
        it.feed.subscribe([token])
        await until(lambda: it.books.view(token).state == BookState.LIVE)
        it.feed.resubscribe([token])
        it.feed.move(token)
        await until(lambda: it.books.view(token).state == BookState.LIVE)
        assert 4 == len(it.feed.statuses())
        it.feed.unsubscribe([token])
        assert 2 == len(it.feed.statuses())


async def test_a_renewed_connection_takes_over_without_a_loss(served, monkeypatch):
    monkeypatch.setattr("pr3dict.app.shard.LINGER_S", 0.01)
    monkeypatch.setattr("pr3dict.app.shard.LOOK_S", 0.01)
    async with running(served, rotate_every_s=0.05) as it:
        await until(lambda: it.feed.statuses()[0].rotated >= 3)
        assert not [event for event in it.told if isinstance(event, FeedLost)]
        assert it.feed.statuses()[0].opened == it.feed.statuses()[0].rotated + 1
    assert (1, 1) == (it.tape.kinds.count(Kind.OPENED), it.tape.kinds.count(Kind.CLOSED))
