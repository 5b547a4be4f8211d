"""How the feed behaves, whatever its books say: what it gives up, what it asks for, how often.

I8 and the bounds of TRUST section 6: a connection that is dead is left in time, a sound one is
kept, and nobody is stormed, neither the venue by attempts nor REST by requests.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from pr3dict.model.links import LinkStatus
from pr3dict.sim.faults import EVERYTHING
from pr3dict.trial.venue import MemoryVenue

DEAD_S: Final = 27.0
"""A connection on which nothing passes is left: ten seconds to the next PING, ten for its PONG."""
ZOMBIE_S: Final = 75.0
"""One that answers PING and delivers nothing is left: silence of at most 60 s, and some."""
WINDOW_S: Final = 60
ATTEMPTS_MAX: Final = 45
"""Attempts of one link in a window. The waits of a trial grow to 4 s at most, 2 s in the mean."""
REQUESTS_MAX: Final = WINDOW_S + 2
"""Requests of REST in a window, at one a second."""

Breaks = Callable[[str, str, str], None]


class Conduct:
    """Looks once a second at what the feed does."""

    def __init__(
        self,
        venue: MemoryVenue,
        statuses: Callable[[], Iterable[LinkStatus]],
        breaks: Breaks,
    ) -> None:
        self._venue, self._statuses, self._breaks = venue, statuses, breaks
        self._ill: dict[int, tuple[str, int]] = {}
        """Connections that are dead or mute, and the second since when."""
        self._seconds = 0
        self._attempts: dict[int, deque[int]] = {}
        """By link: how many there had been, second by second, over a window."""
        self._requests: deque[int] = deque(maxlen=WINDOW_S + 1)

    def second(self) -> None:
        """Look: a second has passed in which the process was awake."""
        self._seconds += 1
        self._illness()
        self._wronged()
        for status in self._statuses():
            counts = self._attempts.setdefault(status.link, deque(maxlen=WINDOW_S + 1))
            counts.append(status.attempts)
            if status.lost.get("fault"):
                self._breaks("I0", f"link {status.link}", "was lost by a fault of this program")
            if counts[-1] - counts[0] > ATTEMPTS_MAX:
                what = f"was tried {counts[-1] - counts[0]} times in {WINDOW_S} s"
                self._breaks("I8", f"link {status.link}", what)
        self._requests.append(self._venue.requests["asked"])
        if self._requests[-1] - self._requests[0] > REQUESTS_MAX:
            what = f"was asked {self._requests[-1] - self._requests[0]} times in {WINDOW_S} s"
            self._breaks("I8", "REST", what)

    def _illness(self) -> None:
        """I3: a connection that delivers nothing is given up in time."""
        now_ill = {}
        frozen = self._venue.faults.frozen
        for wire in self._venue.open_wires():
            if wire.dead:
                now_ill[wire.number] = "dead"
            elif (wire.number, EVERYTHING) in frozen:
                now_ill[wire.number] = "a zombie"
        for number, how in now_ill.items():
            was, since = self._ill.get(number, (how, self._seconds))
            now_ill_since = since if was == how else self._seconds
            self._ill[number] = how, now_ill_since
            passed = self._seconds - now_ill_since
            if passed > (DEAD_S if how == "dead" else ZOMBIE_S):
                self._breaks("I3", f"connection {number}", f"is {how} for {passed} s and kept")
        for number in self._ill.keys() - now_ill.keys():
            del self._ill[number]

    def _wronged(self) -> None:
        """I8: no connection is given up that was sound."""
        for number in self._venue.wronged:
            self._breaks("I8", f"connection {number}", "was given up, and it was sound")
