"""What REST is asked about an account, with answers that no venue should give."""

import asyncio

import pytest
from tests.app.account_kit import creds

from pr3dict.app import questions as asking
from pr3dict.app.questions import Questions
from pr3dict.model.errors import RestError
from pr3dict.model.requests import Page
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net.clock import SystemClock
from pr3dict.sim.desk.accounts import TEST_ADDRESS
from pr3dict.venues.polymarket.account import requests

URL = "http://127.0.0.1:1"


class Told:
    """Answers in place of a venue, in order; an error is raised. Keeps what was asked."""

    def __init__(self, *answers) -> None:
        self.answers, self.urls, self.closed = list(answers), [], False

    async def ask(self, request):
        self.urls.append(request.url)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def aclose(self) -> None:
        self.closed = True


def questions(*answers) -> tuple[Questions, Told]:
    told = Told(*answers)
    owner = requests.Account(clob_url=URL, creds=creds(), address=TEST_ADDRESS)
    return Questions(told, owner, SystemClock()), told


def asked(call):
    return asyncio.run(call)


def test_a_list_is_read_to_its_end():
    ours, told = questions(Page(("a", "b"), "next"), Page(("c",), ""))
    assert ["a", "b", "c"] == asked(ours.open_orders())
    assert "next" not in told.urls[0]
    assert "next_cursor=next" in told.urls[1]


def test_trades_are_asked_for_in_whole_seconds():
    ours, told = questions(Page((), ""))
    assert [] == asked(ours.trades(Nanos(7 * NS_PER_S + 1)))
    assert "after=7" in told.urls[0]


def test_a_cursor_that_stands_still_ends_a_list():
    ours, _ = questions(Page(("a",), "same"), Page(("b",), "same"), Page(("c",), "same"))
    assert ["a", "b"] == asked(ours.open_orders())


def test_a_list_without_end_is_a_sentence(monkeypatch):
    monkeypatch.setattr(asking, "PAGES_MAX", 3)
    ours, _ = questions(*(Page(("a",), str(part)) for part in range(4)))
    with pytest.raises(RestError, match=r"^a list of ours has more than 3 parts$") as raised:
        asked(ours.open_orders())
    assert "bad_answer" == raised.value.name


def test_an_order_that_the_venue_does_not_know_is_none_and_another_error_is_an_error():
    ours, told = questions(
        RestError("who?", name="not_found"), RestError("later", name="unavailable")
    )
    assert asked(ours.order("0xabc")) is None
    assert told.urls[0].endswith("/0xabc")
    with pytest.raises(RestError, match="later"):
        asked(ours.order("0xabc"))


@pytest.mark.parametrize(("ahead_s", "words"), [(0, ""), (-29, ""), (90, "+90 s"), (-90, "-90 s")])
def test_a_clock_that_is_far_off_is_told(ahead_s, words):
    wall = SystemClock().wall()
    ours, _ = questions(Nanos(wall - ahead_s * NS_PER_S))
    told = asked(ours.skew())
    assert (words in told) if words else (told == "")


def test_of_a_venue_that_does_not_tell_the_time_nothing_is_said():
    ours, _ = questions(RestError("later", name="unavailable"))
    assert "" == asked(ours.skew())


def test_it_closes_what_it_asks_with():
    ours, told = questions()
    asked(ours.aclose())
    assert told.closed
