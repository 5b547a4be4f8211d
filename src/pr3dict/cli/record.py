"""`pr3dict record`: every frame of some tokens on a tape, until Ctrl-C."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from pr3dict.app.stats import stats
from pr3dict.app.system import System
from pr3dict.cli.output import remark, say, say_json
from pr3dict.config import from_environment
from pr3dict.model.errors import TapeError
from pr3dict.model.units import NS_PER_S
from pr3dict.monitor.live import live, look_after, wanted_tokens
from pr3dict.monitor.model import held
from pr3dict.monitor.words import count, many, span
from pr3dict.tape import TapeState, TapeWriter

EVERY_S: Final = 1.0
QUIET_LINES: Final = 10
"""For people a line comes only every so many seconds; JSON comes each second."""


def run(tokens: Sequence[str], to: str, *, seconds: float | None, as_json: bool) -> int:
    """Record until Ctrl-C, which is the usual end; return the exit code."""
    wanted = wanted_tokens(tokens)
    with live(from_environment(), wanted, record=to) as system:
        assert system.tape is not None
        if not as_json:
            remark(f"recording {many(len(wanted), 'token')} to {to}; Ctrl-C ends it")
        with suppress(KeyboardInterrupt):
            _follow(system, system.tape, wanted, seconds=seconds, as_json=as_json)
        system.stop()
        return _conclude(system, system.tape, to, as_json=as_json)


def _follow(
    system: System,
    tape: TapeWriter,
    tokens: Sequence[str],
    *,
    seconds: float | None,
    as_json: bool,
) -> None:
    started = system.clock.monotonic()
    moment = threading.Event()
    second = 0
    while seconds is None or second * EVERY_S < seconds:
        left = EVERY_S if seconds is None else seconds - second * EVERY_S
        moment.wait(min(EVERY_S, left))
        second += 1
        look_after(system, tokens)
        _refuse_halted(tape)
        passed = system.clock.monotonic() - started
        if as_json:
            say_json({"seconds": round(passed / NS_PER_S), **_figures(system, tape)})
        elif second % QUIET_LINES == 0:
            told = tape.stats()
            written = f"{count(told.records)} records, {count(told.written_bytes)}B on disk"
            remark(f"{span(passed)}: {written}, {told.lost} lost")


def _refuse_halted(tape: TapeWriter) -> None:
    """There is no use in a recorder that does not record."""
    if tape.state is TapeState.HALTED:
        raise TapeError(f"recording stopped: {tape.cause}; what came before is on the tape")


def _conclude(system: System, tape: TapeWriter, to: str, *, as_json: bool) -> int:
    """Tell what is on the tape, which is closed."""
    _refuse_halted(tape)
    figures = _figures(system, tape)
    if as_json:
        say_json({"done": True, **figures})
        return 0
    say(
        f"{to}: {many(figures['records'], 'record')} in {many(figures['segments'], 'segment')},"
        f" {figures['written_bytes']:,} bytes, {figures['lost']} lost"
    )
    say(f"{many(figures['books'], 'book')}, digest {figures['digest']}")
    return 0


def _figures(system: System, tape: TapeWriter) -> dict[str, Any]:
    written = tape.stats()
    tracked = system.books.tracked()
    return {
        "records": written.records,
        "lost": written.lost,
        "written_bytes": written.written_bytes,
        "segments": written.segments,
        "books": sum(1 for token in tracked if system.books.top(token) is not None),
        "proved": held(stats(system)),
        "digest": system.books.digest(),
    }
