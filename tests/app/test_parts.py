"""What every part of a system is given."""

from tests.core.kit import LINK, NOW, Venue, feed, live

from pr3dict.app.parts import Parts
from pr3dict.config import Config
from pr3dict.core import reference
from pr3dict.engine.engine import Engine
from pr3dict.model.records import Kind
from pr3dict.model.units import Nanos
from pr3dict.net.clock import SystemClock


class Kept:
    def __init__(self):
        self.records = []

    def append(self, *record):
        self.records.append(record)


def parts(recorder, books=None):
    books = books or reference.new_books()
    return Parts(Config(), reference, books, Engine(books), SystemClock(), recorder)


def test_records_go_to_the_tape():
    tape = Kept()
    parts(tape).record(Kind.TRACK, 1, Nanos(5), b"42")

    assert [(Kind.TRACK, 1, 5, b"42")] == tape.records


def test_without_a_tape_nothing_is_recorded():
    parts(None).record(Kind.TRACK, 1, Nanos(5), b"42")


def test_a_claim_that_is_due_is_judged_before_a_record_as_a_replay_judges_it():
    venue = Venue()
    books = live(reference, venue)
    venue.next("BUY", "0.45", 9)  # lost on the way
    feed(books, venue.next("BUY", "0.48", 31))
    found = parts(None, books)
    due = books.wake_at
    assert due > NOW
    found.record(Kind.UNTRACK, LINK, Nanos(due - 1), b"42")
    assert 0 == books.counters()["proofs.failed"]
    found.record(Kind.UNTRACK, LINK, Nanos(due), b"42")
    assert 2 == books.counters()["proofs.failed"]
    assert 2 == found.engine.events["StateChanged"]
