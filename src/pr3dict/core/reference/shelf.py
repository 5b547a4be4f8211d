"""Where the books stand: who is tracked, by which link, what was told and what was counted.

It is the state that `apply` and `witness` work on; `books` is its face to the world.
"""

from typing import Final

from pr3dict.core.reference.book import Book
from pr3dict.core.reference.latency import Latencies
from pr3dict.model.events import BookReset, Event, ProofFailed, StateChanged
from pr3dict.model.states import BookState, Cause, Proof, Source
from pr3dict.model.units import NS_PER_MS

CONTROLS: Final = ("pong", "no_new_assets", "invalid_operation")
IGNORED: Final = (
    "unknown_type",
    "untracked",
    "closed",
    "unsynced",
    "older",
    "repeated",
    "no_change",
)
"""Why an entry was understood and not applied."""
REJECTED: Final = (
    "utf8",
    "json",
    "schema",
    "number",
    "price",
    "size",
    "side",
    "timestamp",
    "levels",
)
"""Why a frame could not be read."""

COUNTERS: Final = (
    "bytes.received",
    "frames.received",
    "frames.applied",
    *(f"frames.ignored.{reason}" for reason in ("empty", *CONTROLS, *IGNORED)),
    *(f"frames.rejected.{reason}" for reason in REJECTED),
    "entries.received",
    "entries.applied",
    *(f"entries.ignored.{reason}" for reason in IGNORED),
    "snapshots.ws",
    "snapshots.rest",
    "snapshots.proved",
    "snapshots.diverged",
    "proofs.proved",
    "proofs.failed",
    "proofs.unverified",
    "proofs.searched",
    "best.failed",
    "crossed.failed",
    "mirror.compared",
    "mirror.failed",
    "trades",
)
"""Every counter, but that of the latency."""


class Link:
    """One connection."""

    __slots__ = ("bytes", "epoch", "frames", "is_open", "last_data_ns")

    def __init__(self) -> None:
        self.is_open = False
        self.epoch = 0
        """How often it was opened."""
        self.last_data_ns = 0
        self.frames = 0
        self.bytes = 0


class Shelf:
    """The books of one process and what they have to tell."""

    def __init__(self, *, prove: bool, adopt: bool) -> None:
        self.prove = prove
        self.adopt = adopt
        self.books: dict[str, Book] = {}
        """By token, in the order of tracking."""
        self.markets: dict[str, list[Book]] = {}
        self.links: dict[int, Link] = {}
        self.pending: dict[str, Book] = {}
        """Books with a claim that waits for the rest of its batch, by token."""
        self.events: list[Event] = []
        self.changed: list[Book] = []
        """Books that this call touched, in order; `touched` has it once each."""
        self.heard: list[Book] = []
        """Books on which the witnesses are heard at the end of this frame, likewise."""
        self.counts = dict.fromkeys(COUNTERS, 0)
        self.latencies = Latencies()
        self.plain_frames = 0
        """Frames that the shortcut took: two changes each, applied, and a mirror compared."""
        self.plain_mirrors = 0
        """Not positive: frames among them whose mirrors were left to the witnesses."""
        self.plain_bytes = 0
        self._born = 0

    def link(self, number: int) -> Link:
        """Return a link, a closed one where it was never heard of."""
        link = self.links.get(number)
        if link is None:
            link = self.links[number] = Link()
        return link

    def of_link(self, number: int) -> list[Book]:
        """Return the books that a link feeds, in the order of tracking."""
        return [book for book in self.books.values() if book.link == number]

    def add(self, token: str, link: int) -> Book:
        """Keep a book of a token that is not tracked."""
        self._born += 1
        book = Book(token, link, self._born)
        book.proof = Proof.NONE if self.prove else Proof.OFF
        book.state = BookState.SYNCING if self.link(link).is_open else BookState.EMPTY
        self.books[token] = book
        return book

    def move(self, book: Book, link: int) -> None:
        """Let another link feed a book: what it holds is STALE until the next snapshot."""
        if book.state is BookState.CLOSED:
            return
        book.link = link
        book.delivered = False
        self.forget_claim(book)
        if book.state in {BookState.EMPTY, BookState.SYNCING}:
            is_open = self.link(link).is_open
            book.state = BookState.SYNCING if is_open else BookState.EMPTY
            book.cause = Cause.NONE
        else:
            book.state, book.cause = BookState.STALE, Cause.REQUESTED

    def remove(self, book: Book) -> None:
        """Forget a book."""
        del self.books[book.token]
        self.changed = [other for other in self.changed if other is not book]
        self.pending.pop(book.token, None)
        self._leave_market(book)

    def join_market(self, book: Book, market: str) -> None:
        """Put a book into the market that a `book` names."""
        if book.market != market or not book.mates:
            self._leave_market(book)
            book.market = market
            book.mates = self.markets.setdefault(market, [])
            book.mates.append(book)

    def _leave_market(self, book: Book) -> None:
        if book.mates:
            book.mates.remove(book)
            if not book.mates:
                del self.markets[book.market]
            book.mates = []

    def forget_claim(self, book: Book) -> None:
        """Leave the last claim of a book unjudged for good."""
        book.forget_claim()
        self.pending.pop(book.token, None)

    def touch(self, book: Book) -> None:
        """Remember that this call changed a book."""
        self.changed.append(book)

    def change_state(self, book: Book, now: BookState, cause: Cause, local_ns: int) -> None:
        """Put a book into a state and tell it, if it is another."""
        was = book.state
        book.state, book.cause = now, cause
        if was is not now:
            self.events.append(StateChanged(book.token, was, now, cause, local_ns))
            self.touch(book)

    def fail(self, book: Book, cause: Cause, expected: str, found: str, local_ns: int) -> None:
        """Tell that a witness contradicts a book."""
        venue_ns = book.ms * NS_PER_MS
        self.events.append(ProofFailed(book.token, cause, expected, found, venue_ns, local_ns))
        if book.state in {BookState.LIVE, BookState.SUSPECT}:
            self.change_state(book, BookState.SUSPECT, cause, local_ns)

    def reset(self, book: Book, source: Source, *, changed: bool, local_ns: int) -> None:
        """Make a book that a snapshot filled LIVE, and tell of the gap that this ends."""
        was, gap_from_ns = book.state, book.local_ns
        book.local_ns = local_ns
        book.source = source
        self.touch(book)
        if self.link(book.link).is_open and book.delivered:
            self.change_state(book, BookState.LIVE, Cause.NONE, local_ns)
        elif self.link(book.link).is_open:
            self.change_state(book, BookState.SUSPECT, Cause.SILENT, local_ns)
        else:
            if was is BookState.EMPTY:
                self.change_state(book, BookState.STALE, Cause.LINK_DOWN, local_ns)
            return  # the gap goes on
        if was is BookState.LIVE and changed:
            self.counts["snapshots.diverged"] += 1
        if was is not BookState.LIVE or changed:
            reset = BookReset(book.token, source, gap_from_ns, local_ns, changed)
            self.events.append(reset)
