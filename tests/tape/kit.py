"""Records, segments and a small market with true hashes, for the tests of the tape."""

import json
from pathlib import Path

from pr3dict.core import Core
from pr3dict.model.records import Kind, pack_closed
from pr3dict.model.states import Cause
from pr3dict.model.units import NS_PER_MS, NS_PER_S, Nanos
from pr3dict.tape.format import Header
from pr3dict.tape.payloads import Rules, pack_rules, pack_suspect
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.segment import SegmentFile
from pr3dict.tape.writer import TapeWriter

START = 1_795_305_600 * NS_PER_S
"""2026-11-22 00:00:00 UTC."""
BOOTED = 5_000 * NS_PER_S
"""What the monotonic clock shows then."""
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


class SteadyClock:
    """A clock that moves when it is told to."""

    ahead = Nanos(START - BOOTED)

    def __init__(self, wall_ns: int = START) -> None:
        self.wall_ns = wall_ns

    def now(self) -> Nanos:
        return Nanos(self.wall_ns)

    def monotonic(self) -> Nanos:
        return Nanos(self.wall_ns - START + BOOTED)

    def wall(self) -> Nanos:
        return self.now()


def header(number: int = 0, run_id: str = "run", wall_ns: int = START) -> Header:
    return Header(run_id, number, "reference", "c0ffee", wall_ns, wall_ns - START + BOOTED)


def packed(core: Core, payloads: list[bytes], start: int = START) -> bytes:
    """Return frames received a millisecond apart, back to back as in a block."""
    buffer = core.new_record_buffer()
    for index, payload in enumerate(payloads):
        now = start + index * NS_PER_MS
        buffer.append(Kind.IN, 1, now, now - START + BOOTED, payload)
    return buffer.take()


def write_segment(
    directory: Path, core: Core, blocks: list[list[bytes]], *, close: bool = True
) -> Path:
    """Write a segment of these blocks of frames; each frame is a write of its own."""
    segment = SegmentFile(directory, header(), 3)
    now = START
    for block in blocks:
        for payload in block:
            segment.write(packed(core, [payload], now), 1, now, now)
            now += NS_PER_MS
        if close or block is not blocks[-1]:
            segment.end_block()
    if close:
        return segment.close()
    segment.sync()
    segment.abandon()
    return segment.path


def payloads(reader: TapeReader) -> list[bytes]:
    """Return the frames of a tape."""
    return [record.payload for record in reader.records() if record.kind == Kind.IN]


class Market:
    """One true book, and the frames in which its venue would tell of it."""

    def __init__(self, core: Core, token: str = "71", market: str = "0xabc") -> None:
        self.token = token
        self._core = core
        self._market = market
        self._bids = {"0.4": "100", "0.3": "50"}
        self._asks = {"0.6": "100", "0.7": "50"}
        self._at_ms = START // NS_PER_MS

    def book(self) -> bytes:
        told = {
            "event_type": "book",
            "market": self._market,
            "asset_id": self.token,
            "timestamp": str(self._at_ms),
            "hash": self._hash(),
            "bids": self._levels(self._bids, best_is="high"),
            "asks": self._levels(self._asks, best_is="low"),
            "tick_size": "0.01",
            "last_trade_price": "0.500",
        }
        return json.dumps(told).encode()

    def change(self, side: str, price: str, size: str) -> bytes:
        """Set a level (size 0 removes it) and return the frame that says so."""
        self._at_ms += 10
        levels = self._bids if side == "BUY" else self._asks
        levels[price] = size
        if size == "0":
            del levels[price]
        change = {
            "asset_id": self.token,
            "price": price,
            "size": size,
            "side": side,
            "hash": self._hash(),
            "best_bid": max(self._bids, default="0"),
            "best_ask": min(self._asks, default="1"),
        }
        told = {
            "event_type": "price_change",
            "market": self._market,
            "timestamp": str(self._at_ms),
            "price_changes": [change],
        }
        return json.dumps(told).encode()

    def _levels(self, side: dict[str, str], best_is: str) -> list[dict[str, str]]:
        prices = sorted(side, reverse=best_is == "low")
        return [{"price": price, "size": side[price]} for price in prices]

    def _hash(self) -> str:
        bids = [(price, self._bids[price]) for price in sorted(self._bids)]
        asks = [(price, self._asks[price]) for price in sorted(self._asks, reverse=True)]
        return self._core.book_hash(
            self._market,
            self.token,
            str(self._at_ms),
            bids,
            asks,
            "5",
            "0.01",
            False,
            "0.500",
        )


