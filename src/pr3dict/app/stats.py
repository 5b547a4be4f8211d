"""What a running system says of itself, as plain numbers by name."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from pr3dict.app.replay import Replay
from pr3dict.app.system import System
from pr3dict.engine.consumers import Consumer
from pr3dict.measure.latency import Latency
from pr3dict.model.links import LinkStatus, Phase
from pr3dict.model.states import BookState

Running = System | Replay
"""What can be read and consumed: a live feed or a recording."""


def stats(running: Running, consumers: Iterable[Consumer] = ()) -> dict[str, Any]:
    """Return all figures. Latencies are milliseconds, nan before the first message."""
    counters = running.books.counters()
    links = running.statuses()
    return {
        "connected": is_connected(running),
        "engine": running.core.NAME,
        **_latency(running),
        **_books(running),
        "messages": _messages(counters),
        "entries": _sorted_out(counters, "entries"),
        "proofs": _named(counters, "proofs"),
        "witnesses": {name: counters.get(name, 0) for name in _WITNESSES},
        "snapshots": _named(counters, "snapshots"),
        "trades": running.history.seen,
        "events": dict(running.engine.events),
        "links": [_link(status) for status in links],
        "reconnects": sum(max(0, status.opened - status.rotated - 1) for status in links),
        "consumers": [consumer.stats() for consumer in consumers],
        "inline_errors": dict(running.engine.failures),
        **_care(running),
    }


def is_connected(running: Running) -> bool:
    """Whether every link is open, and there is one; for a recording: whether it plays.

    Where connections race for a link, one of them is enough.
    """
    if isinstance(running, Replay):
        return running.running and not running.finished.is_set()
    statuses = running.statuses()
    is_open = {status.link for status in statuses if status.phase is Phase.OPEN}
    return running.running and bool(is_open) and is_open == {status.link for status in statuses}


_WITNESSES = ("best.failed", "mirror.compared", "mirror.failed", "latency.clock_insane")


def _latency(running: Running) -> dict[str, Any]:
    latency = Latency(*running.books.latency())
    return {
        "latency_avg_ms": latency.mean_ms,
        "latency_min_ms": latency.min_ms,
        "latency_p50_ms": latency.quantile_ms(0.50),
        "latency_p95_ms": latency.quantile_ms(0.95),
        "latency_p99_ms": latency.quantile_ms(0.99),
        "latency_max_ms": latency.max_ms,
        "latency_count": latency.count,
        "latency_negative": latency.negative,
    }


def _books(running: Running) -> dict[str, Any]:
    tracked = running.books.tracked()
    views = (running.books.view(token, 1) for token in tracked)
    states = Counter(BookState(view.state).name for view in views if view is not None)
    cached = sum(1 for token in tracked if running.books.top(token) is not None)
    subscribed = running.feed.subscribed() if isinstance(running, System) and running.feed else 0
    return {
        "tracked_assets": len(tracked),
        "subscribed_assets": subscribed,
        "orderbooks_cached": cached,
        "books": {state.name: states[state.name] for state in BookState},
    }


def _messages(counters: dict[str, int]) -> dict[str, Any]:
    """Frames: received = applied + all ignored + all rejected."""
    return {**_sorted_out(counters, "frames"), "bytes": counters.get("bytes.received", 0)}


def _sorted_out(counters: dict[str, int], what: str) -> dict[str, Any]:
    return {
        "received": counters.get(f"{what}.received", 0),
        "applied": counters.get(f"{what}.applied", 0),
        "ignored": _named(counters, f"{what}.ignored"),
        "rejected": _named(counters, f"{what}.rejected"),
    }


def _named(counters: dict[str, int], prefix: str) -> dict[str, int]:
    start = prefix + "."
    return {name[len(start) :]: n for name, n in counters.items() if name.startswith(start)}


def _link(status: LinkStatus) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(status)
    return told


def _care(running: Running) -> dict[str, Any]:
    """Healing, audit and tape: only a live feed has them."""
    if isinstance(running, Replay) or running.feed is None:
        return {}
    keeper = running.feed.keeper
    return {
        "rest": running.feed.rest,
        "healing": {"ill": keeper.heal.ill(), **keeper.heal.counters},
        "no_book": sorted(keeper.heal.no_book),
        "audit": dict(keeper.audit.counters),
        "fallback": {"down": keeper.fallback.down_now(), **keeper.fallback.counters},
        "tape": None if running.tape is None else msgspec.to_builtins(running.tape.stats()),
    }
