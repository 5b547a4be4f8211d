"""What managers say of themselves and of their tokens, each in one line: never a credential.

A repr is read in a debugger or a log, of whatever state an object is in: it cannot raise.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from pr3dict.app.stats import Running
from pr3dict.client.snapshot import short
from pr3dict.model.states import BookState

TOKENS_SHOWN: Final = 5
"""Tokens that one sentence names; of the others it says how many."""


def one_line(thing: object, inside: Callable[[], str]) -> str:
    """Return the repr of an object with what this finds to say; cannot raise."""
    try:
        said = inside()
    except Exception as error:  # noqa: BLE001 - half built, or half gone: still to be shown
        said = f"unreadable: {type(error).__name__}"
    return f"{type(thing).__name__}({said})"


def condition(running: Running, tokens: int, *, started: bool) -> str:
    """Return how a system does: `2 tokens, running, 2 LIVE, engine native`."""
    books = running.books
    views = (books.view(token, 1) for token in books.tracked())
    states = Counter(BookState(view.state) for view in views if view is not None)
    life = "running" if running.running else "stopped" if started else "not started"
    counts = [f"{states[state]} {state.name}" for state in BookState if states[state]]
    return ", ".join([counted(tokens), life, *counts, f"engine {running.core.NAME}"])


def inside(described: object) -> str:
    """Return what stands between the parentheses of a repr."""
    return repr(described).partition("(")[2].removesuffix(")")


def bookless(none: Sequence[str], late: Sequence[str], asked: int, waited_s: float) -> str:
    """Return the sentence about tokens without a book; `""` when all have one.

    `none`: the venue said that it has no book; `late`: none came in the time that was waited.
    """
    parts = []
    if none:
        parts.append(
            f"the venue has none of {named(none)} (no such token, or its market is over:"
            " get_orderbook gives an empty book with the cause NO_BOOK)"
        )
    if late:
        parts.append(
            f"none came within {waited_s:g} s of {named(late)} (it may still come: get_orderbook"
            " gives None or an empty book, see is_live; the event BooksMissing tells them all)"
        )
    if not parts:
        return ""
    return f"no book for {len(none) + len(late)} of {counted(asked)}: {'; '.join(parts)}"


def named(tokens: Sequence[str]) -> str:
    """Return tokens as people write them, a bounded number.

    >>> named(["71321045679252212594", "7"])
    '7132…2594, 7'
    """
    shown = ", ".join(short(token) for token in tokens[:TOKENS_SHOWN])
    more = len(tokens) - TOKENS_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def counted(tokens: int) -> str:
    """Return a number of tokens.

    >>> counted(1), counted(2)
    ('1 token', '2 tokens')
    """
    return f"{tokens} token" + "s" * (tokens != 1)
