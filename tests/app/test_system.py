"""A running system against a real server on 127.0.0.1."""

import threading
from pathlib import Path

import pytest
from tests.app.kit import until, venue

from pr3dict.app.events import FeedFailed, TapeHalted
from pr3dict.app.replay import replay
from pr3dict.app.stats import stats
from pr3dict.app.system import System
from pr3dict.model.errors import FeedError, UnknownTokenError
from pr3dict.model.events import BookReset, FeedLost
from pr3dict.model.states import BookState, Cause
from pr3dict.tape import TapeReader


@pytest.fixture(scope="module")
def served():
    with venue() as found:
        yield found


def started(served, *, tokens=None, record=None, **settings):
    system = System(served.config(**settings), record=record)
    system.start()
    tokens = served.tokens if tokens is None else tokens
    system.subscribe(tokens).result(5)
    system.wait_for(tokens).done.result(10)
    return system


@pytest.fixture
def system(served):
    found = started(served)
    yield found
    found.stop()


def live(system):
    return all(system.books.view(token).state == BookState.LIVE for token in system.books.tracked())


def test_every_book_becomes_the_venues_level_by_level(served):
    with venue() as mine:
        system = started(mine)
        until(lambda: system.books.counters()["proofs.proved"] > 50)
        mine.rest()
        want = mine.do(mine.server.digest)
        until(lambda: system.books.digest() == want)
        system.stop()


def test_stops_quickly_and_leaves_books_stale(served):
    system = started(served)
    threads = threading.active_count()
    system.stop()

    assert not system.running
    assert threads > threading.active_count()
    assert all(
        system.books.view(token).state == BookState.STALE for token in system.books.tracked()
    )
    system.stop()


def test_a_tap_that_never_returns_does_not_keep_the_system_from_stopping(served, tmp_path):
    gate = threading.Event()
    system = started(served, record=tmp_path / "tape")
    system.engine.tap(lambda _: gate.wait())
    stopper = threading.Thread(target=system.stop, args=(0.2,))
    stopper.start()
    stopper.join(5)
    gate.set()

    assert not stopper.is_alive()
    assert "closed" == system.tape.state


def test_the_tape_holds_the_same_books(served, tmp_path):
    system = started(served, record=tmp_path / "tape")
    until(lambda: system.books.counters()["proofs.proved"] > 20)
    system.unsubscribe(served.tokens[:1]).result(5)
    system.stop()

    played = replay(tmp_path / "tape")
    played.start()
    assert played.wait(10)
    played.stop()
    assert system.books.digest() == played.books.digest()
    assert system.books.tracked() == played.books.tracked()


def test_a_tape_tells_the_settings_it_was_made_with(served, tmp_path):
    hashes = []
    for name, prove in ("one", True), ("two", True), ("other", False):
        system = System(served.config(prove=prove), record=tmp_path / name)
        system.start()
        system.stop()
        (segment,) = TapeReader(tmp_path / name, system.core).segments()
        assert segment.header is not None
        hashes.append(segment.header.config_hash)
    assert hashes[0] == hashes[1] != hashes[2]


def test_no_file_stays_open(served, tmp_path):
    before = open_files()
    started(served, record=tmp_path / "tape").stop()

    until(lambda: open_files() <= before)


def open_files():
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_tokens_come_and_go(served):
    first, second, *_ = served.tokens
    system = started(served, tokens=[first])
    assert [first] == system.books.tracked()

    system.subscribe([second, first]).result(5)
    system.wait_for([second]).done.result(10)
    system.unsubscribe([first]).result(5)
    assert [first, second] == system.books.tracked()  # wanted twice, let go once

    system.unsubscribe([first]).result(5)
    assert [second] == system.books.tracked()
    system.stop()


def test_tokens_are_spread_over_connections(served):
    system = started(served, tokens_per_link=2)

    assert 3 == len(system.statuses())
    assert len(served.tokens) == system.feed.subscribed()
    system.stop()


def test_a_link_without_tokens_is_closed(served, system):
    system.unsubscribe(served.tokens).result(5)

    until(lambda: not system.statuses())


def test_a_loss_is_told_and_healed():
    with venue() as mine:
        system = started(mine)
        told = []
        system.engine.on_events(told.extend)
        mine.do(mine.server.cut)
        until(lambda: any(isinstance(event, BookReset) for event in told) and live(system))
        system.stop()

        lost = [event for event in told if isinstance(event, FeedLost)]
        assert sorted(mine.tokens) == sorted(lost[0].tokens)
        assert 1 == stats(system)["reconnects"]


