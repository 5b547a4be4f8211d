"""While a connection is down its books are asked of REST, in turn and within the budget."""

from pr3dict.engine.fallback import FALLBACK_EVERY_NS, Fallback
from pr3dict.engine.heal import FETCH_MAX, Budget
from pr3dict.model.events import FeedLost, FeedOpened, StateChanged
from pr3dict.model.states import BookState, Cause
from pr3dict.model.units import NS_PER_S

NOW = 1_000 * NS_PER_S
DUE = NOW + FALLBACK_EVERY_NS


def lost(*tokens, link=0, now=NOW):
    return FeedLost(link, 1, Cause.LINK_DOWN, tokens, now, 0)


def fallback(**settings):
    return Fallback(Budget(), lambda link: {0: ("a", "b"), 1: ("c",)}[link], **settings)


def test_a_book_is_asked_for_some_time_after_its_connection_was_lost_and_again_and_again():
    it = fallback()
    it.heard([lost("a", "b")])
    assert [] == it.due(DUE - 1)
    assert DUE == it.wake_at()
    assert ["a", "b"] == it.due(DUE)
    assert [] == it.due(DUE + FALLBACK_EVERY_NS)  # one request at a time
    assert it.answered(["a", "b"])
    assert ["a", "b"] == it.due(DUE + FALLBACK_EVERY_NS)


def test_a_connection_that_is_back_needs_no_rest():
    it = fallback()
    it.heard([lost("a", "b"), lost("c", link=1), FeedOpened(0, 2, NOW)])
    assert ["c"] == it.due(DUE)
    it.heard([FeedOpened(1, 2, DUE)])
    assert not it.answered(["c"])  # what the connection delivers comes first
    assert {"asked": 1, "overtaken": 1} == it.counters
    assert (0, None) == (it.down_now(), it.wake_at())


def test_a_book_that_ended_or_is_wanted_no_more_is_not_asked_for():
    it = fallback()
    it.heard([lost("a", "b"), StateChanged("a", BookState.STALE, BookState.CLOSED, 0, NOW)])
    it.forget("b")
    assert [] == it.due(DUE)


def test_a_book_that_rest_has_filled_is_asked_for_all_the_same():
    it = fallback()
    it.down(["a"], NOW)
    it.heard([StateChanged("a", BookState.EMPTY, BookState.STALE, Cause.LINK_DOWN, NOW)])
    assert ["a"] == it.due(DUE)


def test_many_books_take_turns():
    it, tokens = fallback(), [str(n) for n in range(FETCH_MAX + 10)]
    it.down(tokens, NOW)
    first = it.due(DUE)
    assert it.answered(first)
    second = it.due(DUE + NS_PER_S)
    assert tokens == first + second
    assert FETCH_MAX == len(first)


def test_a_rest_in_trouble_is_asked_ever_less():
    it = fallback()
    it.down(["a"], NOW)
    assert it.due(DUE)
    it.failed(DUE)
    assert [] == it.due(DUE + NS_PER_S)
    assert it.due(DUE + FALLBACK_EVERY_NS)


def test_nothing_is_asked_for_where_it_is_off():
    it = fallback(every_ns=0)
    it.heard([lost("a")])
    assert (0, []) == (it.down_now(), it.due(DUE))
