"""States, causes, sources and proofs: numbers for the engine, names for people."""

import msgspec
import pytest

from pr3dict.model.states import BookState, Cause, Proof, Side, Source


@pytest.mark.parametrize("kind", [BookState, Cause, Proof, Side, Source])
def test_people_read_names(kind):
    for each in kind:
        assert each.name == str(each) == f"{each}" == f"{each:>0}"


@pytest.mark.parametrize("kind", [BookState, Cause, Proof, Side, Source])
def test_programs_read_numbers_from_0_on_without_a_gap(kind):
    assert list(range(len(kind))) == [int(each) for each in kind]
    assert [b"%d" % each.value for each in kind] == list(map(msgspec.json.encode, kind))
