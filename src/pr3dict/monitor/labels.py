"""What tokens are called where their market is known: the outcome and the market's words. Pure.

What the venue wrote is made harmless when it is taken in, as all foreign texts.
"""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Final, NamedTuple

from pr3dict.monitor.words import clean, clip, short, squeeze

OUTCOME_MAX: Final = 20
MARKET_MAX: Final = 120
SAME_LEAST: Final = 3
"""So many words must be the same before they are left out."""


class Label(NamedTuple):
    """How people call a token; made by `label`."""

    outcome: str
    market: str


Labels = Mapping[str, Label]
"""By token id; a token that is not there is called by its id."""
NAMELESS: Final[Labels] = {}


def label(outcome: str, market: str) -> Label:
    r"""Return the label of a token.

    >>> label("Yes", "Will it\nrain?")
    Label(outcome='Yes', market='Will it rain?')
    """
    return Label(clean(outcome, OUTCOME_MAX), clean(market, MARKET_MAX))


def apart(texts: Sequence[str]) -> list[str]:
    """Return texts without the words with which all begin: the rest tells them apart.

    >>> apart(["Fed decision in May: 25 bps decrease?", "Fed decision in May: No change?"])
    ['… 25 bps decrease?', '… No change?']
    """
    parts = [text.split() for text in texts]
    same = sum(1 for _ in takewhile(lambda said: len(set(said)) == 1, zip(*parts, strict=False)))
    if same < SAME_LEAST or len(set(texts)) == 1:
        return list(texts)
    return [f"… {' '.join(part[same:])}" for part in parts]


def full(token: str, labels: Labels, width: int) -> str:
    """Return outcome and market in so many cells; of a token that has no label its short id.

    >>> full("7", {"7": Label("Yes", "Will the Fed cut rates: 25 bps?")}, 24)
    'Yes Will the Fe… 25 bps?'
    """
    known = labels.get(token)
    return short(token) if known is None else squeeze(f"{known.outcome} {known.market}", width)


def brief(token: str, labels: Labels, width: int = OUTCOME_MAX) -> str:
    """Return the outcome alone; of a token that has no label its short id."""
    known = labels.get(token)
    return short(token) if known is None else clip(known.outcome, width)
