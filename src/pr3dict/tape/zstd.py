"""The one door to zstd: the standard library's from Python 3.14, the same code before.

Only what a tape needs: pack a block piece by piece so that each piece can be read the moment it
is on disk, and unpack as much of a damaged block as can be had.
"""

import sys
from collections.abc import Iterable
from types import ModuleType

from pr3dict.model.errors import MissingExtra


def _zstd() -> ModuleType:
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd  # noqa: PLC0415
        else:
            from backports import zstd  # noqa: PLC0415
    except ImportError as absent:
        raise MissingExtra("backports.zstd", "record") from absent
    found: ModuleType = zstd
    return found


class Packer:
    """One zstd frame on its way to a file."""

    def __init__(self, level: int) -> None:
        self._packer = _zstd().ZstdCompressor(level=level)

    def add(self, raw: bytes) -> bytes:
        """Return the bytes after which everything given so far can be read back."""
        packed: bytes = self._packer.compress(raw, mode=self._packer.FLUSH_BLOCK)
        return packed

    def end(self) -> bytes:
        """Return the bytes that end the frame; the packer is then used up."""
        packed: bytes = self._packer.flush(self._packer.FLUSH_FRAME)
        return packed


def unpack(pieces: Iterable[bytes], size_max: int) -> tuple[bytes, str]:
    """Unpack one frame given in pieces; return (what could be read, what was wrong or "").

    Stops at the first piece that cannot be unpacked, or beyond `size_max` bytes (a few bytes may
    ask for gigabytes). A frame that ends early is not a fault here.
    """
    zstd = _zstd()
    unpacker = zstd.ZstdDecompressor()
    parts: list[bytes] = []
    room = size_max
    for piece in pieces:
        if unpacker.eof:
            return b"".join(parts), "bytes follow the end of the zstd frame"
        try:
            part = unpacker.decompress(piece, room + 1)
        except zstd.ZstdError as fault:
            return b"".join(parts), f"zstd cannot unpack it ({fault})"
        if len(part) > room:
            return b"".join(parts), f"it unpacks to more than {size_max} bytes"
        parts.append(part)
        room -= len(part)
    if unpacker.eof and unpacker.unused_data:
        return b"".join(parts), "bytes follow the end of the zstd frame"
    return b"".join(parts) if len(parts) != 1 else parts[0], ""
