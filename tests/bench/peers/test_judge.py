"""The judge: what was seen becomes an outcome, by the same rules for everybody."""

import msgspec
import pytest
from bench.peers.judge import Outcome, judge
from tests.bench.peers.kit import OLD, RIGHT, book, event, recording, truth


def test_a_book_that_stands_still_is_wrong_from_the_end_of_the_grace_on():
    outcome = judge(recording(book(-1)))

    assert (None, None) == (outcome.noticed_s, outcome.recovered_s)
    assert 19.2 == pytest.approx(outcome.wrong_s, abs=0.1)
    assert (1, 1) == (outcome.wrong_tokens, outcome.victims)


def test_a_book_said_to_be_no_good_is_not_wrong_but_missing():
    outcome = judge(
        recording(book(-1), book(5, good=False, state="SUSPECT"), book(8, RIGHT), until=20)
    )

    assert (5.0, "state SUSPECT") == (outcome.noticed_s, outcome.how)
    assert 4.2 == pytest.approx(outcome.wrong_s, abs=0.1)
    assert 3.0 == pytest.approx(outcome.without_s, abs=0.1)
    assert 8.0 == pytest.approx(outcome.recovered_s, abs=0.1)


def test_a_book_that_was_true_a_moment_ago_is_right():
    truths = [truth(-5, OLD), truth(0, RIGHT), truth(10, "newer")]
    outcome = judge(recording(book(-1), book(0.5, RIGHT), book(10.5, "newer"), truths=truths))

    assert (0.0, 0.0) == (outcome.wrong_s, outcome.recovered_s)


def test_a_right_book_by_chance_of_another_time_is_wrong():
    truths = [truth(-5, OLD), truth(0, RIGHT), truth(10, "newer")]
    outcome = judge(recording(book(-1), book(0.5, RIGHT), truths=truths))

    assert 9.2 == pytest.approx(outcome.wrong_s, abs=0.1)


def test_right_at_the_very_end_only_is_no_recovery():
    assert judge(recording(book(-1), book(19, RIGHT))).recovered_s is None


def test_a_book_that_never_was_good_is_no_notice():
    outcome = judge(recording(book(-1, None, good=False), book(3, None, good=False, state="b")))

    assert outcome.noticed_s is None
    assert 20.0 == outcome.without_s


def test_the_first_sign_is_told_whichever_it_is():
    signs = [event(4, "closed"), event(2, "of another token", "b"), event(-1, "before")]

    assert (4.0, "event closed") == _noticed(recording(book(-1), *signs))
    assert (3.0, "a new connection") == _noticed(recording(book(-1), *signs, connects=[-3, 3]))


def test_only_connections_after_the_fault_are_new():
    assert 1 == judge(recording(book(-1), connects=[-3, 3])).reconnects


def test_the_very_first_connection_is_no_sign_where_the_fault_was_armed_before():
    outcome = judge(recording(book(-1), connects=[0.1]))

    assert (None, 0) == (outcome.noticed_s, outcome.reconnects)


def test_where_no_one_can_read_nothing_is_served():
    outcome = judge(recording(book(-1), book(0.1, RIGHT), still=[(5, 10)]))

    assert 4.4 == pytest.approx(outcome.still_s, abs=0.3)
    assert 0.0 == outcome.wrong_s


def test_a_client_without_books_is_judged_by_its_top():
    agreeing = book(-1, None)
    other = book(5, None, top=[470_000, 490_000])

    assert 0.0 == judge(recording(agreeing)).wrong_s
    assert 15.0 == pytest.approx(judge(recording(agreeing, other)).wrong_s, abs=0.1)


def test_a_client_without_books_and_without_a_top_is_wrong_about_a_book():
    assert 15.0 == pytest.approx(
        judge(recording(book(-1), book(0.1, RIGHT), book(5, None, top=None))).wrong_s, abs=0.1
    )


def test_tokens_beside_the_fault_are_counted_apart():
    truths = [truth(-5, RIGHT), truth(-5, RIGHT, "b")]
    outcome = judge(
        recording(book(-1, RIGHT), book(-1, "other", token="b"), truths=truths, tokens=("a", "b"))
    )

    assert (0.0, 20.0) == (outcome.wrong_s, outcome.others_wrong_s)


def test_trouble_is_handed_on():
    nothing = recording()
    assert "x" == judge(_with(nothing, trouble="x")).trouble
    assert "the fault never struck" == judge(_with(nothing, struck=0)).trouble


def _noticed(one):
    outcome: Outcome = judge(one)
    return outcome.noticed_s, outcome.how


def _with(one, **changes):
    return msgspec.structs.replace(one, **changes)
