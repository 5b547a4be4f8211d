"""Several connections that race for one shard, and to the books are one link.

Each has a session and a driver of its own, which speak to a strand as if it were the books. The
link is open while any strand carries it. A frame goes to the books by the strand that brings it
first; a copy is counted, timed, and put on the tape as such. Pure: time comes in.

A strand carries the link from when the books of its opening have come; until then a loss of the
last one that did is a loss of the link, for nobody else follows what changes.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from pr3dict.core import CONTROL, Books, View
from pr3dict.engine.window import Window
from pr3dict.model.links import Race
from pr3dict.model.records import Kind, pack_copy
from pr3dict.model.states import BookState
from pr3dict.model.units import Nanos
from pr3dict.ports import Recorder, Sift

CONTROL_BYTES_MAX: Final = 64
"""A longer frame is no control text (docs/books.md)."""
_JSON: Final = (b"{", b"[")
_IN, _COPY, _OPENED, _CLOSED = (int(k) for k in (Kind.IN, Kind.COPY, Kind.OPENED, Kind.CLOSED))


class Braid:
    """The strands of one link, and what they have said lately."""

    def __init__(  # noqa: PLR0917 - made in one place, by name
        self,
        link: int,
        books: Books,
        sift: Sift,
        restates: Callable[[bytes], bool],
        tokens: Callable[[], Sequence[str]],
        strands: int,
        recorder: Recorder | None = None,
    ) -> None:
        """`tokens` returns what the link carries now; `strands` is how many there may be at once.

        `sift` takes whole books out of a frame; `restates` tells whether one may be fed again.
        """
        self.link: Final = link
        self.books: Final = books
        self.sift: Final = sift
        self.restates: Final = restates
        self.tokens: Final = tokens
        self.recorder: Final = recorder
        self.window: Final = Window(strands)
        self._strands: dict[int, Strand] = {}
        self._strands_max = strands

    def strand(self) -> "Strand":
        """Return a new strand, with a number that none in use has."""
        number = next(n for n in range(self._strands_max) if n not in self._strands)
        strand = self._strands[number] = Strand(self, number)
        return strand

    def forget(self, strand: "Strand") -> None:
        """Give the number of a strand free again; it must be closed."""
        assert not strand.is_open, "close it first"
        del self._strands[strand.number]

    def others(self, strand: "Strand") -> list["Strand"]:
        """Return the other strands that are open."""
        return [each for each in self._strands.values() if each.is_open and each is not strand]

    def live(self, token: str) -> bool:
        """Whether the book of a token is LIVE."""
        view = self.books.view(token, 1)
        return view is not None and view.state == BookState.LIVE

    def record(self, kind: int, now: Nanos, payload: bytes) -> None:
        """Put something on the tape, if there is one."""
        if self.recorder is not None:
            self.recorder.append(kind, self.link, now, payload)


class Strand:
    """One connection of a braid: books to its session (`LinkBooks`), tape to its driver."""

    def __init__(self, braid: Braid, number: int) -> None:
        self.number: Final = number
        self.race: Final = Race()
        self.is_open = False
        self.url = b""
        self._braid = braid
        self._lateness, self._feed = braid.window.lateness, braid.books.feed
        """Bound once: what is done with each frame is the hot path of a braid."""
        self._opened_at = Nanos(0)
        self._told_at = Nanos(0)
        """When the books last took an opening of this strand. What others had said before that may
        have found no book to change, or one that this opening has put back: it is fed again."""
        self._expected: set[str] = set()
        """Tokens whose whole book this connection was asked for, and has not brought."""
        self._said = b""
        """What the tape is to hear of the opening or closing that follows at once."""

    # -- what the driver tells the tape ----------------------------------------------------------

    def append(self, kind: int, link: int, now: Nanos, payload: bytes) -> None:
        """Record, as `ports.Recorder`: what becomes of a frame, or of an end, is seen later."""
        if kind in {_OPENED, _CLOSED}:
            self._said = payload
        elif kind != _IN:
            assert link == self._braid.link
            self._braid.record(kind, now, payload)

    # -- what the session asks of the books ------------------------------------------------------

    def open_link(self, link: int, now: int) -> None:
        """Join the race; the first to do so opens the link."""
        self.is_open, self.url = True, self._said
        self._opened_at = self._told_at = Nanos(now)
        self.expect(self._braid.tokens())
        if self._braid.others(self):
            self._mark(_OPENED, Nanos(now), self.url)
            return
        self._braid.record(_OPENED, Nanos(now), self.url)
        self._braid.books.open_link(link, now)

    def close_link(self, link: int, cause: int, now: int) -> None:
        """Leave the race; the link is lost with the last strand that carried it.

        Where another is on its way to carry it the link is open again at once.
        """
        self.is_open = False
        braid, others = self._braid, self._braid.others(self)
        if any(other.carries() for other in others):
            self._mark(_CLOSED, Nanos(now), self._said)
            return
        braid.record(_CLOSED, Nanos(now), self._said)
        braid.books.close_link(link, cause, now)
        braid.window.clear()  # the books begin anew, and whatever is said again is news to them
        if others:
            braid.record(_OPENED, Nanos(now), others[0].url)
            braid.books.open_link(link, now)

    def feed(self, link: int, frame: bytes, local_ns: int) -> int:
        """Take in a frame; return the flags of `core`, none for what came by another strand."""
        race, at = self.race, Nanos(local_ns)
        race.frames += 1
        race.bytes += len(frame)
        if len(frame) <= CONTROL_BYTES_MAX and not frame.startswith(_JSON):
            return self._pass_on(link, frame, at)
        late = self._lateness(self.number, frame, at)
        if late is not None and not (at - late < self._told_at and self._braid.restates(frame)):
            race.late += 1
            race.late_ns_sum += late
            race.late_ns_max = max(race.late_ns_max, late)
            race.data_ns = at
            if self._expected:
                self._braid.sift(frame, self._is_news)
            self._mark(_IN, at, frame)
            return 0
        race.first += late is None
        if self._expected and not (frame := self._news(frame, at)):
            race.data_ns = at
            return 0
        return self._pass_on(link, frame, at)

    def track(self, token: str, link: int) -> None:
        """Keep a book of this token."""
        self._braid.books.track(token, link)

    def untrack(self, token: str) -> bool:
        """Forget a token."""
        return self._braid.books.untrack(token)

    def wake(self, now: int) -> int:
        """Close the pending claims that are due."""
        return self._braid.books.wake(now)

    def view(self, token: str, depth: int = 0) -> View | None:
        """Return the book now, whoever has brought it."""
        return self._braid.books.view(token, depth)

    def heard(self, link: int) -> tuple[int, int]:
        """Return (frames, bytes) that this connection delivered."""
        assert link == self._braid.link
        return self.race.frames, self.race.bytes

    def last_data_ns(self, link: int) -> int:
        """Return when this connection last delivered data, first or late."""
        assert link == self._braid.link
        return self.race.data_ns

    # -- what the shard asks ---------------------------------------------------------------------

    def expect(self, tokens: Iterable[str]) -> None:
        """Tell that this connection is asked for the whole books of these tokens."""
        if self.is_open:
            self._expected.update(tokens)

    def carries(self) -> bool:
        """Whether the books of the link could live by this connection alone."""
        if not self.is_open or self.race.data_ns < self._opened_at:
            return False
        missing = (token for token in self._braid.tokens() if token in self._expected)
        return not any(self._braid.live(token) for token in missing)

    # -- on its way ------------------------------------------------------------------------------

    def _news(self, frame: bytes, at: Nanos) -> bytes:
        """Leave out of an opening what the books have by other strands.

        An older book would undo what came since, and one that is the same would be told twice.
        """
        news = self._braid.sift(frame, self._is_news)
        if news is not frame:
            self._mark(_IN, at, frame)
        if news and self._braid.restates(news):
            self._told_at = at
        return news

    def _is_news(self, token: str, venue_ns: Nanos) -> bool:
        """Note that a whole book has come; return whether the books are to have it."""
        if token not in self._expected:
            return True
        self._expected.discard(token)
        view = self._braid.books.view(token, 1)
        return view is None or view.state != BookState.LIVE or view.venue_ns < venue_ns

    def _pass_on(self, link: int, frame: bytes, at: Nanos) -> int:
        braid = self._braid
        if braid.recorder is not None:
            braid.recorder.append(_IN, link, at, frame)
        flags = self._feed(link, frame, at)
        if not flags & CONTROL and braid.books.last_data_ns(link) == at:
            self.race.data_ns = at
        return flags

    def _mark(self, kind: int, now: Nanos, payload: bytes) -> None:
        """Put on the tape what the books are not told."""
        if self._braid.recorder is not None:
            self._braid.record(_COPY, now, pack_copy(self.number, kind, payload))
