"""What only the whole system can tell."""

from pr3dict.model.events import Event


class BooksMissing(Event, frozen=True, gc=False):
    """The time that `start` may take is over; these tokens have no book yet, and may get one."""

    tokens: tuple[str, ...]
    waited_s: float


class TapeHalted(Event, frozen=True, gc=False):
    """The disk failed: nothing more is recorded in this run. The feed goes on."""

    cause: str


class FeedFailed(Event, frozen=True, gc=False):
    """The feed ended by a fault of this program; the books are no more kept."""

    error: str
