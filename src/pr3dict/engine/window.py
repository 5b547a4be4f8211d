"""What racing connections have said lately: which was first with a frame, and how late a copy is.

Frames are told apart by their content alone, for the venue numbers none. Bounded by count and by
time; pure.
"""

from typing import Final

from pr3dict.model.units import NS_PER_S, Nanos

FRAMES_MAX: Final = 32_768
"""A generation has no more different frames; there are two, so twice as many are remembered …"""
AGE_NS: Final = 30 * NS_PER_S
"""… and a generation lasts no longer: a copy that is later than this is heard as something new."""
_AT, _PASSED, _COPIES = 0, 1, 2
"""In what is known of one content: when it passed last, how often, and how often by each copy."""


class Window:
    """The frames of the last while, by copies that are numbered from 0."""

    def __init__(self, copies: int) -> None:
        self._blank = [0] * (_COPIES + copies)
        self._new: dict[int, list[int]] = {}
        self._old: dict[int, list[int]] = {}
        self._began = Nanos(0)

    def __len__(self) -> int:
        return len(self._new) + len(self._old)

    def lateness(self, copy: int, frame: bytes, at: Nanos) -> Nanos | None:
        """Hear a frame; return by how much another copy was earlier with it, None if none was.

        The k-th time that a copy says something is late if another has said it k times.
        """
        # The interpreter's own hash: keyed anew in each process, so that nobody can aim at it.
        content = hash(frame)
        said = self._new.get(content) or self._old.get(content)
        if said is None:
            self._remember(content, copy, at)
            return None
        mine = _COPIES + copy
        said[mine] += 1
        if said[mine] <= said[_PASSED]:
            return Nanos(at - said[_AT])
        said[_PASSED] = said[mine]
        said[_AT] = at
        return None

    def clear(self) -> None:
        """Forget everything: whatever is said from here on is new."""
        self._new.clear()
        self._old.clear()

    def _remember(self, content: int, copy: int, at: Nanos) -> None:
        if len(self._new) >= FRAMES_MAX or at - self._began > AGE_NS:
            self._old, self._new, self._began = self._new, {}, at
        said = self._new[content] = self._blank.copy()
        said[_AT] = at
        said[_PASSED] = said[_COPIES + copy] = 1
