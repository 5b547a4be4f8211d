"""Books against a dictionary, whatever comes in whatever order: hypothesis chooses.

Two machines: absolute sizes with the time of the venue (Polymarket, on both engines), and signed
sizes under a row of numbers (Kalshi's rule). What the dictionary does is each rule in a line.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.core.frames import MICROS, sha1, text_of
from tests.core.kit import LINK, MS, NOW, YES, frame

from pr3dict.core import Core
from pr3dict.core.signed import Change, Subscription, Taken
from pr3dict.model.states import BookState, Cause, Side
from pr3dict.model.units import Price, Size

EMPTY, SYNCING, LIVE, SUSPECT, STALE, CLOSED = BookState
SETTINGS = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
PRICES = st.sampled_from((".01", "0.4", "0.40", "0.5", "0.500000", "0.6", "0.999999"))
SIZES = st.sampled_from(("0", "0.0", "1", "2.5", "0.000001", "999999999999.999999"))
SIDES = st.sampled_from(("BUY", "SELL"))
LATER_MS = st.sampled_from((0, 0, 1, 7, -1, -9))
LEVELS = st.dictionaries(st.sampled_from(range(100_000, 900_001, 100_000)), st.integers(1, 10**12))
GARBAGE = st.sampled_from((b"{", b"<html>", b"\xff", b"[1]", b'{"event_type":"book"}'))
OTHER = "9" * 78


@dataclass
class AbsoluteOracle:
    """The book as a dictionary a side."""

    state: BookState = EMPTY
    ms: int = 0
    sides: dict[str, dict[int, int]] = field(default_factory=lambda: {"BUY": {}, "SELL": {}})

    def crossed(self) -> bool:
        bids, asks = self.sides["BUY"], self.sides["SELL"]
        return bool(bids and asks) and max(bids) >= min(asks)

    def judge(self) -> None:
        if self.state is LIVE and self.crossed():
            self.state = SUSPECT

    def snapshot(self, ms: int, bids: dict[int, int], asks: dict[int, int]) -> None:
        if self.state is CLOSED or (self.state in {LIVE, SUSPECT} and ms < self.ms):
            return
        self.state, self.ms, self.sides = LIVE, ms, {"BUY": dict(bids), "SELL": dict(asks)}
        self.judge()

    def change(self, ms: int, side: str, price: int, size: int) -> None:
        if self.state not in {LIVE, SUSPECT} or ms < self.ms:
            return
        self.ms, self.sides[side][price] = ms, size
        if not size:
            del self.sides[side][price]
        self.judge()

    def doubt(self) -> None:
        self.state = SUSPECT if self.state is LIVE else self.state

    def digest(self) -> str:
        bids, asks = (sorted(self.sides[side].items()) for side in ("BUY", "SELL"))
        texts = (f"{text_of(price)}@{text_of(size)};" for price, size in bids)
        more = (f"{text_of(price)}@{text_of(size)};" for price, size in reversed(asks))
        return sha1("".join(texts) + "|" + "".join(more))


class Absolute(RuleBasedStateMachine):
    """One token of ours and one of somebody else, on one link."""

    engine: Core

    def __init__(self) -> None:
        super().__init__()
        self.books: Any = self.engine.new_books(prove=False, adopt=False)
        self.oracle = AbsoluteOracle()
        self.now = NOW
        self.ms = MS
        self.last = b"PONG"
        self.repeat: Any = lambda: None
        self.fed = 0

    def feed(self, text: bytes) -> None:
        self.now += 1
        self.fed += 1
        self.books.feed(LINK, text, self.now)
        self.books.take()

    def say(self, message: object, then: Any) -> None:
        self.last, self.repeat = frame(message), then
        self.feed(self.last)
        then()

    @initialize(open_first=st.booleans())
    def subscribe(self, open_first: bool) -> None:
        if open_first:
            self.books.open_link(LINK, self.now)
        self.books.track(YES, LINK)
        if not open_first:
            assert EMPTY == self.books.view(YES).state
            self.books.open_link(LINK, self.now)
        self.oracle.state = SYNCING

    @rule(bids=LEVELS, asks=LEVELS, later=LATER_MS)
    def book(self, bids: dict[int, int], asks: dict[int, int], later: int) -> None:
        self.ms += later
        ms = self.ms
        sides = ("bids", bids), ("asks", asks)
        levels = {
            name: [{"price": text_of(price), "size": text_of(size)} for price, size in side.items()]
            for name, side in sides
        }
        head = {"event_type": "book", "asset_id": YES, "market": "0xaa", "timestamp": str(ms)}
        self.say(head | levels, lambda: self.oracle.snapshot(ms, bids, asks))

    @rule(side=SIDES, price=PRICES, size=SIZES, later=LATER_MS, alone=st.booleans())
    def change(self, side: str, price: str, size: str, later: int, alone: bool) -> None:
        self.ms += later
        ms = self.ms
        entry = {"asset_id": YES, "price": price, "size": size, "side": side}
        others = [] if alone else [entry | {"asset_id": OTHER}]
        head = {"event_type": "price_change", "market": "0xaa", "timestamp": str(ms)}
        micros, amount = (int(Decimal(text) * MICROS) for text in (price, size))
        self.say(
            head | {"price_changes": [*others, entry]},
            lambda: self.oracle.change(ms, side, micros, amount),
        )

    @rule()
    def duplicate(self) -> None:
        self.feed(self.last)
        self.repeat()

    @rule(text=GARBAGE)
    def garbage(self, text: bytes) -> None:
        self.feed(text)
        self.oracle.doubt()

    @rule(new=st.sampled_from(("0.01", "0.001")))
    def tick_change(self, new: str) -> None:
        message = {
            "event_type": "tick_size_change",
            "asset_id": YES,
            "market": "0xaa",
            "timestamp": str(self.ms),
            "old_tick_size": "0.01",
            "new_tick_size": new,
        }
        self.say(message, self.oracle.doubt if new != "0.01" else lambda: None)

    @rule(named=st.booleans())
    @precondition(lambda self: self.fed > 15)
    def resolved(self, named: bool) -> None:
        tokens = [OTHER, YES] if named else [OTHER]
        head = {"event_type": "market_resolved", "market": "0xaa", "timestamp": str(self.ms)}
        self.say(head | {"assets_ids": tokens}, lambda: self.close(named))

    def close(self, named: bool) -> None:
        if named:
            self.oracle.state = CLOSED

    @rule()
    def reconnect(self) -> None:
        self.books.close_link(LINK, Cause.LINK_DOWN, self.now)
        if self.oracle.state is not CLOSED:
            assert STALE == self.books.view(YES).state
            self.oracle.state = SYNCING
        self.books.open_link(LINK, self.now)
        self.books.take()

    @rule(pause_ms=st.sampled_from((1, 249, 250, 10_000)))
    def wait(self, pause_ms: int) -> None:
        self.now += pause_ms * 10**6
        self.books.wake(self.now)
        self.books.take()

    @invariant()
    def every_level_is_the_dictionary_s(self) -> None:
        if (view := self.books.view(YES)) is None:
            return
        sides = self.oracle.sides
        assert sorted(sides["BUY"].items(), reverse=True) == view.bids()
        assert sorted(sides["SELL"].items()) == view.asks()
        assert self.oracle.digest() == self.books.digest(YES)

    @invariant()
    def the_state_is_the_dictionary_s(self) -> None:
        if (view := self.books.view(YES)) is not None:
            assert self.oracle.state == view.state
            assert not (view.state == LIVE and self.oracle.crossed())

    @invariant()
    def nothing_is_silent(self) -> None:
        counts = self.books.counters()
        for unit in ("frames", "entries"):
            parts = [n for name, n in counts.items() if name.startswith(f"{unit}.")]
            assert 2 * counts[f"{unit}.received"] == sum(parts)
        assert self.fed == counts["frames.received"]
        assert self.books.tracked() in ([], [YES])


def test_an_absolute_book_is_a_dictionary_whatever_comes(engine):
    machine = type("AbsoluteOnEngine", (Absolute,), {"engine": engine})
    run_state_machine_as_test(machine, settings=SETTINGS)


MARKETS = st.sampled_from(("a", "b"))


class Signed(RuleBasedStateMachine):
    """A venue with true books behind a wire that loses, doubles and swaps."""

    def __init__(self) -> None:
        super().__init__()
        self.row = Subscription()
        self.number = 0
        self.true: dict[str, dict[tuple[Side, Price], int]] = {"a": {}, "b": {}}
        self.whole = True
        """Nothing was lost or out of place since the row began."""
        self.synced: set[str] = set()
        self.last: Any = None
        for market in self.true:
            self.row.track(market)

    def next(self) -> int:
        self.number += 1
        return self.number

    @rule(market=MARKETS)
    def snapshot(self, market: str) -> None:
        number, levels = self.next(), self.true[market]
        bids, asks = (
            {price: Size(size) for (side, price), size in levels.items() if side is wanted}
            for wanted in Side
        )
        taken = self.row.snapshot(number, market, bids, asks)
        assert (Taken.APPLIED if self.whole else Taken.UNSYNCED) is taken
        self.synced |= {market} if self.whole else set()
        self.last = lambda: self.row.snapshot(number, market, {}, {})

    @rule(
        market=MARKETS, side=st.sampled_from(Side), price=st.integers(1, 3), size=st.integers(-5, 9)
    )
    def change(self, market: str, side: Side, price: int, size: int) -> None:
        number, change = self.move(market, side, price, size)
        taken = self.row.change(number, market, change)
        wanted = Taken.APPLIED if self.whole and market in self.synced else Taken.UNSYNCED
        assert wanted is taken
        self.last = lambda: self.row.change(number, market, change)

    def move(self, market: str, side: Side, price: int, size: int) -> tuple[int, Change]:
        """Change the true book, which never holds less than nothing."""
        key, levels = (side, Price(price)), self.true[market]
        size = max(size, -levels.get(key, 0))
        levels[key] = levels.get(key, 0) + size
        if not levels[key]:
            del levels[key]
        return self.next(), Change(side, Price(price), size)

    @rule(
        market=MARKETS, side=st.sampled_from(Side), price=st.integers(1, 3), size=st.integers(1, 9)
    )
    @precondition(lambda self: self.number > 0)
    def lose(self, market: str, side: Side, price: int, size: int) -> None:
        self.move(market, side, price, size)
        self.find_gap()

    def find_gap(self) -> None:
        number, change = self.move("a", Side.BID, 1, 1)
        assert (Taken.GAP if self.whole else Taken.UNSYNCED) is self.row.change(number, "a", change)
        self.whole, self.last = False, None

    @rule()
    @precondition(lambda self: self.last is not None)
    def duplicate(self) -> None:
        assert (Taken.DUPLICATE if self.whole else Taken.UNSYNCED) is self.last()

    @rule(market=MARKETS, price=st.integers(1, 3))
    @precondition(lambda self: self.whole and self.synced)
    def take_too_much(self, market: str, price: int) -> None:
        held = self.true[market].get((Side.ASK, Price(price)), 0)
        taken = self.row.change(self.next(), market, Change(Side.ASK, Price(price), -held - 1))
        assert (Taken.NEGATIVE if market in self.synced else Taken.UNSYNCED) is taken
        self.synced.discard(market)
        self.last = None

    @rule()
    def subscribe_again(self) -> None:
        self.row.restart()
        self.number, self.whole, self.last = 0, True, None
        self.synced.clear()

    @invariant()
    def a_live_book_is_the_venue_s_to_the_last_level(self) -> None:
        for market, book in self.row.books.items():
            assert (book.state is LIVE) == (self.whole and market in self.synced)
            held = {(s, p): n for s in Side for p, n in book.sides[s].items()}
            assert all(size > 0 for size in held.values())
            if book.state is LIVE:
                assert self.true[market] == held


def test_C3_C8_a_signed_book_is_the_venue_s_or_says_that_it_is_not():
    run_state_machine_as_test(Signed, settings=SETTINGS)