def test_a_dropped_change_is_detected_and_healed():
    with venue(frames_per_s=500) as mine:
        system = started(mine)
        token = mine.tokens[0]
        mine.do(lambda: mine.faults.drop(token, 3))
        until(lambda: system.books.counters()["proofs.failed"] > 0)
        until(lambda: system.feed.keeper.heal.counters["cured"] > 0 and live(system))
        mine.rest()
        until(lambda: system.books.digest() == mine.do(mine.server.digest))
        system.stop()


def test_an_opening_book_that_never_comes_is_read_by_rest():
    with venue(frames_per_s=0.01) as mine:  # or a trade would bring a book
        token = mine.tokens[0]
        mine.do(lambda: mine.faults.withhold_snapshot(token))
        system = started(mine)

        assert 0 < system.books.counters()["snapshots.rest"]
        view = system.books.view(token)
        assert (BookState.SUSPECT, Cause.SILENT) == (view.state, view.cause)
        mine.do(mine.faults.withhold_no_more)
        until(lambda: system.books.view(token).state == BookState.LIVE)
        system.stop()


def test_a_token_that_the_venue_does_not_know_is_told_as_having_no_book(served):
    system = started(served, tokens=["123456789"])

    assert system.has_no_book("123456789")
    assert ["123456789"] == stats(system)["no_book"]
    system.stop()


def test_a_silent_stream_is_found_out_by_rest():
    with venue(frames_per_s=500) as mine:
        system = started(mine)
        token = mine.tokens[0]
        mine.do(lambda: mine.faults.freeze(token))
        until(lambda: system.feed.keeper.audit.counters["doubted"] > 0)
        mine.do(mine.faults.thaw)
        until(lambda: live(system))
        mine.rest()
        until(lambda: system.books.digest() == mine.do(mine.server.digest))
        system.stop()


def test_without_rest_nothing_breaks(served):
    system = started(served, rest=False)
    until(lambda: system.books.counters()["proofs.proved"] > 20)

    assert "off" == stats(system)["rest"]
    assert live(system)
    system.stop()


def test_a_wrong_token_id_is_refused_at_once(system):
    with pytest.raises(UnknownTokenError, match="is a condition id"):
        system.subscribe(["0xbd31dc8a20211944f6b70f31557f1001557b59905b7738480ca09bd4532f84af"])


def test_commands_want_a_running_feed(served):
    system = System(served.config())
    with pytest.raises(FeedError, match="not running: start it first"):
        system.subscribe(served.tokens)


def test_a_command_to_a_loop_that_ends_meanwhile_is_told_so(served):
    system = started(served)
    held, gate = threading.Event(), threading.Event()

    def hold(_: object) -> bool:
        held.set()
        return gate.wait(10)

    first = system.call(hold)
    assert held.wait(10)
    system.feed.end()
    late = [system.call(lambda _: None) for _ in range(3)]
    gate.set()
    first.result(10)
    for future in late:
        assert future.exception(10) is None or isinstance(future.exception(), FeedError)
    until(lambda: not system.running)
    with pytest.raises(FeedError):
        system.call(lambda _: None).result(10)
    system.stop()


def test_a_fault_of_ours_ends_the_feed_aloud(served, caplog):
    system = started(served)
    told = []
    system.engine.on_events(told.extend)
    system.feed.keeper.heal.due = None
    until(lambda: any(isinstance(event, FeedFailed) for event in told))
    until(lambda: not system.running)
    system.stop()

    assert isinstance(system.failure, TypeError)
    assert [f"TypeError: {system.failure}"] == [e.error for e in told if isinstance(e, FeedFailed)]
    assert not stats(system)["connected"]
    assert "the feed ended by a fault of this program" in caplog.text


def test_a_tape_that_halts_is_told_and_the_feed_goes_on(system, caplog):
    told = []
    system.engine.on_events(told.extend)
    system._tape_halted("OSError: disk full")  # noqa: SLF001 - what the tape's thread calls
    until(lambda: TapeHalted("OSError: disk full") in told)

    assert system.running
    assert "the tape stopped: OSError: disk full; the feed goes on" in caplog.text


def test_the_reference_books_serve_as_well():
    with venue(markets=1, frames_per_s=50) as mine:
        system = started(mine, core="reference")
        until(lambda: system.books.counters()["proofs.proved"] > 5)
        mine.rest()
        until(lambda: system.books.digest() == mine.do(mine.server.digest))
        system.stop()
