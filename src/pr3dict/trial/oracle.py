"""The oracle: knows the true books and what befell every frame, and holds the feed to its word.

After each arrival it looks at the books concerned; once a virtual second at all of them. What is
claimed LIVE is compared with the venue, level by level, as soon as nothing is under way any more.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from pr3dict.core import Books, View
from pr3dict.model.events import (
    BookReset,
    Event,
    FeedLost,
    FeedOpened,
    StateChanged,
)
from pr3dict.model.states import BookState, Cause, Proof
from pr3dict.model.units import NS_PER_MS, NS_PER_S
from pr3dict.sim.truth.venue import Venue
from pr3dict.trial.time import START
from pr3dict.trial.wire import Parcel

GHOSTLY_NS: Final = 5 * NS_PER_S
"""Two lies of REST within this may be the two reads that a doubt takes."""
IGNORANCE_NS: Final = 30 * NS_PER_S
"""I3: a difference that the venue makes undetectable lasts no longer."""
BATCH_NS: Final = 500 * NS_PER_MS
"""A lost change is found by the next batch of its token, this much after that arrived."""
FOLLOWED: Final = (BookState.LIVE, BookState.SUSPECT)
UNREADABLE: Final = ("corrupt", "maim")
"""What befell frames that nobody can read."""


class Wrong(msgspec.Struct):
    """A book that claims LIVE and differs from the venue's, with nothing under way."""

    since_ns: int
    cause: str
    verified_ns: int = 0
    """When the venue's own hash last said that it was right."""
    sure_ns: int = 0
    """Since when it is so with nothing of it under way; 0: not yet."""
    top_ns: int = 0
    """When a batch arrived that told another best price than the book has; 0: none has."""
    refuted_ns: int = 0
    """When the next batch of its token had arrived; 0: none has."""


class Finding(msgspec.Struct, frozen=True):
    """One loss, found: by what it was caused, and how long the book was wrong and LIVE."""

    cause: str
    took_ns: int
    rest_ill: bool
    """Whether REST was in trouble meanwhile, and could not bear witness."""


