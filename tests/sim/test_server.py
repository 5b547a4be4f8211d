"""The venue over real sockets: the conversation, the pace, the books in the end."""

import asyncio
import json

import aiohttp
import pytest
from tests.sim.client import (
    HandClock,
    ending,
    heard,
    paused,
    quiet,
    subscribe,
    talk,
    tokens_in,
    until_pong,
)
from tests.sim.oracle import Oracle, rules_of

from pr3dict.sim.server import SimServer
from pr3dict.sim.truth.capture import Capture
from pr3dict.sim.truth.config import FLAT_OUT, Pace


async def test_a_subscription_opens_with_the_books_and_goes_on_with_their_changes():
    venue, twin = quiet(), quiet()
    async with paused(venue) as server, talk(server) as client:
        opening = await subscribe(client, server.tokens)
        assert twin.opening(twin.tokens).decode() == opening
        said = [text for _ in range(50) for text in twin.step()]
        custom = [text for text in said if b"best_bid_ask" in text]

        assert len(said) - len(custom) == await server.step(50)
        assert [t.decode() for t in said if t not in custom] == await until_pong(client)


async def test_only_the_markets_of_a_client_are_heard_but_changes_tell_both_tokens():
    async with paused(quiet(trade_share=0.5)) as server, talk(server) as client:
        token, twin, *_ = server.tokens
        await subscribe(client, [token])
        await server.step(200)
        texts = await until_pong(client)

        assert {token, twin} == tokens_in(texts)
        assert {token} == tokens_in([text for text in texts if '"event_type":"book"' in text])


async def test_tokens_come_and_go_while_connected():
    async with paused() as server, talk(server) as client:
        first, second = server.tokens[0], server.tokens[2]
        await subscribe(client, [first])
        await client.send(json.dumps({"operation": "subscribe", "assets_ids": [second]}))
        assert [second] == [book["asset_id"] for book in json.loads(await heard(client))]
        await server.step(100)
        assert set(server.tokens) == tokens_in(await until_pong(client))
        await client.send(json.dumps({"operation": "unsubscribe", "assets_ids": [first]}))
        await until_pong(client)
        await server.step(100)

        assert set(server.tokens[2:]) == tokens_in(await until_pong(client))


async def test_controls_are_answered_in_words():
    async with paused() as server, talk(server) as client:
        tokens = server.tokens
        await subscribe(client, tokens)
        for message, answer in (
            ("PING", "PONG"),
            (json.dumps({"operation": "subscribe", "assets_ids": tokens}), "NO NEW ASSETS"),
            (json.dumps({"type": "market", "assets_ids": tokens}), "INVALID OPERATION"),
        ):
            await client.send(message)
            assert answer == await heard(client)


async def test_a_ping_before_the_subscription_ends_the_connection():
    async with paused() as server, talk(server) as client:
        await client.send("PING")

        assert (1008, "invalid subscription payload") == await ending(client)


async def test_unknown_tokens_open_with_an_empty_array():
    async with paused() as server, talk(server) as client:
        assert "[]\n" == await subscribe(client, ["12345"])


async def test_custom_features_are_for_the_connection_that_asked():
    venue = quiet(trade_share=0.5)
    async with paused(venue) as server, talk(server) as one, talk(server) as two:
        await subscribe(one, server.tokens, custom_feature_enabled=True)
        await subscribe(two, server.tokens)
        venue.create()
        await server.step(200)
        heard_by_one, heard_by_two = await until_pong(one), await until_pong(two)
        kinds = {json.loads(text)["event_type"] for text in heard_by_one}

        assert {"best_bid_ask", "new_market"} < kinds
        custom = ('"best_bid_ask"', '"new_market"')
        assert heard_by_two == [t for t in heard_by_one if not any(kind in t for kind in custom)]


async def test_flat_out_every_book_of_every_client_is_equal_in_the_end():
    venue = quiet(markets=20, rate=FLAT_OUT, duration_ms=20_000, trade_share=0.2)
    rules = {token: rules_of(venue.book(token) or b"") for token in venue.tokens}
    async with paused(venue) as server:
        shards = [server.tokens[:20], server.tokens[20:]]
        oracles = [Oracle({token: dict(rules[token]) for token in shard}) for shard in shards]
        clients = [await talk(server) for _ in shards]
        for client, oracle, shard in zip(clients, oracles, shards, strict=True):
            oracle.feed(await subscribe(client, shard))
        server.resume()
        await server.finished()
        for client, oracle in zip(clients, oracles, strict=True):
            for text in await until_pong(client):
                oracle.feed(text)
            oracle.settle()
            await client.close()

        assert [0, 0] == [oracle.failed for oracle in oracles]
        assert all(oracle.proved > 500 for oracle in oracles)
        for oracle, shard in zip(oracles, shards, strict=True):
            assert [server.book(token) for token in shard] == [oracle.levels(t) for t in shard]


