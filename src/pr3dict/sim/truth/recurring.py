"""Markets that recur: will a coin stand higher in five minutes? One begins when one ends."""

import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

from pr3dict.sim.truth.names import CATEGORIES, EventName, Name, series_of, tag_of

COINS: Final = {"btc": "Bitcoin", "eth": "Ethereum", "sol": "Solana", "xrp": "XRP"}
MS_PER_MINUTE: Final = 60_000
OUTCOMES: Final = ("Up", "Down")
AHEAD: Final = 2
"""So many windows are listed at once: the one that runs, and those that come."""

_FORM: Final = re.compile(r"([a-z]+)-(5|15)m")


class Window(NamedTuple):
    """One market of a recurring kind."""

    kind: str
    """As in `SimConfig.recurring`: `btc-5m`, `eth-15m`."""
    begins_ms: int
    ends_ms: int

    def later(self, steps: int) -> "Window":
        """Return the window that begins so many windows later."""
        length = self.ends_ms - self.begins_ms
        return Window(self.kind, self.begins_ms + steps * length, self.ends_ms + steps * length)


def is_kind(text: str) -> bool:
    """Tell whether a text names a kind of recurring market.

    >>> is_kind("btc-5m"), is_kind("btc-7m")
    (True, False)
    """
    found = _FORM.fullmatch(text)
    return found is not None and found[1] in COINS


def window_at(kind: str, now_ms: int) -> Window:
    """Return the window that runs at a moment; it begins at a multiple of its length."""
    length = int(kind.split("-")[1].removesuffix("m")) * MS_PER_MINUTE
    begins_ms = now_ms - now_ms % length
    return Window(kind, begins_ms, begins_ms + length)


def name_of(window: Window, number: int) -> Name:
    """Return what a window's market asks; `number` is that of its event.

    >>> name_of(window_at("btc-5m", 1_773_307_300_000), 1).slug
    'btc-updown-5m-1773307200'
    """
    coin, length = window.kind.split("-")
    begin, end = (
        datetime.fromtimestamp(at_ms / 1000, UTC) for at_ms in (window.begins_ms, window.ends_ms)
    )
    title = f"{COINS[coin]} Up or Down - {begin:%B} {begin.day}, {begin:%H:%M}-{end:%H:%M} UTC"
    slug = f"{coin}-updown-{length}-{window.begins_ms // 1000}"
    series = series_of(f"{coin}-up-or-down-{length}", f"{coin.upper()} Up or Down {length}", length)
    tags = (CATEGORIES["crypto"].tag, COINS[coin], "Up or Down", "Recurring")
    event = EventName(
        number,
        slug,
        title,
        "crypto",
        tuple(map(tag_of, tags)),
        neg_risk=False,
        ends_ms=window.ends_ms,
        series=series,
        starts_ms=window.begins_ms,
    )
    return Name(title, slug, "", event)
