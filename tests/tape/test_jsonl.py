"""Captures by others, read as if they were tapes."""

import pytest

from pr3dict.model.errors import TapeError
from pr3dict.model.records import Kind
from pr3dict.model.units import NS_PER_MS
from pr3dict.tape.jsonl import import_jsonl, refuse_foreign


def imported(tmp_path, text):
    path = tmp_path / "capture.jsonl"
    path.write_bytes(text)
    return list(import_jsonl(path))


def test_each_line_is_a_frame_at_its_venue_time(tmp_path):
    opened, first, second = imported(tmp_path, b'{"timestamp":"5"}\n\n {"timestamp":"7"} \n')
    assert (Kind.OPENED, 1, 5 * NS_PER_MS, 5 * NS_PER_MS, b"capture.jsonl") == opened
    assert (Kind.IN, 1, 5 * NS_PER_MS, 5 * NS_PER_MS, b'{"timestamp":"5"}') == first
    assert (7 * NS_PER_MS, b'{"timestamp":"7"}') == (second.wall_ns, second.payload)


def test_time_does_not_go_back_and_an_array_takes_its_latest(tmp_path):
    text = b'[{"timestamp":"5"},{"timestamp":"9"}]\n{"timestamp":"7"}\n{}\n'
    times = [record.wall_ns // NS_PER_MS for record in imported(tmp_path, text)]
    assert [9, 9, 9, 9] == times


def test_a_file_that_is_one_array_holds_a_frame_in_each_element(tmp_path):
    text = b'[\n  {"timestamp": "5"},\n  {"timestamp": "7"}\n]\n'
    assert [b'{"timestamp": "5"}', b'{"timestamp": "7"}'] == [
        record.payload for record in imported(tmp_path, text)[1:]
    ]


@pytest.mark.parametrize(
    "line",
    [b"PONG", b"\xff\xfe", b'{"timestamp":5}', b'{"timestamp":"99999999999999999"}', b"[" * 5000],
)
def test_what_cannot_be_read_is_passed_on_as_it_is(tmp_path, line):
    _, first, second = imported(tmp_path, b'{"timestamp":"5"}\n' + line + b"\n")
    assert (first.wall_ns, line) == (second.wall_ns, second.payload)


def test_an_empty_file_gives_nothing(tmp_path):
    assert [] == imported(tmp_path, b"")


def test_a_file_that_cannot_be_read_is_told_with_one_sentence(tmp_path):
    with pytest.raises(TapeError, match="wanted to read"):
        list(import_jsonl(tmp_path / "absent"))
    with pytest.raises(TapeError, match="wanted frames in"):
        imported(tmp_path, b"[\n  {\n")


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (b"", "it is empty"),
        (bytes(500), "no line of it is a JSON object or an array of them"),
        (b"hello\nthere\n", "no line of it is a JSON object or an array of them"),
        (b'"text"\n7\n', "no line of it is a JSON object or an array of them"),
        (bytes(range(255, 0, -1)), "no line of it is a JSON object or an array of them"),
    ],
)
def test_a_file_without_a_single_frame_is_no_tape(tmp_path, found, why):
    path = tmp_path / "capture.jsonl"
    path.write_bytes(found)
    with pytest.raises(TapeError) as told:
        refuse_foreign(path)
    assert f"{path} is no tape: {why}" == str(told.value)


@pytest.mark.parametrize("found", [b"noise\n{}\n", b'[{"timestamp": 5}]', b'[\n{"a": 1},\n{}]'])
def test_a_file_with_a_frame_anywhere_is_a_capture(tmp_path, found):
    path = tmp_path / "capture.jsonl"
    path.write_bytes(found)
    refuse_foreign(path)
