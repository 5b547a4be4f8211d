"""The audit in virtual time: which books are read, and what a difference takes to be believed."""

from types import SimpleNamespace

from pr3dict.engine.audit import Ask, Audit, Reading
from pr3dict.engine.heal import FETCH_MAX, Budget
from pr3dict.model.events import FeedLost, StateChanged
from pr3dict.model.states import BookState, Cause, Proof

START = 1_700_000_000_000_000_000
S = 1_000_000_000


class Desk:
    """Books as the audit sees them, and the audit."""

    def __init__(self, *tokens, proof=Proof.PROVED):
        self.views = {
            token: SimpleNamespace(
                token=token,
                market="0x1",
                proof=proof,
                version=1,
                venue_ns=START,
                local_ns=START,
                verified_ns=START,
            )
            for token in tokens
        }
        self.audit = Audit(Budget(), every_ns=20 * S)
        self.audit.heard([became(BookState.LIVE, token) for token in tokens])

    def due(self, at):
        """Return the tokens to read."""
        ask = self.audit.due(START + at, self.views.get)
        return [] if ask is None else list(ask.tokens)

    def answered(self, at, *, same, venue_ns=START + S):
        readings = {token: Reading(same, venue_ns) for token in self.views}
        return self.audit.answered(readings, START + at, self.views.get)

    def data(self, token, at):
        self.views[token].version += 1
        self.views[token].local_ns = START + at


def became(state, token="a", at=START):
    return StateChanged(token, BookState.SYNCING, state, Cause.NONE, at)


def first_look(desk):
    assert [] == desk.due(2 * S)


def test_a_quiet_book_is_read_after_its_time():
    desk = Desk("a")
    first_look(desk)

    assert START + 20 * S == desk.audit.wake_at()
    assert [] == desk.due(20 * S - 1)
    assert ["a"] == desk.due(20 * S)


def test_a_book_with_data_or_proof_is_not_read():
    desk = Desk("a", "b")
    desk.data("a", 25 * S)
    desk.views["b"].verified_ns = START + 26 * S

    assert [] == desk.due(20 * S)
    assert ["a"] == desk.due(45 * S)


def test_an_equal_book_is_read_again_in_its_turn():
    desk = Desk("a")
    first_look(desk)
    desk.due(20 * S)

    assert [] == desk.answered(20 * S, same=True)
    assert [] == desk.due(40 * S - 1)
    assert ["a"] == desk.due(40 * S)


def test_two_differences_without_data_between_are_doubt():
    desk = Desk("a")
    first_look(desk)
    desk.due(20 * S)
    assert [] == desk.answered(20 * S, same=False)

    assert ["a"] == desk.due(32 * S)
    assert ["a"] == desk.answered(32 * S, same=False)


def test_data_between_the_reads_takes_the_doubt_away():
    desk = Desk("a")
    first_look(desk)
    desk.due(20 * S)
    desk.answered(20 * S, same=False)
    desk.data("a", 31 * S)

    assert [] == desk.due(32 * S)


def test_data_during_the_read_makes_it_worthless():
    desk = Desk("a")
    first_look(desk)
    desk.due(20 * S)
    desk.data("a", 20 * S + 1)
    desk.answered(20 * S + 2, same=False)

    assert 1 == desk.audit.counters["overtaken"]
    assert 0 == desk.audit.counters["differed"]


def test_rest_that_is_older_than_the_book_proves_nothing():
    desk = Desk("a")
    first_look(desk)
    for turn in range(1, 4):
        assert ["a"] == desk.due(20 * turn * S)
        assert [] == desk.answered(20 * turn * S, same=False, venue_ns=START - 1)


def test_content_of_the_same_moment_may_differ_and_is_doubted():
    desk = Desk("a")
    first_look(desk)
    desk.due(20 * S)
    assert [] == desk.answered(20 * S, same=False, venue_ns=START)
    desk.due(32 * S)
    assert ["a"] == desk.answered(32 * S, same=False, venue_ns=START)


def blind_desk():
    desk = Desk("a", proof=Proof.OFF)
    assert [] == desk.due(2 * S)
    return desk


def test_a_book_that_nothing_proves_is_read_though_data_comes():
    desk = blind_desk()
    desk.data("a", 19 * S)
    assert ["a"] == desk.due(20 * S)
    assert [] == desk.answered(20 * S, same=False)
    desk.data("a", 21 * S)
    assert ["a"] == desk.due(22 * S)
    assert ["a"] == desk.answered(22 * S, same=False)


