"""Group A of the catalogue: connections that fail, lie, stall or will not end; on real sockets."""

import asyncio
from functools import partial

import pytest
from tests.chaos.kit import TRANSPORTS, Stage, client, pointed_at, port_of, stage
from tests.chaos.proxy import BOTH, ChaosProxy
from tests.engine.waiting import until
from tests.net.peers import Peer, serving

from pr3dict.app.stats import stats
from pr3dict.model.events import StateChanged
from pr3dict.model.links import Phase
from pr3dict.model.states import Cause
from pr3dict.model.units import NS_PER_S
from pr3dict.net.clock import SystemClock
from pr3dict.sim.server import SimServer
from pr3dict.sim.truth.config import Pace, SimConfig
from pr3dict.sim.truth.venue import Venue

pytestmark = [pytest.mark.timeout(40), pytest.mark.parametrize("transport", TRANSPORTS)]


def clock_s() -> float:
    return SystemClock().monotonic() / NS_PER_S


async def test_A1_a_zombie_that_answers_pong_is_found_by_its_silence(transport):
    async with stage(transport, tokens_per_link=2, silence_s=1.0, rest=False) as found:
        found.proxy.zombie(found.proxy.lines[0])
        await until(lambda: found.client.losses()["expired"])
        (zombie,) = [status for status in found.client.system.statuses() if status.lost]
        (lost,) = found.witness.lost()
        assert (zombie.link, Cause.LINK_DOWN) == (lost.link, lost.cause)
        assert "no data for 1 s, not even the book" in zombie.last_error
        await found.settled()
        assert [1, 2] == sorted(status.opened for status in found.client.system.statuses())
    assert found.proxy.struck["zombie"] > 0


async def test_A1_a_zombie_is_found_by_rest_where_no_silence_is_too_long(transport):
    async with stage(transport, tokens_per_link=2, silence_s=0.0) as found:
        found.proxy.zombie(found.proxy.lines[0])
        await until(found.witness.lost)
        (lost,) = found.witness.lost()
        changes = found.witness.of(StateChanged)
        suspects = {event.token for event in changes if event.cause == Cause.SILENT}
        assert suspects
        assert suspects <= set(lost.tokens)
        await found.settled()
        assert [1, 2] == sorted(status.opened for status in found.client.system.statuses())
    assert found.proxy.struck["zombie"] > 0


@pytest.mark.parametrize("ways", [BOTH, ("down",), ("up",)], ids=["both", "down", "up"])
async def test_A2_a_half_open_connection_is_aborted_at_the_pong_deadline_and_opened_anew(
    transport, ways
):
    # A graceful goodbye would wait 30 s for an answer out of the hole.
    async with stage(transport, pong_timeout_s=0.8, close_timeout_s=30.0) as found:
        began = clock_s()
        found.proxy.blackhole(ways)
        await until(lambda: found.client.status().opened >= 2)
        assert clock_s() - began < 10.0
        assert found.client.losses()["expired"] >= 1
        assert found.witness.lost()
        await found.settled()
    assert found.proxy.struck["blackhole"] > 0


async def test_A3_a_reset_in_the_middle_of_a_frame_loses_and_resyncs(transport):
    async with stage(transport) as found:
        found.proxy.reset_mid_frame(times=2)
        await until(lambda: found.proxy.struck["reset_mid_frame"] == 2)
        struck_at = clock_s()
        await until(lambda: len(found.witness.lost()) == 2)
        assert clock_s() - struck_at < 1.0
        await until(found.client.all_live)
        assert clock_s() - struck_at < 5.0
        await found.settled()
        assert {"dropped": 2} == found.client.losses()
        assert [] == found.client.rejected()


async def test_A3_a_storm_of_resets_ends_in_equal_books(transport):
    async with stage(transport) as found:
        for _ in range(5):
            lost = len(found.witness.lost())
            await until(lambda: found.client.status().phase is Phase.OPEN)
            found.proxy.reset()
            await until(partial(more_lost_than, found, lost))
        await found.settled()
        assert found.client.losses().total() == len(found.witness.lost())
    assert found.proxy.struck["reset"] >= 5


async def test_A3_a_connection_that_ends_after_some_bytes_is_told_and_healed(transport):
    async with stage(transport) as found:
        found.proxy.close_after(900, times=3)
        found.proxy.reset()
        await until(lambda: found.proxy.struck["close_after"] == 3)
        await found.settled()
        assert found.client.status().opened >= 2
    assert 1 == found.proxy.struck["reset"]


async def test_A3_a_half_closed_connection_is_lost_and_healed(transport):
    async with stage(transport) as found:
        found.proxy.half_close("down")
        await until(lambda: len(found.witness.lost()) == 1)
        await found.settled()
        assert {"dropped": 1} == found.client.losses()
    assert 1 == found.proxy.struck["half_close"]


async def test_A8_a_429_with_retry_after_is_obeyed(transport):
    async with stage(transport) as found:
        found.server.faults.refuse(429, {"Retry-After": "1"}, "slow down")
        found.proxy.reset()
        await until(lambda: found.client.losses()["http_429"] == 1)
        refused_at, status = clock_s(), found.client.status()
        assert "answered HTTP 429, and asked us to wait 1 s: 'slow down'" in status.last_error
        await until(lambda: status.opened == 2)
        assert clock_s() - refused_at > 0.9
        await found.settled()
        assert {"dropped": 1, "http_429": 1} == found.client.losses()
    assert 1 == found.server.faults.struck["refuse"]


