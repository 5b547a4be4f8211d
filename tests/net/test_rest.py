"""What carries requests, in virtual time; `test_rest_sockets` has real peers."""

import asyncio
import json
import logging
import random
from itertools import pairwise
from typing import Final

import pytest
from tests.net.virtual import VirtualClock, run

from pr3dict.model.errors import FeedError, RestError
from pr3dict.model.rates import Window
from pr3dict.model.requests import Request
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net.buckets import Buckets
from pr3dict.net.http import Answer
from pr3dict.net.rest import ATTEMPTS_MAX, Rest

pytestmark = pytest.mark.timeout(30)
URL: Final = "http://venue.invalid/book?token_id=42"
OK: Final = Answer(200, {}, b'{"n":1}')
BUSY: Final = Answer(429, {}, b"")
DOWN: Final = Answer(503, {}, b"")


def read(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        raise RestError(f"wanted JSON, found {body!r}", name="bad_answer") from None


def request(url: str = URL, **how) -> Request[object]:
    return Request(url=url, read=read, **how)


class Venue:
    """Answers in memory, one after the other, the last one for ever; each takes `takes_s`."""

    def __init__(self, *answers: Answer | FeedError, takes_s: float = 0.0) -> None:
        self.answers = list(answers)
        self.takes_s = takes_s
        self.asked_at: list[float] = []
        self.headers: list[dict[str, str]] = []
        self.closed = False

    async def exchange(self, method, url, *, headers, body) -> Answer:
        self.asked_at.append(asyncio.get_running_loop().time())
        self.headers.append(headers)
        await asyncio.sleep(self.takes_s)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, FeedError):
            raise answer
        return answer

    async def aclose(self) -> None:
        self.closed = True


def carrier(venue: Venue, *, patience_s: float = 30.0, rules=None, seed: int = 1) -> Rest:
    chance = random.Random(seed)
    return Rest(venue, VirtualClock(), chance, Buckets(rules or {}), patience_s=patience_s)


def ask(
    venue: Venue, *asked: Request[object], patience_s: float = 30.0, rules=None, seed: int = 1
) -> list[object]:
    """Ask one after the other in virtual time; errors are among what is returned."""

    async def main() -> list[object]:
        rest = carrier(venue, patience_s=patience_s, rules=rules, seed=seed)
        found: list[object] = []
        for each in asked or (request(),):
            try:
                found.append(await rest.ask(each))
            except RestError as error:
                found.append(error)
        return found

    return run(main())


def failed(found: object) -> RestError:
    assert isinstance(found, RestError), found
    return found


def test_returns_what_the_request_reads():
    assert [{"n": 1}] == ask(Venue(OK))


@pytest.mark.parametrize(
    "trouble",
    [
        DOWN,
        Answer(425, {"retry-after": "2"}, b""),
        FeedError(f"{URL} did not answer in time", name="timeout"),
        FeedError(f"{URL} cannot be reached: reset", name="unreachable"),
    ],
)
def test_asks_again_where_that_may_mend_it(trouble):
    venue = Venue(trouble, trouble, OK)
    assert [{"n": 1}] == ask(venue)
    assert 3 == len(venue.asked_at)


@pytest.mark.parametrize(
    "trouble",
    [
        DOWN,
        BUSY,
        Answer(425, {}, b""),
        FeedError(f"{URL} did not answer in time", name="timeout"),
    ],
)
def test_what_must_not_be_repeated_is_sent_once(trouble):
    venue = Venue(trouble, OK)
    failed(ask(venue, request(method="POST", body=b"{}", repeatable=False))[0])
    assert 1 == len(venue.asked_at)


