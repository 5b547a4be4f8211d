"""Markets that come again every few minutes, by the arithmetic of their slugs. Pure.

`btc-updown-5m-1766481300` asks about the five minutes from that second on; the next one has the
next multiple of 300 in its name (captures of 2026-05, `../docs/discovery.md`).
"""

import re
from typing import Final

import msgspec

from pr3dict.model.errors import UnknownMarketError
from pr3dict.model.units import NS_PER_S, Nanos

_MINUTES_MAX: Final = 24 * 60
_SLUG: Final = re.compile(r"(?P<stem>[a-z0-9-]+)-(?P<minutes>[0-9]{1,4})m(?:-[0-9]{9,11})?")


class Recurring(msgspec.Struct, frozen=True):
    """A row of markets, each of the same length as the one before."""

    stem: str
    """`btc-updown`."""
    minutes: int

    @property
    def name(self) -> str:
        """What all their slugs begin with: `btc-updown-5m`."""
        return f"{self.stem}-{self.minutes}m"

    def start(self, now: Nanos) -> int:
        """Return when the market of a moment began, in whole seconds of wall time."""
        seconds = self.minutes * 60
        return now // NS_PER_S // seconds * seconds

    def slug(self, start: int) -> str:
        """Return the slug of the market that begins at a second.

        >>> read_recurring("btc-updown-5m").slug(1766481300)
        'btc-updown-5m-1766481300'
        """
        return f"{self.name}-{start}"

    def after(self, start: int) -> int:
        """Return when the next one begins."""
        return start + self.minutes * 60


def is_recurring(text: str) -> bool:
    """Tell whether a slug, or what slugs begin with, is of such a row."""
    found = _SLUG.fullmatch(text)
    return found is not None and 0 < int(found["minutes"]) <= _MINUTES_MAX


def slug_now(text: str, now: Nanos) -> str:
    """Return what a slug stands for at a moment: that of a row its market of then, another itself.

    >>> slug_now("btc-updown-5m", Nanos(1766481599 * NS_PER_S)), slug_now("fed-cuts", Nanos(0))
    ('btc-updown-5m-1766481300', 'fed-cuts')
    """
    if not is_recurring(text) or text.rpartition("-")[2].isdigit():
        return text
    row = read_recurring(text)
    return row.slug(row.start(now))


def read_recurring(text: str) -> Recurring:
    """Return the row to which a slug belongs, or which its beginning names.

    Raises `UnknownMarketError`.

    >>> read_recurring("btc-updown-15m-1766481300").name
    'btc-updown-15m'
    """
    found = _SLUG.fullmatch(text) if isinstance(text, str) else None
    if found is None or not is_recurring(text):
        raise UnknownMarketError(
            f"wanted a row of markets such as btc-updown-5m, or a slug of one, found {text!r:.80}"
        )
    return Recurring(found["stem"], int(found["minutes"]))
