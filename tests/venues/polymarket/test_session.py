"""The session in virtual time, on real books: no socket, no sleep."""

import pytest
from tests.core.kit import NO, YES, Venue, frame

from pr3dict.core import BOOKS, CONTROL, Books, reference
from pr3dict.model.errors import UnknownTokenError
from pr3dict.model.links import Closed, Pace
from pr3dict.model.states import BookState, Cause
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket.session import MarketSession, Settings

START = Nanos(1_766_000_000 * NS_PER_S)
URL = "wss://ws-subscriptions-clob.polymarket.com/ws/market"
LINK = 3


def at(seconds: float) -> Nanos:
    return Nanos(START + round(seconds * NS_PER_S))


def book(token: str, bid: str = "0.4", *, milliseconds: int = 1_766_000_000_000) -> bytes:
    return (
        f'[{{"event_type":"book","asset_id":"{token}","market":"0xaa","timestamp":"{milliseconds}",'
        f'"bids":[{{"price":"{bid}","size":"10"}}],"asks":[{{"price":"0.6","size":"10"}}]}}]'
    ).encode()


def resolved(*tokens: str) -> bytes:
    ids = ",".join(f'"{token}"' for token in tokens)
    return (
        f'{{"event_type":"market_resolved","market":"0xaa","timestamp":"1766000000000",'
        f'"assets_ids":[{ids}]}}'
    ).encode()


class Line:
    """A session and its books."""

    def __init__(self, *tokens: str, settings: Settings | None = None) -> None:
        self.books: Books = reference.new_books()
        self.session = MarketSession(LINK, URL, self.books, settings)
        self.session.subscribe(tokens, START)

    def state(self, token: str) -> BookState | None:
        view = self.books.view(token)
        return None if view is None else BookState(view.state)


def opened(*tokens: str, settings: Settings | None = None) -> Line:
    line = Line(*tokens, settings=settings)
    line.session.opened(START)
    return line


def receive(session: MarketSession, frame: bytes, now: Nanos) -> int:
    """Take a frame as the driver of the session does."""
    flags = session.feed(session.link, frame, now)
    if flags & CONTROL:
        session.control(frame)
    return flags


@pytest.mark.parametrize(("seconds", "failed"), [(0.001, 0), (60, 1)])
def test_a_claim_that_was_due_before_the_end_is_judged(seconds, failed):
    venue = Venue()
    line = opened(YES, NO)
    receive(line.session, frame(venue.opening()), at(0))
    venue.next("BUY", "0.45", 9)  # lost on the way
    receive(line.session, frame(venue.next("BUY", "0.48", 31)), at(1))
    line.session.closed(Cause.LINK_DOWN, at(1 + seconds))
    assert failed == bool(line.books.counters()["proofs.failed"])


def test_subscribes_before_it_pings():
    session = opened("20", "100").session
    assert [
        b'{"type":"market","assets_ids":["100","20"],"custom_feature_enabled":true}'
    ] == session.frames()
    session.woken(at(10))
    assert [b"PING"] == session.frames()


def test_pings_when_due_and_not_before():
    session = opened("1").session
    session.frames()
    assert at(10) == session.wake_at()

    session.woken(Nanos(at(10) - 1))
    assert [] == session.frames()

    session.woken(at(10))
    assert [b"PING"] == session.frames()

    session.woken(at(19.9))
    assert [] == session.frames()

    session.woken(at(20))
    assert [b"PING"] == session.frames()


def test_says_nothing_on_a_connection_without_a_subscription():
    line = opened()
    line.session.woken(at(100))
    assert [] == line.session.frames()
    assert line.session.wake_at() is None
    assert line.session.expired(at(1000)) is None

    line.session.subscribe(["1"], at(100))
    assert [
        b'{"type":"market","assets_ids":["1"],"custom_feature_enabled":true}'
    ] == line.session.frames()
    assert at(110) == line.session.wake_at()


def test_leaves_the_custom_features_out_when_told_so():
    session = opened("1", settings=Settings(custom_features=False)).session
    assert [
        b'{"type":"market","assets_ids":["1"],"custom_feature_enabled":false}'
    ] == session.frames()


def test_expires_soon_when_neither_pong_nor_data_comes():
    session = opened("1").session
    session.woken(at(10))
    assert session.expired(Nanos(at(20) - 1)) is None
    assert "no PONG for 10 s" == session.expired(at(20))


def test_a_pong_may_queue_behind_data_for_longer_but_not_for_ever():
    session = opened("1").session
    session.woken(at(10))
    for seconds in range(11, 40, 4):
        receive(session, book("1"), at(seconds))
        assert session.expired(at(seconds)) is None
    assert session.expired(Nanos(at(40) - 1)) is None
    assert "no PONG for 30 s" == session.expired(at(40))


