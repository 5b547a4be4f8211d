"""Tokens on links: reference counts, room, pairs, moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pr3dict.engine.shards import LINK_TOKENS_MAX, LINKS_MAX, Plan, Shards


def test_the_first_wish_opens_a_link_and_subscribes():
    shards = Shards()

    assert Plan(open=[1], subscribe={1: ["a", "b"]}) == shards.add(["a", "b"])


def test_a_second_wish_for_the_same_token_changes_nothing():
    shards = Shards()
    shards.add(["a"])

    assert Plan() == shards.add(["a", "a"])


def test_a_token_is_unsubscribed_when_the_last_wish_goes():
    shards = Shards()
    shards.add(["a", "b"])
    shards.add(["a"])

    assert Plan() == shards.remove(["a"])
    assert Plan(unsubscribe={1: ["a"]}) == shards.remove(["a"])
    assert ("b",) == shards.tokens()


def test_a_link_without_tokens_is_closed():
    shards = Shards()
    shards.add(["a", "b"])

    assert Plan(unsubscribe={1: ["a", "b"]}, close=[1]) == shards.remove(["a", "b"])
    assert () == shards.links()


def test_removing_what_nobody_wants_does_nothing():
    assert Plan() == Shards().remove(["a"])


def test_a_full_link_is_followed_by_another():
    shards = Shards(link_tokens_max=2)

    assert Plan(open=[1, 2], subscribe={1: ["a", "b"], 2: ["c"]}) == shards.add(["a", "b", "c"])


@pytest.mark.parametrize("room", [LINK_TOKENS_MAX, 500])
def test_B9_the_token_beyond_the_room_of_a_link_opens_another_before_it_is_asked_for(room):
    tokens = [str(number) for number in range(room + 1)]
    plan = Shards(room).add(tokens)

    assert Plan(open=[1, 2], subscribe={1: tokens[:room], 2: tokens[room:]}) == plan


def test_two_tokens_given_together_share_a_link():
    shards = Shards(link_tokens_max=3)
    shards.add(["a"])
    shards.add(["yes", "no"])
    shards.add(["up", "down"])

    assert shards.link_of("yes") == shards.link_of("no")
    assert shards.link_of("up") == shards.link_of("down")


def test_a_moved_token_leaves_its_link_for_another_with_room():
    shards = Shards(link_tokens_max=2)
    shards.add(["a", "b", "c"])

    assert Plan(unsubscribe={1: ["a"]}, subscribe={2: ["a"]}) == shards.move("a")
    assert 2 == shards.link_of("a")


def test_a_moved_token_gets_a_new_link_if_there_is_no_other():
    shards = Shards()
    shards.add(["a"])

    moved = Plan(unsubscribe={1: ["a"]}, close=[1], open=[2], subscribe={2: ["a"]})
    assert moved == shards.move("a")


def test_numbers_of_links_begin_again_before_the_core_has_no_more():
    shards = Shards()
    shards.add(["held"])
    for _ in range(LINKS_MAX - 1):
        shards.move("held")
    assert LINKS_MAX == shards.link_of("held")
    shards.move("held")
    assert 1 == shards.link_of("held")


def test_moving_a_token_that_nobody_wants_does_nothing():
    assert Plan() == Shards().move("a")


@given(st.lists(st.tuples(st.booleans(), st.lists(st.sampled_from("abcdefgh"), max_size=6))))
def test_every_wanted_token_sits_on_exactly_one_link_with_room(wishes):
    shards = Shards(link_tokens_max=3)
    for more, tokens in wishes:
        (shards.add if more else shards.remove)(tokens)

    placed = [token for link in shards.links() for token in shards.tokens_of(link)]
    assert sorted(shards.tokens()) == sorted(placed)
    assert all(0 < len(shards.tokens_of(link)) <= 3 for link in shards.links())
    assert all(token in shards.tokens_of(shards.link_of(token)) for token in placed)
