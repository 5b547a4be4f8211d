"""The venue over real sockets, with a client that is not ours."""

import asyncio
import json
import runpy
import sys
from typing import Any

import aiohttp
import pytest
from tests.sim.oracle import Oracle, rules_of
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from pr3dict.model.errors import MissingExtra
from pr3dict.sim.capture import Capture
from pr3dict.sim.config import FLAT_OUT, Pace, SimConfig
from pr3dict.sim.connection import until
from pr3dict.sim.server import HIGH_WATER, SimServer
from pr3dict.sim.venue import Venue

STOP_S = 1.0


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.ns = 0

    def now(self) -> int:
        return self.ns


def quiet(**changes: Any) -> Venue:
    """Return a venue where nothing but trading happens."""
    return Venue(
        SimConfig(**{"markets": 2, "created_per_hour": 0.0, "resolved_per_hour": 0.0, **changes})
    )


def paused(venue: Venue | None = None) -> SimServer:
    return SimServer(venue or quiet(), paused=True)


def talk(server: SimServer, **options: Any) -> Any:
    settings = {"proxy": None, "max_size": None, "max_queue": None, "ping_interval": None}
    return connect(server.ws_url, **{**settings, **options})


async def subscribe(client: ClientConnection, tokens: list[str], **members: object) -> str:
    """Send the initial frame and return the opening."""
    await client.send(json.dumps({"type": "market", "assets_ids": tokens, **members}))
    return await heard(client)


async def heard(client: ClientConnection) -> str:
    async with asyncio.timeout(5):
        text = await client.recv()
    assert isinstance(text, str)
    return text


async def until_pong(client: ClientConnection) -> list[str]:
    """Return all texts up to the PONG that answers a PING sent now."""
    await client.send("PING")
    texts = []
    while (text := await heard(client)) != "PONG":
        texts.append(text)
    return texts


async def ending(client: ClientConnection) -> tuple[int | None, str | None]:
    """Read to the end of the connection and return the venue's code and reason."""
    async with asyncio.timeout(5):
        try:
            while True:
                await client.recv()
        except ConnectionClosed as closed:
            return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (None, None)


def tokens_in(texts: list[str]) -> set[str]:
    messages = [json.loads(text) for text in texts]
    return {
        part["asset_id"] for message in messages for part in message.get("price_changes", [message])
    }


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


def test_without_aiohttp_the_command_that_installs_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "aiohttp", None)

    with pytest.raises(MissingExtra, match=r"pip install 'pr3dict\[sim\]'"):
        runpy.run_module("pr3dict.sim.server")


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


async def test_the_upgrade_can_be_refused_with_status_and_headers():
    async with paused() as server:
        server.faults.refuse(429, {"Retry-After": "7"})
        server.faults.refuse(403, {"Content-Type": "text/html"}, "<html>blocked</html>")
        with pytest.raises(InvalidStatus) as limited:
            await talk(server)
        with pytest.raises(InvalidStatus) as blocked:
            await talk(server)
        async with talk(server) as client:
            await subscribe(client, server.tokens)

        assert (429, "7") == (
            limited.value.response.status_code,
            limited.value.response.headers["Retry-After"],
        )
        assert (403, b"<html>blocked</html>") == (
            blocked.value.response.status_code,
            blocked.value.response.body,
        )
        assert 2 == server.faults.struck["refuse"]


async def test_rest_can_be_refused():
    async with paused() as server, aiohttp.ClientSession() as http:
        server.faults.refuse_rest(503)
        statuses = []
        for _ in range(2):
            async with http.get(f"{server.rest_url}/ok") as answer:
                statuses.append(answer.status)

        assert [503, 200] == statuses


async def test_a_frozen_venue_still_says_pong():
    async with paused() as server, talk(server) as client:
        await subscribe(client, server.tokens)
        server.faults.freeze()
        await server.step(30)
        assert [] == await until_pong(client)
        server.faults.thaw()
        await server.step(30)

        assert [] != await until_pong(client)
        assert server.faults.struck["freeze"] >= 30


async def test_a_dropped_frame_is_missed_by_the_hash():
    venue = quiet(markets=1, seed=2, trade_share=0.0)
    oracle = Oracle({token: rules_of(venue.book(token) or b"") for token in venue.tokens})
    async with paused(venue) as server, talk(server) as client:
        oracle.feed(await subscribe(client, server.tokens))
        server.faults.drop(server.tokens[0])
        await server.step(20)
        for text in await until_pong(client):
            oracle.feed(text)
        oracle.settle()

        assert 1 == server.faults.struck["drop"]
        assert oracle.failed > 0


