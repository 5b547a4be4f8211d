"""Frames for benchmarks are those of the venue."""

import json
from collections import Counter

from pr3dict.sim.truth.corpus import corpus


def test_a_corpus_is_an_opening_and_mirrored_changes():
    frames = corpus(500)
    opening, *later = map(json.loads, frames)

    assert 500 == len(frames)
    assert 2 == len(opening)
    assert {"price_change"} == {message["event_type"] for message in later}
    assert {2} == {len(message["price_changes"]) for message in later}


def test_frames_of_two_changes_have_the_size_of_real_ones():
    sizes = sorted(map(len, corpus(2_000)[1:]))

    assert 600 <= sizes[0]
    assert 608 <= sizes[1_000] <= 622
    assert sizes[-1] <= 626


def test_markets_and_levels_can_be_chosen():
    opening = json.loads(corpus(10, markets=3, levels=60, tick="0.001")[0])

    assert 6 == len(opening)
    assert {60, 61} >= {len(book[side]) for book in opening for side in ("bids", "asks")}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    assert corpus(200, seed=5) == corpus(200, seed=5)
    assert 0 == sum((Counter(corpus(200, seed=5)) & Counter(corpus(200, seed=6))).values())
