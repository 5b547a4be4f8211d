"""All books of one process: frames in, exact books and events out (`core.Books`)."""

from collections.abc import Callable
from typing import Final

from pr3dict.core.reference import wire, witness
from pr3dict.core.reference.apply import Arrival, apply_all
from pr3dict.core.reference.digest import content_digest, whole_digest
from pr3dict.core.reference.entries import Control, Entry
from pr3dict.core.reference.json_text import Rejected
from pr3dict.core.reference.records import read_record
from pr3dict.core.reference.shelf import Shelf
from pr3dict.core.reference.shortcut import feed_plain
from pr3dict.core.reference.view import View
from pr3dict.model.errors import UnknownTokenError
from pr3dict.model.events import ControlReceived, Event, FeedLost, FeedOpened, FrameRejected
from pr3dict.model.records import Kind
from pr3dict.model.states import BookState, Cause, Proof, Source
from pr3dict.model.units import MICROS

BOOKS: Final = 1
EVENTS: Final = 2
CONTROL: Final = 4
_NONE: Final = Source.NONE
LINKS_MAX: Final = 65_536
"""More links than any process opens; their numbers are below."""
EXCERPT_MAX: Final = 120
"""How many characters of a rejected frame are told."""


class Books:
    """The books of the reference engine; the contract is `core.Books`."""

    def __init__(self, *, prove: bool, adopt: bool) -> None:
        self._prove = prove
        self._shelf = Shelf(prove=prove, adopt=adopt)
        self.wake_at = 0

    def open_link(self, link: int, now: int) -> None:
        opened = self._shelf.link(_checked(link))
        opened.is_open = True
        opened.epoch += 1
        for book in self._shelf.of_link(link):
            book.delivered = False
            if book.state in {BookState.EMPTY, BookState.STALE}:
                book.state, book.cause = BookState.SYNCING, Cause.NONE
        self._shelf.events.append(FeedOpened(link, opened.epoch, now))

    def close_link(self, link: int, cause: int, now: int) -> None:
        lost = self._shelf.link(_checked(link))
        lost.is_open = False
        tokens = []
        for book in self._shelf.of_link(link):
            if book.state is not BookState.CLOSED:
                self._shelf.forget_claim(book)
                book.state, book.cause = BookState.STALE, Cause(cause)
                tokens.append(book.token)
        told = FeedLost(link, lost.epoch, Cause(cause), tuple(tokens), now, self.last_data_ns(link))
        self._shelf.events.append(told)
        self.wake_at = witness.next_due(self._shelf)

    def track(self, token: str, link: int) -> None:
        _checked(link)
        book = self._shelf.books.get(token)
        if book is None:
            self._shelf.add(token, link)
        elif book.link != link:
            self._shelf.move(book, link)
            self.wake_at = witness.next_due(self._shelf)

    def untrack(self, token: str) -> bool:
        book = self._shelf.books.get(token)
        if book is None:
            return False
        self._shelf.remove(book)
        self.wake_at = witness.next_due(self._shelf)
        return True

    def tracked(self) -> list[str]:
        return list(self._shelf.books)

    def set_rules(
        self, token: str, min_order_size: str | None, tick_size: str | None, neg_risk: bool | None
    ) -> None:
        book = self._shelf.books.get(token)
        if book is not None:
            context = book.context
            context.min_order_size = wire.context_text(min_order_size) or context.min_order_size
            context.tick_size = wire.context_text(tick_size) or context.tick_size
            context.neg_risk = context.neg_risk if neg_risk is None else neg_risk

    def suspect(self, token: str, cause: int, now: int) -> None:
        book = self._shelf.books.get(token)
        if book is not None and book.state is BookState.LIVE:
            book.delivered = book.delivered and cause != Cause.SILENT
            self._shelf.change_state(book, BookState.SUSPECT, Cause(cause), now)

    def stop_proving(self) -> None:
        """Recompute no hash from here on."""
        self._shelf.prove = False
        for book in self._shelf.books.values():
            book.proof = Proof.OFF

    def feed(self, link: int, frame: bytes, local_ns: int) -> int:
        shelf = self._shelf
        may_be_short = not shelf.prove and (not shelf.pending or local_ns < self.wake_at)
        if may_be_short and feed_plain(shelf, link, frame, local_ns):
            return self._end() if shelf.pending or shelf.events else BOOKS
        _checked(link)
        self._begin(local_ns)
        self._count_frame(frame)
        heard = shelf.link(link)
        heard.frames += 1
        heard.bytes += len(frame)
        try:
            said = wire.read(frame)
        except Rejected as rejected:
            self._reject(rejected, link, frame, local_ns)
            self._distrust(link, local_ns)
            return self._end()
        if isinstance(said, Control):
            return self._control(said, link, local_ns)
        heard.last_data_ns = local_ns
        return self._apply(said, Arrival(link, local_ns, is_rest=False))

    def feed_rest(self, link: int, answer: bytes, local_ns: int) -> int:
        _checked(link)
        self._begin(local_ns)
        self._count_frame(answer)
        try:
            said = wire.read_rest(answer)
        except Rejected as rejected:
            self._reject(rejected, link, answer, local_ns)
            return self._end()
        return self._apply(said, Arrival(link, local_ns, is_rest=True))

    def replay(
        self,
        block: bytes,
        offset: int,
        until_ns: int,
        on_frame: Callable[[int], object] | None,
    ) -> int:
        while (record := read_record(block, offset)) is not None:
            kind, link, wall_ns, _, frame, after = record
            if kind != Kind.IN or wall_ns > until_ns:
                break
            flags = self.feed(link, frame, wall_ns)
            offset = after
            if flags and on_frame is not None:
                on_frame(flags)
        return offset

    def wake(self, now: int) -> int:
        self._begin(now)
        return self._end()

    def touched(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(book.token for book in self._shelf.changed))

    def take(self) -> list[Event]:
        events = self._shelf.events
        self._shelf.events = []
        return events

    def top(self, token: str) -> tuple[int, int, int, int] | None:
        book = self._shelf.books.get(token)
        if book is None or book.source is _NONE:
            return None
        bids, asks = book.bids, book.asks
        try:
            bid, ask = bids.keys[-1], asks.keys[-1]
        except IndexError:
            return bids.best() + asks.best()
        return bid, bids.sizes[bid], MICROS - ask, asks.sizes[ask]

    def view(self, token: str, depth: int = 0) -> View | None:
        book = self._shelf.books.get(token)
        return None if book is None else View(book, self._shelf.link(book.link).epoch, depth)

    def digest(self, token: str | None = None) -> str:
        if token is None:
            return whole_digest(list(self._shelf.books.values()))
        book = self._shelf.books.get(token)
        if book is None:
            raise UnknownTokenError(f"wanted a tracked token, found {token!r}: track it first")
        return content_digest(book)

    def counters(self) -> dict[str, int]:
        shelf = self._shelf
        counts = {**shelf.counts, "latency.clock_insane": shelf.latencies.insane}
        for name in ("frames.received", "frames.applied", "mirror.compared"):
            counts[name] += shelf.plain_frames
        for name in ("entries.received", "entries.applied"):
            counts[name] += 2 * shelf.plain_frames
        counts["bytes.received"] += shelf.plain_bytes
        counts["mirror.compared"] += shelf.plain_mirrors
        return counts

    def latency(self) -> tuple[list[int], int, int, int, int, int]:
        return self._shelf.latencies.seen()

    def heard(self, link: int) -> tuple[int, int]:
        found = self._shelf.link(_checked(link))
        return found.frames, found.bytes

    def last_data_ns(self, link: int) -> int:
        return self._shelf.link(_checked(link)).last_data_ns

    def set_clock_offset(self, offset_ns: int) -> None:
        self._shelf.latencies.offset_ns = offset_ns

    def reset(self) -> None:
        before = self._shelf
        self._shelf = Shelf(prove=self._prove, adopt=before.adopt)
        self._shelf.latencies.offset_ns = before.latencies.offset_ns
        self.wake_at = 0

    def _begin(self, now: int) -> None:
        """Begin a call: what was touched before is forgotten, what is due is closed."""
        self._shelf.changed = []
        self._shelf.heard = []
        if self._shelf.pending:
            witness.close_due(self._shelf, now)

    def _end(self) -> int:
        """End a call; return its flags."""
        self.wake_at = witness.next_due(self._shelf) if self._shelf.pending else 0
        flags = BOOKS if self._shelf.changed else 0
        return flags | EVENTS if self._shelf.events else flags

    def _count_frame(self, frame: bytes) -> None:
        self._shelf.counts["frames.received"] += 1
        self._shelf.counts["bytes.received"] += len(frame)

    def _apply(self, entries: list[Entry], arrival: Arrival) -> int:
        apply_all(self._shelf, entries, arrival)
        return self._end()

    def _control(self, control: Control, link: int, local_ns: int) -> int:
        self._shelf.counts[f"frames.ignored.{control.name}"] += 1
        if control.name == "empty":
            return self._end()
        self._shelf.events.append(ControlReceived(link, control.text, local_ns))
        return self._end() | CONTROL

    def _reject(self, rejected: Rejected, link: int, frame: bytes, local_ns: int) -> None:
        self._shelf.counts[f"frames.rejected.{rejected.reason}"] += 1
        head = frame[: 4 * EXCERPT_MAX].decode(errors="replace")[:EXCERPT_MAX]
        told = FrameRejected(link, rejected.reason, rejected.detail, head, local_ns)
        self._shelf.events.append(told)

    def _distrust(self, link: int, now: int) -> None:
        """Suspect the books of a link: what could not be read may have been about any."""
        for book in self._shelf.of_link(link):
            if book.state is BookState.LIVE:
                self._shelf.change_state(book, BookState.SUSPECT, Cause.UNPARSABLE, now)


def _checked(link: int) -> int:
    if 0 <= link < LINKS_MAX:
        return link
    raise ValueError(f"wanted a link from 0 to {LINKS_MAX - 1}, found {link}")
