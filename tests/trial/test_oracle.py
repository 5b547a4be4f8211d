"""The oracle knows the truth, is patient where it must be, and says what does not hold."""

from dataclasses import dataclass, field

from pr3dict.core import Books, load
from pr3dict.model.events import BookReset, FeedLost, FeedOpened
from pr3dict.model.states import Cause, Source
from pr3dict.model.units import NS_PER_MS, NS_PER_S
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue
from pr3dict.trial.oracle import BATCH_NS, IGNORANCE_NS, Oracle
from pr3dict.trial.time import START
from pr3dict.trial.wire import Parcel

LINK = 1


@dataclass
class Court:
    """A venue, the books of a client that heard its opening, and the oracle."""

    now: int = START
    venue: Venue = field(
        default_factory=lambda: Venue(
            SimConfig(markets=1, seed=2, levels=(3, 5), start_ms=START // NS_PER_MS)
        )
    )
    books: Books = field(default_factory=lambda: load("reference").new_books())

    def __post_init__(self) -> None:
        self.oracle = Oracle(self.books, self.venue, lambda: self.now)
        self.books.open_link(LINK, self.now)
        for token in self.venue.tokens:
            self.books.track(token, LINK)
        self.books.feed(LINK, self.venue.opening(self.venue.tokens), self.now)
        self.token = self.venue.tokens[0]

    def miss(self) -> None:
        """Let the venue's book change without the client."""
        before = self.venue.levels(self.token)
        while before == self.venue.levels(self.token):
            self.venue.advance()

    def mark(self, cause: str = "drop", *, batch: bool = False) -> None:
        parcel = Parcel(None, (self.token,), cause, batch)
        self.oracle.arrived(parcel, busy=lambda _: False)


def test_an_equal_book_breaks_nothing():
    court = Court()
    court.mark("")
    court.oracle.everything()
    assert "" == court.oracle.broken


def test_a_wrong_book_is_tolerated_for_thirty_seconds_and_no_longer():
    court = Court()
    court.miss()
    court.mark()
    court.now += IGNORANCE_NS
    court.oracle.everything()
    assert "" == court.oracle.broken
    court.now += 1
    court.oracle.everything()
    assert court.oracle.broken.startswith("I3 at 30.000 s")
    assert "wrong (drop)" in court.oracle.broken


def test_after_the_next_batch_of_its_token_there_is_no_excuse():
    court = Court()
    court.miss()
    court.mark()
    court.now += NS_PER_MS
    court.mark("", batch=True)
    court.now += BATCH_NS + 1
    court.oracle.everything()
    assert "after a batch" in court.oracle.broken


def test_a_batch_that_has_just_proved_the_book_came_before_the_loss():
    court = Court()
    court.miss()
    court.mark()
    court.mark("", batch=True)  # at the moment at which the book was proved
    court.now += BATCH_NS + 1
    court.oracle.everything()
    assert "" == court.oracle.broken


def test_what_is_under_way_is_waited_for():
    court = Court()
    court.miss()
    court.oracle.arrived(Parcel(None, (court.token,), "drop"), busy=lambda _: True)
    court.now += 2 * IGNORANCE_NS
    court.oracle.everything()
    assert "" == court.oracle.broken


def test_a_loss_that_is_noticed_is_a_finding_with_its_cause_and_time():
    court = Court()
    court.miss()
    court.mark("freeze")
    court.now += 5 * NS_PER_S
    court.books.suspect(court.token, Cause.SILENT, court.now)
    court.oracle.look(court.token)
    (finding,) = court.oracle.findings
    assert ("freeze", 5 * NS_PER_S) == (finding.cause, finding.took_ns)


def test_neither_sleep_nor_trouble_of_rest_is_held_against_the_feed():
    court = Court()
    court.miss()
    court.mark()
    court.now += 40 * NS_PER_S
    court.oracle.asleep_ns += 40 * NS_PER_S
    court.oracle.everything()
    court.now += 20 * NS_PER_S
    court.oracle.excuse()
    court.now += 20 * NS_PER_S
    court.oracle.everything()
    assert "" == court.oracle.broken


def test_a_live_book_whose_loss_was_never_ended_breaks_the_contract():
    court = Court()
    court.oracle.events([FeedOpened(LINK, 1, court.now)])
    court.oracle.events([FeedLost(LINK, 1, Cause.LINK_DOWN, (court.token,), court.now)])
    court.oracle.everything()
    assert court.oracle.broken.startswith("I1")


def test_a_reset_ends_a_loss():
    court = Court()
    court.oracle.events(
        [
            FeedOpened(LINK, 1, court.now),
            FeedLost(LINK, 1, Cause.LINK_DOWN, (court.token,), court.now),
            BookReset(court.token, Source.WS, court.now, court.now, False),
        ]
    )
    court.oracle.everything()
    assert "" == court.oracle.broken


def test_a_loss_of_what_was_never_open_breaks_the_contract():
    court = Court()
    court.oracle.events([FeedLost(LINK, 1, Cause.LINK_DOWN, (), court.now)])
    assert court.oracle.broken.startswith("I4")
