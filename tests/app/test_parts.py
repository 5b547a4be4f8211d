"""What every part of a system is given."""

from pr3dict.app.parts import Parts
from pr3dict.model.records import Kind


class Kept:
    def __init__(self):
        self.records = []

    def append(self, *record):
        self.records.append(record)


def parts(recorder):
    return Parts(None, None, None, None, None, recorder)


def test_records_go_to_the_tape():
    tape = Kept()
    parts(tape).record(Kind.TRACK, 1, 5, b"42")

    assert [(Kind.TRACK, 1, 5, b"42")] == tape.records


def test_without_a_tape_nothing_is_recorded():
    parts(None).record(Kind.TRACK, 1, 5, b"42")
