"""`PolymarketPlatform` where REST answers what is no book: a sentence, never an older book."""

import pytest
from tests.badinput.kit import ATTEMPTS_MAX, EDGE, OFTEN, Trouble, refused

from pr3dict.client.platform import PolymarketPlatform
from pr3dict.model.states import Source

PATIENCE_S = 1.0
UNKNOWN = "7" * 77
TROUBLES = {
    "a page of HTML": Trouble(200, "<!DOCTYPE html><html><p>One moment", "bad_answer"),
    "an error with 200": Trouble(200, '{"error":"no such thing today"}', "refused"),
    "a half object": Trouble(200, '{"market":"0x12","asset_id":"7","bids":[{"pri', "bad_answer"),
    "another book": Trouble(200, '{"asset_id":"5","bids":[],"asks":[]}', "bad_answer"),
    "a challenge": Trouble(403, EDGE, "challenged"),
    "too many": Trouble(429, "Too Many Requests", "rate_limited"),
    "trouble": Trouble(503, "", "unavailable"),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
async def test_by_rest_alone_no_older_book_stands_in(served, count, trouble):
    config = served.config(rest_patience_s=PATIENCE_S)
    async with PolymarketPlatform(use_websocket=False, config=config) as platform:
        book = await platform.get_orderbook(served.tokens[0])
        assert book is not None
        assert Source.REST is book.source
        served.faults.refuse_rest(trouble.status, body=trouble.body, times=OFTEN)
        before = count.all
        error = await refused(platform.get_orderbook(served.tokens[0]), PATIENCE_S)
    assert trouble.name == error.name
    assert 1 <= count.all - before <= (ATTEMPTS_MAX if trouble.status == 503 else 1)


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
async def test_where_no_stream_shows_the_book_either_it_is_one_sentence(served, trouble):
    config = served.config(rest_patience_s=PATIENCE_S, rest=False)
    async with PolymarketPlatform(config=config) as platform:
        served.faults.refuse_rest(trouble.status, body=trouble.body, times=OFTEN)
        within_s = config.first_book_s + PATIENCE_S
        error = await refused(platform.get_orderbook(UNKNOWN), within_s)
    assert trouble.name == error.name


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
async def test_a_book_that_streams_needs_no_rest(served, count, trouble):
    async with PolymarketPlatform(config=served.config(rest=False)) as platform:
        served.faults.refuse_rest(trouble.status, body=trouble.body, times=OFTEN)
        before = count.paths["/book"]
        book = await platform.get_orderbook(served.tokens[0])
        assert book is not None
        assert (True, Source.WS) == (book.is_live, book.source)
        assert before == count.paths["/book"]
