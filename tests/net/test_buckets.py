"""Rate limits, counted on our side; time is an argument."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pr3dict.model.rates import Refill, Window
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net.buckets import RESET_MAX, Buckets, Shut

S = NS_PER_S
NOW = Nanos(1_790_000_000 * S)
RULES = {
    "all": (Window(5, Nanos(10 * S)),),
    "narrow": (Window(2, Nanos(10 * S)),),
    "twice": (Window(3, Nanos(10 * S)), Window(4, Nanos(600 * S))),
    "orders": (Refill(2, 4),),
}
TIERS = {"Gold": {"orders": Refill(10, 20)}}


def buckets() -> Buckets:
    return Buckets(RULES, TIERS)


def pass_through(held: Buckets, names: tuple[str, ...], now: Nanos, times: int) -> None:
    for _ in range(times):
        assert 0 == held.wait(names, now)
        held.take(names, now)


def test_a_window_lets_its_number_pass_and_then_none_for_its_span():
    held = buckets()
    pass_through(held, ("all",), NOW, 5)
    assert 10 * S <= held.wait(("all",), NOW) <= 11 * S
    assert 0 < held.wait(("all",), Nanos(NOW + 10 * S - 1))
    pass_through(held, ("all",), Nanos(NOW + 11 * S), 5)


@given(steps=st.lists(st.integers(0, 3 * S), min_size=1, max_size=200), most=st.integers(1, 20))
def test_no_span_of_time_ever_has_more_than_the_window_allows(steps, most):
    span = 10 * S
    held = Buckets({"x": (Window(most, Nanos(span)),)})
    now, passed = NOW, deque()
    for step in steps:
        now = Nanos(now + step)
        if held.wait(("x",), now) == 0:
            held.take(("x",), now)
            passed.append(now)
        while passed and passed[0] <= now - span:
            passed.popleft()
        assert len(passed) <= most


def test_what_passed_at_the_end_of_a_part_counts_for_its_whole_span():
    held = buckets()
    pass_through(held, ("all",), Nanos(NOW + S - 1), 5)
    assert 0 < held.wait(("all",), Nanos(NOW + 10 * S))


@given(steps=st.lists(st.integers(0, 3 * S), min_size=1, max_size=100))
def test_who_waits_as_long_as_told_may_go(steps):
    held, now = buckets(), NOW
    for step in steps:
        now = Nanos(now + step)
        now = Nanos(now + held.wait(("all", "orders@a"), now))
        assert 0 == held.wait(("all", "orders@a"), now)
        held.take(("all", "orders@a"), now)


def test_a_request_passes_only_where_all_its_limits_let_it():
    held = buckets()
    pass_through(held, ("all", "narrow"), NOW, 2)
    assert 0 < held.wait(("all", "narrow"), NOW)
    assert 0 == held.wait(("all",), NOW)
    pass_through(held, ("all",), NOW, 3)
    assert 0 < held.wait(("all",), NOW)


def test_the_longer_window_holds_when_the_shorter_is_free_again():
    held = buckets()
    pass_through(held, ("twice",), NOW, 3)
    later = Nanos(NOW + 20 * S)
    pass_through(held, ("twice",), later, 1)
    assert 500 * S < held.wait(("twice",), later)


def test_saved_tokens_are_spent_at_once_and_come_back_one_by_one():
    held = buckets()
    pass_through(held, ("orders@a",), NOW, 4)
    assert S // 2 == held.wait(("orders@a",), NOW)
    pass_through(held, ("orders@a",), Nanos(NOW + S), 2)
    assert S // 2 == held.wait(("orders@a",), Nanos(NOW + S))


def test_whose_limit_it_is_counts_alone():
    held = buckets()
    pass_through(held, ("orders@a",), NOW, 4)
    pass_through(held, ("orders@b",), NOW, 4)


def test_a_name_that_stands_three_times_takes_three():
    held = buckets()
    held.take(("orders@a",) * 3, NOW)
    assert 0 == held.wait(("orders@a",), NOW)
    assert S // 2 == held.wait(("orders@a",) * 2, NOW)


def test_a_request_dearer_than_its_limit_goes_when_all_of_it_is_free():
    held = buckets()
    assert 0 == held.wait(("orders@a",) * 100, NOW)
    held.take(("orders@a",) * 100, NOW)
    assert 48 * S < held.wait(("orders@a",), NOW)
    assert 0 == held.wait(("all",) * 100, NOW)


def test_a_name_without_a_rule_lets_everything_pass():
    pass_through(buckets(), ("nobody knows it",), NOW, 1000)


def test_what_is_shut_lets_nothing_pass_and_tells_why_until_then():
    held = buckets()
    why = Shut(Nanos(NOW + 7 * S), "rate_limited", "said so")
    held.shut(("all",), why)
    assert 7 * S == held.wait(("all", "narrow"), NOW)
    assert why == held.shut_for(("narrow", "all"), NOW)
    assert 0 == held.wait(("all",), Nanos(NOW + 7 * S))
    assert None is held.shut_for(("all",), Nanos(NOW + 7 * S))


def test_what_is_shut_for_long_is_not_opened_by_a_shorter_word():
    held = buckets()
    held.shut(("all",), Shut(Nanos(NOW + 60 * S), "challenged", "banned"))
    held.shut(("all",), Shut(Nanos(NOW + 1 * S), "rate_limited", "said so"))
    assert 60 * S == held.wait(("all",), NOW)


def test_what_the_venue_counts_as_left_is_believed_where_it_is_less():
    held = buckets()
    held.heard(("all", "orders@a"), {"poly-ratelimit-remaining": "1"}, NOW)
    pass_through(held, ("orders@a",), NOW, 1)
    assert 0 < held.wait(("orders@a",), NOW)

    held.heard(("all", "orders@a"), {"poly-ratelimit-remaining": "400"}, NOW)
    assert 0 < held.wait(("orders@a",), NOW)


def test_nothing_left_closes_until_the_reset_and_a_reset_in_years_is_no_reset():
    held = buckets()
    none = {"poly-ratelimit-remaining": "0", "poly-ratelimit-reset": str(NOW // S + 30)}
    held.heard(("all", "orders@a"), none, NOW)
    assert 30 * S == held.wait(("orders@a",), NOW)
    assert 0 == held.wait(("all", "orders@b"), NOW)

    held.heard(("orders@b",), none | {"poly-ratelimit-reset": "99999999999"}, NOW)
    assert RESET_MAX == held.wait(("orders@b",), NOW)


def test_a_higher_tier_replaces_the_limits_of_that_signer():
    held = buckets()
    held.heard(("orders@a",), {"poly-ratelimit-tier": "Gold"}, NOW)
    pass_through(held, ("orders@a",), NOW, 20)
    assert S // 10 == held.wait(("orders@a",), NOW)


@pytest.mark.parametrize("odd", ["", "many", "-1", "1e9", "\N{FULLWIDTH DIGIT ONE}"])
def test_headers_that_cannot_be_read_change_nothing(odd):
    held = buckets()
    names = ("remaining", "reset", "tier")
    held.heard(("orders@a",), {f"poly-ratelimit-{name}": odd for name in names}, NOW)
    pass_through(held, ("orders@a",), NOW, 4)
