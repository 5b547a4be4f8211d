"""The catalogue of faults, and which tests play each: whoever is in neither list is forgotten.

`covered()` is what `make prove` prints: (id, title, tests or reason).
"""

import ast
import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Final, NamedTuple

TESTS: Final = Path(__file__).resolve().parent
NAMED: Final = re.compile(r"test_([A-HSX][0-9]+s?)_\w")

TITLES: Final = {
    "A1": "a zombie: PING is answered, no data comes",
    "A2": "half-open: nothing passes either way, and nobody is told",
    "A3": "a reset in the middle of a frame",
    "A4": "a clean close: 1000, 1001, 1012, 1013",
    "A5": "a refusal by close code: 1002 to 1009, 4xxx",
    "A6": "accepted, then closed right after the subscription, for ever",
    "A7": "nobody there for an hour",
    "A8": "HTTP 429 and 403 in place of the upgrade",
    "A9": "an open socket that says nothing",
    "A10": "a redirect to another origin",
    "A11": "twenty sockets at once",
    "A12": "a goodbye that is never answered",
    "A13": "make-before-break rotation",
    "A14": "latency of seconds: slow, not dead",
    "A15": "one of several connections is cut off for a while",
    "B1": "one token is never delivered",
    "B2": "changes before any book, or no book at all",
    "B3": "a book older than the changes that were applied",
    "B4": "doubled books, and a book in the middle of changes",
    "B5": "a book without one of its sides",
    "B6": "an empty side, an empty book",
    "B7": "subscribed, let go and subscribed within milliseconds",
    "B8": "data of tokens that nobody wants",
    "B9": "more tokens than a connection takes",
    "B10": "a subscription that could not be sent",
    "B11": "a subscription while the connection is being made anew",
    "B12": "Kalshi: error codes in the middle of the stream",
    "B13": "a channel that is no more and stays silent",
    "C1": "a lost change of the best price",
    "C2": "a lost change deep in the book",
    "C3": "Kalshi: a gap, a duplicate, a rewind of the sequence",
    "C4": "two changes out of order",
    "C5": "a crossed book",
    "C6": "a change of the price grid",
    "C7": "numbers that are none, levels that are not there, spellings",
    "C8": "Kalshi: a level that goes below nothing",
    "C9": "100,000 levels, 5,000 changes in one message",
    "C10": "REST shows a ghost",
    "C11": "an answer of REST races the stream",
    "C12": "the venue changes its hash",
    "C13": "a market ends without a word",
    "C14": "one message tells of both tokens, one is subscribed",
    "D1": "control texts and what is no message",
    "D2": "what is not JSON",
    "D3": "unknown types, members and order",
    "D4": "an old schema",
    "D5": "giant frames, bombs, fragments, floods",
    "D6": "binary frames and broken protocol",
    "D7": "the Autobahn cases",
    "D8": "strange ids",
    "D9": "a good event after a bad one in one array",
    "E1": "the wall clock is set",
    "E2": "the venue's clock is ahead",
    "E3": "timestamps in other units and forms",
    "E4": "callbacks that block, raise, never return, are slow",
    "E5": "the loop stands still",
    "E6": "50,000 messages a second",
    "E7": "a day in virtual time, half an hour in real",
    "E8": "cancelled at every step of a public call",
    "E9": "fork, a second loop, other threads",
    "F1s": "REST in trouble",
    "F2s": "the feed is down for ten minutes",
    "F3s": "both are down",
    "H1": "killed at any call of the tape",
    "H2": "power lost at any call of the tape",
    "H3": "a disk that is full or fails",
    "H4": "flipped bits, truncation",
    "H5": "rotation at midnight and in a crash",
    "H6": "a replay at any speed, paused and sought",
    "H7": "a replay of every fault of the feed",
    "H8": "two overlapping connections recorded",
    "H9": "a database that is locked, slow, older or newer",
    "H10": "a scheduled job that overlaps itself or misses its time",
}
"""Groups A to F and H. The letters G, S and X are whole groups of later issues."""

LATER: Final = {
    **dict.fromkeys(
        ("B12", "C3", "C8"), "Kalshi's feed is a later issue; its sequence has a model"
    ),
    "B13": "Kalshi's feed is a later issue: Polymarket has one channel for books",
    "H9": "there is no database yet: it comes with the known markets",
    "H10": "there is no scheduler yet: it comes with the service",
    "G": "Redis: it comes with the bus",
    "X": "execution: it comes with orders, on paper first",
    "S": "service, dashboard, alerts: they come with the service",
}
"""What has no test yet, and why."""


class Row(NamedTuple):
    """One fault of the catalogue."""

    id: str
    title: str
    tests: tuple[str, ...]
    """Where they are: `tests/x/test_y.py::test_z`."""
    reason: str
    """Why there is none, or none of the feed; `""` where all is played."""


def found() -> dict[str, list[str]]:
    """Return the tests of the whole tree that are named by a fault, by its ID."""
    tests: dict[str, list[str]] = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                named = NAMED.match(node.name)
                if named:
                    where = path.relative_to(TESTS.parent).as_posix()
                    tests[named[1]].append(f"{where}::{node.name}")
    return tests


def covered() -> list[Row]:
    """Return the whole catalogue: who plays each fault, or why nobody does."""
    tests = found()
    groups = {group: LATER[group] for group in "GSX"}
    titles = TITLES | dict.fromkeys(groups, "the whole group")
    return [
        Row(id_, title, tuple(tests.get(id_, ())), LATER.get(id_, ""))
        for id_, title in titles.items()
    ]


def test_every_fault_is_played_or_has_a_reason_not_to_be():
    assert [] == [row.id for row in covered() if not row.tests and not row.reason]


def test_no_test_names_a_fault_that_is_not_in_the_catalogue():
    assert set() == set(found()) - TITLES.keys()


def test_no_reason_has_outlived_its_test():
    models = {"C3", "C8"}  # played on a model of the book; the feed is not there
    assert models == LATER.keys() & found().keys()


def test_a_row_tells_where_its_tests_are():
    (row,) = [row for row in covered() if row.id == "A2"]
    assert any(
        test.startswith("tests/trial/catalogue/test_connection.py::test_A2_") for test in row.tests
    )
    assert "" == row.reason


def main() -> None:
    """Print the rows as JSON: id, title, tests or the reason why there is none."""
    rows = [(row.id, row.title, ", ".join(row.tests) or row.reason) for row in covered()]
    sys.stdout.write(json.dumps(rows) + "\n")


if __name__ == "__main__":
    main()
