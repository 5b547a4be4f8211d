"""What a process holds, as the system counts it. Linux only, as the chaos tests are."""

import os
from pathlib import Path
from typing import Final

MIB: Final = 1 << 20


def resident_bytes(pid: int | None = None) -> int:
    """Return the resident memory of a process, this one unless told."""
    pages = Path(f"/proc/{pid or 'self'}/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


class HighWater:
    """The most memory that this process held over what it held at the start."""

    def __init__(self) -> None:
        self._start = self._most = resident_bytes()

    def look(self) -> float:
        """Look once more; return the most growth so far in MiB."""
        self._most = max(self._most, resident_bytes())
        return (self._most - self._start) / MIB
