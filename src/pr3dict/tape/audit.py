"""Follow one run record by record: its clocks, its losses, its books, and its END. Pure."""

from collections import Counter
from typing import Any, Final

import msgspec

from pr3dict.core import Books, Core
from pr3dict.model.errors import TapeCorrupt
from pr3dict.model.events import Event, ProofFailed
from pr3dict.model.records import Kind
from pr3dict.model.units import NS_PER_MS
from pr3dict.tape.apply import apply, apply_block
from pr3dict.tape.payloads import Record, Recovered, read_recovered, read_text
from pr3dict.tape.report import RunReport, when
from pr3dict.tape.scan import records_of
from pr3dict.tape.words import counted

NOTES_MAX: Final = 100
"""Sentences of one sort that are kept; the rest is only counted."""
STEP_NS: Final = NS_PER_MS
"""A wall clock that moves by this much against the monotonic one was set."""
COMPARED: Final = ("frames.", "entries.", "snapshots.", "proofs.")
"""Counters that a replay must reach exactly, where the END record tells them."""


class Audit:
    """What the records of one run say, and what books they give."""

    def __init__(self, core: Core, books: Books) -> None:
        self.recovered: list[Recovered] = []
        self._core = core
        self._books = books
        self._records: Counter[int] = Counter()
        self._first_ns = 0
        self._last_ns = 0
        self._mono_ns: dict[int, int] = {}
        self._wall_minus_mono: int | None = None
        self._backwards = 0
        self._steps = 0
        self._clock: list[str] = []
        self._gaps: list[str] = []
        self._failed = 0
        self._failures: list[str] = []
        self._end: dict[str, Any] | None = None
        self._unreadable = ""

    def block(self, raw: bytes) -> None:
        """Follow the records of one block of the tape."""
        if self._unreadable:
            return
        try:
            for record in records_of(self._core, raw):
                self._note(record)
            apply_block(self._books, self._core, raw)
        except TapeCorrupt as fault:
            self._unreadable = str(fault)
        self._hear(self._books.take())

    def record(self, record: Record) -> None:
        """Follow one record that is on no tape."""
        self._note(record)
        apply(self._books, record)
        self._hear(self._books.take())

    def settle(self) -> None:
        """Close the claims that wait for a next frame: there will be none."""
        while self._books.wake_at:
            self._books.wake(self._books.wake_at)
        self._hear(self._books.take())

    def report(self, run_id: str) -> RunReport:
        """Return what was found."""
        books = self._books
        filled = (token for token in books.tracked() if books.top(token) is not None)
        digests = {token: books.digest(token) for token in filled}
        counters = books.counters()
        records = {_name(kind): count for kind, count in sorted(self._records.items())}
        end = self._end or {}
        differences = tuple(_differences(end, records, counters, digests, books.digest()))
        wrong = self._failed or self._backwards or differences or self._unreadable
        return RunReport(
            run_id=run_id,
            ok=not wrong,
            complete=self._end is not None and not self._gaps and not self._unreadable,
            records=records,
            first_ns=self._first_ns,
            last_ns=self._last_ns,
            counters=counters,
            failed=self._failed,
            failures=tuple(self._failures),
            gaps=tuple(self._gaps),
            recovered=tuple(_sentence(found) for found in self.recovered),
            backwards=self._backwards,
            steps=self._steps,
            clock=tuple(self._clock),
            ended=self._end is not None,
            compared=len(_told(end, "digests")),
            differences=differences,
            unreadable=self._unreadable,
            digest=books.digest(),
            digests=digests,
        )

    def _note(self, record: Record) -> None:
        self._records[record.kind] += 1
        self._first_ns = self._first_ns or record.wall_ns
        self._last_ns = max(self._last_ns, record.wall_ns)
        self._check_clocks(record)
        if record.kind == Kind.GAP:
            self._gaps.append(f"{when(record.wall_ns)}: {read_text(record.payload)}")
        elif record.kind == Kind.RECOVERED:
            self.recovered.append(read_recovered(record.payload))
        elif record.kind == Kind.END:
            self._end = _read_end(record.payload)

    def _check_clocks(self, record: Record) -> None:
        _, link, wall_ns, mono_ns, _ = record
        if mono_ns < self._mono_ns.get(link, 0):
            self._backwards += 1
            self._say(f"{when(wall_ns)}: the monotonic clock of link {link} went back")
        self._mono_ns[link] = mono_ns
        offset, before = wall_ns - mono_ns, self._wall_minus_mono
        if before is not None and abs(offset - before) >= STEP_NS:
            self._steps += 1
            self._say(
                f"{when(wall_ns)}: the wall clock was set by {(offset - before) / 1e9:+.3f} s"
            )
        self._wall_minus_mono = offset

    def _say(self, sentence: str) -> None:
        if len(self._clock) < NOTES_MAX:
            self._clock.append(sentence)

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            if not isinstance(event, ProofFailed):
                continue
            self._failed += 1
            if len(self._failures) < NOTES_MAX:
                self._failures.append(
                    f"{when(event.local_ns)}: {event.token}: wanted {event.cause.name}"
                    f" {event.expected}, found {event.found}"
                )


def _name(kind: int) -> str:
    return Kind(kind).name if kind in set(Kind) else str(kind)


def _sentence(found: Recovered) -> str:
    return (
        f"{found.segment}: {counted(found.records, 'record')} up to {when(found.last_ns)},"
        f" {counted(found.torn_bytes, 'byte')} behind them torn"
    )


def _read_end(payload: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(payload, type=dict[str, Any])
    except msgspec.MsgspecError as fault:
        raise TapeCorrupt(f"the END record cannot be read: {fault}") from fault


def _told(end: dict[str, Any], what: str) -> dict[str, Any]:
    """Return a table of the END record; empty where it has none."""
    found = end.get(what)
    return found if isinstance(found, dict) else {}


def _differences(
    end: dict[str, Any],
    records: dict[str, int],
    counters: dict[str, int],
    digests: dict[str, str],
    digest: str,
) -> list[str]:
    """Say where the live run, by its END record, and the replay disagree."""
    held = {kind: count for kind, count in records.items() if kind != Kind.END.name}
    counted = {
        name: count for name, count in _told(end, "counters").items() if name.startswith(COMPARED)
    }
    pairs: list[tuple[str, Any, Any]] = [("digest", end.get("digest", digest), digest)]
    if "records" in end:
        pairs += _pairs("records", _told(end, "records"), held, 0)
    if "digests" in end:
        pairs += _pairs("book", _told(end, "digests"), digests, "no book")
    pairs += [(name, count, counters.get(name, 0)) for name, count in counted.items()]
    return [
        f"{what}: wanted {wanted}, found {found}"
        for what, wanted, found in pairs
        if wanted != found
    ]


def _pairs(
    what: str, wanted: dict[str, Any], found: dict[str, Any], absent: object
) -> list[tuple[str, Any, Any]]:
    """Put two tables side by side."""
    names = sorted(wanted.keys() | found.keys())
    return [(f"{what} {name}", wanted.get(name, absent), found.get(name, absent)) for name in names]
