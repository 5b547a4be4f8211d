"""The real capture, looped, stays a true feed."""

import json

import pytest
from bench import capture, frames

from pr3dict.core import load

pytestmark = pytest.mark.skipif(
    not capture.PATH.exists(), reason=f"THE CAPTURE IS ABSENT: wanted {capture.PATH}"
)


def test_the_capture_goes_on_and_on_with_true_fingerprints():
    corpus = capture.looped(capture.PATH, 250)
    books = None
    for batch in frames.batches(load(), corpus, prove=True):
        books = batch.books
        for frame in batch.frames:
            books.feed(frames.LINK, frame, batch.now)

    assert books is not None
    counters = books.counters()
    assert 3 * 97 == len(corpus.frames)
    assert counters["proofs.proved"] >= 3 * 166 - 14 - 2
    assert not [name for name, times in counters.items() if "failed" in name and times]


def test_only_times_and_fingerprints_are_new():
    line = next(
        line for line in capture.PATH.read_bytes().splitlines() if b'"price_changes"' in line
    )
    told = json.loads(line)
    again = json.loads(capture.looped(capture.PATH, 194).segments[1].frames[0])

    assert capture.ROUND_MS == int(again["timestamp"]) - int(told["timestamp"])
    for one, other in zip(told["price_changes"], again["price_changes"], strict=True):
        assert one["hash"] != other["hash"]
        assert one | {"hash": ""} == other | {"hash": ""}
