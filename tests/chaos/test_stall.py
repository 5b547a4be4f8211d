"""E5 and E6 of the catalogue: a client that stands still, and one whose socket is too slow."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from tests.chaos import firehose, load
from tests.chaos.kit import QUICK, TRANSPORTS, pointed_at, port_of
from tests.chaos.memory import HighWater
from tests.chaos.proxy import ChaosProxy
from tests.engine.waiting import until

from pr3dict import core
from pr3dict.client.manager import OrderBookManager
from pr3dict.sim.server import SimServer
from pr3dict.sim.truth.config import Pace, SimConfig
from pr3dict.sim.truth.venue import Venue

pytestmark = [pytest.mark.timeout(60), pytest.mark.parametrize("transport", TRANSPORTS)]

ROOT: Final = Path(__file__).resolve().parents[2]
STOPPED_S: Final = 1.6


@asynccontextmanager
async def follower(settings: dict[str, Any], tokens: list[str]) -> AsyncIterator[Process]:
    environ = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    program = (sys.executable, "-m", "tests.chaos.follower")
    process = await asyncio.create_subprocess_exec(
        *program, stdin=PIPE, stdout=PIPE, cwd=ROOT, env=environ
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps({"settings": settings, "tokens": tokens}).encode() + b"\n")
    try:
        yield process
        process.stdin.close()
        async with asyncio.timeout(10):
            assert 0 == await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ask(process: Process) -> dict[str, Any]:
    """Return what the follower knows now."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"\n")
    answer: dict[str, Any] = json.loads(await process.stdout.readline())
    return answer


async def asked_until(process: Process, **wanted: Any) -> dict[str, Any]:
    async with asyncio.timeout(15):
        while True:
            told = await ask(process)
            if all(told[name] == value for name, value in wanted.items()):
                return told
            await asyncio.sleep(0.01)


async def test_E5_a_stopped_process_reads_its_backlog_before_it_calls_a_socket_dead(transport):
    source = Venue(
        SimConfig(
            markets=2, rate=Pace(frames_per_s=2000.0), created_per_hour=0.0, resolved_per_hour=0.0
        )
    )
    async with SimServer(source) as server, ChaosProxy(port_of(server)) as proxy:
        tight = {"pong_timeout_s": 1.2, "silence_s": 1.2, "rest": False}
        settings = msgspec.to_builtins(pointed_at(proxy, server, transport, **tight))
        async with follower(settings, server.tokens) as process:
            before = await asked_until(process, live=len(server.tokens))
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(STOPPED_S)  # it is this long what is tested
            process.send_signal(signal.SIGCONT)
            server.pause()
            await server.drained()
            await asked_until(process, digest=server.digest(), live=len(server.tokens))
            after = await ask(process)
            assert after["received"] - before["received"] > STOPPED_S * 1000
            assert (0, 0) == (after["lost"], after["rejected"])
            assert [(1, {})] == [(link["opened"], link["lost"]) for link in after["links"]]
        assert 1 == proxy.accepted


async def test_E6_a_socket_slower_than_its_venue_grows_old_and_recovers(transport):
    per_s = 15_000 if core.load(QUICK["core"]).NAME == "native" else 3_000
    async with load.hosed(per_s, 3.0) as (process, port), ChaosProxy(port) as proxy:
        manager = load.behind(proxy.port, transport)
        await manager.start()
        water = HighWater()
        proxy.down.bytes_per_s = per_s * 60.0  # a quarter of what is said
        await load.go(process)
        await until(lambda: age_ms(manager) > 300)
        assert water.look() < 64
        oldest = age_ms(manager)
        proxy.down.bytes_per_s = 0.0
        await until(lambda: age_ms(manager) < oldest / 2)  # The hose is still on.
        assert process.stdout is not None
        sent = json.loads(await process.stdout.readline())
        await until(lambda: load.received(manager) == sent["frames"] + 1)
        assert water.look() < 64
        (link,) = manager.system.statuses()
        assert (1, {}) == (link.opened, link.lost)
        assert firehose.bids_after(sent["frames"]) == load.bids(manager)
        await manager.stop()
    assert proxy.struck["throttle"] > 0


def age_ms(manager: OrderBookManager) -> float:
    """Return how old the newest change was when it arrived."""
    views = [view for token in firehose.TOKENS if (view := manager.books.view(token, 1))]
    newest = max(views, key=lambda view: view.local_ns)
    return (newest.local_ns - newest.venue_ns) / 1e6
