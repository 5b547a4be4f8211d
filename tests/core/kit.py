"""Messages and a little venue for the tests of the books: one market, YES and NO."""

from typing import Any

from tests.core.frames import TrueBook, compact

from pr3dict.core import Books, Core
from pr3dict.model.events import ProofFailed
from pr3dict.model.units import NS_PER_MS

Message = dict[str, Any]

YES, NO, OTHER = "1001", "1002", "2001"
MARKET = "0xaa"
MS = 1_772_279_170_000
LINK = 3
NOW = MS * NS_PER_MS
BATCH_NS = 250 * NS_PER_MS


def frame(message: object) -> bytes:
    return compact(message).encode()


class Venue:
    """True books of one market, and what the venue says of them."""

    def __init__(self) -> None:
        self.ms = MS
        self.yes = TrueBook(YES, MARKET)
        self.no = TrueBook(NO, MARKET)
        for price, size in ((480_000, 30), (490_000, 20)):
            self.move("BUY", price, size)
        for price, size in ((510_000, 25), (520_000, 60)):
            self.move("SELL", price, size)

    def move(self, side: str, price: int, size: int) -> None:
        """Set the size of a level in shares, in both books."""
        self.yes.set(side, price, size * 1_000_000)
        other = "SELL" if side == "BUY" else "BUY"
        self.no.set(other, 1_000_000 - price, size * 1_000_000)

    def trade_at(self, price: str) -> None:
        """Let a trade change what the hash covers; `price` is of YES, with three decimals."""
        self.yes.last_trade_price = price
        self.no.last_trade_price = f"{1 - float(price):.3f}"

    def book(self, book: TrueBook | None = None, **members: object) -> Message:
        book = book or self.yes
        message = {
            "event_type": "book",
            "asset_id": book.token,
            "market": book.market,
            "timestamp": str(self.ms),
            "hash": book.hash(str(self.ms)),
            "bids": book.levels("BUY"),
            "asks": book.levels("SELL"),
        }
        return message | members

    def opening(self, **members: object) -> list[Message]:
        told = {"tick_size": "0.01", "last_trade_price": self.yes.last_trade_price}
        told_no = told | {"last_trade_price": self.no.last_trade_price}
        return [self.book(self.yes, **told | members), self.book(self.no, **told_no | members)]

    def rest(self, book: TrueBook | None = None, **members: object) -> Message:
        book = book or self.yes
        message = self.book(book)
        del message["event_type"]
        return message | {
            "min_order_size": book.min_order_size,
            "tick_size": "0.01",
            "neg_risk": book.neg_risk,
            "last_trade_price": book.last_trade_price,
        } | members  # fmt: skip

    def change(self, side: str, price: str, size: str, *, twin: bool = True) -> Message:
        """Say a change of YES, and that of NO; both books stand after it already."""
        changes = [self.entry(self.yes, side, price, size)]
        if twin:
            other = "SELL" if side == "BUY" else "BUY"
            changes.append(self.entry(self.no, other, mirrored(price), size))
        return {
            "market": MARKET,
            "price_changes": changes,
            "timestamp": str(self.ms),
            "event_type": "price_change",
        }

    def entry(self, book: TrueBook, side: str, price: str, size: str) -> Message:
        bid, ask = book.best()
        return {
            "asset_id": book.token,
            "price": price,
            "size": size,
            "side": side,
            "hash": book.hash(str(self.ms)),
            "best_bid": bid,
            "best_ask": ask,
        }

    def next(self, side: str, price: str, size: int) -> Message:
        """Change the books a millisecond later, and say so."""
        self.ms += 1
        self.move(side, round(float(price) * 1_000_000), size)
        return self.change(side, price, str(size))


def mirrored(price: str) -> str:
    return f"{1 - float(price):.6f}".rstrip("0").rstrip(".")


def trade(price: str = "0.5", **members: object) -> Message:
    return {
        "event_type": "last_trade_price",
        "asset_id": YES,
        "market": MARKET,
        "timestamp": str(MS),
        "price": price,
        "size": "20",
        "side": "BUY",
        "transaction_hash": "0xfeed",
    } | members


def tick_change(old: str = "0.01", new: str = "0.001", **members: object) -> Message:
    return {
        "event_type": "tick_size_change",
        "asset_id": YES,
        "market": MARKET,
        "timestamp": str(MS),
        "old_tick_size": old,
        "new_tick_size": new,
    } | members


def opened(engine: Core, *tokens: str, prove: bool = True, adopt: bool = False) -> Any:
    """Return books with an open link that feeds these tokens; its events are taken.

    They are `core.Books`; as Any, so that a test need not ask whether a view is there.
    """
    books = engine.new_books(prove=prove, adopt=adopt)
    for token in tokens:
        books.track(token, LINK)
    books.open_link(LINK, NOW)
    books.take()
    return books


def live(engine: Core, venue: Venue, *, prove: bool = True) -> Any:
    """Return books of both tokens after their opening frame; its events are taken."""
    books = opened(engine, YES, NO, prove=prove)
    books.feed(LINK, frame(venue.opening()), NOW)
    books.take()
    return books


def feed(books: Books, message: object, now: int = NOW) -> list[Any]:
    """Feed a message (or a raw frame) and return what it told."""
    raw = message if isinstance(message, bytes) else frame(message)
    books.feed(LINK, raw, now)
    return books.take()


def counted(books: Books) -> dict[str, int]:
    """Return the counters that are not zero, but those of bytes and frames received."""
    received = {"bytes.received", "frames.received"}
    return {name: n for name, n in books.counters().items() if n and name not in received}


def standing(books: Books, token: str = YES) -> tuple[int, int, int]:
    """Return (state, cause, proof) of a book."""
    view = books.view(token)
    assert view is not None
    return view.state, view.cause, view.proof


def failures(told: list[Any]) -> list[tuple[str, int, str]]:
    """Return (token, cause, what was expected) of each failure among events."""
    return [(e.token, e.cause, e.expected) for e in told if isinstance(e, ProofFailed)]
