"""A line of toned texts, and how it is cut, filled and joined. Pure."""

from pr3dict.monitor import words
from pr3dict.monitor.model import Tone

Piece = tuple[str, Tone]
Line = list[Piece]


def plain(line: Line) -> str:
    """Return a line without its tones.

    >>> plain([("a ", Tone.DIM), ("b", Tone.BAD)])
    'a b'
    """
    return "".join(text for text, _ in line)


def fit(line: Line, width: int) -> Line:
    """Return a line cut to a width."""
    kept: Line = []
    for text, tone in line:
        used = sum(words.cells(piece) for piece, _ in kept)
        if used + words.cells(text) > width:
            kept.append((words.clip(text, width - used), tone))
            return [piece for piece in kept if piece[0]] if width > used else kept[:-1]
        kept.append((text, tone))
    return kept


def pad(line: Line, width: int) -> Line:
    """Return a line filled up to a width."""
    missing = width - sum(words.cells(text) for text, _ in line)
    return [*line, (" " * missing, Tone.PLAIN)] if missing > 0 else line


def spread(left: Line, right: Line, width: int) -> Line:
    """Return a line with one part at each end."""
    used = sum(words.cells(text) for text, _ in right)
    return fit([*pad(fit(left, width - used), width - used), *right], width)