def test_is_woken_at_the_deadline_of_the_pong():
    session = opened("1", settings=Settings(pong_quiet=Nanos(3 * NS_PER_S))).session
    session.woken(at(10))
    assert at(13) == session.wake_at()


@pytest.mark.parametrize("pong", [b"PONG", b"pong", b" PONG\n"])
def test_a_pong_answers_every_ping_before_it(pong):
    session = opened("1", settings=Settings(silence=Nanos(0))).session
    session.woken(at(10))
    session.woken(at(20))
    assert CONTROL == receive(session, pong, at(19)) & CONTROL
    assert session.expired(at(29)) is None
    session.woken(at(30))
    assert session.expired(at(39)) is None
    assert "no PONG for 10 s" == session.expired(at(40))
    assert (3, 1) == (session.counts.pings, session.counts.pongs)


def test_a_busy_link_is_given_up_sooner_than_a_quiet_one():
    session = opened("1").session
    for millis in range(0, 10_000, 100):
        receive(session, book("1"), at(millis / 1000))
    session.woken(at(10))
    receive(session, b"PONG", at(10.1))
    session.woken(at(9.9 + 7.5))
    assert session.expired(Nanos(at(9.9 + 15) - 1)) is None
    assert "no data for 15 s" in (session.expired(at(9.9 + 15)) or "")


def test_data_is_no_answer_to_a_ping():
    session = opened("1").session
    session.woken(at(10))
    receive(session, book("1"), at(39))
    assert "no PONG for 30 s" == session.expired(at(40))


def test_a_pong_is_not_data():
    session = opened("1").session
    receive(session, book("1"), at(1))
    receive(session, b"PONG", at(2))
    assert at(1) == session.last_data()


def test_feeds_the_books_and_returns_their_flags():
    line = opened("1")
    assert BOOKS == receive(line.session, book("1"), at(1)) & BOOKS
    assert BookState.LIVE is line.state("1")


def test_counts_the_texts_that_are_no_data():
    session = opened("1").session
    receive(session, b"INVALID OPERATION", at(1))
    receive(session, b"NO NEW ASSETS", at(1))
    receive(session, b"PONG", at(1))
    receive(session, b"[]", at(1))
    counts = session.counts
    assert (1, 1, 1) == (counts.invalid_operations, counts.other_controls, counts.pongs)


def test_adds_and_removes_while_it_is_open():
    line = opened("1")
    line.session.frames()
    line.session.subscribe(["3", "20", "3", "1"], at(1))
    line.session.unsubscribe(["1", "999"], at(2))
    assert [
        b'{"operation":"subscribe","assets_ids":["20","3"],"custom_feature_enabled":true}',
        b'{"operation":"unsubscribe","assets_ids":["1"]}',
    ] == line.session.frames()
    assert ("3", "20") == line.session.tokens()
    assert ["3", "20"] == line.books.tracked()


def test_says_nothing_when_nothing_changes():
    line = opened("1")
    line.session.frames()
    line.session.subscribe(["1"], at(1))
    line.session.unsubscribe(["2"], at(1))
    assert [] == line.session.frames()


def test_what_changes_while_it_is_closed_is_asked_for_at_the_opening():
    line = opened("1", "2")
    line.session.closed(Cause.LINK_DOWN, at(5))
    line.session.frames()
    line.session.unsubscribe(["1"], at(6))
    line.session.subscribe(["3"], at(7))
    assert [] == line.session.frames()

    line.session.opened(at(8))
    assert [
        b'{"type":"market","assets_ids":["2","3"],"custom_feature_enabled":true}'
    ] == line.session.frames()
    assert at(18) == line.session.wake_at()


def test_a_closed_connection_takes_what_was_not_sent_and_every_timer_with_it():
    line = opened("1")
    receive(line.session, book("1"), at(1))
    line.session.woken(at(10))
    line.session.closed(Cause.LINK_DOWN, at(11))
    assert [] == line.session.frames()
    assert line.session.wake_at() is None
    assert line.session.expired(at(1000)) is None
    assert BookState.STALE is line.state("1")


def test_asks_anew_with_a_pair_of_frames_and_only_for_what_is_subscribed():
    line = opened("1", "2")
    line.session.frames()
    line.session.resubscribe(["2", "9", "2"], at(1))
    assert [
        b'{"operation":"unsubscribe","assets_ids":["2"]}',
        b'{"operation":"subscribe","assets_ids":["2"],"custom_feature_enabled":true}',
    ] == line.session.frames()
    assert ("1", "2") == line.session.tokens()


def test_asking_anew_on_a_closed_connection_says_nothing():
    line = Line("1")
    line.session.resubscribe(["1"], at(1))
    assert [] == line.session.frames()


