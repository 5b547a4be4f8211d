"""When the venue's hash itself has changed: a witness that errs on every book is none. Pure.

A book that was just told whole cannot be wrong; if its hash still cannot be recomputed though it
could before, it is the recipe that differs and not the book. One such book proves nothing (its
message may have been damaged); five in a row of different tokens, and none proved meanwhile, do.
"""

from collections.abc import Callable, Sequence
from typing import Final

from pr3dict.model.events import BookReset, Event, ProofFailed
from pr3dict.model.states import Cause

TOKENS: Final = 5
"""Books told whole, of so many tokens, whose hash fails in a row."""


class Drift:
    """Watches the proofs of books that were just told whole."""

    def __init__(self, proved: Callable[[], int]) -> None:
        """`proved` counts the hashes that were reproduced so far."""
        self._proved = proved
        self._before = 0
        self._failed: dict[str, None] = {}

    def heard(self, events: Sequence[Event]) -> tuple[str, ...]:
        """Return the tokens that show it, once they do; else none."""
        told_whole = {event.token for event in events if isinstance(event, BookReset)}
        for event in events if told_whole else ():
            if not isinstance(event, ProofFailed) or event.cause != Cause.HASH:
                continue
            if event.token in told_whole:
                self._note(event.token)
        if len(self._failed) < TOKENS:
            return ()
        tokens, self._failed = tuple(self._failed), {}
        return tokens

    def _note(self, token: str) -> None:
        proved = self._proved()
        if proved != self._before:
            self._failed.clear()
            self._before = proved
        self._failed[token] = None
