"""Digests of a whole venue."""

from tests.sim.oracle import sha1

from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.source import token_digest, total_digest
from pr3dict.sim.truth.venue import Venue


def test_the_digest_of_everything_is_made_of_the_sorted_digests_of_its_books():
    venue = Venue(SimConfig(markets=3))
    tokens = venue.tokens
    text = "".join(f"{token}={token_digest(venue, token)};" for token in sorted(tokens))

    assert sha1(text) == total_digest(venue, reversed(tokens))


def test_a_digest_changes_with_its_book_alone():
    venue = Venue(SimConfig(markets=2))
    before = {token: token_digest(venue, token) for token in venue.tokens}
    step = venue.advance()
    assert step is not None

    changed = {token for token in venue.tokens if before[token] != token_digest(venue, token)}
    assert set(step.tokens) == changed
