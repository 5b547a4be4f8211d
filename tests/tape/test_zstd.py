"""Packing in pieces, unpacking what can be had."""

import importlib
import sys

import pytest

from pr3dict.model.errors import MissingExtra
from pr3dict.tape.zstd import Packer, unpack

SIZE_MAX = 1 << 20


def test_what_was_added_can_be_read_before_the_frame_ends():
    packer = Packer(3)
    first = packer.add(b"one")
    assert (b"one", "") == unpack([first], SIZE_MAX)
    assert (b"onetwo", "") == unpack([first, packer.add(b"two")], SIZE_MAX)


def test_a_frame_is_unpacked_to_its_end():
    packer = Packer(3)
    assert (b"one", "") == unpack([packer.add(b"one"), packer.end()], SIZE_MAX)


def test_what_precedes_a_damaged_piece_is_kept():
    packer = Packer(3)
    first = packer.add(b"one")
    raw, fault = unpack([first, b"\xff" * 40], SIZE_MAX)
    assert raw == b"one"
    assert fault.startswith("zstd cannot unpack it")


def test_bytes_behind_a_frame_are_a_fault():
    packer = Packer(3)
    whole = packer.add(b"one") + packer.end()
    assert (b"one", "bytes follow the end of the zstd frame") == unpack([whole + b"x"], SIZE_MAX)
    assert (b"one", "bytes follow the end of the zstd frame") == unpack([whole, b"x"], SIZE_MAX)


def test_a_frame_that_unpacks_to_more_than_is_allowed_is_refused():
    packer = Packer(3)
    bomb = packer.add(bytes(1 << 20)) + packer.end()
    assert len(bomb) < 1000
    assert (b"", "it unpacks to more than 1000 bytes") == unpack([bomb], 1000)


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    module = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    importlib.import_module(module)
    monkeypatch.setitem(sys.modules, module, None)
    parent, _, name = module.partition(".")
    monkeypatch.delattr(sys.modules[parent], name, raising=False)
    with pytest.raises(MissingExtra, match=r"pip install 'pr3dict\[record\]'"):
        Packer(3)
