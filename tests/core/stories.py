"""Runs of calls as texts, one call a line: what `rust/fuzz` plays, and a person can read.

The grammar stands in rust/fuzz/src/story.rs. Times are whole milliseconds there.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Final

from tests.core.frames import START_MS
from tests.core.runs import LINK_DOWN, NS_PER_MS, SILENT, WHEN_DUE, Step

START_NS = START_MS * NS_PER_MS
NOT_TOLD = "-"
LINES_MAX, PAUSE_MS_MAX = 200, 100_000
"""As in the grammar's own file."""


def story_of(steps: list[Step], *, prove: bool, adopt: bool) -> bytes:
    """Return a run as a story; calls that a story cannot tell are left out."""
    now = START_NS
    lines = []
    for step in steps:
        time = _time_of(step)
        if time is not None and time - now >= NS_PER_MS:
            pause_ms = (time - now) // NS_PER_MS
            now += pause_ms * NS_PER_MS
            lines.append(b"+%d" % pause_ms)
        line = _line(step)
        if b"\n" not in line and line:
            lines.append(line)
    options = (0 if prove else 1) | (2 if adopt else 0) | (4 if prove and adopt else 0)
    return b"%d" % options + b"\n".join([b"", *lines])


def _time_of(step: Step) -> int | None:
    timed = {"feed", "feed_rest", "wake", "open_link", "close_link", "suspect"}
    return step[-1] if step[0] in timed and step[-1] != WHEN_DUE else None


def _line(step: Step) -> bytes:
    name, *arguments = step
    return _LINES[name](*arguments) if name in _LINES else b""


def _rules_line(token: str, minimum: str | None, tick: str | None, neg: bool | None) -> bytes:
    words = (token, minimum, tick, None if neg is None else str(int(neg)))
    return b"k%b" % " ".join(word or NOT_TOLD for word in words).encode()


_LINES: Final[dict[str, Callable[..., bytes]]] = {
    "feed": lambda link, frame, _: b"%d%b" % (link, frame),
    "feed_rest": lambda _, answer, __: b"r%b" % answer,
    "wake": lambda time: b"W" if time == WHEN_DUE else b"w",
    "open_link": lambda link, _: b"o%d" % link,
    "close_link": lambda link, _, __: b"c%d" % link,
    "track": lambda token, link: b"t%d%b" % (link, token.encode()),
    "untrack": lambda token: b"u%b" % token.encode(),
    "suspect": lambda token, _, __: b"s%b" % token.encode(),
    "set_rules": _rules_line,
    "stop_proving": lambda: b"p",
    "reset": lambda: b"!",
}
TOLD: Final = frozenset(_LINES)
"""The calls that a story can tell."""


def steps_of(story: bytes) -> tuple[list[Step], bool, bool]:
    """Return the run that a story tells, and whether it proves and adopts."""
    options = story[0] if story else 0
    lines = story[1:].split(b"\n")[:LINES_MAX]
    adopt = bool(options & 2)
    prove = not options & 1 and (not adopt or bool(options & 4))
    return list(_steps(line for line in lines if line)), prove, adopt


def _steps(lines: Iterable[bytes]) -> Iterator[Step]:
    """Yield the calls of the lines; what was mutated beyond sense is left out."""
    now = START_NS
    for line in lines:
        if line[:1] == b"+":
            digits = bytes(byte for byte in line[1:7] if byte in b"0123456789")
            now += min(int(digits or b"0"), PAUSE_MS_MAX) * NS_PER_MS
            continue
        if line[:1] in _STEPS:
            with suppress(UnicodeDecodeError):
                yield _STEPS[line[:1]](line[1:], now)


def _link(rest: bytes) -> int:
    return int(rest[:1] == b"1")


def _rules(rest: bytes) -> Step:
    token, *told = rest.decode().split(" ")
    minimum, tick, neg = [None if w == NOT_TOLD else w for w in (*told, *[NOT_TOLD] * 3)][:3]
    return "set_rules", token, minimum, tick, None if neg is None else neg == "1"


_STEPS: Final[dict[bytes, Callable[[bytes, int], Step]]] = {
    b"0": lambda rest, now: ("feed", 0, rest, now),
    b"1": lambda rest, now: ("feed", 1, rest, now),
    b"r": lambda rest, now: ("feed_rest", 0, rest, now),
    b"w": lambda _, now: ("wake", now),
    b"W": lambda _, __: ("wake", WHEN_DUE),
    b"o": lambda rest, now: ("open_link", _link(rest), now),
    b"c": lambda rest, now: ("close_link", _link(rest), LINK_DOWN, now),
    b"t": lambda rest, _: ("track", rest[1:].decode(), _link(rest)),
    b"u": lambda rest, _: ("untrack", rest.decode()),
    b"s": lambda rest, now: ("suspect", rest.decode(), SILENT, now),
    b"k": lambda rest, _: _rules(rest),
    b"p": lambda _, __: ("stop_proving",),
    b"!": lambda _, __: ("reset",),
}
