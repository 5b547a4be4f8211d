"""What is fed is what the venue says: whole, true, and in time."""

import hashlib
import json
from collections import Counter

import pytest
from bench import frames

from pr3dict.core import load


def fed(corpus, tokens=None, *, prove=True):
    """Feed a corpus as a measurement does; return the books."""
    books = None
    for batch in frames.batches(load(), corpus, prove=prove, tokens=tokens):
        books = batch.books
        for frame in batch.frames:
            books.feed(frames.LINK, frame, batch.now)
    assert books is not None
    return books


def without_zeros(books):
    return {name: times for name, times in books.counters().items() if times}


def levels(corpus):
    opening = [book for frame in corpus.segments[0].before for book in json.loads(frame)]
    return Counter((book["tick_size"], round(len(book["bids"]) / 10)) for book in opening)


def test_changes_are_of_25_markets_of_two_kinds():
    corpus = frames.changes(300)

    assert 50 == len(corpus.tokens)
    assert 300 == len(corpus.frames)
    assert {"0.001", "0.01"} == {tick for tick, _ in levels(corpus)}


def test_every_change_is_applied_and_every_book_proved():
    corpus = frames.changes(400)
    counters = without_zeros(fed(corpus))

    assert 402 == counters["frames.applied"]
    assert counters["proofs.proved"] > 600
    assert not [name for name in counters if "failed" in name or "rejected" in name]


def test_the_token_beside_a_frame_is_one_that_it_changes():
    segment = frames.changes(50).segments[0]

    for frame, token in zip(segment.frames, segment.tokens, strict=True):
        assert token in {change["asset_id"] for change in json.loads(frame)["price_changes"]}


def test_a_mix_has_trades_and_books_as_the_venue_sends_them():
    corpus = frames.mix(600)
    kinds = Counter(json.loads(frame)["event_type"] for frame in corpus.frames)

    assert {"price_change", "book", "last_trade_price"} == set(kinds)
    assert kinds["price_change"] > 0.7 * 600
    assert not [name for name in without_zeros(fed(corpus)) if "failed" in name]


def test_books_have_sixty_levels_a_side_and_are_proved_one_by_one():
    corpus = frames.books(40)
    counters = without_zeros(fed(corpus))

    sides = {len(json.loads(frame)[side]) for frame in corpus.frames for side in ("bids", "asks")}
    assert sides <= {59, 60, 61, 62}
    assert counters["frames.applied"] == 41
    assert counters["snapshots.proved"] == 40 + 26


def test_singles_prove_one_book_each():
    corpus = frames.singles(1_500)  # enough for two batches of several frames in a row
    books = fed(corpus, corpus.tokens[::2])
    before = sum(len(segment.before) for segment in corpus.segments[1:])

    assert 1_500 == len(corpus.frames)
    assert 1_500 <= books.counters()["proofs.proved"] <= 1_500 + before + 25
    assert 0 == books.counters()["proofs.failed"]


def test_preimages_are_what_the_venue_hashes():
    texts = frames.preimages(50).frames
    hashes = {hashlib.sha1(text, usedforsecurity=False).hexdigest() for text in texts}
    claimed = {
        change["hash"]
        for frame in frames.singles(200).frames
        for change in json.loads(frame)["price_changes"]
    }

    assert len(hashes & claimed) > 20


def test_a_corpus_survives_its_file(tmp_path):
    corpus = frames.changes(20)
    frames.store(tmp_path, "changes", corpus)

    assert corpus == frames.load(tmp_path, "changes")


def test_no_frame_arrives_before_it_was_sent():
    corpus = frames.changes(1_200)
    books = fed(corpus, prove=False)
    _, count, _, minimum, _, negative = books.latency()

    assert (1_200, 0) == (count, negative)  # the opening is older than the feed
    assert minimum > 0


@pytest.mark.parametrize("size", [1, 99, 100, 101])
def test_batches_hold_every_frame_once(size):
    corpus = frames.changes(size)
    found = [
        (batch.size, list(batch.frames)) for batch in frames.batches(load(), corpus, prove=False)
    ]

    assert corpus.frames == [frame for _, some in found for frame in some]
    assert [len(some) for _, some in found] == [count for count, _ in found]
