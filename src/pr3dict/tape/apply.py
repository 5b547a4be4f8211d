"""Apply a tape to books. The one place that knows what each record does to them.

Live and replay do the same things in the same order, so equal tapes give equal books, to the
level. Time is in the records; there is no clock here.
"""

from collections.abc import Callable
from typing import Final

from pr3dict.core import EVENTS, Books, Core
from pr3dict.model.errors import TapeCorrupt
from pr3dict.model.records import Kind
from pr3dict.model.states import Cause
from pr3dict.tape.payloads import (
    Record,
    read_closed,
    read_offset,
    read_rules,
    read_suspect,
    read_text,
)

FOREVER: Final = (1 << 63) - 1
"""A wall time later than that of any record."""


def apply(books: Books, record: Record) -> int:
    """Do to the books what happened then; return the flags of `core`.

    Records that are no frame tell at least EVENTS where they may have made some. Raises
    `TapeCorrupt` for a payload, or a kind, that cannot be read.
    """
    kind, link, now, _, payload = record
    if kind == Kind.IN:
        return books.feed(link, payload, now)
    if kind in {Kind.OUT, Kind.RECOVERED, Kind.COPY}:
        return 0
    woken = books.wake(now) if kind == Kind.END or 0 < books.wake_at <= now else 0
    if kind == Kind.END:
        return woken
    if kind == Kind.REST:
        return woken | books.feed_rest(link, payload, now)
    _steer(books, kind, link, now, payload)
    return woken | EVENTS


def _steer(books: Books, kind: int, link: int, now: int, payload: bytes) -> None:
    """Apply a record that says what is tracked, connected or believed."""
    if kind == Kind.OPENED:
        books.open_link(link, now)
    elif kind == Kind.CLOSED:
        books.close_link(link, read_closed(payload)[0], now)
    elif kind == Kind.TRACK:
        books.track(read_text(payload), link)
    elif kind == Kind.UNTRACK:
        books.untrack(read_text(payload))
    elif kind == Kind.RULES:
        rules = read_rules(payload)
        books.set_rules(rules.token, rules.min_order_size, rules.tick_size, rules.neg_risk)
    elif kind == Kind.SUSPECT:
        cause, token = read_suspect(payload)
        books.suspect(token, cause, now)
    elif kind == Kind.GAP:
        _doubt_all(books, now)
    elif kind == Kind.PROOF_OFF:
        books.stop_proving()
    elif kind == Kind.CLOCK_STEP:
        books.set_clock_offset(read_offset(payload))
    else:
        raise TapeCorrupt(f"wanted a kind from 1 to {max(Kind)}, found {kind}")


def apply_block(
    books: Books,
    core: Core,
    block: bytes,
    *,
    offset: int = 0,
    until_ns: int = FOREVER,
    on_frame: Callable[[int], object] | None = None,
    on_record: Callable[[Record], object] | None = None,
) -> int:
    """Apply the records of a block from `offset` up to the wall time `until_ns`, that included.

    Returns the offset reached: the length of the block, or where to go on later. Runs of frames
    go to the engine in one call. `on_frame(flags)` is called after each frame that changed
    something, `on_record(record)` after each record that is no frame. Raises `TapeCorrupt`.
    """
    try:
        return _apply_block(books, core, block, offset, until_ns, on_frame, on_record)
    except ValueError as odd:  # a link beyond all numbers: no recorder of ours wrote it
        raise TapeCorrupt(f"a record cannot be applied: {odd}") from odd


def _apply_block(  # noqa: PLR0917 - the arguments of `apply_block`
    books: Books,
    core: Core,
    block: bytes,
    offset: int,
    until_ns: int,
    on_frame: Callable[[int], object] | None,
    on_record: Callable[[Record], object] | None,
) -> int:
    while offset < len(block):
        offset = books.replay(block, offset, until_ns, on_frame)
        found = core.read_record(block, offset)
        if found is None or found[2] > until_ns:
            return offset
        record = Record(*found[:5])
        apply(books, record)
        if on_record is not None:
            on_record(record)
        offset = found[5]
    return offset


def _doubt_all(books: Books, now: int) -> None:
    """Trust no book until its next proof or snapshot: the live ones saw what the tape lost."""
    for token in books.tracked():
        books.suspect(token, Cause.UNPARSABLE, now)
