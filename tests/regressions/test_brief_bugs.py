"""The bugs of the code in this project's brief, each as a test that our own code does not have it.

Each test is named after the bug. Some concern parts that do not exist yet; their tests come with
the part, and until then their place is here:

| bug of the brief | comes with |
|---|---|
| mid prices compared by `abs()`: no direction, one leg up to a minute old | arbitrage signals |
| a TTL of 5 s on a Redis key deletes books that are valid and quiet | the Redis sink |
| `KEYS price:*` stops the Redis server while it walks all keys | the Redis sink |
| the real-time data client subscribes before it has connected | the real-time data client |

(Of the second the half that is ours already is here: a quiet book stays LIVE. Of the last one too:
a subscription that comes before the connection is sent when it opens.)
"""

import ast
from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal
from functools import partial
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import pytest
from tests.app.kit import until, venue
from tests.core.kit import (
    LINK,
    MARKET,
    NO,
    NOW,
    YES,
    Venue,
    counted,
    failures,
    feed,
    live,
    opened,
    standing,
    trade,
)

from pr3dict.app.system import System
from pr3dict.client.reading import Reading
from pr3dict.client.snapshot import TradeEvent
from pr3dict.config import Config
from pr3dict.measure.metrics import Yardstick
from pr3dict.model.errors import UnknownTokenError
from pr3dict.model.events import BookReset, FeedLost, Trade
from pr3dict.model.states import BookState, Cause
from pr3dict.model.units import NS_PER_MS, NS_PER_S
from pr3dict.venues.polymarket import rules
from pr3dict.venues.polymarket.session import MarketSession

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCE: Final = sorted((ROOT / "src").rglob("*.py"))
TESTS: Final = sorted((ROOT / "tests").rglob("*.py"))
CONDITION = "0x" + "6b" * 32
HOUR_NS = 3600 * NS_PER_S


def reading(books, now_ns):
    """Return what a client reads of these books at a moment."""
    clock = SimpleNamespace(now=lambda: now_ns)
    source = SimpleNamespace(books=books, clock=clock, config=Config(), has_no_book=lambda _: False)
    return Reading(source, max_depth=0, strict=False, yardstick=Yardstick())


