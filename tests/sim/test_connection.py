"""Frames on the socket are WebSocket frames, and waiting has an end."""

import struct

import pytest

from pr3dict.sim.connection import CLOSE, framed, until


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f" + struct.pack("!Q", 65_536)),
    ],
)
def test_a_text_is_framed_by_its_size(size, header):
    assert header + b"x" * size == framed(b"x" * size)


def test_a_close_has_its_own_kind():
    assert b"\x88\x02\x03\xe8" == framed(struct.pack("!H", 1000), CLOSE)


async def test_waiting_ends_when_it_holds_or_when_its_time_is_up():
    looks = iter([False, False, True, True])

    assert await until(lambda: next(looks), within_s=5)
    assert not await until(lambda: False, within_s=0.01)
