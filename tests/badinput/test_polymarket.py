"""Every method of `AsyncPolymarket` at a venue that answers what no client wants to read."""

import asyncio
from typing import Any, Final

import pytest
from tests.app.kit import venue
from tests.badinput.kit import (
    ATTEMPTS_MAX,
    CALLS,
    EDGE,
    OF_EACH_SERVICE,
    OFTEN,
    Trouble,
    creds,
    refused,
    wallet,
)
from tests.net.peers import free_address

from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.rest.polymarket_sync import Polymarket
from pr3dict.model.errors import RestError

PATIENCE_S: Final = 1.0
LATE_S: Final = 5.0


AT_ONCE: Final = {
    "a page of HTML": Trouble(200, "<!DOCTYPE html><html><p>One moment", "bad_answer"),
    "an error with 200": Trouble(200, '{"error":"no such thing today"}', "refused"),
    "nothing": Trouble(200, "", "bad_answer"),
    "a half object": Trouble(200, '{"market":"0x12","bids":[{"pri', "bad_answer"),
    "another type": Trouble(200, "[[17]]", "bad_answer"),
    "a geoblock": Trouble(403, '{"error":"Trading restricted in your region"}', "geoblocked"),
    "a refusal": Trouble(400, '{"error":"invalid something"}', "refused"),
    "credentials refused": Trouble(401, '{"error":"Unauthorized/Invalid api key"}', "unauthorized"),
}
BANS: Final = {
    "a challenge": Trouble(403, EDGE, "challenged"),
    "too many": Trouble(429, "Too Many Requests", "rate_limited"),
    "banned": Trouble(429, "error code: 1015", "challenged"),
}
IN_TIME: Final = {
    "trouble": Trouble(503, '{"error":"down"}', "unavailable"),
    "a restart": Trouble(425, "", "restarting"),
}
TWO_QUESTIONS: Final = {"derive_or_create_api_key"}
"""They ask once more where the first answer may have meant that there is nothing."""
UNREAD: Final = {"refresh_balance", "delete_api_key"}
"""Of their answers only the status counts."""
MEANS_NONE: Final = {("get_order", "nothing")}
"""So the venue says that it knows no such order."""


@pytest.fixture(scope="module")
def served():
    with venue(recurring=("btc-5m",)) as found:
        yield found


@pytest.fixture(scope="module")
def market(served):
    with Polymarket(served.config()) as polymarket:
        return polymarket.list_markets(1)[0]


async def all_refused(served, market, **settings: Any) -> list[RestError]:
    """Ask in every way at once, each with a client of its own; return how each was refused."""

    async def ask(name: str) -> RestError:
        async with asking(served, **settings) as polymarket:
            return await refused(CALLS[name](polymarket, market), PATIENCE_S)

    return await asyncio.gather(*map(ask, OF_EACH_SERVICE))


def asking(served, **settings: Any) -> AsyncPolymarket:
    config = served.config(**{"rest_patience_s": PATIENCE_S, **settings})
    return AsyncPolymarket(config, creds(), wallet())


def test_every_method_that_asks_is_in_the_table():
    public = {name for name in dir(AsyncPolymarket) if not name.startswith("_")}
    assert public - {"aclose"} == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
async def test_what_no_repetition_mends_is_one_sentence_at_once(served, count, market, name):
    async with asking(served) as polymarket:
        for what, trouble in AT_ONCE.items():
            if (name in UNREAD and trouble.name == "bad_answer") or (name, what) in MEANS_NONE:
                continue
            served.faults.refuse_rest(trouble.status, body=trouble.body, times=OFTEN)
            before = count.all
            error = await refused(CALLS[name](polymarket, market), PATIENCE_S)
            assert (what, trouble.name, trouble.status) == (what, error.name, error.status)
            asked = count.all - before
            assert 1 <= asked <= 1 + (name in TWO_QUESTIONS), (what, asked)
            served.faults.forgive()


@pytest.mark.parametrize(("date", "way"), [("1 Jan 2020", "ahead of"), ("1 Jan 2199", "behind")])
async def test_where_the_clocks_differ_refused_credentials_are_put_down_to_that(served, date, way):
    told = {"Date": f"Tue, 0{date} 00:00:00 GMT"}
    served.faults.refuse_rest(401, told, '{"error":"Unauthorized/Invalid api key"}')
    async with asking(served) as polymarket:
        error = await refused(polymarket.get_balance(), PATIENCE_S)
    assert "unauthorized" == error.name
    assert f"s {way} the venue's, which spoils signatures, set it right" in str(error)


@pytest.mark.parametrize("trouble", BANS.values(), ids=BANS)
@pytest.mark.parametrize("name", OF_EACH_SERVICE)
async def test_nothing_is_retried_into_a_ban(served, count, market, name, trouble):
    served.faults.refuse_rest(trouble.status, body=trouble.body, times=OFTEN)
    before = count.all
    async with asking(served) as polymarket:
        for _ in range(5):
            error = await refused(CALLS[name](polymarket, market), PATIENCE_S)
            assert trouble.name == error.name
    assert 1 == count.all - before


@pytest.mark.parametrize("trouble", IN_TIME.values(), ids=IN_TIME)
async def test_trouble_that_lasts_is_one_sentence_in_time(served, count, market, trouble):
    served.faults.refuse_rest(trouble.status, body=trouble.body, times=OFTEN)
    before = count.all
    for error in await all_refused(served, market):
        assert (trouble.name, trouble.status) == (error.name, error.status)
    asked = count.all - before
    assert len(OF_EACH_SERVICE) <= asked <= ATTEMPTS_MAX * len(OF_EACH_SERVICE)


async def test_what_must_not_be_done_twice_is_asked_once(served, count, market):
    served.faults.refuse_rest(503, times=OFTEN)
    before = count.all
    async with asking(served) as polymarket:
        error = await refused(polymarket.create_api_key(), PATIENCE_S)
    assert "unavailable" == error.name
    assert 1 == count.all - before


async def test_an_answer_that_does_not_come_is_given_up_in_time(served, count, market):
    served.faults.slow_rest(LATE_S)
    before = count.all
    for error in await all_refused(served, market, rest_timeout_s=0.3):
        assert ("timeout", 0) == (error.name, error.status)
    asked = count.all - before
    assert len(OF_EACH_SERVICE) <= asked <= ATTEMPTS_MAX * len(OF_EACH_SERVICE)


@pytest.mark.parametrize("name", OF_EACH_SERVICE)
async def test_half_of_an_answer_is_no_answer(served, count, market, name):
    served.faults.halve_rest(times=OFTEN)
    before = count.all
    async with asking(served) as polymarket:
        error = await refused(CALLS[name](polymarket, market), PATIENCE_S)
    assert "bad_answer" == error.name
    assert 1 == count.all - before


async def test_a_venue_that_is_not_there_is_one_sentence_in_time(served, market):
    nowhere = free_address().replace("ws://", "http://").removesuffix("/ws/market")
    addresses = dict.fromkeys(
        ("polymarket_clob_url", "polymarket_gamma_url", "polymarket_data_url"), nowhere
    )
    for error in await all_refused(served, market, **addresses):
        assert "unreachable" == error.name
