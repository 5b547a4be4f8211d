"""The keeper: what is decided reaches the connections, REST, the tape and the books."""

import asyncio
import json
from contextlib import asynccontextmanager
from typing import Any

from tests.engine.waiting import until

from pr3dict.app.keeper import Keeper
from pr3dict.app.parts import Parts
from pr3dict.config import Config
from pr3dict.core import load
from pr3dict.engine.engine import Engine
from pr3dict.engine.heal import Budget, Heal
from pr3dict.model.errors import FeedError
from pr3dict.model.events import StateChanged
from pr3dict.model.records import Kind
from pr3dict.model.states import BookState, Cause, Source
from pr3dict.net.clock import SystemClock

A, B = "42", "7"
MARKET = "0x" + "ab" * 32


def book(token, *, at_ms=1_700_000_000_000, bid="0.4", **more):
    return {
        "market": MARKET,
        "asset_id": token,
        "timestamp": str(at_ms),
        "hash": "",
        "bids": [{"price": bid, "size": "10"}],
        "asks": [{"price": "0.6", "size": "10"}],
        **more,
    }


class Rest:
    """A REST whose answers the test writes, by the end of the path."""

    def __init__(self):
        self.answers: dict[str, Any] = {"/" + MARKET: (404, {"error": "not found"})}
        self.asked = []

    async def get(self, url):
        return self._answer(url)

    async def post(self, url, body):
        self.asked.append([entry["token_id"] for entry in json.loads(body)])
        return self._answer(url)

    def _answer(self, url):
        found = self.answers.get("/" + url.rsplit("/", maxsplit=1)[-1], FeedError("out of order"))
        if isinstance(found, FeedError):
            raise found
        status, body = found
        return status, body if isinstance(body, bytes) else json.dumps(body).encode()


class Links:
    """One connection with two tokens; remembers what was asked of it."""

    def __init__(self):
        self.carried = {1: [A, B]}
        self.resubscribed, self.moved, self.reconnected = [], [], []

    def resubscribe(self, tokens):
        self.resubscribed += tokens

    def move(self, token):
        self.moved.append(token)

    def reconnect(self, link, why):
        self.reconnected.append((link, why))

    def link_of(self, token):
        return next((link for link, tokens in self.carried.items() if token in tokens), None)

    def tokens_of(self, link):
        return self.carried.get(link, [])


class Tape:
    def __init__(self):
        self.records = []

    def append(self, kind, link, now, payload):
        self.records.append((kind, payload))


class Desk:
    """A keeper at work on two books of one link."""

    def __init__(self, **settings):
        quick = {"first_book_s": 0.02, "audit_every_s": 0.02, "rest_per_s": 100.0}
        self.rest, self.links, self.tape = Rest(), Links(), Tape()
        core, self.clock = load("auto"), SystemClock()
        self.books = core.new_books()
        self.engine = Engine(self.books)
        config = Config(**(quick | settings))
        parts = Parts(config, core, self.books, self.engine, self.clock, self.tape)
        self.keeper = Keeper(parts, self.links, self.rest)
        self.engine.on_events(self.keeper.heard)
        self.told = []
        self.engine.on_events(self.told.extend)
        for token in (A, B):
            self.books.track(token, 1)
        self.books.open_link(1, self.clock.now())
        self.engine.settle()

    def deliver(self, *messages):
        frame = json.dumps([{"event_type": "book", **message} for message in messages]).encode()
        self.engine.changed(self.books.feed(1, frame, self.clock.now()))

    def state(self, token):
        return BookState(self.view(token).state)

    def view(self, token):
        view = self.books.view(token)
        assert view is not None
        return view

    @asynccontextmanager
    async def at_work(self):
        task = asyncio.ensure_future(self.keeper.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task], timeout=5)


async def test_a_book_that_does_not_come_is_seeded_by_rest_and_put_on_the_tape():
    desk = Desk()
    answer = [book(A), book(B)]
    desk.rest.answers["/books"] = 200, answer
    async with desk.at_work():
        await until(lambda: desk.view(A) is not None and desk.view(A).source == Source.REST)

    assert BookState.SUSPECT == desk.state(A) == desk.state(B)  # until the stream speaks
    assert [A, B] == desk.rest.asked[0]
    assert Source.REST == desk.view(A).source
    assert (Kind.REST, json.dumps(answer).encode()) == desk.tape.records[0]


async def test_a_token_that_rest_leaves_out_is_told_as_having_no_book():
    desk = Desk()
    desk.rest.answers["/books"] = 200, [book(A)]
    async with desk.at_work():
        await until(lambda: B in desk.keeper.heal.no_book)

    assert Cause.NO_BOOK in [e.cause for e in desk.told if isinstance(e, StateChanged)]


async def test_a_suspect_book_is_asked_for_on_its_connection():
    desk = Desk()
    desk.deliver(book(A), book(B))
    async with desk.at_work():
        desk.books.suspect(A, Cause.MIRROR, desk.clock.now())
        desk.engine.settle()
        await until(lambda: desk.links.resubscribed)

    assert [A] == desk.links.resubscribed[:1]


async def test_rest_that_is_out_of_order_harms_nothing_and_is_asked_again():
    desk = Desk()
    async with desk.at_work():
        await until(lambda: desk.keeper.heal.counters["fetch_failed"] >= 2)
        desk.rest.answers["/books"] = 200, [book(A), book(B)]
        await until(lambda: desk.view(A).source == Source.REST)