async def test_a_withheld_snapshot_does_not_hold_back_changes():
    async with paused() as server, talk(server) as client:
        token, *others = server.tokens
        server.faults.withhold_snapshot(token)
        opening = json.loads(await subscribe(client, server.tokens))
        await server.step(50)

        assert others == [book["asset_id"] for book in opening]
        assert token in tokens_in(await until_pong(client))


async def test_ignored_pings_get_no_answer():
    async with paused() as server, talk(server) as client:
        await subscribe(client, server.tokens)
        server.faults.ignore_pings()
        await client.send("PING")
        await client.send(json.dumps({"type": "market", "assets_ids": []}))

        assert "INVALID OPERATION" == await heard(client)
        assert 1 == server.faults.struck["ignore_pings"]


async def test_the_venue_can_hang_up_on_one_or_on_all():
    async with paused() as server, talk(server) as one, talk(server) as two:
        await subscribe(one, server.tokens)
        await subscribe(two, server.tokens)
        server.hang_up(1011, "oops", number=2)
        assert (1011, "oops") == await ending(two)
        assert [] == await until_pong(one)
        server.hang_up(1012, "restart")

        assert (1012, "restart") == await ending(one)
        assert 1 == server.faults.struck["close 1011"]


async def test_a_cut_connection_ends_without_a_close_frame(caplog):
    async with paused() as server, talk(server) as client:
        await subscribe(client, server.tokens)
        server.cut()

        assert (None, None) == await ending(client)
    assert [] == caplog.records


async def test_a_client_whose_markets_are_all_resolved_is_sent_home():
    venue = quiet()
    async with paused(venue) as server, talk(server) as client:
        await subscribe(client, server.tokens[:2], custom_feature_enabled=True)
        venue.settle(server.tokens[0])
        while venue.known(venue.tokens[0]) and len(venue.tokens) == 4:
            await server.step()

        assert (1000, "all subscribed assets resolved") == await ending(client)


async def test_a_paced_venue_drops_a_reader_that_is_too_slow():
    clock = HandClock()
    venue = quiet(markets=100, custom=False)
    async with (
        SimServer(venue, clock=clock, send_buffer=1 << 16) as server,
        talk(server, max_queue=1) as client,
    ):
        await subscribe(client, server.tokens)
        while not server.faults.struck["close 1013"]:
            clock.ns += 1_000_000_000
            await asyncio.sleep(0)  # The server's turn.

        assert (1013, "slow consumer: send buffer full") == await ending(client)


async def test_flat_out_waits_for_readers_and_then_drops_the_one_that_stands_still():
    clock = HandClock()
    async with (
        SimServer(quiet(markets=50, rate=FLAT_OUT), clock=clock) as server,
        talk(server, max_queue=1) as client,
    ):
        await subscribe(client, server.tokens)
        (connection,) = server.connections.values()
        assert await until(lambda: connection.buffered > HIGH_WATER, within_s=10)
        assert 0 == server.faults.struck["close 1013"]
        clock.ns += 6_000_000_000

        assert (1013, "slow consumer: send buffer full") == await ending(client)


async def test_a_large_opening_is_no_sign_of_a_slow_reader():
    clock = HandClock()
    venue = quiet(markets=1_500, levels=(40, 110))
    start_ms = venue.now_ms
    async with (
        SimServer(venue, clock=clock, send_buffer=1 << 16) as server,
        talk(server) as client,
    ):
        client.transport.pause_reading()
        await client.send(json.dumps({"type": "market", "assets_ids": server.tokens}))
        (connection,) = server.connections.values()
        assert await until(lambda: connection.buffered > 1 << 16, within_s=5)
        clock.ns = 2_000_000
        assert await until(lambda: venue.now_ms > start_ms, within_s=5)
        client.transport.resume_reading()

        assert 3_000 == len(json.loads(await heard(client)))
        assert 0 == server.faults.struck["close 1013"]


async def test_the_closing_handshake_can_be_slow():
    async with paused() as server:
        server.faults.slow_close_s = 60.0
        client = await talk(server, close_timeout=0.1)
        await subscribe(client, server.tokens)
        await client.close()

        assert client.close_code in {1000, 1006}
        assert {} == server.connections


async def test_the_venue_stops_within_a_second_whatever_its_clients_do(caplog):
    loop = asyncio.get_running_loop()
    server = SimServer(quiet(markets=50, rate=FLAT_OUT))
    async with server:
        deaf = await talk(server, max_queue=1)
        await subscribe(deaf, server.tokens)
        silent = await talk(server)
        began = loop.time()

    assert loop.time() - began < STOP_S
    assert [] == caplog.records
    assert (None, None) == await ending(deaf)
    assert (1001, "the venue stops") == await ending(silent)


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
