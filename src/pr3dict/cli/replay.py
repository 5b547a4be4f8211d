"""`pr3dict replay`: play a recording through the books, then print what they came to."""

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from pr3dict.app.events import FeedFailed
from pr3dict.app.replay import Replay
from pr3dict.app.stats import stats
from pr3dict.cli.follow import follow
from pr3dict.cli.output import OnProgress, progress, remark, say, say_json
from pr3dict.config import from_environment
from pr3dict.core import Core, load
from pr3dict.model.errors import ConfigError, FeedError
from pr3dict.model.events import Event
from pr3dict.model.units import NS_PER_S
from pr3dict.monitor.model import held
from pr3dict.monitor.screen import is_terminal, show
from pr3dict.monitor.words import clock_time, many
from pr3dict.tape import Problem, TapeReader, import_jsonl
from pr3dict.tape.apply import FOREVER
from pr3dict.tape.jsonl import refuse_foreign
from pr3dict.tape.verify import CAPTURES

LOOK_EVERY_S: Final = 0.02
PROBLEMS_MAX: Final = 10
"""Sentences about damage that are printed; all of them are in the JSON."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Reach(NamedTuple):
    """From when to when a recording is played; wall times in nanoseconds."""

    first_ns: int
    start_ns: int
    end_ns: int
    whole: bool
    """Whether it is played to its end."""


def run(
    path: str, *, speed: str, start: str | None, end: str | None, plain: bool, as_json: bool
) -> int:
    """Play; return the exit code."""
    factor = speed_of(speed)
    config = from_environment()
    first_ns, last_ns = extent(Path(path), load(config.core))
    reach = reach_of(first_ns, last_ns, start, end)
    end_ns = FOREVER if reach.whole else reach.end_ns
    replay = Replay(path, config, speed=factor, paused=True, end_ns=end_ns)
    with _playing(replay) as failures:
        if math.isinf(factor):
            with progress("playing") as told:
                replay.resume()
                _watch(replay, reach.end_ns, reach, told)
        else:
            with progress("finding the start") as told:
                replay.seek(reach.start_ns)
                _watch(replay, reach.start_ns, reach, told)
            _stroll(replay, plain=plain, as_json=as_json)
        _tell(replay.problems)
        if failures:
            raise FeedError(failures[0])
        _conclude(replay, path, as_json=as_json)
        return 1 if any(problem.corrupt for problem in replay.problems) else 0


def speed_of(text: str) -> float:
    """Return a speed; `max` is without end. Raises `ConfigError`.

    >>> speed_of("max"), speed_of("10"), speed_of("0.5x")
    (inf, 10.0, 0.5)
    """
    try:
        speed = math.inf if text == "max" else float(text.removesuffix("x"))
    except ValueError:
        speed = math.nan
    if not speed > 0:
        raise ConfigError(f"--speed: wanted a number above 0, or max, found {text!r}")
    return speed


def time_of(text: str, first_ns: int) -> int:
    """Return a wall time in nanoseconds; `+12.5` is after the start. Raises `ConfigError`.

    >>> time_of("2026-02-28T11:46:10", 0), time_of("+1.5", 1_000_000_000)
    (1772279170000000000, 2500000000)
    """
    try:
        if text.startswith("+"):
            return first_ns + round(float(text) * NS_PER_S)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ConfigError(
            f"wanted a time like 2026-02-28T11:46:10 (UTC) or +SECONDS, found {text!r}"
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def reach_of(first_ns: int, last_ns: int, start: str | None, end: str | None) -> Reach:
    """Return what is to be played of a recording. Raises `ConfigError` when it is nothing."""
    start_ns = first_ns if start is None else max(first_ns, time_of(start, first_ns))
    end_ns = last_ns if end is None else min(last_ns, time_of(end, first_ns))
    if start_ns > end_ns:
        span = f"{clock_time(first_ns)} to {clock_time(last_ns)} UTC"
        raise ConfigError(f"--from, --to: wanted a part of the recording ({span}), found none")
    return Reach(first_ns, start_ns, end_ns, end_ns == last_ns)


def extent(path: Path, core: Core) -> tuple[int, int]:
    """Return the wall times of the first and the last record. Raises `TapeError`."""
    if path.suffix in CAPTURES and path.is_file():
        refuse_foreign(path)
        times = [record.wall_ns for record in import_jsonl(path)]
        return (times[0], times[-1]) if times else (0, 0)
    blocks = [block for one in TapeReader(path, core).segments() for block in one.blocks]
    first = min((block.first_ns for block in blocks), default=0)
    return first, max((block.last_ns for block in blocks), default=0)


@contextmanager
def _playing(replay: Replay) -> Iterator[list[str]]:
    """Run the player; give the list of what it failed of."""
    failures: list[str] = []

    def heard(events: Sequence[Event]) -> None:
        failures.extend(event.error for event in events if isinstance(event, FeedFailed))

    replay.engine.on_events(heard)
    replay.start()
    try:
        yield failures
    finally:
        replay.stop()


def _watch(replay: Replay, to_ns: int, reach: Reach, told: OnProgress) -> None:
    """Tell how far the player is, until it is at a time; to the end until it has finished."""
    moment = threading.Event()
    while not replay.finished.is_set() and (to_ns == reach.end_ns or replay.clock.at < to_ns):
        moment.wait(LOOK_EVERY_S)
        told(max(0, replay.clock.at - reach.first_ns), to_ns - reach.first_ns)


def _stroll(replay: Replay, *, plain: bool, as_json: bool) -> None:
    """Play at its speed to the end, with the monitor or a line a second."""
    replay.resume()
    if is_terminal() and not plain and not as_json:
        show(replay, "replay")
    else:
        follow(replay, seconds=None, as_json=as_json, until=replay.finished.is_set)
        if not replay.finished.is_set():
            raise KeyboardInterrupt  # what it came to by now is not what was asked for


def _tell(problems: Sequence[Problem]) -> None:
    for problem in problems[:PROBLEMS_MAX]:
        remark(problem.sentence())
    if len(problems) > PROBLEMS_MAX:
        remark(f"… and {len(problems) - PROBLEMS_MAX:,} more")


def _conclude(replay: Replay, path: str, *, as_json: bool) -> None:
    books = replay.books
    counters = books.counters()
    tokens = [token for token in books.tracked() if books.top(token) is not None]
    rejected = sum(n for name, n in counters.items() if name.startswith("frames.rejected."))
    frames, proved = counters.get("frames.received", 0), held(stats(replay))
    figures = {
        "path": path,
        "engine": replay.core.NAME,
        "until_ns": replay.clock.at,
        "frames": frames,
        "rejected": rejected,
        "proved": proved,
        "failed": counters.get("proofs.failed", 0),
        "books": len(tokens),
        "digest": books.digest(),
        "problems": [problem._asdict() for problem in replay.problems],
    }
    if as_json:
        say_json({**figures, "digests": {token: books.digest(token) for token in tokens}})
        return
    say(
        f"{path}: {many(frames, 'frame')}, {rejected:,} rejected;"
        f" {many(proved, 'proof')} held, {figures['failed']:,} failed"
    )
    say(f"{many(len(tokens), 'book')}, digest {figures['digest']}")
