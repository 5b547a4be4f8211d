"""Decode and books: bytes in, exact books out.

Two engines with one contract: `reference` (plain Python, written to be read, the
specification) and the native one (Rust, what runs). The rules are in docs/books.md. The unit of
work is the frame: one call a frame live, one call a block of frames in replay, and no Python
object is made for what nobody looks at.
"""

from collections.abc import Callable
from typing import Final, Protocol, runtime_checkable

from pr3dict.model.errors import CoreUnavailable
from pr3dict.model.events import Event

BOOKS: Final = 1
"""Flag of `Books.feed`: the content or the state of some book changed (`touched`)."""
EVENTS: Final = 2
"""Flag of `Books.feed`: there are events to `take`."""
CONTROL: Final = 4
"""Flag of `Books.feed`: the frame was a control text; the session wants to know."""


class View(Protocol):
    """One book at one moment, immutable. Numbers in micros, times in nanoseconds, 0 = unknown."""

    @property
    def token(self) -> str:
        """The token id."""

    @property
    def market(self) -> str:
        """The market (condition) id; `""` before the first `book`."""

    @property
    def state(self) -> int:
        """A `BookState`."""

    @property
    def cause(self) -> int:
        """A `Cause`: why it is in that state."""

    @property
    def source(self) -> int:
        """A `Source`: by whose word the content is."""

    @property
    def proof(self) -> int:
        """A `Proof`: what the venue's hash said last."""

    @property
    def epoch(self) -> int:
        """How often the link that feeds it was opened."""

    @property
    def version(self) -> int:
        """Entries applied to this book since it was tracked; grows by one with each."""

    @property
    def venue_ns(self) -> int:
        """The venue's time of the content."""

    @property
    def local_ns(self) -> int:
        """When the content arrived."""

    @property
    def verified_ns(self) -> int:
        """When (`local_ns`) the whole content was last proved by the venue's hash."""

    @property
    def tick_size(self) -> int:
        """The price grid."""

    @property
    def last_trade_price(self) -> int:
        """The newest price traded, told or found by search."""

    @property
    def depth(self) -> tuple[int, int]:
        """Number of levels carried: (bids, asks)."""

    def top(self) -> tuple[int, int, int, int]:
        """Return (bid price, bid size, ask price, ask size); zeros where a side is empty."""

    def bids(self, n: int = 0) -> list[tuple[int, int]]:
        """Return the best n bids (0: all) as (price, size), best first."""

    def asks(self, n: int = 0) -> list[tuple[int, int]]:
        """Return the best n asks (0: all) as (price, size), best first."""

    def walk_budget(self, side: int, budget: int) -> tuple[int, int, int, bool]:
        """Spend a budget on a ladder (1 = lift asks, 0 = hit bids), best level first.

        Returns (average price, size, money, complete). The last level is taken in part, the
        size rounded down to a micro. The average is money / size rounded half up; zeros when
        nothing can be had. `complete` is False when the ladder ends before the budget.
        Raises `ValueError` unless 0 <= budget < 2**63 micros.
        """

    def walk_size(self, side: int, size: int) -> tuple[int, int, int, bool]:
        """Trade a size on a ladder, best level first; as `walk_budget`, with its bounds."""

    def depth_within(self, band: int) -> tuple[int, int]:
        """Return the sizes (bids, asks) at most `band` away from the mid price.

        Zeros when a side is empty. The comparison is exact: twice the price against the sum
        of best bid and best ask. Raises `ValueError` unless 0 <= band < 2**63 micros.
        """

    def imbalance(self, n: int = 0) -> float:
        """Return (bid size - ask size) / (both) over the best n levels (0: all); 0.0 if empty."""