def test_a_text_that_cannot_be_a_token_is_refused_before_anything_is_done():
    line = opened("1")
    line.session.frames()
    with pytest.raises(UnknownTokenError):
        line.session.subscribe(["2", "0xbd31"], at(1))
    assert ("1",) == line.session.tokens()
    assert [] == line.session.frames()


def test_refuses_more_tokens_than_the_venue_serves_on_one_link():
    line = opened(*map(str, range(500)))
    with pytest.raises(AssertionError, match="shard"):
        line.session.subscribe(["500"], at(1))


def alive(line: Line, until: int) -> None:
    """Let the link answer every PING with nothing but a PONG."""
    for second in range(10, until + 1, 10):
        line.session.woken(at(second))
        receive(line.session, b"PONG", at(second))


def test_a_silent_link_is_asked_for_one_book_and_given_up_if_it_does_not_come():
    line = opened("1", "2")
    receive(line.session, book("2"), at(0))
    line.session.frames()
    alive(line, 29)
    line.session.frames()
    assert at(30) == line.session.wake_at()

    alive(line, 30)
    frames = line.session.frames()
    assert b'{"operation":"unsubscribe","assets_ids":["2"]}' in frames
    alive(line, 59)
    assert line.session.expired(Nanos(at(60) - 1)) is None
    assert at(60) == line.session.wake_at()
    assert "no data for 60 s, not even the book that was asked for anew" == (
        line.session.expired(at(60))
    )
    assert 1 == line.session.counts.probes


def test_a_quiet_link_that_answers_with_a_book_lives_on():
    line = opened("1")
    receive(line.session, book("1"), at(0))
    alive(line, 30)
    receive(line.session, book("1"), at(31))
    alive(line, 60)
    assert line.session.expired(at(60)) is None
    assert at(61) == line.session.wake_at()
    alive(line, 70)
    assert 2 == line.session.counts.probes


def test_silence_is_no_wonder_when_every_market_is_over():
    line = opened("1", "2")
    receive(line.session, book("1"), at(0))
    receive(line.session, resolved("1", "2"), at(1))
    for second in range(10, 600, 10):
        alive(line, second)
        assert line.session.expired(at(second)) is None
        wake_at = line.session.wake_at()
        assert wake_at is not None
        assert wake_at > at(second)
    assert 0 == line.session.counts.probes


def test_a_link_whose_tokens_never_had_a_book_is_neither_probed_nor_given_up():
    line = opened("1", "2")
    for second in range(10, 600, 10):
        alive(line, second)
        assert line.session.expired(at(second)) is None
        wake_at = line.session.wake_at()
        assert wake_at is not None
        assert wake_at > at(second)
    assert 0 == line.session.counts.probes


def test_a_book_of_the_connection_before_is_not_asked_for_anew():
    line = opened("1")
    receive(line.session, book("1"), at(0))
    line.session.closed(Cause.LINK_DOWN, at(1))
    line.session.opened(at(2))
    alive(line, 130)
    assert line.session.expired(at(130)) is None
    assert 0 == line.session.counts.probes


@pytest.mark.parametrize("tokens", [("1", "2", "3"), ("3", "2", "1")])
def test_of_all_tokens_a_live_book_is_asked_for_anew_and_else_a_suspect_one(tokens):
    line = opened(*tokens)
    receive(line.session, book("2"), at(0))
    receive(line.session, book("3"), at(0))
    line.books.suspect("2", Cause.SILENT, at(1))
    alive(line, 30)
    assert b'{"operation":"unsubscribe","assets_ids":["3"]}' in line.session.frames()

    line.books.suspect("3", Cause.SILENT, at(30))
    line.session.unsubscribe(["3"], at(30))
    receive(line.session, book("9"), at(31))
    line.session.frames()
    alive(line, 70)
    assert b'{"operation":"unsubscribe","assets_ids":["2"]}' in line.session.frames()


def test_a_book_by_rest_may_be_asked_for_anew():
    line = opened("1")
    answer = (
        b'{"market":"0xaa","asset_id":"1","timestamp":"1766000000000",'
        b'"bids":[{"price":"0.4","size":"10"}],"asks":[{"price":"0.6","size":"10"}]}'
    )
    line.books.feed_rest(LINK, answer, at(5))
    alive(line, 60)
    assert line.session.expired(at(60)) is not None
    assert 1 == line.session.counts.probes


def test_silence_means_nothing_where_the_limit_is_off():
    line = opened("1", settings=Settings(silence=Nanos(0)))
    alive(line, 1000)
    assert line.session.expired(at(1000)) is None
    assert 0 == line.session.counts.probes


def test_the_end_of_a_connection_means_what_the_venue_means():
    verdict = opened("1").session.verdict(Closed(1000, "all subscribed assets resolved"))
    assert ("resolved", Pace.IDLE) == (verdict.name, verdict.pace)
