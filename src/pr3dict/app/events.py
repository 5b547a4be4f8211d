"""What only the whole system can tell."""

from pr3dict.model.events import Event
from pr3dict.model.links import Phase


class BooksMissing(Event, frozen=True, gc=False):
    """The time that `start` may take is over; these tokens have no book yet, and may get one."""

    tokens: tuple[str, ...]
    waited_s: float


class HashDrifted(Event, frozen=True, gc=False):
    """The venue's hash is another than it was: no book is proved by it from here on.

    Best bid and ask, the mirror and REST still bear witness.
    """

    tokens: tuple[str, ...]
    """Books that were told whole and did not give their hash."""
    local_ns: int


class ClockStepped(Event, frozen=True, gc=False):
    """Somebody set the clock of the machine: ages and timers go on, latencies follow it."""

    step_ns: int
    """By how much; negative: back."""
    local_ns: int
    """On the clock that we carry, which nobody can set."""


class TapeHalted(Event, frozen=True, gc=False):
    """The disk failed: nothing more is recorded in this run. The feed goes on."""

    cause: str


class FeedFailed(Event, frozen=True, gc=False):
    """The feed ended by a fault of this program; the books are no more kept."""

    error: str


class LinkChanged(Event, frozen=True, gc=False):
    """A connection of `Streams` is opened, lost or tried again."""

    link: int
    phase: Phase
    error: str
    """Why it was last lost, or could not be opened; `""` where it never was."""
    local_ns: int


class AccountLost(Event, frozen=True, gc=False):
    """The user channel is down: what happens to our orders from here on comes by REST, later."""

    error: str
    since_ns: int
    """When the channel was last heard."""
    local_ns: int


class AccountResumed(Event, frozen=True, gc=False):
    """The user channel is open, and REST has told what was missed before: the account is whole."""

    missed: int
    """What REST told that the channel had not: events with `Source.REST`, before this one."""
    open_orders: int
    reconciled: bool
    """False where REST cannot be asked: no address was given."""
    local_ns: int


class AccountDoubtful(Event, frozen=True, gc=False):
    """The user channel is open, but REST did not answer: what was missed before is not known yet.

    It is asked again; `AccountResumed` tells when it has answered.
    """

    name: str
    """As in `RestError`."""
    error: str
    local_ns: int
