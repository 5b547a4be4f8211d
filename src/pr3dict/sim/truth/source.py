"""What a server can serve: a generated venue or a recorded one, behind one seam."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Protocol

from pr3dict.sim.truth.books import Levels, Rules, levels_digest
from pr3dict.sim.truth.config import Pace
from pr3dict.sim.truth.listing import Listing
from pr3dict.sim.truth.wire import Step


class Source(Protocol):
    """Books that change in steps of venue time; it knows no socket and no clock."""

    rate: Pace
    now_ms: int
    """Venue time of the last step, milliseconds since the UNIX epoch."""

    @property
    def waits(self) -> bool:
        """Whether the first step waits for the first subscriber, or it would miss the show."""

    @property
    def tokens(self) -> list[str]:
        """The tokens that can be subscribed."""

    @property
    def next_ms(self) -> int | None:
        """When the next step is due; None after the end."""

    def advance(self) -> Step | None:
        """Let the next thing happen; None after the end."""

    def restart(self) -> bool:
        """Start again from the beginning; False where the end is the end."""

    def known(self, token: str) -> bool:
        """Tell whether a token can be subscribed."""

    def rules(self, token: str) -> Rules | None:
        """Return the rules of a token's market."""

    def rules_of(self, condition: str) -> Rules | None:
        """Return the rules of a market."""

    @property
    def listings(self) -> Sequence[Listing]:
        """Every market that ever was, in the order of its listing."""

    def listing_of(self, condition: str) -> Listing | None:
        """Return what the catalogue has of a market."""

    def opening(self, tokens: Iterable[str]) -> bytes:
        """Return the opening frame for the known ones among these tokens."""

    def book(self, token: str) -> bytes | None:
        """Return the answer of REST `/book`; None means 404."""

    def levels(self, token: str) -> tuple[Levels, Levels]:
        """Return the true (bids, asks) as (price, size) in micros, best first.

        Raises `KeyError` for a token that it never had.
        """


def token_digest(source: Source, token: str) -> str:
    """Return the digest of one true book (docs/books.md section 7)."""
    return levels_digest(*source.levels(token))


def total_digest(source: Source, tokens: Iterable[str]) -> str:
    """Return the digest of several true books together (docs/books.md section 7)."""
    text = "".join(f"{token}={token_digest(source, token)};" for token in sorted(tokens))
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
