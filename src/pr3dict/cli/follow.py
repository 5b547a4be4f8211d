"""The monitor without a terminal: a line a second, or a JSON line a second."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from pr3dict.app.stats import Running
from pr3dict.cli.output import say, say_json
from pr3dict.model.units import NS_PER_S
from pr3dict.monitor.labels import NAMELESS, Labels
from pr3dict.monitor.layout import stats_line
from pr3dict.monitor.model import Board, Model
from pr3dict.monitor.sample import Ear, take
from pr3dict.net.clock import SystemClock

EVERY_S = 1.0

Until = Callable[[], bool]


def follow(
    running: Running,
    *,
    seconds: float | None,
    as_json: bool,
    check: Callable[[], object] | None = None,
    until: Until = lambda: False,
    labels: Labels = NAMELESS,
) -> Board:
    """Print until the time is over, `until` says so, or Ctrl-C; return the last board.

    `check` is called each second and may raise; `labels` names the tokens.
    """
    model, clock, moment = Model(labels), SystemClock(), threading.Event()
    started = clock.monotonic()
    with listening(running, labels) as ear:
        model.add(take(running, ear))
        try:
            while seconds is None or clock.monotonic() < started + seconds * NS_PER_S:
                moment.wait(_nap_s(started, clock.monotonic(), seconds))
                if check is not None:
                    check()
                model.add(take(running, ear))
                passed = round((clock.monotonic() - started) / NS_PER_S)
                _print(model.board(), passed, as_json=as_json)
                if until():
                    break
        except KeyboardInterrupt:
            model.add(take(running, ear))
        return model.board()


@contextmanager
def listening(running: Running, labels: Labels = NAMELESS) -> Iterator[Ear]:
    """Give an ear that hears the events of a system."""
    ear = Ear(labels)
    running.engine.on_events(ear.events)
    try:
        yield ear
    finally:
        running.engine.leave(ear.events)


def board_json(board: Board) -> dict[str, Any]:
    """Return a board as JSON takes it; prices in micros, times in nanoseconds."""
    return {
        "now_ns": board.now,
        "engine": board.engine,
        "alerts": list(board.alerts),
        "healths": {health.name: number for health, number in board.healths.items()},
        "messages_per_s": board.messages_per_s,
        "stats": board.stats,
        "books": [
            msgspec.to_builtins(row)
            | {
                "health": row.health.name,
                "cause": row.cause.name,
                "proof": row.proof.name,
                "source": row.source.name,
            }
            for row in board.rows
        ],
    }


def _nap_s(started: int, now: int, seconds: float | None) -> float:
    """Return the seconds to the next full second of this run, or to its end."""
    nap = EVERY_S - (now - started) / NS_PER_S % EVERY_S
    left = nap if seconds is None else seconds - (now - started) / NS_PER_S
    return max(0.0, min(nap, left))


def _print(board: Board, passed: int, *, as_json: bool) -> None:
    if as_json:
        say_json({"seconds": passed, **board_json(board)})
    else:
        say(stats_line(board, passed))