async def test_A8_a_429_without_retry_after_is_answered_by_growing_waits(transport):
    async with stage(transport, backoff_base_s=0.02, backoff_cap_s=0.3) as found:
        found.server.faults.refuse(429, times=6)
        found.proxy.reset()
        await until(lambda: found.client.losses()["http_429"] == 6)
        await found.settled()
        assert {"dropped": 1, "http_429": 6} == found.client.losses()
        assert 1 + 1 + 6 == found.client.status().attempts
    assert 6 == found.server.faults.struck["refuse"]


async def test_A8_a_block_at_the_edge_is_named_cut_short_and_tried_again_slowly(transport):
    page = "<html>Attention Required! | Cloudflare" + "x" * 200_000
    async with stage(transport, backoff_slow_s=0.5) as found:
        found.server.faults.refuse(403, {"Content-Type": "text/html"}, page, times=2)
        found.proxy.reset()
        refused_at = clock_s()
        await until(lambda: found.client.losses()["http_403"] == 2)
        status = found.client.status()
        assert "its edge blocks this program or this network: 'Att" in status.last_error
        assert len(status.last_error) < 500
        await until(lambda: status.opened == 2)
        assert clock_s() - refused_at > 2 * 0.5
        await found.settled()
    assert 2 == found.server.faults.struck["refuse"]


async def test_A10_a_redirect_to_another_origin_is_refused_and_nothing_reaches_it(transport):
    visitors: list[Peer] = []

    async def elsewhere(peer: Peer):
        visitors.append(peer)

    async with serving(elsewhere) as target, stage(transport) as found:
        found.server.faults.refuse(302, {"Location": target})
        found.server.faults.refuse_rest(302, {"Location": target.replace("ws:", "http:")}, times=3)
        found.proxy.reset()
        await until(lambda: found.client.losses()["http_302"] == 1)
        assert f"a redirect to {target}, which is not followed" in found.client.status().last_error
        found.server.pause()  # Quiet books are read by REST.
        await until(lambda: found.server.faults.struck["refuse_rest"] == 3)
        found.server.resume()
        await found.settled()
    assert [] == visitors
    assert 1 == found.server.faults.struck["refuse"]


@pytest.mark.parametrize("links", [1, 4])
async def test_A12_a_peer_that_never_answers_a_goodbye_does_not_hold_up_the_end(transport, links):
    async with stage(transport, tokens_per_link=4 // links) as found:
        found.proxy.swallow_goodbyes()
        began = clock_s()
        await asyncio.to_thread(found.client.system.stop, 5.0)
        took_s = clock_s() - began
        assert 0.2 < took_s < 2.0
        assert not found.client.system.running
    assert links == found.proxy.struck["goodbye"]


async def test_A12_an_end_into_a_black_hole_takes_no_longer(transport):
    async with stage(transport) as found:
        found.proxy.blackhole()
        began = clock_s()
        await asyncio.to_thread(found.client.system.stop, 5.0)
        assert clock_s() - began < 2.0
    assert found.proxy.struck["blackhole"] > 0


async def test_A14_a_slow_connection_is_not_taken_for_a_dead_one(transport):
    # The proportions of life: chunks 3 s late, pongs expected within 30 s.
    shape = {"rate": Pace(1.0), "activity": 20.0}
    async with stage(transport, shape=shape, pong_timeout_s=3.0, silence_s=6.0) as found:
        before = found.client.books.counters()["frames.received"]
        found.proxy.down.delay_s = found.proxy.up.delay_s = 0.3
        await until(lambda: found.proxy.struck["delay"] >= 8)
        await until(lambda: latency_max_ms(found) > 250)
        assert found.client.books.counters()["frames.received"] > before
        found.proxy.down.delay_s = found.proxy.up.delay_s = 0.0
        await found.settled()
        assert not found.client.losses()
        assert 1 == found.client.status().attempts
        assert [] == found.witness.lost()


def more_lost_than(found: Stage, lost: int) -> bool:
    return len(found.witness.lost()) > lost


def latency_max_ms(found: Stage) -> float:
    told: float = stats(found.client.system)["latency_max_ms"]
    return told


async def test_A14_bytes_that_come_one_by_one_are_all_read(transport):
    async with stage(transport) as found:
        found.proxy.down.slice_bytes = 1
        await until(lambda: found.proxy.struck["slice"] > 20_000)
        found.proxy.down.slice_bytes = 0
        await found.settled()
        assert not found.client.losses()


async def test_A7_a_venue_that_is_away_at_the_start_is_found_when_it_comes(transport):
    source = Venue(SimConfig(markets=1, rate=Pace(frames_per_s=100.0)))
    async with (
        SimServer(source) as server,
        ChaosProxy(1) as proxy,
        client(pointed_at(proxy, server, transport), server.tokens) as running,
    ):
        await until(lambda: running.losses()["unreachable"] >= 3)
        proxy.target = port_of(server)
        await until(running.all_live)
        assert running.status().opened == 1
