"""The protocol of the drivers: lines for what changed, orders carried out by a callback."""

import json

import msgspec
import pytest
from bench.peers.catalogue import PEERS, ROOT
from bench.peers.drivers.telling import NOTHING, Seen, Task, Teller, digest, seen

TASK = Task("ws://x", "http://x", ["a", "b"], shortened=True, calls=True)


@pytest.fixture
def lines():
    return []


@pytest.fixture
def teller(lines):
    return Teller(TASK, write=lambda text: lines.append(json.loads(text)))


def test_a_task_survives_the_command_line():
    assert TASK == Task.of(msgspec.json.encode(TASK).decode())


def test_only_what_changed_is_told_but_every_look_shows_life(teller, lines):
    teller.look(lambda _: NOTHING)
    teller.look(lambda token: Seen((1, 2), "d") if token == "b" else NOTHING)

    books = [(line["token"], line["good"]) for line in lines if line["kind"] == "book"]
    assert [("a", False), ("b", False), ("b", True)] == books
    assert 1 == sum(line["kind"] == "beat" for line in lines)
    assert sorted(line["at"] for line in lines) == [line["at"] for line in lines]


def test_a_callback_does_what_was_ordered_once(teller):
    teller.obey(["raise\n", "\n", "block 0\n"])

    with pytest.raises(RuntimeError, match="as ordered"):
        teller.called()
    teller.called()
    teller.called()


def test_the_order_of_levels_is_no_difference_but_a_level_twice_is():
    one, two, ask = (480_000, 1), (470_000, 2), (490_000, 3)

    assert digest([one, two], [ask]) == digest([two, one], [ask])
    assert digest([one, two], [ask]) != digest([one, one, two], [ask])
    assert digest([one], []) != digest([], [one])


def test_the_top_is_found_in_whatever_order_and_needs_both_sides():
    assert (480_000, 490_000) == seen(
        [(470_000, 1), (480_000, 1)], [(490_000, 1), (500_000, 1)]
    ).top
    assert None is seen([(470_000, 1)], []).top


@pytest.mark.parametrize(
    "peer", [peer for peer in PEERS if peer.kind == "python"], ids=lambda p: p.name
)
def test_a_driver_imports_nothing_of_ours_that_its_environment_lacks(peer):
    text = (ROOT / peer.driver.replace(".", "/")).with_suffix(".py").read_text("utf-8")

    assert "pr3dict" not in text