def test_what_overtakes_an_answer_is_read_again_soon_where_nothing_proves_it():
    desk = blind_desk()
    desk.due(20 * S)
    desk.data("a", 20 * S + 1)
    assert [] == desk.answered(20 * S + 2, same=False)
    assert 1 == desk.audit.counters["overtaken"]
    assert ["a"] == desk.due(22 * S + 2)


def test_a_second_read_that_agrees_ends_the_doubt():
    desk = Desk("a")
    first_look(desk)
    desk.due(20 * S)
    desk.answered(20 * S, same=False)
    desk.due(32 * S)
    desk.answered(32 * S, same=True)
    desk.due(62 * S)

    assert [] == desk.answered(62 * S, same=False)


def test_only_live_books_are_read():
    desk = Desk("a")
    desk.audit.heard([became(BookState.SUSPECT)])

    assert [] == desk.due(300 * S)
    assert desk.audit.wake_at() is None


def test_a_book_whose_link_is_down_is_not_read():
    desk = Desk("a")
    desk.audit.heard([FeedLost(1, 1, Cause.LINK_DOWN, ("a",), START)])

    assert desk.audit.wake_at() is None


def test_an_unverified_book_asks_for_its_rules_soon_and_once_a_market():
    desk = Desk("a", "b", proof=Proof.UNVERIFIED)

    assert Ask(market="0x1") == desk.audit.due(START + 2 * S, desk.views.get)
    desk.audit.ruled("0x1")
    assert START + 20 * S == desk.audit.wake_at()
    assert Ask(tokens=("a", "b")) == desk.audit.due(START + 20 * S, desk.views.get)


def test_a_token_that_comes_later_or_again_asks_for_the_rules_of_its_market_itself():
    desk = Desk("a", proof=Proof.UNVERIFIED)
    desk.audit.due(START + 2 * S, desk.views.get)
    desk.audit.ruled("0x1")
    desk.audit.heard([became(BookState.SUSPECT), became(BookState.LIVE)])
    assert [] == desk.due(4 * S)
    desk.audit.forget("a")
    desk.audit.heard([became(BookState.LIVE)])
    assert Ask(market="0x1") == desk.audit.due(START + 4 * S, desk.views.get)


def test_rules_that_could_not_be_had_are_asked_for_again():
    desk = Desk("a", proof=Proof.UNVERIFIED)
    desk.audit.due(START + 2 * S, desk.views.get)
    desk.audit.failed(START + 2 * S)

    assert [] == desk.due(19 * S)
    assert Ask(market="0x1") == desk.audit.due(START + 20 * S, desk.views.get)


def test_a_request_holds_a_bounded_number_of_books():
    desk = Desk(*(f"t{number:03}" for number in range(FETCH_MAX + 5)))
    first_look(desk)

    assert FETCH_MAX == len(desk.due(20 * S))
    assert [] == desk.due(20 * S)
    desk.answered(20 * S, same=True)
    assert 5 == len(desk.due(31 * S))


def test_a_failed_request_waits_and_doubts_nobody():
    desk = Desk("a")
    first_look(desk)
    desk.due(20 * S)
    desk.audit.failed(START + 20 * S)

    assert [] == desk.due(39 * S)
    assert ["a"] == desk.due(40 * S)


def test_what_was_read_before_the_process_stood_still_convicts_no_book():
    desk = Desk("a")
    first_look(desk)
    assert ["a"] == desk.due(20 * S)
    assert [] == desk.answered(20 * S, same=False)
    desk.audit.overslept()
    later = (desk.audit.wake_at() or 0) - START
    assert ["a"] == desk.due(later)
    assert [] == desk.answered(later, same=False)  # the first of two, again
    assert ["a"] == desk.due(later + 2 * S)
    assert ["a"] == desk.answered(later + 2 * S, same=False)


def test_an_answer_that_came_while_the_process_stood_still_says_nothing():
    desk = Desk("a")
    first_look(desk)
    assert ["a"] == desk.due(20 * S)
    desk.audit.overslept()
    assert [] == desk.answered(31 * S, same=False)
    assert {"overtaken": 1} == {k: v for k, v in desk.audit.counters.items() if k == "overtaken"}
    assert 0 == desk.audit.counters["differed"]
