"""The fingerprint against the venue's own, on captures and on the official vectors."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from pr3dict.sim.truth.hash import book_hash, head_text, plain, summary, tail_text

VECTORS: Final = (
    Path(__file__).resolve().parents[4] / "shared/vectors/polymarket/orderbook_hash.json"
)


def vectors() -> list[Any]:
    if not VECTORS.exists():
        why = f"the vectors are not at {VECTORS}"
        return [pytest.param(None, marks=pytest.mark.skip(reason=why))]
    every = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    return [pytest.param(vector, id=vector["name"]) for vector in every]


def side(levels: list[dict[str, str]]) -> bytes:
    texts = (json.dumps(level, separators=(",", ":")) for level in levels)
    return ",".join(texts).encode()


@pytest.mark.parametrize("vector", vectors())
def test_the_fingerprint_is_the_one_that_the_venue_published(vector):
    book = vector["book"]
    head = head_text(book["market"], book["asset_id"])
    tail = tail_text(
        book["min_order_size"],
        book["tick_size"],
        book["last_trade_price"],
        neg_risk=book["neg_risk"],
    )
    sides = side(book["bids"]), side(book["asks"])

    assert vector["expected_hash"] == book_hash(head, book["timestamp"], sides, tail)


def test_a_summary_is_json_in_the_order_that_is_hashed():
    text = summary(
        head_text("0xa", "7"),
        "12",
        "f00",
        (b"", b""),
        tail_text("5", "0.01", "0.500", neg_risk=True),
    )

    expected = {
        "market": "0xa", "asset_id": "7", "timestamp": "12", "hash": "f00", "bids": [], "asks": [],
        "min_order_size": "5", "tick_size": "0.01", "neg_risk": True, "last_trade_price": "0.500",
    }  # fmt: skip
    assert list(expected.items()) == list(json.loads(text).items())


@pytest.mark.parametrize(
    ("micros", "text"),
    [(0, "0"), (1_000_000, "1"), (10_000, "0.01"), (1, "0.000001"), (655_155_310_000, "655155.31")],
)
def test_numbers_are_written_without_superfluous_zeros(micros, text):
    assert text == plain(micros)
