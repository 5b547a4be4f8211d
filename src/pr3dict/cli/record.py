"""`pr3dict record`: every frame of some tokens on a tape, until Ctrl-C."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from pr3dict.app.stats import stats
from pr3dict.app.system import System
from pr3dict.cli.output import remark, say, say_json
from pr3dict.config import from_environment
from pr3dict.core import Core, load
from pr3dict.model.units import NS_PER_S
from pr3dict.monitor.live import live, look_after, wanted_tokens
from pr3dict.monitor.model import held
from pr3dict.monitor.words import count, many, span
from pr3dict.tape import Footprint, TapeReader, TapeState, TapeWriter
from pr3dict.tape.audit import Audit

STOPPED: Final = 2
"""Exit code where the disk ended the recording."""
EVERY_S: Final = 1.0
QUIET_LINES: Final = 10
"""For people a line comes only every so many seconds; JSON comes each second."""


TOKENS_TOLD_MAX: Final = 5
"""Tokens without a book that are named on stderr; all of them are in the JSON."""


def run(tokens: Sequence[str], to: str, *, seconds: float | None, as_json: bool) -> int:
    """Record until Ctrl-C, which is the usual end; return the exit code."""
    config = from_environment()
    wanted = wanted_tokens(tokens, config).tokens
    footprint = Footprint(Path(to))
    try:
        with live(config, wanted, record=to) as system:
            assert system.tape is not None
            if not as_json:
                remark(f"recording {many(len(wanted), 'token')} to {to}; Ctrl-C ends it")
            with suppress(KeyboardInterrupt), _halt_told_once(system.tape):
                _follow(system, system.tape, wanted, seconds=seconds, as_json=as_json)
            system.stop()
            return _conclude(system, system.tape, to, wanted, as_json=as_json)
    except BaseException:
        footprint.undo(load(config.core))
        raise


@contextmanager
def _halt_told_once(tape: TapeWriter) -> Iterator[None]:
    """Keep a halt of the tape out of the log: the feed goes on, but this verb ends and says so."""

    def is_other(record: logging.LogRecord) -> bool:
        return not tape.cause or tape.cause not in record.getMessage()

    log = logging.getLogger(System.__module__)
    log.addFilter(is_other)
    try:
        yield
    finally:
        log.removeFilter(is_other)


def _follow(
    system: System,
    tape: TapeWriter,
    tokens: Sequence[str],
    *,
    seconds: float | None,
    as_json: bool,
) -> None:
    """Print until the time is over or the tape has halted."""
    started = system.clock.monotonic()
    moment = threading.Event()
    second = 0
    told: set[str] = set()
    while seconds is None or second * EVERY_S < seconds:
        left = EVERY_S if seconds is None else seconds - second * EVERY_S
        moment.wait(min(EVERY_S, left))
        second += 1
        if tape.state is TapeState.HALTED:
            return
        look_after(system, tokens)
        missing = [token for token in tokens if system.has_no_book(token)]
        _tell_missing([token for token in missing if token not in told])
        told.update(missing)
        passed = system.clock.monotonic() - started
        if as_json:
            figures = _figures(system, tape, missing)
            say_json({"seconds": round(passed / NS_PER_S), **figures})
        elif second % QUIET_LINES == 0:
            stood = tape.stats()
            written = f"{count(stood.records)} records, {count(stood.written_bytes)}B on disk"
            remark(f"{span(passed)}: {written}, {stood.lost} lost")


def _tell_missing(tokens: Sequence[str]) -> None:
    """Say which tokens are wanted in vain."""
    for token in tokens[:TOKENS_TOLD_MAX]:
        remark(f"the venue has no book for token {token}: the id is wrong, or the market is over")
    if len(tokens) > TOKENS_TOLD_MAX:
        remark(f"… nor for {len(tokens) - TOKENS_TOLD_MAX:,} more of the tokens")


def _conclude(
    system: System, tape: TapeWriter, to: str, tokens: Sequence[str], *, as_json: bool
) -> int:
    """Tell what is on the tape, which is closed; return the exit code."""
    missing = [token for token in tokens if system.has_no_book(token)]
    figures = _figures(system, tape, missing)
    halted = tape.state is TapeState.HALTED
    if halted:
        remark(f"pr3dict: recording to {to} stopped: {tape.cause}")
        figures |= {"halted": tape.cause, **_saved(to, tape, system.core)}
    if as_json:
        say_json({"done": True, **figures})
        return STOPPED if halted else 0
    if not halted:
        unseen = [t for t in tokens if t not in missing and system.books.top(t) is None]
        if unseen:
            remark(f"no book has come for {many(len(unseen), 'token')} until the end: {unseen[0]}")
    records = f"{many(figures['records'], 'record')}{' saved' if halted else ''}"
    say(
        f"{to}: {records} in {many(figures['segments'], 'segment')},"
        f" {many(figures['written_bytes'], 'byte')}, {figures['lost']:,} lost"
    )
    say(f"{many(figures['books'], 'book')}, digest {figures['digest']}")
    return STOPPED if halted else 0


def _saved(to: str, tape: TapeWriter, core: Core) -> dict[str, Any]:
    """Read back what is on a tape that halted: the books of the feed have gone on without it."""
    audit = Audit(core, core.new_books())
    if tape.stats().segments:
        reader = TapeReader(to, core)
        run = reader.runs()[-1]
        for block in reader.blocks(run):
            audit.block(block.raw)
    report = audit.report("")
    return {
        "records": sum(report.records.values()),
        "books": len(report.digests),
        "digest": report.digest,
    }


def _figures(system: System, tape: TapeWriter, missing: Sequence[str]) -> dict[str, Any]:
    written = tape.stats()
    tracked = system.books.tracked()
    return {
        "records": written.records,
        "lost": written.lost,
        "written_bytes": written.written_bytes,
        "segments": written.segments,
        "books": sum(1 for token in tracked if system.books.top(token) is not None),
        "without_book": missing,
        "proved": held(stats(system)),
        "digest": system.books.digest(),
    }