async def test_an_answer_that_is_no_book_is_not_fed():
    desk = Desk()
    desk.rest.answers["/books"] = 200, b"<html>"
    async with desk.at_work():
        await until(lambda: desk.keeper.heal.counters["fetch_failed"] >= 1)

    assert [] == desk.tape.records
    assert 0 == desk.books.counters()["frames.received"]


async def test_a_book_that_never_comes_moves_and_a_link_that_fails_all_its_books_is_reopened():
    desk = Desk(first_book_s=0.001)
    desk.rest.answers["/books"] = 200, [book("1")]
    desk.keeper.heal = Heal(Budget(), desk.links.tokens_of, rest=False, patience_ns=1000)
    desk.links.carried = {1: [A], 2: [B, "8", "9"]}
    desk.keeper.asked_for([A, B], desk.clock.now())
    async with desk.at_work():
        await until(lambda: desk.links.moved and desk.links.reconnected)

    assert {B} == set(desk.links.moved)
    assert {(1, "1 books did not come though asked for again and again")} == set(
        desk.links.reconnected
    )


async def test_a_book_that_rest_contradicts_twice_is_suspect_and_so_is_its_link():
    desk = Desk()
    desk.deliver(book(A), book(B))
    newer = 1_700_000_001_000
    desk.rest.answers["/books"] = (
        200,
        [book(A, at_ms=newer, bid="0.3"), book(B, at_ms=newer, bid="0.3")],
    )
    async with desk.at_work():
        await until(lambda: desk.keeper.audit.counters["doubted"] == 2)

    causes = [e.cause for e in desk.told if isinstance(e, StateChanged)]
    assert 2 == causes.count(Cause.SILENT)
    assert (Kind.SUSPECT, bytes([Cause.SILENT]) + A.encode()) in desk.tape.records
    assert [1] == [link for link, _ in desk.links.reconnected]


async def test_a_book_that_rest_confirms_is_left_alone():
    desk = Desk()
    desk.deliver(book(A), book(B))
    desk.rest.answers["/books"] = 200, [book(A), book(B)]
    async with desk.at_work():
        await until(lambda: desk.keeper.audit.counters["agreed"] >= 2)

    assert BookState.LIVE == desk.state(A)


async def test_the_rules_of_a_market_are_told_to_all_its_books():
    desk = Desk()
    desk.deliver(book(A), book(B))
    sides = [{"t": A, "o": "Yes"}, {"t": B, "o": "No"}, {"t": "99", "o": "untracked"}]
    desk.rest.answers["/" + MARKET] = 200, {"t": sides, "mos": 5, "mts": 0.01, "nr": False}
    async with desk.at_work():
        await until(lambda: desk.keeper.audit.counters["ruled"])

    told = [json.loads(payload) for kind, payload in desk.tape.records if kind == Kind.RULES]
    rules = {"min_order_size": "5", "tick_size": "0.01", "neg_risk": False}
    assert [{"token": A, **rules}, {"token": B, **rules}] == told


async def test_a_market_without_rules_is_not_asked_for_again():
    desk = Desk()
    desk.deliver(book(A), book(B))
    async with desk.at_work():
        await until(lambda: desk.keeper.audit.counters["ruled"])


async def test_a_market_whose_name_is_none_has_no_rules_and_harms_nobody():
    desk = Desk()
    desk.deliver(book(A, market="x"), book(B, market=""))
    async with desk.at_work():
        await until(lambda: desk.keeper.audit.counters["ruled"] >= 2)


async def test_a_fault_of_ours_in_reading_rest_is_logged_and_ends_nothing(caplog):
    desk = Desk()
    desk.deliver(book(A), book(B))
    desk.rest.answers["/books"] = 200, [book(A), book(B)]
    judge, faults = desk.keeper.audit.answered, [ZeroDivisionError("ours")]

    def answered(*arguments):
        if faults:
            raise faults.pop()
        return judge(*arguments)

    desk.keeper.audit.answered = answered  # type: ignore[method-assign]
    async with desk.at_work():
        await until(lambda: desk.keeper.audit.counters["agreed"])

    assert 1 == desk.keeper.audit.counters["failed"]
    assert "by a fault of this program" in caplog.text


async def test_claims_that_are_due_are_closed_without_a_frame():
    desk = Desk()
    desk.deliver(book(A), book(B))
    desk.books.set_rules(A, "5", "0.01", False)
    change = {"asset_id": A, "price": "0.3", "size": "5", "side": "BUY", "best_bid": "0.5"}
    frame = {
        "event_type": "price_change",
        "market": MARKET,
        "timestamp": "1700000002000",
        "price_changes": [change],
    }
    desk.engine.changed(desk.books.feed(1, json.dumps(frame).encode(), desk.clock.now()))
    assert desk.books.wake_at
    async with desk.at_work():
        await until(lambda: not desk.books.wake_at)

    assert Cause.BEST in [e.cause for e in desk.told if isinstance(e, StateChanged)]


async def test_a_connection_that_is_down_does_not_keep_the_audit_of_the_others_from_its_turn():
    desk = Desk(rest_per_s=10.0, fallback_every_s=0.05)
    desk.links.carried[2] = ["777"]
    desk.books.track("777", 2)
    desk.deliver(book(A), book(B))
    desk.rest.answers["/books"] = 200, [book(A), book(B), book("777")]
    desk.keeper.wanted(["777"], desk.clock.now())
    counts = desk.keeper.fallback.counters, desk.keeper.audit.counters
    async with desk.at_work():
        await until(lambda: counts[0]["read"] >= 5 and counts[1]["agreed"] >= 5)
    assert abs(counts[0]["asked"] - counts[1]["asked"] / 2) <= 2  # two books each time
