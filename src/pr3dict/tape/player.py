"""When a record is due: the arithmetic of play, pause, speed and seek. Pure.

Two times: `wall_ns` is that of the tape, `now` is that of whoever plays it (any clock that does
not go backwards). Everything is exact, so what is said to be due at a time is due at that time.
"""

from pr3dict.model.units import Nanos
from pr3dict.tape.apply import FOREVER


class Pace:
    """A play head. Begins paused at `wall_ns`; `resume` starts it."""

    def __init__(self, wall_ns: int, now: Nanos, speed: float = 1.0) -> None:
        """`speed`: seconds of tape a second; `inf` is as fast as can be. Raises `ValueError`."""
        self._wall_ns = wall_ns
        self._now: int = now
        self._set(speed)
        self.paused = True

    def position(self, now: Nanos) -> int:
        """Return the wall time up to which everything should have been played by now."""
        if self.paused:
            return self._wall_ns
        if not self._down:
            return FOREVER
        return self._wall_ns + (now - self._now) * self._up // self._down

    def due(self, wall_ns: int, now: Nanos) -> Nanos | None:
        """Return when a record is to be played; `now` if it is overdue, None while paused."""
        if wall_ns <= self.position(now):
            return now
        if self.paused:
            return None
        return Nanos(self._now - (self._wall_ns - wall_ns) * self._down // self._up)

    def pause(self, now: Nanos) -> None:
        """Stand still. At infinite speed the head stays where `seek` or `played` put it."""
        if not self.paused:
            self._hold(now)
            self.paused = True

    def resume(self, now: Nanos) -> None:
        """Go on from where the head stands."""
        if self.paused:
            self._now = now
            self.paused = False

    def set_speed(self, speed: float, now: Nanos) -> None:
        """Change the speed from here on. Raises `ValueError`."""
        self._hold(now)
        self._set(speed)

    def seek(self, wall_ns: int, now: Nanos) -> None:
        """Put the head elsewhere; paused stays paused."""
        self._wall_ns = wall_ns
        self._now = now

    def played(self, wall_ns: int) -> None:
        """Tell the wall time of what was played last: where a head of infinite speed stands."""
        if not self._down:
            self._wall_ns = wall_ns

    def _hold(self, now: Nanos) -> None:
        if not self.paused and self._down:
            self._wall_ns = self.position(now)
        self._now = now

    def _set(self, speed: float) -> None:
        if isinstance(speed, bool) or not isinstance(speed, int | float) or not speed > 0:
            raise ValueError(f"wanted a speed above 0, found {speed!r:.80}")
        self._up, self._down = (1, 0) if speed == float("inf") else speed.as_integer_ratio()
