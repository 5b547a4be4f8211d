"""What one connection needs of the books: a part of `Books`, which a strand of a braid has too."""

from typing import Protocol

from pr3dict.core import View


class LinkBooks(Protocol):
    """The books as one connection sees them; the contract of each method is that of `Books`."""

    def open_link(self, link: int, now: int) -> None:
        """Tell that a connection is open; its tokens are SYNCING from here."""

    def close_link(self, link: int, cause: int, now: int) -> None:
        """Tell that a connection is lost; its tokens are STALE from here."""

    def track(self, token: str, link: int) -> None:
        """Keep a book of this token, fed by this link. Moving a token to another link is allowed.

        A token that moves keeps its content but is STALE until its next snapshot.
        """

    def untrack(self, token: str) -> bool:
        """Forget a token; False when it was not tracked."""

    def feed(self, link: int, frame: bytes, local_ns: int) -> int:
        """Decode one frame, apply it and hear the witnesses; return the flags."""

    def wake(self, now: int) -> int:
        """Close the pending claims that are due; return the flags."""

    def view(self, token: str, depth: int = 0) -> View | None:
        """Return the book now, its best `depth` levels a side (0: all); None if not tracked."""

    def heard(self, link: int) -> tuple[int, int]:
        """Return (frames, bytes) that a connection delivered, control included."""

    def last_data_ns(self, link: int) -> int:
        """Return when the link last delivered data (never control); 0: never."""
