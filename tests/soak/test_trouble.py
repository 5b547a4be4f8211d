"""Half an hour with a venue that is never well for long: the books end equal, and nothing grows.

The venue and its faults live in a process of their own, so what this process holds is the client.
`PR3DICT_SOAK_MINUTES=2 make soak` is the short form.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from tests.chaos.kit import Client
from tests.engine.waiting import until
from tests.soak.figures import HOUR_S, Sample, sample, trends

from pr3dict.client.manager import OrderBookManager
from pr3dict.config import Config
from pr3dict.model.events import Event
from pr3dict.model.units import NS_PER_S
from pr3dict.net.clock import SystemClock

ROOT: Final = Path(__file__).resolve().parents[2]
SOAK_MINUTES: Final = float(os.environ.get("PR3DICT_SOAK_MINUTES", "30"))
SAMPLES: Final = 180
GROWTH_MIB_H: Final = 1.0
NOISE_MIB: Final = 4.0
"""What arenas of the allocator may take and give back; in a short run it hides the slope."""
FAULTS_WANTED: Final = 10
"""Kinds of faults that must have struck in the shortest soak."""


@pytest.mark.timeout(60)
async def test_five_seconds_of_trouble_end_in_equal_books() -> None:
    await endure(5.0, every_s=0.05, samples=6)


@pytest.mark.soak
@pytest.mark.timeout(SOAK_MINUTES * 60 + 120)
async def test_half_an_hour_of_trouble_ends_in_equal_books_and_nothing_grew() -> None:
    held, struck = await endure(SOAK_MINUTES * 60, every_s=0.5, samples=SAMPLES)
    found = trends(held)
    print()  # noqa: T201
    print(f"{SOAK_MINUTES:g} minutes, {struck.total():,} faults: {dict(struck)}")  # noqa: T201
    for trend in found.values():
        print(trend)  # noqa: T201
    assert len(struck) >= FAULTS_WANTED
    assert found["threads"].last <= found["threads"].first
    assert found["tasks"].last <= found["tasks"].first + 2
    assert found["descriptors"].last <= found["descriptors"].first + 2
    memory = found["resident MiB"]
    hours = (held[-1].at_s - held[0].at_s) / HOUR_S
    assert memory.last - memory.first < GROWTH_MIB_H * hours + NOISE_MIB


class Tally:
    """Consumers as users have them; they keep nothing, or the test itself would grow."""

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()

    def book(self, _snapshot: object, _metrics: object) -> None:
        self.told["books"] += 1

    async def trade(self, _trade: object) -> None:
        self.told["trades"] += 1

    def event(self, event: Event) -> None:
        self.told[type(event).__name__] += 1


async def endure(
    seconds: float, *, every_s: float, samples: int
) -> tuple[list[Sample], Counter[str]]:
    """Live with the venue for so long; return what was held and what struck."""
    async with troubled(markets=40, activity=10.0, every_s=every_s) as (process, place):
        tally = Tally()
        manager = OrderBookManager(place["tokens"], config=settings(place))
        manager.register_book_callback(tally.book, every=0.1)
        manager.register_trade_callback(tally.trade)
        manager.register_event_callback(tally.event)
        await manager.start()
        held = await watch(manager, seconds, samples)
        struck = await at_peace(process, manager)
        account(manager)
        assert tally.told["books"] > 0
        assert tally.told["trades"] > 0
        print(f"\n{dict(tally.told)}")  # noqa: T201
        await manager.stop()
    return held, struck


async def watch(manager: OrderBookManager, seconds: float, samples: int) -> list[Sample]:
    clock = SystemClock()
    began, held = clock.monotonic(), []
    for number in range(1, samples + 1):
        due = began + round(number * seconds / samples * NS_PER_S)
        await asyncio.sleep(max(0, due - clock.monotonic()) / NS_PER_S)
        at_s = (clock.monotonic() - began) / NS_PER_S
        held.append(await asyncio.to_thread(sample, manager.system, at_s))
    return held


async def at_peace(process: Process, manager: OrderBookManager) -> Counter[str]:
    """Let the faults end, wait until every book is the venue's; return what struck."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"peace\n")
    client = Client(manager.system)
    await until(client.all_live)
    process.stdin.write(b"rest\n")
    told = json.loads(await process.stdout.readline())
    await until(lambda: manager.books.digest() == told["digest"] and client.all_live())
    return Counter(told["struck"])


def account(manager: OrderBookManager) -> None:
    Client(manager.system).account()
    for consumer in manager.get_stats()["consumers"]:
        assert (0, 0) == (consumer["errors"], consumer["dropped"])


def settings(place: dict[str, Any]) -> Config:
    """Return settings of life, a tenth as long."""
    return Config(
        polymarket_market_ws_url=place["ws"],
        polymarket_clob_url=place["rest"],
        tokens_per_link=20,
        ping_every_s=1.0,
        pong_timeout_s=3.0,
        silence_s=4.0,
        connect_spacing_s=0.02,
        backoff_base_s=0.1,
        backoff_cap_s=1.0,
        backoff_slow_s=1.0,
        first_book_s=0.5,
        audit_every_s=3.0,
        rest_per_s=20.0,
    )


@asynccontextmanager
async def troubled(
    *, markets: int, activity: float, every_s: float
) -> AsyncIterator[tuple[Process, dict[str, Any]]]:
    environ = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    arguments = [str(markets), str(activity), str(every_s), "7"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.soak.troubled", *arguments,
        stdin=PIPE, stdout=PIPE, cwd=ROOT, env=environ, limit=1 << 20,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process, json.loads(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
