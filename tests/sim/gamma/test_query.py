"""Questions to a list: wrong ones are refused, pages never repeat or skip."""

import pytest
from multidict import MultiDict

from pr3dict.sim.gamma.query import BadQuery, amount, flag, keyset, moment, offset, ordered, several


def pages(items: list[int], limit: int, **query: str) -> list[int]:
    """Walk through all pages while items come and go."""
    found: list[int] = []
    asked = MultiDict({"limit": str(limit), **query})
    while True:
        ranked = ordered(items, asked, lambda each: {"v": each % 7}, lambda each: each)
        page = keyset(ranked, asked, 100, 20)
        found += page.items
        if page.cursor is None:
            return found
        asked["after_cursor"] = page.cursor


@pytest.mark.parametrize("ascending", ["true", "false"])
@pytest.mark.parametrize("order", ["", "v"])
def test_pages_follow_each_other_in_any_order(order, ascending):
    query = {"ascending": ascending} | ({"order": order} if order else {})
    found = pages(list(range(40)), 3, **query)

    rank = (lambda each: (each % 7, each)) if order else (lambda each: (each, each))
    assert sorted(range(40), key=rank, reverse=ascending == "false") == found


def test_what_comes_meanwhile_neither_repeats_nor_hides_anything():
    items = list(range(0, 40, 2))
    asked = MultiDict({"limit": "5"})
    first = keyset(ordered(items, asked, lambda _: {}, int), asked, 100, 20)
    asked["after_cursor"] = first.cursor or ""
    items.insert(0, 1)
    second = keyset(ordered(items, asked, lambda _: {}, int), asked, 100, 20)

    assert ([0, 2, 4, 6, 8], [10, 12, 14, 16, 18]) == (first.items, second.items)


def test_missing_members_come_first_and_unknown_ones_are_refused():
    told = {1: {"v": "b"}, 2: {}, 3: {"v": "a"}}
    asked = MultiDict({"order": "v"})

    assert [2, 3, 1] == [item for _, item in ordered([1, 2, 3], asked, told.__getitem__, int)]
    with pytest.raises(BadQuery, match="order"):
        ordered([1], MultiDict({"order": "w"}), told.__getitem__, int)


def test_limits_are_kept():
    ranked = [((each,), each) for each in range(300)]

    assert 100 == len(keyset(ranked, MultiDict({"limit": "1000"}), 100, 20).items)
    assert 20 == len(keyset(ranked, MultiDict(), 100, 20).items)
    assert [7, 8] == offset(ranked, MultiDict({"limit": "2", "offset": "7"}), 100, 20)


def test_values_may_be_repeated_or_joined_by_commas():
    query = MultiDict([("id", "1,2"), ("id", "3"), ("ids", "4")])

    assert ["1", "2", "3", "4"] == several(query, "id", "ids")
    with pytest.raises(BadQuery, match="too many"):
        several(MultiDict({"id": ",".join(map(str, range(101)))}), "id")


def test_parameters_are_read_exactly():
    query = MultiDict({"yes": "True", "no": "x", "at": "2026-03-12T09:25:00Z", "n": "1.5"})

    assert (True, None) == (flag(query, "yes"), flag(query, "none"))
    assert (1_773_307_500_000, 1.5) == (moment(query, "at"), amount(query, "n"))
    for read in (flag, moment, amount):
        with pytest.raises(BadQuery, match="no"):
            read(query, "no")
