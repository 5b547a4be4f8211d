"""Records of a tape: what goes in comes out, and nothing else passes for it."""

import struct
from zlib import crc32

import pytest

from pr3dict.model.errors import TapeCorrupt

WALL_NS, MONO_NS = 1_772_279_170_115_000_000, 42


def recorded(engine, *payloads):
    buffer = engine.new_record_buffer()
    for payload in payloads:
        buffer.append(1, 7, WALL_NS, MONO_NS, payload)
    return buffer.take()


def test_a_record_is_laid_out_as_documented(engine):
    checked = struct.pack("<QQIB3x", WALL_NS, MONO_NS, 7, 1) + b"abc"
    assert struct.pack("<II", 3, crc32(checked)) + checked == recorded(engine, b"abc")


def test_a_buffer_says_what_it_holds_and_starts_anew(engine):
    buffer = engine.new_record_buffer()
    assert 32 + 3 == buffer.append(1, 7, WALL_NS, MONO_NS, b"abc")
    assert 32 + 3 + 32 == buffer.append(2, 7, WALL_NS, MONO_NS, b"")
    assert 67 == len(buffer.take())
    assert b"" == buffer.take()
    assert 32 == buffer.append(2, 7, WALL_NS, MONO_NS, b"")


def test_records_are_read_back_to_back(engine):
    block = recorded(engine, b"first", b"")
    assert (1, 7, WALL_NS, MONO_NS, b"first", 37) == engine.read_record(block, 0)
    assert (1, 7, WALL_NS, MONO_NS, b"", 69) == engine.read_record(block, 37)
    assert engine.read_record(block, 69) is None


def test_bytes_that_are_missing_are_no_record(engine):
    block = recorded(engine, b"payload")
    assert {None} == {engine.read_record(block[:n], 0) for n in range(len(block))}


@pytest.mark.parametrize("at", [4, 8, 16, 24, 28, 29, 31, 32, 38])
def test_a_changed_byte_is_found(engine, at):
    block = bytearray(recorded(engine, b"payload"))
    block[at] ^= 1
    with pytest.raises(TapeCorrupt, match="offset 0"):
        engine.read_record(bytes(block), 0)
