"""Decimal texts of the venue and integers in micros (millionths), exactly, both ways.

The venue proves its books by a hash over texts, so a text counts as well as its value: a text
is *canonical* when `to_text` makes it of its value. The same few thousand texts come again and
again; what was read once is remembered.
"""

import re
from functools import lru_cache
from typing import Final

from pr3dict.model import units
from pr3dict.model.units import MICROS, NS_PER_MS

REMEMBERED: Final = 1 << 16
"""How many texts are kept: more than a day's prices and common sizes, a few MiB."""
MS_MAX: Final = (2**63 - 1) // NS_PER_MS
"""The latest venue time: its nanoseconds fit in 63 bits."""

_PLACES: Final = 6
_DECIMAL: Final = re.compile(r"([0-9]{0,12})(?:\.([0-9]{1,6}))?")
_MILLISECONDS: Final = re.compile(r"[0-9]{1,16}")


@lru_cache(REMEMBERED)
def parse_micros(text: str) -> tuple[int, bool] | None:
    """Return (micros, whether the text is canonical), None for what is no plain decimal.

    >>> parse_micros("0.523"), parse_micros(".50"), parse_micros("1e5"), parse_micros("5.")
    ((523000, True), (500000, False), None, None)
    """
    found = _DECIMAL.fullmatch(text)
    if found is None or not text:
        return None
    whole, places = found.groups(default="")
    micros = int(whole or "0") * MICROS + int(places.ljust(_PLACES, "0"))
    return micros, units.to_text(micros) == text


@lru_cache(REMEMBERED)
def to_text(micros: int) -> str:
    """Return the canonical text of an integer in micros.

    >>> to_text(500_000)
    '0.5'
    """
    return units.to_text(micros)


@lru_cache(REMEMBERED)
def trade_price_text(micros: int) -> str:
    """Return a price as the venue writes it in `last_trade_price`: at least three decimals.

    >>> trade_price_text(500_000), trade_price_text(5_500), trade_price_text(1_000_000)
    ('0.500', '0.0055', '1.000')
    """
    whole, places = divmod(micros, MICROS)
    shown = f"{places:06d}".rstrip("0").ljust(3, "0")
    return f"{whole}.{shown}"


def parse_ms(text: str) -> int | None:
    """Return the milliseconds of a timestamp, None for what is none.

    >>> parse_ms("1766481546487"), parse_ms("-1"), parse_ms("9223372036855")
    (1766481546487, None, None)
    """
    if _MILLISECONDS.fullmatch(text) is None:
        return None
    ms = int(text)
    return ms if ms <= MS_MAX else None
