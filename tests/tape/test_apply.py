"""A tape applied is the run again: to the level, to the counter, at any pace."""

import pytest
from tests.tape.kit import START, Market, record_day

from pr3dict.core import EVENTS
from pr3dict.model.errors import TapeCorrupt
from pr3dict.model.records import Kind
from pr3dict.model.states import BookState, Cause
from pr3dict.model.units import NS_PER_MS
from pr3dict.tape.apply import apply, apply_block
from pr3dict.tape.payloads import Record
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.scan import records_of


def record(kind, payload=b"", at=START):
    return Record(kind, 1, at, at, payload)


@pytest.fixture
def books(core):
    """One LIVE book, 71, on link 1."""
    books = core.new_books()
    apply(books, record(Kind.TRACK, b"71"))
    apply(books, record(Kind.OPENED, b"url"))
    apply(books, record(Kind.IN, Market(core).book()))
    books.take()
    return books


def state(books):
    view = books.view("71")
    return BookState(view.state), Cause(view.cause)


def same(books, other):
    digests = [{token: one.digest(token) for token in one.tracked()} for one in (books, other)]
    return digests[0] == digests[1] and books.counters() == other.counters()


def test_frames_reach_the_book_of_their_token(books):
    assert (BookState.LIVE, Cause.NONE) == state(books)
    assert ["71"] == books.tracked()


@pytest.mark.parametrize(
    ("kind", "payload", "wanted"),
    [
        (Kind.CLOSED, b"\x07\xee\x03gone", (BookState.STALE, Cause.LINK_DOWN)),
        (Kind.SUSPECT, b"\x0a71", (BookState.SUSPECT, Cause.SILENT)),
        (Kind.GAP, b"lost", (BookState.SUSPECT, Cause.UNPARSABLE)),
    ],
)
def test_what_takes_trust_away_takes_it_away_again(books, kind, payload, wanted):
    assert EVENTS & apply(books, record(kind, payload))
    assert wanted == state(books)


@pytest.mark.parametrize("kind", [Kind.OUT, Kind.RECOVERED, Kind.END, Kind.COPY])
def test_what_concerns_no_book_changes_none(books, kind):
    before = books.digest(), state(books), books.counters()
    assert 0 == apply(books, record(kind, b"{}"))
    assert before == (books.digest(), state(books), books.counters())


def test_an_untracked_token_is_forgotten(books):
    apply(books, record(Kind.UNTRACK, b"71"))
    assert [] == books.tracked()


@pytest.mark.parametrize("kind", [0, max(Kind) + 1, 255])
def test_a_kind_of_the_future_is_refused(books, kind):
    with pytest.raises(TapeCorrupt, match=f"wanted a kind from 1 to {max(Kind)}, found {kind}"):
        apply(books, record(kind))


@pytest.mark.parametrize("kind", [Kind.CLOSED, Kind.SUSPECT, Kind.RULES])
def test_a_payload_of_another_form_is_refused(books, kind):
    with pytest.raises(TapeCorrupt):
        apply(books, record(kind))


def test_claims_that_were_due_are_closed_before_a_connection_is(core, books):
    market = Market(core)
    first = market.change("BUY", "0.45", "1")
    market.change("BUY", "0.46", "1")
    assert b'"0.45"' in first
    wrong = first.replace(b'"size": "1"', b'"size": "2"')
    apply(books, record(Kind.IN, wrong, START + NS_PER_MS))
    assert books.wake_at > 0
    apply(books, record(Kind.CLOSED, b"\x07\xee\x03", books.wake_at))
    assert 1 == books.counters()["proofs.failed"]


def test_a_block_gives_the_books_of_the_live_run(tmp_path, core):
    live = record_day(tmp_path, core)
    books = core.new_books()
    for block in TapeReader(tmp_path, core).blocks():
        assert len(block.raw) == apply_block(books, core, block.raw)
    assert same(live.books, books)


def test_record_by_record_is_the_same_as_block_by_block(tmp_path, core):
    live = record_day(tmp_path, core)
    books = core.new_books()
    for one in TapeReader(tmp_path, core).records():
        apply(books, one)
    assert same(live.books, books)


def test_a_block_can_be_applied_up_to_any_time_and_go_on_from_there(tmp_path, core):
    live = record_day(tmp_path, core)
    (block,) = TapeReader(tmp_path, core).blocks()
    books, offset, last = core.new_books(), 0, block.last_ns
    for until in range(block.first_ns, last + NS_PER_MS, NS_PER_MS):
        offset = apply_block(books, core, block.raw, offset=offset, until_ns=until)
        records = list(records_of(core, block.raw[:offset]))
        assert max(record.wall_ns for record in records) <= until
    assert len(block.raw) == offset
    assert same(live.books, books)


def test_each_frame_that_changed_something_and_each_other_record_is_told(tmp_path, core):
    record_day(tmp_path, core)
    (block,) = TapeReader(tmp_path, core).blocks()
    flags, kinds = [], []
    apply_block(
        core.new_books(),
        core,
        block.raw,
        on_frame=flags.append,
        on_record=lambda one: kinds.append(one.kind),
    )
    frames = [one for one in records_of(core, block.raw) if one.kind == Kind.IN]
    others = [one.kind for one in records_of(core, block.raw) if one.kind != Kind.IN]
    assert len(frames) == len(flags)
    assert 0 not in flags
    assert others == kinds


@pytest.mark.parametrize("kind", [Kind.IN, Kind.OPENED])
def test_a_link_beyond_all_numbers_is_told_as_damage(core, books, kind):
    buffer = core.new_record_buffer()
    buffer.append(kind, 70_000, START, START, b"")
    with pytest.raises(TapeCorrupt, match="wanted a link from 0 to 65535, found 70000"):
        apply_block(books, core, buffer.take())
