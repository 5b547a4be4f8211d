"""A list that comes in parts."""

import pytest

from pr3dict.client.rest.pages import Pages
from pr3dict.client.rest.rows import Rows
from pr3dict.model.errors import RestError
from pr3dict.model.requests import Page, Request

PARTS = {"": Page((1, 2), "a"), "a": Page((), "b"), "b": Page((3,), "c"), "c": Page((4, 5), "")}


class Venue:
    """Answers from memory; the address of a request is its cursor."""

    def __init__(self, parts) -> None:
        self.parts = parts
        self.asked: list[str] = []

    async def ask(self, request):
        self.asked.append(request.url)
        return self.parts[request.url]


def unread(_body: bytes) -> Page[int]:
    raise AssertionError("the venue of these tests answers without a body")


def pages(venue: Venue, limit: int = 100) -> Pages[int]:
    return Pages(venue, lambda cursor: Request(url=cursor, read=unread), first="", limit=limit)


async def test_each_result_comes_in_order():
    assert [1, 2, 3, 4, 5] == [item async for item in pages(Venue(PARTS))]


async def test_all_of_them_come_as_rows():
    found = await pages(Venue(PARTS))
    assert isinstance(found, Rows)
    assert (1, 2, 3, 4, 5) == found


@pytest.mark.parametrize(("limit", "parts"), [(1, [""]), (2, [""]), (3, ["", "a", "b"])])
async def test_no_more_is_asked_for_than_is_wanted(limit, parts):
    venue = Venue(PARTS)
    assert tuple(range(1, limit + 1)) == await pages(venue, limit)
    assert parts == venue.asked


async def test_what_nobody_takes_is_not_asked_for():
    venue = Venue(PARTS)
    async for item in pages(venue):
        if item == 2:
            break
    assert [""] == venue.asked


async def test_it_can_be_gone_through_again():
    listed = pages(Venue(PARTS))
    assert await listed == await listed


async def test_a_circle_of_cursors_is_an_error_and_not_endless():
    venue = Venue({"": Page((1,), "a"), "a": Page((2,), "b"), "b": Page((3,), "a")})
    with pytest.raises(RestError, match="leads nowhere") as raised:
        await pages(venue)
    assert "bad_answer" == raised.value.name
    assert ["", "a", "b"] == venue.asked


async def test_parts_without_results_and_without_end_are_an_error():
    class Endless(Venue):
        async def ask(self, request):
            await super().ask(Request(url="", read=unread))
            return Page((), f"{len(self.asked)}")

    venue = Endless({"": None})
    with pytest.raises(RestError, match="leads nowhere"):
        await pages(venue)
    assert 30 > len(venue.asked)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_is_none_is_refused(limit):
    with pytest.raises(ValueError, match=f"limit: wanted at least 1, found {limit}"):
        pages(Venue(PARTS), limit)