def test_says_that_nobody_knows_what_became_of_an_order_that_was_not_answered():
    venue = Venue(FeedError(f"{URL} did not answer in time", name="timeout"))
    error = failed(ask(venue, request(method="POST", body=b"{}", repeatable=False))[0])
    wanted = f"POST {URL}: did not answer in time; whether it was carried out is not known, "
    assert f"{wanted}look first" == str(error)
    assert "not known" not in str(failed(ask(venue)[0]))


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (Answer(401, {}, b""), "unauthorized"),
        (Answer(403, {}, b"<html>Cloudflare"), "challenged"),
        (Answer(403, {}, b'{"error":"restricted in your region"}'), "geoblocked"),
        (Answer(404, {}, b""), "not_found"),
        (Answer(400, {}, b""), "refused"),
        (Answer(302, {"location": "https://elsewhere"}, b""), "refused"),
        (Answer(503, {}, b'{"error":"post_only_mode"}'), "post_only"),
        (Answer(503, {}, b'{"error":"cancel-only"}'), "cancel_only"),
        (Answer(200, {}, b"<html>"), "bad_answer"),
        (Answer(200, {}, b'{"n":'), "bad_answer"),
        (Answer(200, {}, b'{"error":"no"}'), "refused"),
        (FeedError(f"{URL} answered more than 9 bytes", name="too_big"), "too_big"),
    ],
)
def test_what_no_repetition_mends_is_said_at_once(answer, name):
    venue = Venue(answer, OK)
    error = failed(ask(venue)[0])
    assert name == error.name
    assert str(error).startswith(f"GET {URL}: ")
    assert 1 == len(venue.asked_at)


def test_gives_up_after_some_attempts():
    venue = Venue(DOWN)
    assert "unavailable" == failed(ask(venue)[0]).name
    assert ATTEMPTS_MAX == len(venue.asked_at)


def test_pauses_grow_and_are_spread_by_chance():
    first_pauses = set()
    for seed in range(50):
        venue = Venue(DOWN)
        ask(venue, seed=seed)
        pauses = [after - before for before, after in pairwise(venue.asked_at)]
        assert all(0 <= pause <= 0.5 * 2**n for n, pause in enumerate(pauses))
        first_pauses.add(pauses[0])
    assert 50 == len(first_pauses)


def test_a_call_ends_within_its_patience_whatever_the_venue_does():
    async def main() -> float:
        rest = carrier(Venue(OK, takes_s=1000.0), patience_s=7.0)
        with pytest.raises(RestError, match="no answer in time") as raised:
            await rest.ask(request())
        assert "timeout" == raised.value.name
        return asyncio.get_running_loop().time()

    assert 7.0 == pytest.approx(run(main()))


def test_a_wait_that_is_asked_for_beyond_its_patience_is_said_at_once():
    venue = Venue(Answer(425, {"retry-after": "90"}, b""), OK)
    error = failed(ask(venue)[0])
    assert ("restarting", 90 * NS_PER_S) == (error.name, error.retry_after)
    assert [0.0] == venue.asked_at


def test_a_wait_that_is_asked_for_is_waited():
    venue = Venue(Answer(425, {"retry-after": "20"}, b""), OK)
    assert [{"n": 1}] == ask(venue)
    assert 20.0 <= venue.asked_at[1] <= 20.5


def test_a_429_is_tried_once_more_when_its_wait_is_over():
    venue = Venue(Answer(429, {"retry-after": "3"}, b""), OK)
    assert [{"n": 1}] == ask(venue)
    assert 3.0 <= venue.asked_at[1] <= 3.5


def test_a_429_that_names_no_wait_is_left_alone_for_a_window():
    venue = Venue(BUSY, OK)
    assert [{"n": 1}] == ask(venue)
    assert 10.0 <= venue.asked_at[1] <= 10.5


def test_a_second_429_in_a_row_ends_it_and_nothing_more_is_sent_to_that_host():
    venue = Venue(BUSY)
    first, second, third = ask(venue, request(), request(), request())
    assert 2 == len(venue.asked_at)
    assert "rate_limited" == failed(first).name == failed(second).name == failed(third).name
    assert "not sent, the venue said that we ask too often; it may be tried again in 60.0 s" in (
        str(second)
    )
    assert 60 * NS_PER_S == failed(second).retry_after


def test_a_429_closes_the_narrow_limit_and_leaves_the_others_open():
    busy = request(limits=("all", "clob", "/book"), repeatable=False)
    other = request("http://venue.invalid/time", limits=("all", "clob"))
    venue = Venue(Answer(429, {"retry-after": "100"}, b""), OK)
    first, again, elsewhere = ask(venue, busy, busy, other)
    assert "not sent" in str(failed(again))
    assert {"n": 1} == elsewhere
    assert 100 * NS_PER_S == failed(first).retry_after


def test_an_answer_between_two_429_makes_the_second_a_first_one():
    busy = Answer(429, {"retry-after": "1"}, b"")
    venue = Venue(busy, OK, busy, OK)
    assert [{"n": 1}] * 2 == ask(venue, request(), request())


