"""The numbers and forms that are on disks."""

import re
from pathlib import Path

from pr3dict.model.records import Kind, pack_closed, pack_copy
from pr3dict.model.states import Cause

PAGE = Path(__file__).parents[2] / "docs" / "tape.md"


def test_the_kinds_are_those_of_the_page():
    rows = re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", PAGE.read_text(), re.MULTILINE)
    assert {name: int(number) for number, name in rows} == {k.name: k.value for k in Kind}


def test_a_close_is_cause_code_and_reason():
    assert b"\x07\xf5\x03" + "vorbei…".encode() == pack_closed(Cause.LINK_DOWN, 1013, "vorbei…")


def test_a_copy_says_which_it_was_and_what_it_would_have_been():
    assert b"\x02\x01frame" == pack_copy(2, Kind.IN, b"frame")
