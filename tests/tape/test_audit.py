"""What the records of a run say of it, each kind of trouble by its name."""

import msgspec
import pytest
from tests.tape.kit import BOOTED, START, Market

from pr3dict.model.records import Kind
from pr3dict.model.units import NS_PER_MS, NS_PER_S
from pr3dict.tape.audit import Audit
from pr3dict.tape.payloads import Record


class Book:
    """An audit that is told record by record, a millisecond apart."""

    def __init__(self, core):
        self.core = core
        self.audit = Audit(core, core.new_books())
        self.wall_ns = START
        self.mono_ns = BOOTED

    def tell(self, kind, payload=b"", link=1):
        self.wall_ns += NS_PER_MS
        self.mono_ns += NS_PER_MS
        buffer = self.core.new_record_buffer()
        buffer.append(kind, link, self.wall_ns, self.mono_ns, payload)
        self.audit.block(buffer.take())

    def report(self):
        return self.audit.report("run")


@pytest.fixture
def book(core):
    book = Book(core)
    book.tell(Kind.TRACK, b"71")
    book.tell(Kind.OPENED, b"url")
    book.tell(Kind.IN, Market(core).book())
    return book


def end(**told):
    return msgspec.json.encode(told)


def test_a_run_that_was_ended_is_ok_and_complete(book):
    digest = book.report().digests["71"]
    book.tell(Kind.END, end(digests={"71": digest}, records={"IN": 1, "TRACK": 1, "OPENED": 1}))
    report = book.report()
    assert (True, True, True) == (report.ok, report.complete, report.ended)
    assert {"IN": 1, "OPENED": 1, "TRACK": 1, "END": 1} == report.records
    assert 1 == report.compared
    assert (START + NS_PER_MS, START + 4 * NS_PER_MS) == (report.first_ns, report.last_ns)


def test_a_run_without_an_end_is_ok_and_not_complete(book):
    report = book.report()
    assert (True, False, False) == (report.ok, report.complete, report.ended)


@pytest.mark.parametrize(
    ("told", "difference"),
    [
        ({"digests": {"71": "d"}}, "book 71: wanted d, found "),
        ({"digests": {"71": "d", "72": "e"}}, "book 72: wanted e, found no book"),
        ({"digest": "d"}, "digest: wanted d, found "),
        ({"records": {"IN": 2}}, "records IN: wanted 2, found 1"),
        ({"records": {}}, "records IN: wanted 0, found 1"),
        ({"counters": {"frames.applied": 9}}, "frames.applied: wanted 9, found 1"),
    ],
)
def test_each_difference_from_the_live_run_is_told(book, told, difference):
    book.tell(Kind.END, end(**told))
    report = book.report()
    assert not report.ok
    assert any(one.startswith(difference) for one in report.differences)


def test_counters_that_depend_on_how_books_are_read_are_not_compared(book):
    book.tell(Kind.END, end(counters={"reads": 9, "latency.clock_insane": 7}))
    assert () == book.report().differences


def test_a_failed_proof_is_counted_and_told(core, book):
    market = Market(core)
    wrong = market.change("BUY", "0.45", "1").replace(b'"size": "1"', b'"size": "2"')
    book.tell(Kind.IN, wrong)
    book.wall_ns += NS_PER_S
    book.tell(Kind.IN, market.book())
    report = book.report()
    assert not report.ok
    assert report.failed == len(report.failures) > 0
    assert "71: wanted HASH" in report.failures[0]


def test_a_gap_makes_a_run_incomplete(book):
    book.tell(Kind.GAP, b"3 records: the disk")
    book.tell(Kind.END, end())
    report = book.report()
    assert (True, False) == (report.ok, report.complete)
    assert report.gaps[0].endswith("3 records: the disk")


def test_a_monotonic_clock_that_goes_back_on_a_link_is_wrong(book):
    book.mono_ns -= 2 * NS_PER_MS
    book.wall_ns -= 2 * NS_PER_MS
    book.tell(Kind.OUT, b"PING")
    report = book.report()
    assert (False, 1, 0) == (report.ok, report.backwards, report.steps)
    assert "the monotonic clock of link 1 went back" in report.clock[0]


def test_links_have_clocks_of_their_own(book):
    book.mono_ns -= 2 * NS_PER_MS
    book.wall_ns -= 2 * NS_PER_MS
    book.tell(Kind.OUT, b"PING", link=2)
    assert 0 == book.report().backwards


def test_a_wall_clock_that_was_set_is_noted_and_not_wrong(book):
    book.wall_ns += NS_PER_S
    book.tell(Kind.OUT, b"PING")
    report = book.report()
    assert (True, 1) == (report.ok, report.steps)
    assert report.clock[0].endswith("the wall clock was set by +1.000 s")


def test_what_a_dead_run_left_is_told(book):
    left = b'{"segment":"a/b.p3l","records":5,"last_ns":0,"readable_bytes":9,"torn_bytes":2}'
    book.tell(Kind.RECOVERED, left)
    assert book.report().recovered[0].startswith("a/b.p3l: 5 records up to")
    assert "a/b.p3l" == book.audit.recovered[0].segment


@pytest.mark.parametrize("kind", [Kind.CLOSED, Kind.END, Kind.RECOVERED, 99])
def test_a_record_that_cannot_be_read_ends_the_replay_and_is_told(core, book, kind):
    book.tell(kind)
    book.tell(Kind.IN, Market(core).book())
    report = book.report()
    assert not report.ok
    assert report.unreadable
    assert 1 == report.records["IN"]


def test_a_record_that_is_on_no_tape_can_be_told_as_well(core):
    audit = Audit(core, core.new_books(adopt=True))
    audit.record(Record(Kind.OPENED, 1, START, START, b""))
    audit.record(Record(Kind.IN, 1, START, START, Market(core).book()))
    assert ["71"] == list(audit.report("capture").digests)


def test_a_claim_that_still_waits_is_judged_when_nothing_more_can_come(core):
    market = Market(core)
    book = Book(core)
    book.tell(Kind.TRACK, b"71")
    book.tell(Kind.OPENED, b"url")
    book.tell(Kind.IN, market.book())
    market.change("BUY", "0.45", "1")
    book.tell(Kind.IN, market.change("BUY", "0.46", "1"))
    assert 0 == book.report().failed
    book.audit.settle()
    assert 1 == book.report().failed


def test_a_token_whose_book_was_never_filled_has_no_digest(book):
    book.tell(Kind.TRACK, b"72")
    assert ["71"] == list(book.report().digests)
