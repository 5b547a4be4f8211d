"""A hash that fails on books that cannot be wrong is no witness."""

from pr3dict.engine.drift import TOKENS, Drift
from pr3dict.model.events import BookReset, ProofFailed
from pr3dict.model.states import Cause, Source

NAMES = [f"t{number}" for number in range(TOKENS)]


def told(token, *, cause=Cause.HASH):
    """Return what the core tells of a whole book whose witness fails."""
    return [BookReset(token, Source.WS, 1, 2, False), ProofFailed(token, cause, "a", "b", 1, 2)]


def drift(proofs):
    return Drift(lambda: proofs[0])


def test_five_whole_books_of_five_tokens_show_it():
    watch = drift([7])
    assert [()] * 4 == [watch.heard(told(token)) for token in NAMES[:-1]]
    assert tuple(NAMES) == watch.heard(told(NAMES[-1]))


def test_one_token_alone_never_does():
    watch = drift([7])
    assert not any(watch.heard(told("t")) for _ in range(50))


def test_a_proof_in_between_begins_the_row_anew():
    proofs = [7]
    watch = drift(proofs)
    for token in NAMES[:-1]:
        watch.heard(told(token))
    proofs[0] += 1
    assert () == watch.heard(told(NAMES[-1]))


def test_a_failure_that_follows_changes_proves_nothing_about_the_recipe():
    watch = drift([7])
    assert not any(watch.heard(told(token)[1:]) for token in NAMES)


def test_other_witnesses_prove_nothing_about_it():
    watch = drift([7])
    assert not any(watch.heard(told(token, cause=Cause.BEST)) for token in NAMES)