def test_what_went_wrong_is_told_and_not_that_a_second_attempt_found_no_room():
    rules = {"few": (Window(1, Nanos(600 * NS_PER_S)),)}
    error = failed(ask(Venue(DOWN), request(limits=("few",)), rules=rules)[0])
    assert ("unavailable", 503) == (error.name, error.status)


def test_many_429_of_one_moment_are_one():
    async def main() -> None:
        venue = Venue(*[Answer(429, {"retry-after": "1"}, b"")] * 20, OK, takes_s=0.1)
        rest = carrier(venue)
        asked = [rest.ask(request(limits=("all", "clob", "/book"))) for _ in range(20)]
        assert [{"n": 1}] * 20 == await asyncio.gather(*asked)

    run(main())


def test_a_ban_closes_the_host_and_says_so():
    banned = Answer(429, {}, b"error code: 1015")
    venue = Venue(banned, OK)
    elsewhere = request("http://other.invalid/")
    first, second, other = ask(venue, request(), request(), elsewhere)
    assert "challenged" == failed(first).name == failed(second).name
    assert "not sent, the edge blocks us" in str(second)
    assert {"n": 1} == other
    assert 2 == len(venue.asked_at)


def test_waits_for_its_limits_as_long_as_its_patience():
    rules = {"few": (Window(2, Nanos(10 * NS_PER_S)),)}
    venue = Venue(OK)
    assert [{"n": 1}] * 4 == ask(venue, *[request(limits=("few",))] * 4, rules=rules)
    assert [0.0, 0.0] == venue.asked_at[:2]
    assert all(10.0 <= at <= 11.0 for at in venue.asked_at[2:])


def test_says_at_once_when_its_limits_are_used_for_longer_than_its_patience():
    rules = {"few": (Window(1, Nanos(600 * NS_PER_S)),)}
    venue = Venue(OK)
    _, error = ask(venue, *[request(limits=("few",))] * 2, rules=rules)
    assert "rate_limited" == failed(error).name
    assert "GET http://venue.invalid/book?token_id=42: not sent, our own count" in str(error)
    assert "it may be tried again in 6" in str(error)
    assert 1 == len(venue.asked_at)


def test_obeys_what_an_answer_says_of_an_account():
    headers = {"poly-ratelimit-remaining": "0", "poly-ratelimit-reset": str(1_790_000_000 + 5)}
    venue = Venue(Answer(200, headers, b"{}"), OK)
    ask(venue, *[request(limits=("orders@0xabc",))] * 2)
    assert 5.0 == pytest.approx(venue.asked_at[1])


def test_a_warning_of_the_venue_is_passed_on_once(caplog):
    venue = Venue(Answer(200, {"poly-ratelimit-warning": "slow down"}, b"{}"))
    with caplog.at_level(logging.WARNING):
        ask(venue, request(limits=("orders",)), request(limits=("orders",)))
    assert ["the venue warns of the rate limit orders: 'slow down'"] == caplog.messages


def test_each_attempt_is_signed_anew():
    venue = Venue(DOWN, Answer(503, {"retry-after": "2"}, b""), OK)
    ask(venue, request(sign=lambda now: {"T": str(now // NS_PER_S)}))
    times = [int(headers["T"]) for headers in venue.headers]
    assert times[0] <= times[1] < times[2]


def test_an_error_shows_nothing_that_was_signed_with():
    secret = "passphrase-of-the-user"
    venue = Venue(Answer(401, {}, json.dumps({"error": f"bad {secret}!"}).encode()))
    error = failed(ask(venue, request(sign=lambda _: {"POLY_PASSPHRASE": secret, "N": "0"}))[0])
    assert "bad …!" in str(error)
    assert secret not in repr(error) + str(error.__cause__) + str(error.__context__)


def test_counts_what_it_does():
    async def main() -> None:
        rest = carrier(Venue(DOWN, OK, Answer(404, {}, b"")))
        await rest.ask(request())
        with pytest.raises(RestError):
            await rest.ask(request())
        assert {"sent": 3, "retried": 1, "not_found": 1} == rest.counts

    run(main())


def test_closes_what_carries_it():
    async def main() -> bool:
        venue = Venue(OK)
        await carrier(venue).aclose()
        return venue.closed

    assert run(main())
