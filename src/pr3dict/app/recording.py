"""The tape of a run, as the settings want it: one for a system, one for streams."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from pr3dict.config import Config
from pr3dict.core import Core
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.ports import Clock, Recorder
from pr3dict.tape.scribe import TapeSettings
from pr3dict.tape.writer import TapeWriter


def tape(
    directory: Path,
    config: Config,
    core: Core,
    clock: Clock,
    *,
    on_halt: Callable[[str], object],
) -> TapeWriter:
    """Claim a directory and begin to write; raises `TapeError`, `MissingExtra`.

    `on_halt` is called with the cause, on the tape's thread, when the disk fails.
    """
    return TapeWriter(
        directory,
        core,
        clock=clock,
        run_id=run_id(clock.now()),
        config_hash=hashlib.sha256(msgspec.json.encode(config)).hexdigest()[:16],
        settings=TapeSettings(
            commit_every_s=config.tape_write_ms / 1000,
            fsync_every_s=config.tape_fsync_s,
            segment_bytes=config.tape_segment_bytes,
            close_timeout_s=0.5,
        ),
        on_halt=on_halt,
    )


class Both:
    """Two recorders as one: the first hears first."""

    def __init__(self, first: Recorder, second: Recorder) -> None:
        self._first, self._second = first, second

    def append(self, kind: int, link: int, now: Nanos, payload: bytes) -> None:
        """Tell both."""
        self._first.append(kind, link, now, payload)
        self._second.append(kind, link, now, payload)


def both(first: Recorder | None, second: Recorder | None) -> Recorder | None:
    """Return what tells those that are there."""
    if first is None or second is None:
        return first or second
    return Both(first, second)


def run_id(now: int) -> str:
    """Return a name that sorts by time: no two recorders of one directory start in the same ns.

    >>> run_id(1766481546_000000007)
    '20251223T091906Z-000000007'
    """
    seconds, rest = divmod(now, NS_PER_S)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y%m%dT%H%M%SZ}-{rest:09d}"
