"""A firehose, a manager behind it and consumers of every kind; in the end everything is counted.

The books, the mailboxes and the memory are held against what the firehose says it sent: no frame
may be missing, no update conflated or dropped uncounted, and a consumer that never returns may
cost the others nothing.
"""

import asyncio
import json
import os
import sys
import threading
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
from tests.chaos import firehose
from tests.chaos.kit import QUICK
from tests.chaos.memory import HighWater
from tests.engine.waiting import until

from pr3dict.client.manager import OrderBookManager
from pr3dict.client.snapshot import OrderBookSnapshot, TradeEvent
from pr3dict.config import Config
from pr3dict.core import View
from pr3dict.measure.metrics import OrderBookMetrics
from pr3dict.model.units import NS_PER_S
from pr3dict.net.clock import SystemClock

ROOT: Final = Path(__file__).resolve().parents[2]
EVENTS_MAX: Final = 500
"""The mailbox of the stuck consumer is full after half a second of trades."""


class Load(msgspec.Struct):
    """What was seen, for the test to judge and for people to read."""

    transport: str
    frames: int
    seconds: float
    growth_mib: float
    stop_s: float
    healthy_lag_ms_p99: float
    consumers: dict[str, dict[str, Any]]

    def __str__(self) -> str:
        rate = self.frames / self.seconds
        rows = [
            f"{self.transport}: {self.frames:,} frames in {self.seconds:.1f} s ({rate:,.0f}/s)",
            f"  memory +{self.growth_mib:.1f} MiB, stopped in {self.stop_s:.2f} s",
            f"  lag of healthy trades p99 {self.healthy_lag_ms_p99:.0f} ms",
        ]
        names = ("delivered", "conflated", "dropped", "waiting")
        for name, told in self.consumers.items():
            rows.append(f"  {name:16}" + "".join(f"{n} {told[n]:>10,}  " for n in names))
        return "\n".join(rows)


@asynccontextmanager
async def hosed(per_s: int, seconds: float) -> AsyncIterator[tuple[Process, int]]:
    """Run a firehose; yield it and its port."""
    environ = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.chaos.firehose", str(per_s), str(seconds)),
        stdin=PIPE, stdout=PIPE, cwd=ROOT, env=environ,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process, int(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def go(process: Process) -> None:
    """Let it begin; return when it has."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"go\n")
    await process.stdout.readline()


def behind(port: int, transport: str, **settings: Any) -> OrderBookManager:
    """Return a manager that is pointed at the port."""
    places = {
        "polymarket_market_ws_url": f"ws://127.0.0.1:{port}/ws/market",
        "transport": transport,
        "rest": False,
        "mailbox_events_max": EVENTS_MAX,
    }
    config = Config(**(places | QUICK | settings))
    return OrderBookManager(firehose.TOKENS, config=config)


class Crowd:
    """Consumers good and bad, registered once the books are open and before anything flows."""

    def __init__(self, manager: OrderBookManager) -> None:
        self.touched = len(firehose.TOKENS)  # A new consumer is told of every book.
        self.latest: dict[str, OrderBookSnapshot] = {}
        self.trades = 0
        self.lags_ns: list[int] = []
        self.release = threading.Event()
        self._now = manager.system.clock.now
        manager.register_inline_callback(self.tap)
        manager.register_book_callback(self.stuck_books)
        manager.register_trade_callback(self.stuck_trades)
        manager.register_book_callback(self.healthy_books, every=0.02)
        manager.register_trade_callback(self.healthy_trades)

    def tap(self, tokens: tuple[str, ...]) -> None:
        self.touched += len(tokens)

    def stuck_books(self, _snapshot: OrderBookSnapshot, _metrics: OrderBookMetrics) -> None:
        self.release.wait()

    def stuck_trades(self, _trade: TradeEvent) -> None:
        self.release.wait()

    def healthy_books(self, snapshot: OrderBookSnapshot, _metrics: OrderBookMetrics) -> None:
        self.latest[snapshot.asset_id] = snapshot

    def healthy_trades(self, trade: TradeEvent) -> None:
        assert not trade.skipped
        self.trades += 1
        self.lags_ns.append(self._now() - trade.local_ns)

    def lag_ms_p99(self) -> float:
        ordered = sorted(self.lags_ns)
        return ordered[len(ordered) * 99 // 100] / 1e6


async def run(transport: str, per_s: int, seconds: float) -> Load:
    """Run the whole thing and hold it against the truth."""
    async with hosed(per_s, seconds) as (process, port):
        manager = behind(port, transport)
        await manager.start()
        crowd = Crowd(manager)
        water = HighWater()
        try:
            await go(process)
            assert process.stdout is not None
            ended = asyncio.ensure_future(process.stdout.readline())
            while not ended.done():
                await asyncio.wait([ended], timeout=0.1)
                water.look()
            sent = json.loads(ended.result())
            await until(lambda: received(manager) == sent["frames"] + 1)
            await until(lambda: crowd.trades == firehose.trades(sent["frames"]))
            await until(lambda: latest_versions(crowd) == versions(manager))
            told = {row["name"].rpartition(".")[2]: row for row in manager.get_stats()["consumers"]}
            judge(manager, crowd, told, sent["frames"])
        finally:
            clock = SystemClock()
            began = clock.monotonic()
            await manager.stop()
            stop_s = (clock.monotonic() - began) / NS_PER_S
            crowd.release.set()
    growth, lag = water.look(), crowd.lag_ms_p99()
    return Load(transport, sent["frames"], sent["seconds"], growth, stop_s, lag, told)


def received(manager: OrderBookManager) -> int:
    """Return the frames that came, PONGs not counted."""
    counters = manager.books.counters()
    return counters["frames.received"] - counters.get("frames.ignored.pong", 0)


def views(manager: OrderBookManager, depth: int) -> dict[str, View]:
    found = {token: manager.books.view(token, depth) for token in firehose.TOKENS}
    return {token: view for token, view in found.items() if view is not None}


def bids(manager: OrderBookManager) -> dict[str, dict[int, int]]:
    """Return each token's bids, size by price."""
    return {token: dict(view.bids()) for token, view in views(manager, 0).items()}


def versions(manager: OrderBookManager) -> dict[str, int]:
    return {token: view.version for token, view in views(manager, 1).items()}


def latest_versions(crowd: Crowd) -> dict[str, int]:
    return {token: snapshot.version for token, snapshot in crowd.latest.items()}


def judge(
    manager: OrderBookManager, crowd: Crowd, told: dict[str, dict[str, Any]], frames: int
) -> None:
    """Every frame, every update and every event is where it should be, or counted."""
    counters = manager.books.counters()
    lost = {name: n for name, n in counters.items() if n and name.startswith("frames.rejected")}
    ignored = sum(n for name, n in counters.items() if name.startswith("frames.ignored."))
    assert {} == lost
    assert counters["frames.received"] == counters["frames.applied"] + ignored
    assert counters["frames.applied"] == frames + 1
    assert firehose.bids_after(frames) == bids(manager)
    for name in ("stuck_books", "healthy_books"):
        row = told[name]
        seen = row["delivered"] + row["busy"] + row["waiting"] + row["conflated"]
        assert crowd.touched == seen, (name, row)
    for name in ("stuck_trades", "healthy_trades"):
        row = told[name]
        seen = row["delivered"] + row["busy"] + row["waiting"] + row["dropped"]
        assert firehose.trades(frames) == seen, (name, row)
    assert 0 == told["healthy_trades"]["dropped"]
    assert not any(row["errors"] for row in told.values())
    (link,) = manager.system.statuses()
    assert 1 == link.opened