class Live:
    """Books as a feed would drive them, told to a tape as a feed would tell it."""

    def __init__(self, core: Core, writer: TapeWriter, clock: SteadyClock) -> None:
        self.books = core.new_books()
        self._writer = writer
        self._clock = clock

    def open(self, link: int = 1) -> None:
        self._tell(Kind.OPENED, link, b"wss://venue")
        self.books.open_link(link, self._clock.now())

    def close(self, cause: Cause = Cause.LINK_DOWN, link: int = 1) -> None:
        self._tell(Kind.CLOSED, link, pack_closed(cause, 1006, "gone"))
        self.books.close_link(link, cause, self._clock.now())

    def track(self, token: str, link: int = 1) -> None:
        self._tell(Kind.TRACK, link, token.encode())
        self.books.track(token, link)

    def untrack(self, token: str, link: int = 1) -> None:
        self._tell(Kind.UNTRACK, link, token.encode())
        self.books.untrack(token)

    def receive(self, frame: bytes, link: int = 1) -> None:
        self._tell(Kind.IN, link, frame)
        self.books.feed(link, frame, self._clock.now())

    def answer(self, answer: bytes, link: int = 1) -> None:
        self._tell(Kind.REST, link, answer)
        self.books.feed_rest(link, answer, self._clock.now())

    def rules(self, rules: Rules) -> None:
        self._tell(Kind.RULES, 0, pack_rules(rules))
        self.books.set_rules(rules.token, rules.min_order_size, rules.tick_size, rules.neg_risk)

    def suspect(self, token: str, cause: Cause) -> None:
        self._tell(Kind.SUSPECT, 0, pack_suspect(cause, token))
        self.books.suspect(token, cause, self._clock.now())

    def end(self) -> dict[str, object]:
        self.books.wake(self._clock.now())
        books = self.books
        filled = [token for token in books.tracked() if books.top(token) is not None]
        digests = {token: books.digest(token) for token in filled}
        return {"digest": books.digest(), "digests": digests, "counters": books.counters()}

    def _tell(self, kind: Kind, link: int, payload: bytes) -> None:
        self._clock.wall_ns += NS_PER_MS
        self._writer.append(kind, link, self._clock.now(), payload)


def record_day(directory: Path, core: Core, run_id: str = "run") -> Live:
    """Record a small day with every kind of record in it, and end it cleanly."""
    clock = SteadyClock()
    yes, no = Market(core, "71", "0xabc"), Market(core, "72", "0xdef")
    with TapeWriter(directory, core, clock=clock, run_id=run_id) as writer:
        live = Live(core, writer, clock)
        live.track("71")
        live.track("72")
        live.rules(Rules("71", min_order_size="5", tick_size="0.01", neg_risk=False))
        live.open()
        live.receive(yes.book())
        live.receive(no.book())
        writer.append(Kind.OUT, 1, clock.now(), b"PING")
        live.receive(b"PONG")
        for size in ("1", "2", "3", "0"):
            live.receive(yes.change("BUY", "0.45", size))
        writer.flush()
        live.receive(b"not json")
        live.receive(no.change("SELL", "0.55", "7.5"))
        live.suspect("71", Cause.SILENT)
        live.answer(json.dumps({**json.loads(yes.book()), "min_order_size": "5"}).encode())
        live.close()
        live.open()
        live.receive(yes.book())
        live.receive(no.book())
        live.receive(yes.change("SELL", "0.5", "1"))
        live.untrack("72")
        writer.close(live.end())
    return live
