"""How orders and trades live and end."""

from itertools import permutations

import pytest
from tests.venues.polymarket.user_kit import order, trade

from pr3dict.model.states import Source
from pr3dict.model.units import MICROS
from pr3dict.venues.polymarket.user import lifecycle


@pytest.mark.parametrize(
    ("status", "order_type", "matched", "ended"),
    [
        ("LIVE", "GTC", "0", False),
        ("DELAYED", "GTC", "0", False),
        ("UNMATCHED", "GTC", "0", False),
        ("MATCHED", "GTC", "4", False),
        ("MATCHED", "GTC", "10", True),
        ("LIVE", "GTC", "10", True),
        ("MATCHED", "FAK", "4", True),
        ("MATCHED", "FOK", "10", True),
        ("CANCELED", "GTC", "4", True),
        ("CANCELED_MARKET_RESOLVED", "GTC", "0", True),
        ("CANCELED_order couldn't be fully filled.", "FOK", None, True),
        ("canceled by an admin", "GTC", "0", True),
        ("INVALID", "GTC", "0", True),
        ("GONE", "GTC", "0", True),
        ("something new", "GTC", "0", False),
    ],
)
def test_an_order_ends_by_its_status_or_when_all_of_it_is_matched(
    status, order_type, matched, ended
):
    assert ended is lifecycle.has_ended(
        order(status=status, order_type=order_type, matched=matched)
    )


def test_a_cancellation_ends_an_order_whatever_its_status_says():
    assert lifecycle.has_ended(order(status="LIVE", kind="CANCELLATION"))


def test_three_words_on_an_order_say_the_same_in_any_order():
    words = [
        order(status="LIVE", kind="PLACEMENT", seconds=0),
        order(status="LIVE", matched="4", seconds=1, trades=("t1",)),
        order(status="LIVE", matched="3", source=Source.REST),
        order(status="CANCELED", kind="CANCELLATION", matched=None, seconds=2),
    ]
    ends = set()
    for one, *others in permutations(words):
        for other in others:
            one = lifecycle.joined_order(one, other)  # noqa: PLW2901 - joined one by one
        ends.add(lifecycle.content_of_order(one))
    assert 1 == len(ends)
    (end,) = ends
    assert ("CANCELED", 4 * MICROS, ("t1",)) == (end.status, end.matched_size, end.trades)


def test_an_older_answer_of_rest_undoes_nothing():
    newer = order(status="CANCELED", kind="CANCELLATION", matched="4", seconds=5)
    joined = lifecycle.joined_order(newer, order(status="LIVE", matched="1", source=Source.REST))
    assert lifecycle.content_of_order(newer) == lifecycle.content_of_order(joined)


@pytest.mark.parametrize(
    ("one", "other", "holds"),
    [
        (("MATCHED", 0), ("MINED", 1), "MINED"),
        (("MINED", 1), ("CONFIRMED", 2), "CONFIRMED"),
        (("MINED", 0), ("MATCHED", 0), "MINED"),
        (("RETRYING", 3), ("MINED", 1), "RETRYING"),
        (("CONFIRMED", 2), ("RETRYING", 9), "CONFIRMED"),
        (("FAILED", 2), ("MINED", 9), "FAILED"),
        (("CONFIRMED", 2), ("FAILED", 9), "FAILED"),
        (("MATCHED", 1), ("MATCHED_NOT_BROADCASTED", 1), "MATCHED"),
    ],
)
def test_the_later_status_of_a_trade_holds_and_a_last_one_before_all(one, other, holds):
    first, second = (trade(status=status, seconds=seconds) for status, seconds in (one, other))
    assert holds == lifecycle.joined_trade(first, second).status
    assert holds == lifecycle.joined_trade(second, first).status


def test_what_one_word_on_a_trade_lacks_the_other_gives():
    matched = trade(status="MATCHED", transaction_hash="", role="")
    mined = trade(status="MINED", transaction_hash="0x1", seconds=1)
    for joined in (
        lifecycle.joined_trade(matched, mined),
        lifecycle.joined_trade(mined, matched),
    ):
        assert ("MINED", "0x1", "TAKER") == (joined.status, joined.transaction_hash, joined.role)
