"""The venue's hash of a book, on the vectors of its own clients."""

import pytest

BIDS = [("0.3", "100"), ("0.4", "100")]
ASKS = [("0.6", "100"), ("0.7", "100")]


@pytest.mark.parametrize(
    ("book", "expected"),
    [
        (
            ("0xaabbcc", "100", "123456789", BIDS, ASKS, "100", "0.01", False, "0.5"),
            "0458ea5755c9f73d64a14636fa5c36ed460ec394",
        ),
        (
            ("0xaabbcc", "100", "", [], [], "100", "0.01", False, "0.5"),
            "74c6a7c81c1d572f1c877b7d3e25b80c336d8a6e",
        ),
    ],
)
def test_the_official_vectors_are_reproduced(engine, book, expected):
    assert expected == engine.book_hash(*book)


def test_every_field_counts(engine):
    book = ("m", "t", "1", BIDS, ASKS, "5", "0.01", False, "0.5")
    other = ("n", "u", "2", ASKS, BIDS, "6", "0.1", True, "0.500")
    hashes = {engine.book_hash(*book)}
    for at in range(len(book)):
        hashes.add(engine.book_hash(*book[:at], other[at], *book[at + 1 :]))
    assert len(book) + 1 == len(hashes)
