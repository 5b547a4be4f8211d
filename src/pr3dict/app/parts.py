"""What every part of a running system is given."""

from typing import NamedTuple

from pr3dict.config import Config
from pr3dict.core import Books, Core
from pr3dict.engine.engine import Engine
from pr3dict.model.units import Nanos
from pr3dict.ports import Clock, Recorder


class Parts(NamedTuple):
    """The things that there is one of."""

    config: Config
    core: Core
    books: Books
    engine: Engine
    clock: Clock
    recorder: Recorder | None

    def record(self, kind: int, link: int, now: Nanos, payload: bytes) -> None:
        """Put something on the tape, if there is one, after what is due in the books by then.

        A replay closes due claims before each record that is no frame; so it was, whoever is late.
        """
        if 0 < self.books.wake_at <= now:
            self.engine.changed(self.books.wake(now))
        if self.recorder is not None:
            self.recorder.append(kind, link, now, payload)
