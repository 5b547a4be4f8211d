"""The payloads that have a form of their own (docs/tape.md).

Whoever records packs them; `apply` and `verify` read them when the tape is played.
"""

import struct
from typing import Final, NamedTuple

import msgspec

from pr3dict.model.errors import TapeCorrupt
from pr3dict.model.records import CLOSED_HEAD
from pr3dict.model.states import Cause

_OFFSET: Final = struct.Struct("<q")


class Record(NamedTuple):
    """One record of a tape; both times in nanoseconds."""

    kind: int
    link: int
    wall_ns: int
    mono_ns: int
    payload: bytes


class Rules(msgspec.Struct, frozen=True):
    """The payload of RULES: arguments of `Books.set_rules`; None leaves a field as it is."""

    token: str
    min_order_size: str | None = None
    tick_size: str | None = None
    neg_risk: bool | None = None


class Recovered(msgspec.Struct, frozen=True):
    """The payload of RECOVERED: what is left of one segment whose recorder died."""

    segment: str
    """Path below the directory of the tape, with its final name."""
    records: int
    last_ns: int
    """Wall time of its last readable record; 0: it has none."""
    readable_bytes: int
    torn_bytes: int
    """Bytes at its end that cannot be read; they are left where they are."""


def read_closed(payload: bytes) -> tuple[int, int, str]:
    """Return (cause, close code, reason); raises `TapeCorrupt`."""
    if len(payload) < CLOSED_HEAD.size:
        raise TapeCorrupt(f"a CLOSED record wants 3 bytes or more, found {len(payload)}")
    cause, code = CLOSED_HEAD.unpack_from(payload)
    return cause, code, read_text(payload[CLOSED_HEAD.size :])


def pack_suspect(cause: Cause, token: str) -> bytes:
    """Return the payload of SUSPECT."""
    return bytes([cause]) + token.encode()


def read_suspect(payload: bytes) -> tuple[int, str]:
    """Return (cause, token); raises `TapeCorrupt`."""
    if not payload:
        raise TapeCorrupt("a SUSPECT record wants a cause and a token, found nothing")
    return payload[0], read_text(payload[1:])


def pack_offset(offset_ns: int) -> bytes:
    """Return the payload of CLOCK_STEP."""
    return _OFFSET.pack(offset_ns)


def read_offset(payload: bytes) -> int:
    """Return the offset in nanoseconds; raises `TapeCorrupt`."""
    if len(payload) != _OFFSET.size:
        raise TapeCorrupt(f"a CLOCK_STEP record wants 8 bytes, found {len(payload)}")
    offset_ns: int = _OFFSET.unpack(payload)[0]
    return offset_ns


def pack_rules(rules: Rules) -> bytes:
    """Return the payload of RULES."""
    return msgspec.json.encode(rules)


def read_rules(payload: bytes) -> Rules:
    """Return the payload of RULES; raises `TapeCorrupt`."""
    try:
        return msgspec.json.decode(payload, type=Rules)
    except msgspec.MsgspecError as fault:
        raise TapeCorrupt(f"a RULES record cannot be read: {fault}") from fault


def read_recovered(payload: bytes) -> Recovered:
    """Return the payload of RECOVERED; raises `TapeCorrupt`."""
    try:
        return msgspec.json.decode(payload, type=Recovered)
    except msgspec.MsgspecError as fault:
        raise TapeCorrupt(f"a RECOVERED record cannot be read: {fault}") from fault


def read_text(payload: bytes) -> str:
    """Return a payload that is text; raises `TapeCorrupt`."""
    try:
        return payload.decode()
    except UnicodeDecodeError as fault:
        raise TapeCorrupt(f"a record of text holds other bytes: {fault}") from fault
