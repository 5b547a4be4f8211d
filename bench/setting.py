"""What a process that measures one row for one round is told."""

from pathlib import Path
from typing import Literal

import msgspec

from bench import frames
from bench.frames import Corpus
from pr3dict.core import Core
from pr3dict.core import load as load_core


class Setting(msgspec.Struct, frozen=True):
    """Where the frames are, which engine runs, and how long it may take."""

    directory: Path
    engine: Literal["native", "reference"]
    quick: bool = False

    @property
    def core(self) -> Core:
        """The engine by its name."""
        return load_core(self.engine)

    @property
    def passes(self) -> int:
        """How often a round goes through its frames."""
        return 1 if self.quick else 3

    @property
    def runs(self) -> int:
        """How often a round repeats what is timed as a whole; the fastest counts."""
        return 2 if self.quick else 5

    def corpus(self, name: str) -> Corpus:
        """Read frames by their name in `bench.rows.CORPORA`."""
        return frames.load(self.directory, name)

    def columns(self) -> list[tuple[bool, Corpus]]:
        """Return the frames of both columns: simulated, and captured where the capture is."""
        held = [(False, self.corpus("changes"))]
        if (self.directory / "capture").exists():
            held.append((True, self.corpus("capture")))
        return held
