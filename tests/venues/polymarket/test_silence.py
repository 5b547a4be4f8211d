"""Silence is judged by the rhythm of the link and by what other links hear."""

from tests.venues.polymarket.test_session import LINK, START, URL, at, book, receive

from pr3dict.core import reference
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket.session import ANSWER, MarketSession, Settings


def test_where_other_links_deliver_silence_is_odd_sooner():
    others = [Nanos(0)]
    session = MarketSession(LINK, URL, reference.new_books(), Settings(), lambda: others[0])
    session.subscribe(["1"], START)
    session.opened(START)
    for second in range(10):
        receive(session, book("1"), at(second))
    session.woken(at(10))
    receive(session, b"PONG", at(10.1))
    session.woken(Nanos(at(9) + 18 * NS_PER_S + 500_000_000))  # half of 37 gaps of a second
    alone = session.expired(at(9 + 24))
    others[0] = at(10)
    assert (None, True) == (alone, "no data for 18 s" in (session.expired(at(9 + 24)) or ""))


def test_a_probe_that_went_out_late_has_its_time_for_an_answer():
    """The process stood still: probe and end of the silence fall due at one moment."""
    session = MarketSession(LINK, URL, reference.new_books(), Settings())
    session.subscribe(["1"], START)
    session.opened(START)
    receive(session, book("1"), at(1))
    session.frames()
    late = at(120)
    session.woken(late)
    receive(session, b"PONG", late)
    assert b"unsubscribe" in b"".join(session.frames())
    assert session.expired(Nanos(late + ANSWER - 1)) is None
    assert session.expired(Nanos(late + ANSWER)) is not None