def names_used(path: Path) -> Iterator[tuple[int, str]]:
    """Give each dotted name of a module that is called or marks a test, with its line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.lineno, ast.unparse(node)


def test_a_message_is_known_by_event_type_and_not_by_a_type_that_it_does_not_have(engine):
    message = Venue().book()
    assert "type" not in message
    books = opened(engine, YES)
    feed(books, message)
    assert 1 == counted(books)["frames.applied"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_best_price_is_the_best_one_wherever_it_stands_in_the_message(engine, order):
    bids = [{"price": price, "size": "9"} for price in ("0.01", "0.48", "0.3")]
    asks = [{"price": price, "size": "9"} for price in ("0.99", "0.5", "0.7")]
    books = opened(engine, YES, prove=False)
    told = {"bids": [bids[place] for place in order], "asks": [asks[place] for place in order]}
    feed(books, Venue().book(hash="", **told))
    book = reading(books, NOW).snapshot(YES)
    assert (Decimal("0.48"), Decimal("0.5")) == (book.best_bid, book.best_ask)


def test_the_id_of_a_market_is_text_and_is_never_read_as_a_number(engine):
    books = live(engine, Venue())
    (told,) = (one for one in feed(books, trade()) if isinstance(one, Trade))
    assert MARKET == told.market == reading(books, NOW).snapshot(YES).market
    with pytest.raises(ValueError, match="invalid literal"):
        int(told.market)


@pytest.mark.parametrize("transport", ["picows", "websockets"])
def test_a_connection_is_made_with_the_packages_of_today_and_made_again_when_it_is_lost(transport):
    """`extra_headers=` is gone; `while not self.running` never ran; subscriptions were skipped."""
    told = []
    with venue() as served:
        tokens, system = served.tokens, System(served.config(transport=transport))
        system.engine.on_events(told.extend)
        system.start()
        try:
            system.subscribe(tokens).result(5)
            for losses in (1, 2):
                until(lambda: all_live(system))
                served.do(served.server.cut)
                until(partial(lost, told, losses))
            until(lambda: all_live(system))
        finally:
            system.stop()
    assert 3 * len(tokens) <= count(told, BookReset)
    assert 2 == sum(sum(status.lost.values()) for status in system.statuses())


def count(told, kind):
    return sum(isinstance(one, kind) for one in told)


def lost(told, times):
    return count(told, FeedLost) == times


def all_live(system):
    views = [system.books.view(token) for token in system.books.tracked()]
    return bool(views) and all(view.state == BookState.LIVE for view in views)


def test_a_new_connection_is_asked_for_every_token_though_all_were_asked_for_before(engine):
    session = MarketSession(LINK, "wss://venue", engine.new_books())
    session.subscribe([YES, NO], NOW)
    session.opened(NOW)
    first = session.frames()
    session.closed(Cause.LINK_DOWN, NOW)
    session.opened(NOW)
    assert first == session.frames()
    assert all(token.encode() in b"".join(first) for token in (YES, NO))


def test_a_subscription_that_comes_before_the_connection_is_sent_when_it_opens(engine):
    session = MarketSession(LINK, "wss://venue", engine.new_books())
    session.subscribe([YES], NOW)
    assert [] == session.frames()
    session.opened(NOW)
    (sent,) = session.frames()
    assert YES.encode() in sent


def test_the_id_of_a_market_is_refused_where_that_of_a_token_is_wanted(engine):
    with pytest.raises(UnknownTokenError, match="condition"):
        rules.token_id(CONDITION)
    session = MarketSession(LINK, "wss://venue", engine.new_books())
    with pytest.raises(UnknownTokenError):
        session.subscribe([CONDITION], NOW)


def test_the_book_of_no_is_the_venues_own_and_not_one_minus_yes(engine):
    books, true = live(engine, Venue()), Venue()
    true.ms += 1
    true.no.set("BUY", 470_000, 5_000_000)
    true.no.set("SELL", 505_000, 7_000_000)
    entries = [true.entry(true.no, "BUY", "0.47", "5"), true.entry(true.no, "SELL", "0.505", "7")]
    feed(books, {**true.change("BUY", "0.47", "5", twin=False), "price_changes": entries})
    client = reading(books, NOW)
    yes, no = client.snapshot(YES), client.snapshot(NO)
    assert Decimal("0.505") == no.best_ask
    assert no.best_ask != 1 - yes.best_bid
    assert {(Decimal("0.47"), Decimal(5))} == {(b.price, b.size) for b in no.bids if b.size == 5}


def test_a_quiet_book_is_not_stale_and_stays_whole(engine):
    """Neither a time to live of five seconds nor an alarm after ten."""
    books = live(engine, Venue())
    for wait in (5, 10, 3600):
        books.wake(NOW + wait * NS_PER_S)
        book = reading(books, NOW + wait * NS_PER_S).snapshot(YES)
        assert (True, float(wait)) == (book.is_live, book.age)
        assert book.best_bid is not None


def test_a_latency_is_free_of_the_offset_of_the_clocks_and_is_never_made_positive(engine):
    books = live(engine, Venue())
    feed(books, trade(), NOW - 700 * NS_PER_MS)
    _, one, _, least, _, negative = books.latency()
    assert (1, 1, -700 * NS_PER_MS) == (one, negative, least)
    books.set_clock_offset(-700 * NS_PER_MS)
    feed(books, trade(), NOW - 700 * NS_PER_MS + 3)
    assert (3, 1) == (books.latency()[4], books.latency()[5])


@pytest.mark.parametrize("broken", [b"{", b'{"event_type": "book"}', b"\xff", b"[" * 100_000])
def test_a_frame_that_cannot_be_read_is_counted_by_name_and_its_books_are_doubted(engine, broken):
    books = live(engine, Venue())
    feed(books, broken)
    rejected = [name for name in counted(books) if name.startswith("frames.rejected.")]
    assert 1 == len(rejected)
    assert (BookState.SUSPECT, Cause.UNPARSABLE) == standing(books)[:2]


def test_no_task_is_started_that_nobody_owns():
    loose = ("asyncio.create_task", "asyncio.ensure_future", "get_running_loop().create_task")
    assert [] == [
        (path.name, line, name)
        for path in SOURCE
        for line, name in names_used(path)
        if name.endswith(loose)
    ]


def test_every_moment_knows_that_it_is_in_utc(engine):
    book = reading(live(engine, Venue()), NOW).snapshot(YES)
    assert book.timestamp is not None
    assert UTC is book.timestamp.tzinfo
    told = TradeEvent(YES, MARKET, 500_000, 1, "BUY", NOW, NOW, "")
    assert told.timestamp is not None
    assert UTC is told.timestamp.tzinfo


def test_no_clock_is_read_that_does_not_know_its_zone():
    naive = ("datetime.utcnow", "datetime.utcfromtimestamp")
    names = [name for path in SOURCE for _, name in names_used(path)]
    assert [] == [name for name in names if name.endswith(naive)]


def test_a_change_that_contradicts_the_best_prices_beside_it_makes_the_book_suspect(engine):
    """The example of the brief: a bid of 0.50 is set, and the best bid is said to be 0.48."""
    example = {"asset_id": YES, "price": "0.50", "size": "100", "side": "BUY"}
    example |= {"best_bid": "0.48", "best_ask": "0.49", "hash": ""}
    books = live(engine, Venue())
    message = {"event_type": "price_change", "market": MARKET, "price_changes": [example]}
    told = feed(books, message | {"timestamp": str(NOW // NS_PER_MS + 1)})
    books.wake(NOW + NS_PER_S)
    told += books.take()
    assert (YES, Cause.BEST) in [(token, cause) for token, cause, _ in failures(told)]
    assert BookState.SUSPECT == standing(books)[0]


def test_no_test_is_expected_to_fail():
    marked = [
        (path.name, line)
        for path in TESTS
        for line, name in names_used(path)
        if name.endswith((".xfail", ".expectedFailure"))
    ]
    assert [] == marked


def test_what_looks_for_names_finds_them(tmp_path):
    path = tmp_path / "bad.py"
    path.write_text("task = asyncio.create_task(f())\nnow = datetime.utcnow()\n", "utf-8")
    assert [(1, "asyncio.create_task"), (2, "datetime.utcnow")] == sorted(names_used(path))
