"""The bounds of one socket."""

from typing import Final

import msgspec

UNREAD_BYTES_MAX: Final = 1 << 20
"""What we said and the other side has not read. Our own frames are few and small: more than this
are answers to a flood of pings from a peer that does not read, and they would grow without end."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a transport needs to know of `Config`, which has the reasons."""

    connect_timeout_s: float = 10.0
    close_timeout_s: float = 1.0
    frame_bytes_max: int = 64 << 20
    compression: bool = False
    outgoing_frames_max: int = 1024
    """Frames that wait to be written; pings and subscriptions are few."""
