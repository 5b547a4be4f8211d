"""Find the blocks of one segment, whole or damaged, without changing it.

A segment that was closed, which its name says, is trusted by its end mark and its trailers: it was
synced before it was named. One that is still open may have a hole before both. It is walked from
its start, as far as it is right: what can be had of the block after that is kept.
"""

import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import msgspec

from pr3dict.core import Core
from pr3dict.model.errors import TapeCorrupt
from pr3dict.tape import format as form
from pr3dict.tape.payloads import Record
from pr3dict.tape.segment import CLOSED, OPEN
from pr3dict.tape.words import counted
from pr3dict.tape.zstd import unpack

RAW_SIZE_MAX: Final = 1 << 30
"""No block unpacks to more; a damaged one may claim to."""


class BlockAt(NamedTuple):
    """Where a block stands and what it holds."""

    offset: int
    packed_size: int
    packed_crc: int
    raw_size: int
    records: int
    first_ns: int
    last_ns: int
    torn: bool
    """Whether it has no trailer of its own: only what is whole in it can be read."""


class Segment(msgspec.Struct, frozen=True):
    """One segment as found on disk."""

    path: Path
    header: form.Header | None
    """None: not even that can be read."""
    blocks: tuple[BlockAt, ...]
    size: int
    readable_size: int
    """Bytes from the start that are what was written."""
    damaged: bool
    """Whether bytes are wrong; False where they merely end too early."""
    fault: str
    """`""`: it was closed and its end mark and trailers are right. Else what is wrong with it."""
    foreign: bool = False
    """Whether neither its start nor its end is that of a tape."""


class _Rest(NamedTuple):
    """What can be had of a block that has no trailer, or that its trailer denies."""

    raw: bytes
    records: int
    first_ns: int
    last_ns: int
    offset: int
    until: int
    """How far its bytes make sense."""
    fault: str
    """`""` where the bytes merely end too early."""


def records_of(core: Core, block: bytes) -> Iterator[Record]:
    """Give the records of a block that was unpacked; raises `TapeCorrupt`."""
    offset = 0
    while (found := core.read_record(block, offset)) is not None:
        offset = found[5]
        yield Record(*found[:5])
    if offset != len(block):
        raise TapeCorrupt(f"{len(block) - offset} bytes at the end of a block are no record")