async def test_at_a_speed_venue_time_follows_the_clock():
    clock = HandClock()
    venue = quiet(rate=Pace(speed=10.0))
    start_ms = venue.now_ms
    async with SimServer(venue, clock=clock) as server, talk(server) as client:
        await subscribe(client, server.tokens)
        assert start_ms == venue.now_ms
        clock.ns = 1_000_000_000
        async with asyncio.timeout(5):
            while (venue.next_ms or 0) <= start_ms + 10_000:
                await client.recv()

        assert start_ms + 9_000 < venue.now_ms <= start_ms + 10_000


async def test_the_clock_that_rest_tells_goes_on_between_two_steps():
    clock = HandClock()
    async with (
        SimServer(quiet(activity=1e-6), clock=clock) as server,
        aiohttp.ClientSession(server.rest_url) as http,
    ):

        async def told() -> int:
            async with http.get("/time") as answer:
                return int(await answer.text())

        start_s = await told()
        clock.ns = 3_000_000_000
        assert start_s + 3 == await told()
        server.pause()
        clock.ns = 9_000_000_000
        assert start_s == await told()


async def test_frames_a_second_are_counted_not_timed():
    clock = HandClock()
    async with (
        SimServer(quiet(rate=Pace(frames_per_s=100.0)), clock=clock) as server,
        talk(server) as client,
    ):
        await subscribe(client, server.tokens, custom_feature_enabled=True)
        clock.ns = 500_000_000
        for _ in range(50):
            await heard(client)
        texts = await until_pong(client)

        assert len(texts) <= 110  # The last batch may be a long one.


async def test_a_venue_that_begins_too_late_is_not_late_for_ever():
    clock = HandClock()
    venue = quiet(rate=Pace(speed=1.0))
    begins = venue.now_ms
    async with SimServer(venue, clock=clock, paused=True) as server:
        await asyncio.sleep(0)  # its player drops the anchor
        clock.ns += 60_000_000_000
        server.resume(late_ms=60_000)
        assert begins + 60_000 == server.now_ms()
        clock.ns += 1_000_000_000
        assert begins + 61_000 == server.now_ms()


async def test_a_paused_venue_is_at_rest_until_it_resumes():
    clock = HandClock()
    venue = quiet()
    async with SimServer(venue, clock=clock) as server, talk(server) as client:
        await subscribe(client, server.tokens)
        server.pause()
        clock.ns += 3_600_000_000_000
        assert [] == await until_pong(client)
        server.resume()
        assert [] == await until_pong(client)
        clock.ns += 60_000_000_000
        await heard(client)

        assert venue.now_ms < 1_790_000_000_000 + 61_000


async def test_only_a_paused_venue_is_stepped():
    async with SimServer(quiet()) as server:
        with pytest.raises(RuntimeError, match="pause"):
            await server.step()


async def test_rest_and_the_stream_tell_the_same_hash():
    async with paused() as server, talk(server) as client, aiohttp.ClientSession() as http:
        token = server.tokens[0]
        (opening,) = json.loads(await subscribe(client, [token]))
        async with http.get(f"{server.rest_url}/book", params={"token_id": token}) as answer:
            assert "application/json" == answer.content_type
            book = await answer.json()
        async with http.post(f"{server.rest_url}/books", json=[{"token_id": token}]) as answer:
            assert [book] == await answer.json()
        async with http.get(f"{server.rest_url}/book", params={"token_id": "1"}) as answer:
            assert 404 == answer.status

        assert opening["hash"] == book["hash"]


async def test_a_recording_is_served_from_its_beginning(tmp_path):
    venue = quiet()
    texts = [venue.opening(venue.tokens), *(text for _, text in venue.run(venue.now_ms + 20_000))]
    path = tmp_path / "frames.jsonl"
    path.write_bytes(b"\n".join(texts))
    async with SimServer(Capture(path, rate=FLAT_OUT)) as server, talk(server) as client:
        opening = await subscribe(client, server.tokens, custom_feature_enabled=True)
        await server.finished()

        assert [text.decode() for text in texts] == [opening, *await until_pong(client)]
        assert venue.levels(venue.tokens[0]) == server.book(server.tokens[0])
        assert server.digest() == server.digest(venue.tokens)


async def test_a_looping_recording_hangs_up_and_starts_again(tmp_path):
    venue = quiet()
    texts = [venue.opening(venue.tokens), *(text for _, text in venue.run(venue.now_ms + 5_000))]
    path = tmp_path / "frames.jsonl"
    path.write_bytes(b"\n".join(texts))
    openings = []
    async with SimServer(Capture(path, rate=FLAT_OUT, loop=True)) as server:
        for _ in range(2):
            async with talk(server) as client:
                openings.append(await subscribe(client, server.tokens))
                assert (1001, "the recording starts again") == await ending(client)

    assert openings[0] == openings[1]