class Oracle:
    """Judge of one trial."""

    def __init__(self, books: Books, venue: Venue, now: Callable[[], int]) -> None:
        self.findings: Final[list[Finding]] = []
        self.broken = ""
        """The first invariant that did not hold: which, when and what was found."""
        self.checks: Final[Counter[str]] = Counter()
        """How often each invariant was looked at."""
        self.asleep_ns = 0
        """For how long the process stood still: nobody can notice anything meanwhile."""
        self.excused_ns = 0
        """Until when REST cannot be blamed for what it does not see: it is in trouble itself."""
        self._books, self._venue, self._now = books, venue, now
        self._lies: list[int] = []
        self._wrong: dict[str, Wrong] = {}
        self._struck: dict[str, str] = {}
        """What was lost last, by token."""
        self._seen: dict[str, tuple[int, int, int, int]] = {}
        """(epoch, local_ns, version, venue_ns) of each book when it was last looked at."""
        self._crossed: dict[str, tuple[int, int]] = {}
        """Books seen crossed: the version, and since when."""
        self._unreadable = 0
        self._lost: dict[str, int] = {}
        """Tokens whose continuity is lost and not told to be resumed, since when."""
        self._open: dict[int, bool] = {}

    # -- what it is told -------------------------------------------------------------------------

    def arrived(self, parcel: Parcel, *, busy: Callable[[str], bool], alone: bool = False) -> None:
        """Look at the books of a frame that has arrived, or of one that was lost and is due now.

        `alone`: no other connection follows them, nor will.
        """
        if alone and parcel.frame is not None and parcel.cause in UNREADABLE:
            self._distrusted(parcel)
        for token in parcel.tokens:
            if parcel.cause:
                self._struck[token] = parcel.cause
                if token in self._wrong:  # each loss waits for a batch of its own
                    self._wrong[token].refuted_ns = 0
                if token in self._wrong:  # seen too early, while this was under way
                    self._wrong[token].cause = self._wrong[token].cause or parcel.cause
            if not busy(token):
                self.look(token, batch=parcel.batch and not parcel.cause, sure=True)

    def events(self, events: Sequence[Event]) -> None:
        """Follow what the feed tells: every loss is followed by its end, in order."""
        for event in events:
            if isinstance(event, FeedLost):
                self._feed_lost(event)
            elif isinstance(event, FeedOpened):
                if self._open.get(event.link):
                    self.breaks("I4", f"link {event.link}", "is open twice, and no loss was told")
                self._open[event.link] = True
            elif isinstance(event, BookReset):
                self._lost.pop(event.token, None)
            elif isinstance(event, StateChanged):
                self._state_changed(event)

    def forget(self, tokens: Iterable[str]) -> None:
        """Tell that nobody wants these any more."""
        for token in tokens:
            for told in (self._wrong, self._struck, self._seen, self._lost, self._crossed):
                told.pop(token, None)

    # -- the invariants --------------------------------------------------------------------------

    def look(self, token: str, *, batch: bool = False, sure: bool = False) -> None:
        """Hold one book against the venue's.

        `batch`: one of its batches has just arrived; `sure`: nothing more of it is under way.
        """
        view = self._books.view(token)
        if view is None:
            return
        self._order(token, view)
        wrong = self._wrong.get(token)
        if view.state != BookState.LIVE or self.equal(token, view):
            if wrong is not None:
                self._found(token, wrong)
            self._struck.pop(token, None)
            return
        now = self._awake()
        if wrong is None:
            cause = self._struck.get(token, "")
            wrong = self._wrong[token] = Wrong(now, cause, view.verified_ns)
        if view.verified_ns > wrong.verified_ns:
            # It was right for a moment, while more was under way: this is another loss.
            wrong.since_ns, wrong.verified_ns = now, view.verified_ns
        # A batch that the book agrees with was true of its time: the loss is behind it.
        refutes = batch and view.verified_ns != self._now()
        if refutes and not wrong.refuted_ns:
            wrong.refuted_ns = now
        if sure and not wrong.sure_ns:
            wrong.sure_ns = now
        if self._top_is_right(token, view):
            wrong.top_ns = 0
        elif refutes and not wrong.top_ns:
            wrong.top_ns = now
        self._bounded(token, wrong, view)

    def everything(self) -> None:
        """Hold all books against what is known: once a second, and in the end."""
        self.checks["I1 fresh-safety"] += 1
        for token in self._books.tracked():
            view = self._books.view(token)
            if view is None:
                continue
            if view.state == BookState.LIVE and token in self._lost:
                self.breaks("I1", token, "is LIVE, but its loss was never told to be over")
            wrong = self._wrong.get(token)
            if wrong is not None:
                self._bounded(token, wrong, view)
            self._sane(token, view)
        self._sums()

    def equal(self, token: str, view: View) -> bool:
        """Tell whether a book is the venue's, level by level."""
        bids, asks = self._venue.levels(token)
        top = (*(bids[0] if bids else (0, 0)), *(asks[0] if asks else (0, 0)))
        return view.bids() == bids and view.asks() == asks and view.top() == top

    def _top_is_right(self, token: str, view: View) -> bool:
        """Tell whether best bid and ask are; of their sizes no batch tells."""
        bids, asks = self._venue.levels(token)
        told = (bids[0][0] if bids else 0, asks[0][0] if asks else 0)
        bid, _, ask, _ = view.top()
        return told == (bid, ask)

    def _distrusted(self, parcel: Parcel) -> None:
        """I1: what could not be read is counted, and nobody trusts the books that it was about."""
        self.checks["I1 unreadable"] += 1
        self._unreadable += 1
        for token in parcel.tokens:
            view = self._books.view(token, 1)
            if view is not None and view.state == BookState.LIVE:
                self.breaks("I1", token, f"is LIVE after an unreadable frame ({parcel.cause})")

    def _order(self, token: str, view: View) -> None:
        """I5: what is seen of a book never goes back, neither in epoch nor in time."""
        self.checks["I5 order"] += 1
        seen = view.epoch, view.local_ns, view.version, view.venue_ns
        before = self._seen.get(token, (0, 0, 0, 0))
        older = view.state in FOLLOWED and view.epoch == before[0] and seen[3] < before[3]
        if seen[2] < before[2] or seen[1] < before[1] or older:
            self.breaks("I5", token, f"went back from {before} to {seen}")
        self._seen[token] = seen

    def _sane(self, token: str, view: View) -> None:
        """I12: a LIVE book at a batch end is not crossed and has no price out of range."""
        self.checks["I12 sanity"] += 1
        if view.state != BookState.LIVE or view.proof == Proof.PENDING:
            return
        bid, bid_size, ask, ask_size = view.top()
        if not (bid and ask and bid >= ask):
            self._crossed.pop(token, None)
        else:  # without proofs nothing shows that it is in the middle of a batch
            version, since_ns = self._crossed.get(token, (0, 0))
            if version != view.version:
                since_ns = self._now()
            self._crossed[token] = view.version, since_ns
            if view.proof != Proof.OFF or self._now() - since_ns > BATCH_NS:
                self.breaks("I12", token, f"is LIVE and crossed, {bid} over {ask}")
        if (bid and not bid_size) or (ask and not ask_size):
            self.breaks("I12", token, "has a best level of size 0")

    def _sums(self) -> None:
        """I9: received = applied + ignored + rejected."""
        self.checks["I9 sums"] += 1
        counters = self._books.counters()
        for what in ("frames", "entries"):
            parts = sum(
                count
                for name, count in counters.items()
                if name.startswith((f"{what}.ignored.", f"{what}.rejected."))
                or name == f"{what}.applied"
            )
            rejected = [name for name in counters if name.startswith("frames.rejected.")]
            if sum(counters[name] for name in rejected) < self._unreadable:
                self.breaks("I9", "frames", f"{self._unreadable} unreadable, fewer rejected")
            if counters[f"{what}.received"] != parts:
                self.breaks("I9", what, f"received {counters[f'{what}.received']}, told {parts}")

    def _bounded(self, token: str, wrong: Wrong, view: View) -> None:
        """I3: nobody believes a wrong book for long."""
        self.checks["I3 bounded ignorance"] += 1
        now = self._awake()
        provable = view.proof not in {Proof.OFF, Proof.UNVERIFIED}
        if provable and wrong.refuted_ns and now - wrong.refuted_ns > BATCH_NS:
            passed = (now - wrong.refuted_ns) / NS_PER_S
            self.breaks(
                "I3", token, f"is LIVE and wrong ({wrong.cause}) {passed:.1f} s after a batch"
            )
        if wrong.top_ns and now - wrong.top_ns > BATCH_NS:
            passed = (now - wrong.top_ns) / NS_PER_S
            self.breaks(
                "I3", token, f"is LIVE with a best price that a batch refuted {passed:.1f} s ago"
            )
        since = max(wrong.since_ns, self.excused_ns)
        unprovoked = wrong.sure_ns and not wrong.cause
        if unprovoked and now - max(wrong.sure_ns, self.excused_ns) > BATCH_NS:
            self.breaks("I1", token, "is LIVE and wrong, and nothing befell it")
        if now - since > IGNORANCE_NS:
            passed = (now - wrong.since_ns) / NS_PER_S
            self.breaks("I3", token, f"is LIVE and wrong ({wrong.cause}) for {passed:.1f} s")

    def _awake(self) -> int:
        """Return the time that the process has seen pass."""
        return self._now() - self.asleep_ns

    def lied(self) -> None:
        """REST has just shown a book that never was."""
        self._lies.append(self._now())

    def excuse(self) -> None:
        """REST is in trouble: from here it has its whole time again."""
        self.excused_ns = self._awake()

    def _found(self, token: str, wrong: Wrong) -> None:
        del self._wrong[token]
        if self._awake() - max(wrong.since_ns, self.excused_ns) > IGNORANCE_NS:
            self.breaks("I3", token, f"was LIVE and wrong ({wrong.cause}) for too long")
        if wrong.cause:
            rest_ill = self.excused_ns > wrong.since_ns
            self.findings.append(Finding(wrong.cause, self._awake() - wrong.since_ns, rest_ill))

    def _doubted(self, token: str) -> None:
        """I3: no book is doubted that is right; of two ghosts in a row nobody could know better."""
        self.checks["I3 doubts"] += 1
        if len(self._lies) > 1 and self._now() - self._lies[-2] < GHOSTLY_NS:
            return
        view = self._books.view(token)
        if view is not None and self.equal(token, view) and token not in self._wrong:
            self.breaks("I3", token, "is doubted, and it is right")

    def _feed_lost(self, event: FeedLost) -> None:
        """I4: each loss is told once and names the books that it concerns."""
        self.checks["I4 gaps"] += 1
        if not self._open.get(event.link):
            self.breaks("I4", f"link {event.link}", "is lost, but was never told to be open")
        self._open[event.link] = False
        for token in event.tokens:
            self._lost.setdefault(token, event.local_ns)
            self.look(token)

    def _state_changed(self, event: StateChanged) -> None:
        if event.was not in FOLLOWED:
            self._seen.pop(event.token, None)  # a life ends and another begins
        if event.cause == Cause.SILENT and event.was == BookState.LIVE:
            self._doubted(event.token)
        if event.now == BookState.CLOSED:
            self._lost.pop(event.token, None)
        self.look(event.token)

    def breaks(self, invariant: str, what: str, sentence: str) -> None:
        """Note what does not hold; only the first counts, for the rest may follow from it."""
        at_s = (self._now() - START) / NS_PER_S
        self.broken = self.broken or f"{invariant} at {at_s:.3f} s: {what[:40]} {sentence}"