def scan(path: Path, core: Core) -> Segment:
    """Return what a segment holds; problems are in it as data. May raise `OSError`."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        read = reading(file)
        try:
            header, start = form.read_header(begin := read(0, form.HEADER_SIZE_MAX))
        except TapeCorrupt as fault:
            empty = not size and path.suffix in {OPEN, CLOSED}  # a crash may have left it so
            foreign = not (empty or form.begins(begin) or _ends(read, size))
            return Segment(path, None, (), size, 0, damaged=True, fault=str(fault), foreign=foreign)
        blocks = _hop(read, start, size)
        if blocks is not None and (path.suffix != OPEN or all(_is_right(read, b) for b in blocks)):
            return Segment(path, header, blocks, size, size, damaged=False, fault="")
        blocks, rest = _walk(read, start, size, core)
        readable = rest.offset if rest.fault else rest.until
        torn = "it ends without an end mark"
        if size > readable:
            torn += f", behind its last record {counted(size - readable, 'byte')} are torn"
        return Segment(
            path,
            header,
            blocks,
            size,
            readable,
            damaged=bool(rest.fault),
            fault=rest.fault or torn,
        )


def reading(file: BinaryIO) -> form.Read:
    """Return a function that reads a file at an offset."""

    def read(offset: int, size: int) -> bytes:
        file.seek(offset)
        return file.read(size)

    return read


def load(read: form.Read, block: BlockAt, core: Core) -> tuple[bytes, str]:
    """Return the raw records of a block and "", or those before the damage and what is wrong."""
    if block.torn:
        return _salvage(read, block.offset, block.offset + block.packed_size, core).raw, ""
    packed = read(block.offset, block.packed_size)
    if len(packed) == block.packed_size and zlib.crc32(packed) == block.packed_crc:
        raw, fault = unpack((packed,), block.raw_size)
        if not fault and len(raw) == block.raw_size:
            return raw, ""
    rest = _salvage(read, block.offset, block.offset + len(packed), core)
    return rest.raw, f"damaged behind byte {block.offset}: a block is not what was written"


def _hop(read: form.Read, start: int, size: int) -> tuple[BlockAt, ...] | None:
    """Go from the end mark back to the header, trailer by trailer; None when it leads elsewhere."""
    position = size - form.END_SIZE
    if position < start or not _ends(read, size):
        return None
    blocks: list[BlockAt] = []
    while position > start:
        position -= form.TRAILER_SIZE
        trailer = form.read_trailer(read(position, form.TRAILER_SIZE)) if position > start else None
        if trailer is None or trailer.packed_size > position - start:
            return None
        position -= trailer.packed_size
        blocks.append(_whole(position, trailer))
    return tuple(reversed(blocks))


def _ends(read: form.Read, size: int) -> bool:
    """Return whether an end mark stands at the end, where it says that it stands."""
    position = size - form.END_SIZE
    end = form.read_end(read(position, form.END_SIZE)) if position >= 0 else None
    return end is not None and end.offset == position


def _whole(offset: int, trailer: form.Trailer) -> BlockAt:
    return BlockAt(
        offset=offset,
        packed_size=trailer.packed_size,
        packed_crc=trailer.packed_crc,
        raw_size=trailer.raw_size,
        records=trailer.records,
        first_ns=trailer.first_ns,
        last_ns=trailer.last_ns,
        torn=False,
    )


def _is_right(read: form.Read, block: BlockAt) -> bool:
    return zlib.crc32(read(block.offset, block.packed_size)) == block.packed_crc


def _walk(read: form.Read, start: int, size: int, core: Core) -> tuple[tuple[BlockAt, ...], _Rest]:
    """Walk a segment that was not closed, or is not what was closed, from its start.

    A block counts as whole only if its bytes are right: a power failure may leave a hole in the
    middle of what was not synced, and all that is behind it, trailers included.
    """
    blocks: list[BlockAt] = []
    position = start
    while position < size:
        walk = form.walk_frame(read, position, size)
        behind = walk.bounds[-1] if walk.bounds else position
        trailer = form.read_trailer(read(behind, form.TRAILER_SIZE)) if walk.whole else None
        if trailer is None or trailer.packed_size != behind - position:
            break
        block = _whole(position, trailer)
        if not _is_right(read, block):
            break
        blocks.append(block)
        position = behind + form.TRAILER_SIZE
    rest = _salvage(read, position, size, core)
    if rest.records:
        blocks.append(_torn(position, rest))
    return tuple(blocks), rest


def _salvage(read: form.Read, offset: int, until: int, core: Core) -> _Rest:
    """Return the records at the start of a block that are whole and right."""
    walk = form.walk_frame(read, offset, until)
    pieces = (read(begin, end - begin) for begin, end in pairwise((offset, *walk.bounds)))
    raw, fault = unpack(pieces, RAW_SIZE_MAX)
    behind = walk.bounds[-1] if walk.bounds else offset
    fault = fault or walk.fault
    if walk.whole and until - behind >= form.TRAILER_SIZE:
        fault = fault or "its trailer does not fit it"
    if not walk.bounds and until - offset < form.END_SIZE:
        fault = ""  # the first bytes of a frame or of an end mark
    kept, records, first_ns, last_ns = 0, 0, 0, 0
    try:
        while (found := core.read_record(raw, kept)) is not None:
            records += 1
            first_ns, last_ns = first_ns or found[2], found[2]
            kept = found[5]
    except TapeCorrupt as wrong:
        fault = str(wrong)
    if fault:
        fault = f"damaged behind byte {offset}: {fault}"
    return _Rest(raw[:kept], records, first_ns, last_ns, offset, behind, fault)


def _torn(offset: int, rest: _Rest) -> BlockAt:
    return BlockAt(
        offset=offset,
        packed_size=rest.until - offset,
        packed_crc=0,
        raw_size=len(rest.raw),
        records=rest.records,
        first_ns=rest.first_ns,
        last_ns=rest.last_ns,
        torn=True,
    )
