"""The bytes of a segment: a header, blocks with a trailer each, an end mark. Pure.

All of it is zstd: a block is an ordinary frame, what stands around the blocks are skippable
frames, so that `zstd -dc` of a segment gives its records even where this program is unknown.
Nothing that is written is ever written again: what is known only at the end of a block stands
behind it, and a reader of a closed segment hops from trailer to trailer, last block first.
"""

import struct
import zlib
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from pr3dict.model.errors import TapeCorrupt

VERSION: Final = 1
HEADER_SIZE_MAX: Final = 4096
"""A header is read in one go; no run id or hash makes it longer."""

_HEADER_ID: Final = 0x184D2A50
_TRAILER_ID: Final = 0x184D2A51
_END_ID: Final = 0x184D2A52
_FRAME_START: Final = bytes.fromhex("28b52ffd00")
"""The magic number, and the descriptor of a frame packed as a stream: no size, no checksum."""
_RUN_LENGTH: Final = 1
_RESERVED: Final = 3

_MAGIC: Final = b"PR3TAPE\n"
_ID_BYTES: Final = _HEADER_ID.to_bytes(4, "little")
_HEAD: Final = struct.Struct("<II8sII")
_TRAILER: Final = struct.Struct("<IIIIIIQQ")
_END: Final = struct.Struct("<II8sIQQQ")
_CRC: Final = struct.Struct("<I")
TRAILER_SIZE: Final = _TRAILER.size + _CRC.size
END_SIZE: Final = _END.size + _CRC.size

Read = Callable[[int, int], bytes]
"""Give up to n bytes of a file at an offset; fewer at its end."""


class Header(msgspec.Struct, frozen=True):
    """Who wrote a segment, and two clocks at one moment."""

    run_id: str
    number: int
    """Position in the run, from 0."""
    engine: str
    config_hash: str
    wall_ns: int
    mono_ns: int


class Trailer(NamedTuple):
    """What stands behind a block: how to check it, and what it holds without unpacking it."""

    raw_size: int
    packed_size: int
    packed_crc: int
    records: int
    first_ns: int
    last_ns: int


class End(NamedTuple):
    """The end mark of a segment that was closed: everything before it was written."""

    blocks: int
    records: int
    raw_size: int
    offset: int
    """Where the end mark itself stands."""


def pack_header(header: Header) -> bytes:
    """Return the bytes with which a segment begins."""
    text = msgspec.json.encode(header)
    size = _HEAD.size - 8 + len(text)
    return _HEAD.pack(_HEADER_ID, size, _MAGIC, VERSION, zlib.crc32(text)) + text


def begins(data: bytes) -> bool:
    """Return whether bytes, few or damaged as they may be, are the beginning of a segment."""
    frame_id, magic = data[:4], data[8 : _HEAD.size]
    return bool(data) and (_ID_BYTES.startswith(frame_id) or magic.startswith(_MAGIC))


def read_header(data: bytes) -> tuple[Header, int]:
    """Return the header at the start of a segment and its size; raises `TapeCorrupt`."""
    if not begins(data):
        raise TapeCorrupt("it does not begin as a tape does" if data else "it is empty")
    if len(data) < _HEAD.size:
        raise TapeCorrupt(f"wanted a header of {_HEAD.size} bytes or more, found {len(data)} bytes")
    frame_id, size, magic, version, crc = _HEAD.unpack_from(data)
    if frame_id != _HEADER_ID or magic != _MAGIC:
        raise TapeCorrupt("it does not begin as a tape does")
    if version != VERSION:
        raise TapeCorrupt(f"wanted format {VERSION}, found {version}: read it with its own version")
    text = data[_HEAD.size : size + 8]
    if len(text) + _HEAD.size != size + 8 or zlib.crc32(text) != crc:
        raise TapeCorrupt("its header is damaged")
    try:
        return msgspec.json.decode(text, type=Header), size + 8
    except msgspec.MsgspecError as fault:
        raise TapeCorrupt(f"its header cannot be read: {fault}") from fault


def pack_trailer(trailer: Trailer) -> bytes:
    """Return the bytes that stand behind a block."""
    data = _TRAILER.pack(_TRAILER_ID, TRAILER_SIZE - 8, *trailer)
    return data + _CRC.pack(zlib.crc32(data))


def read_trailer(data: bytes) -> Trailer | None:
    """Return a trailer, or None where the bytes are none."""
    if not _is_frame(data, _TRAILER_ID, TRAILER_SIZE):
        return None
    return Trailer(*_TRAILER.unpack_from(data)[2:])


def pack_end(end: End) -> bytes:
    """Return the end mark."""
    data = _END.pack(_END_ID, END_SIZE - 8, _MAGIC, *end)
    return data + _CRC.pack(zlib.crc32(data))


def read_end(data: bytes) -> End | None:
    """Return an end mark, or None where the bytes are none."""
    if not _is_frame(data, _END_ID, END_SIZE):
        return None
    return End(*_END.unpack_from(data)[3:])


def _is_frame(data: bytes, frame_id: int, size: int) -> bool:
    if len(data) != size or int.from_bytes(data[:4], "little") != frame_id:
        return False
    return _CRC.pack(zlib.crc32(data[: -_CRC.size])) == data[-_CRC.size :]


class Walk(NamedTuple):
    """How far a zstd frame goes, found without unpacking it."""

    bounds: tuple[int, ...]
    """Offsets just past its header and each of its zstd blocks that is whole."""
    whole: bool
    """Whether the last of them ends the frame."""
    fault: str
    """`""`, also where the bytes merely end too early."""


def walk_frame(read: Read, offset: int, until: int) -> Walk:
    """Walk over the zstd frame at `offset`, at most to `until` (RFC 8878, section 3.1.1).

    An empty zstd block that is not the last is a fault, although zstd allows it: we never write
    one, and a hole that a power failure leaves in a file (zeros) is a row of them.
    """
    if read(offset, len(_FRAME_START)) != _FRAME_START:
        return Walk((), whole=False, fault="no zstd frame begins here")
    position = offset + len(_FRAME_START) + 1  # the window size
    bounds = [position] if position <= until else []
    while position + 3 <= until:
        head = int.from_bytes(read(position, 3), "little")
        last, kind, size = head & 1, head >> 1 & 3, head >> 3
        if kind == _RESERVED or (size == 0 and not last):
            return Walk(tuple(bounds), whole=False, fault="a zstd block is damaged")
        position += 3 + (1 if kind == _RUN_LENGTH else size)
        if position > until:
            break
        bounds.append(position)
        if last:
            return Walk(tuple(bounds), whole=True, fault="")
    return Walk(tuple(bounds), whole=False, fault="")
