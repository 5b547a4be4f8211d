"""The market channel as a wing: what an account does is heard by those who follow the books."""

import json

from tests.sim.client import paused, quiet, subscribe, talk, until_pong
from tests.sim.oracle import Oracle, rules_of


async def test_an_order_of_an_account_is_told_at_once_with_a_hash_that_holds():
    venue = quiet(markets=1, trade_share=0.0)
    oracle = Oracle({token: rules_of(venue.book(token) or b"") for token in venue.tokens})
    async with paused(venue) as server, talk(server) as client:
        oracle.feed(await subscribe(client, server.tokens))
        token = server.tokens[0]
        price, before = server.book(token)[0][0]
        server.announce(venue.rest(token, "BUY", price, 7_000_000, server.now_ms()))
        step, got = venue.take(token, "SELL", price, before + 3_000_000, server.now_ms())
        server.announce(step)
        texts = await until_pong(client)
        for text in texts:
            oracle.feed(text)
        oracle.settle()

        assert [(price, before + 3_000_000)] == got
        assert [3_000_000] == [made.size for made in step.made]
        assert (price, 4_000_000) == server.book(token)[0][0]
        assert {"price_change", "book"} == {json.loads(text)["event_type"] for text in texts}
        assert oracle.proved > 0
        assert 0 == oracle.failed
