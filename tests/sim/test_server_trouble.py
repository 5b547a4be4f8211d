"""The venue over real sockets when things go wrong: refusals, faults, slow readers, ends."""

import asyncio
import json
import runpy
import sys

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
from websockets.exceptions import InvalidStatus

from pr3dict.model.errors import MissingExtra
from pr3dict.sim import server as server_module
from pr3dict.sim.connection import until
from pr3dict.sim.server import HIGH_WATER, SimServer
from pr3dict.sim.truth.config import FLAT_OUT

STOP_S = 1.0


def test_without_aiohttp_the_command_that_installs_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "aiohttp", None)

    with pytest.raises(MissingExtra, match=r"pip install 'pr3dict\[sim\]'"):
        runpy.run_path(server_module.__file__)


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


async def test_a_half_open_connection_says_nothing_answers_nothing_and_stays_open():
    async with paused() as server, talk(server) as deaf, talk(server) as other:
        for client in (deaf, other):
            await subscribe(client, server.tokens)
        server.half_open(1)
        await server.step(10)
        await deaf.send("PING")
        pong = await deaf.ping()

        assert await until_pong(other)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(deaf.recv(), 0.05)
        assert not pong.done()
        assert deaf.close_code is None
        assert {1, 2} == set(server.connections)
        assert 1 == server.faults.struck["half_open"]
        server.cut(1)


async def test_a_request_may_come_as_bytes():
    async with paused() as server, talk(server) as client:
        await client.send(json.dumps({"type": "market", "assets_ids": server.tokens}).encode())

        assert set(server.tokens) == {book["asset_id"] for book in json.loads(await heard(client))}


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
        assert await until(lambda: any(c.buffered for c in server.connections.values()), within_s=5)
        began = loop.time()

    assert loop.time() - began < STOP_S
    assert [] == caplog.records
    assert (None, None) == await ending(deaf)
    assert (1001, "the venue stops") == await ending(silent)
