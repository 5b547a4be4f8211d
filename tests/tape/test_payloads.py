"""Payloads with a form of their own, there and back, and refused when they have another."""

import pytest

from pr3dict.model.errors import TapeCorrupt
from pr3dict.model.records import pack_closed
from pr3dict.model.states import Cause
from pr3dict.tape.payloads import (
    Rules,
    pack_offset,
    pack_rules,
    pack_suspect,
    read_closed,
    read_offset,
    read_recovered,
    read_rules,
    read_suspect,
    read_text,
)


def test_closed_is_read_back():
    assert (7, 1006, "gone") == read_closed(pack_closed(Cause.LINK_DOWN, 1006, "gone"))


def test_suspect_is_read_back():
    assert (10, "71") == read_suspect(pack_suspect(Cause.SILENT, "71"))


def test_rules_are_read_back_and_what_is_untold_stays_untold():
    rules = Rules("71", tick_size="0.01", neg_risk=False)
    assert rules == read_rules(pack_rules(rules))


@pytest.mark.parametrize(
    ("read", "payload"),
    [
        (read_closed, b"\x07\x00"),
        (read_closed, b"\x07\x00\x00\xff"),
        (read_suspect, b""),
        (read_suspect, b"\x01\xff"),
        (read_rules, b"{"),
        (read_rules, b"{}"),
        (read_rules, b"\xff"),
        (read_recovered, b'{"segment":1}'),
        (read_text, b"\xff"),
    ],
)
def test_a_payload_of_another_form_is_corrupt(read, payload):
    with pytest.raises(TapeCorrupt):
        read(payload)


@pytest.mark.parametrize("offset", [0, 1, -1, 3_600_000_000_000, -(1 << 63)])
def test_an_offset_comes_back_as_it_was(offset):
    assert offset == read_offset(pack_offset(offset))


@pytest.mark.parametrize("payload", [b"", b"1234567", b"123456789"])
def test_an_offset_of_another_size_is_refused(payload):
    with pytest.raises(TapeCorrupt, match="wants 8 bytes"):
        read_offset(payload)