class Books(Protocol):
    """All books of one process: the one mutable thing of the core. Not reentrant.

    A link is a number from 0 to 65,535: every method that takes one, and `replay` at a record
    with one, raises `ValueError` for any other and does nothing.
    """

    @property
    def wake_at(self) -> int:
        """When the next pending claim must be closed (`wake`); 0: none."""

    def open_link(self, link: int, now: int) -> None:
        """Tell that a connection is open; its tokens are SYNCING from here."""

    def close_link(self, link: int, cause: int, now: int) -> None:
        """Tell that a connection is lost; its tokens are STALE from here."""

    def track(self, token: str, link: int) -> None:
        """Keep a book of this token, fed by this link. Moving a token to another link is allowed.

        A token that moves keeps its content but is STALE until its next snapshot.
        """

    def untrack(self, token: str) -> bool:
        """Forget a token; False when it was not tracked."""

    def tracked(self) -> list[str]:
        """Return the tracked tokens in the order in which they were first tracked."""

    def set_rules(
        self, token: str, min_order_size: str | None, tick_size: str | None, neg_risk: bool | None
    ) -> None:
        """Tell what the stream does not carry; None leaves a field as it is."""

    def suspect(self, token: str, cause: int, now: int) -> None:
        """Make a LIVE book SUSPECT on the word of a witness from outside."""

    def feed(self, link: int, frame: bytes, local_ns: int) -> int:
        """Decode one frame, apply it and hear the witnesses; return the flags."""

    def stop_proving(self) -> None:
        """Recompute no hash from here on, as with `prove=False`; `reset` begins again as made.

        For a venue whose hash has changed: a witness that errs on everything is none. A book that
        is SUSPECT(HASH) stays so until its next snapshot.
        """

    def feed_rest(self, link: int, answer: bytes, local_ns: int) -> int:
        """Apply one answer of REST `/book` (or an array of them, `/books`).

        The same as a `book` message, but: no `event_type`, the fields of the context are
        believed, the source is REST, and an answer older than the book is ignored (`older`)
        even when the book is not LIVE.
        """

    def replay(
        self,
        block: bytes,
        offset: int,
        until_ns: int,
        on_frame: Callable[[int], object] | None,
    ) -> int:
        """Feed the records of a tape block, from offset, as long as they are frames received.

        Stops before the first record of another kind, before the first later than `until_ns`,
        or at the end; returns the offset reached. Calls `on_frame(flags)` after each frame that
        changed something (flags != 0). Raises `TapeCorrupt` at a record whose checksum is wrong.
        """

    def wake(self, now: int) -> int:
        """Close the pending claims that are due; return the flags."""

    def touched(self) -> tuple[str, ...]:
        """Return the tokens whose book the last call of feed, feed_rest or wake changed."""

    def take(self) -> list[Event]:
        """Return the events since the last take, in order."""

    def top(self, token: str) -> tuple[int, int, int, int] | None:
        """Return (bid price, bid size, ask price, ask size), zeros where a side is empty.

        None when the token is not tracked or its book was never filled.
        """

    def view(self, token: str, depth: int = 0) -> View | None:
        """Return the book now, its best `depth` levels a side (0: all); None if not tracked."""

    def digest(self, token: str | None = None) -> str:
        """Return the digest of one book, or of all (docs/books.md section 7).

        Raises `UnknownTokenError` for a token that is not tracked.
        """

    def counters(self) -> dict[str, int]:
        """Return every counter by its dotted name (`frames.rejected.json`, `proofs.proved`)."""

    def latency(self) -> tuple[list[int], int, int, int, int, int]:
        """Return (bucket counts, count, sum, minimum, maximum, negative count) in nanoseconds.

        The buckets hold the latencies that are not negative, see `measure.latency`.
        """

    def heard(self, link: int) -> tuple[int, int]:
        """Return (frames, bytes) that a connection delivered, control included."""

    def last_data_ns(self, link: int) -> int:
        """Return when the link last delivered data (never control); 0: never."""

    def set_clock_offset(self, offset_ns: int) -> None:
        """Set what is subtracted from local minus venue time to get the latency."""

    def reset(self) -> None:
        """Forget everything, as if newly made: for a replay that goes back in time.

        Books, markets, links with their epochs and counts, counters, latencies, pending claims
        and events not taken are gone. The options (`prove`, `adopt`) and the clock offset stay.
        """


class RecordBuffer(Protocol):
    """Records on their way to a tape (docs/tape.md), back to back in memory."""

    def append(self, kind: int, link: int, wall_ns: int, mono_ns: int, payload: bytes) -> int:
        """Add a record; return the bytes held."""

    def take(self) -> bytes:
        """Return what is held and start anew."""


@runtime_checkable
class Core(Protocol):
    """What an engine module offers."""

    NAME: str
    """`native` or `reference`."""

    def new_books(self, *, prove: bool = True, adopt: bool = False) -> Books:
        """Return empty books; adopt: track a token when its first `book` comes."""

    def new_record_buffer(self) -> RecordBuffer:
        """Return an empty buffer."""

    def read_record(
        self, block: bytes, offset: int
    ) -> tuple[int, int, int, int, bytes, int] | None:
        """Return (kind, link, wall_ns, mono_ns, payload, next offset); None when bytes are missing.

        Raises `TapeCorrupt` when the checksum is wrong.
        """

    def book_hash(
        self,
        market: str,
        asset_id: str,
        timestamp: str,
        bids: list[tuple[str, str]],
        asks: list[tuple[str, str]],
        min_order_size: str,
        tick_size: str,
        neg_risk: bool,
        last_trade_price: str,
    ) -> str:
        """Return the venue's hash of a book: levels as (price, size) texts in the order given."""


def load(name: str = "auto") -> Core:
    """Return an engine: `native`, `reference`, or `auto` (native where it is built).

    Raises `CoreUnavailable` when the native one is wanted and not built, `ValueError` for
    another name.
    """
    if name not in {"auto", "native", "reference"}:
        raise ValueError(f"wanted core native, reference or auto, found {name!r}")
    if name != "reference":
        try:
            from pr3dict.core import native  # noqa: PLC0415
        except ImportError as absent:
            if name == "native":
                raise CoreUnavailable(
                    "the native engine is required but not built: install cargo, then `make build`"
                ) from absent
        else:
            return native
    from pr3dict.core import reference  # noqa: PLC0415

    return reference
