"""Numbers, spans and foreign texts as a narrow column shows them. Pure.

What others wrote (a venue's reasons, ids, errors) is made harmless first: no escape sequence, no
mark that turns the direction of text, nothing invisible; markup is never read anywhere.
"""

import math
import unicodedata
from datetime import UTC, datetime
from typing import Final

from pr3dict.model.units import MICROS, NS_PER_MS, NS_PER_S, to_text

NOTHING: Final = "-"
"""What stands where there is no value."""
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_DAY_S: Final = 86_400
_THOUSAND: Final = 1000
_TEN: Final = 10
_HUNDRED: Final = 100
_ID_SHOWN_MAX: Final = 9
_HARMLESS: Final = frozenset("LNPSZ")
"""Unicode: letters, numbers, punctuation, symbols and spaces; no marks, controls, or the rest."""


def clean(text: str, size_max: int = 200) -> str:
    r"""Return a foreign text on one line, without anything that acts on a terminal or hides.

    >>> clean("no\x1b[31m\u202e way\n[b]x[/b]")
    'no·[31m· way [b]x[/b]'
    """
    line = " ".join(text[: size_max * 4].split())
    safe = "".join(c if unicodedata.category(c)[0] in _HARMLESS else "·" for c in line)
    return clip(safe, size_max)


def clip(text: str, width: int) -> str:
    """Return a text of at most this many cells of a terminal, its end replaced where it is longer.

    >>> clip("connection lost", 10), clip("short", 10)
    ('connectio…', 'short')
    """
    if cells(text) <= width:
        return text
    kept, used = "", 1
    for character in text:
        used += _cells_of(character)
        if used > width:
            break
        kept += character
    return kept + "…"


def squeeze(text: str, width: int) -> str:
    """Return a text of at most this many cells that keeps its end: there questions differ.

    >>> squeeze("Will the Fed rate decision be: 25 bps decrease?", 24)
    'Will the Fed ra…ecrease?'
    """
    if cells(text) <= width:
        return text
    tail = ""
    for character in reversed(text):
        if cells(character + tail) > width // 3:
            break
        tail = character + tail
    return clip(text, width - cells(tail)) + tail


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes: East Asian characters take two."""
    return len(text) if text.isascii() else sum(map(_cells_of, text))


def short(token: str) -> str:
    """Return a token id as people write it: its first and last four characters.

    >>> short("71321045679252212594626385532706912750332728571942532289631379312455583992563")
    '7132…2563'
    """
    known = clean(token)
    return known if len(known) <= _ID_SHOWN_MAX else f"{known[:4]}…{known[-4:]}"


def span(ns: int) -> str:
    """Return a length of time in at most five characters.

    >>> span(0), span(1_500_000_000), span(75_000_000_000), span(-2_000_000_000)
    ('0.0s', '1.5s', '1m15', '0.0s')
    """
    seconds = max(ns, 0) / NS_PER_S
    if seconds < _MINUTE_S - 0.05:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < _HOUR_S:
        return f"{whole // _MINUTE_S}m{whole % _MINUTE_S:02d}"
    if whole < _DAY_S:
        return f"{whole // _HOUR_S}h{whole % _HOUR_S // _MINUTE_S:02d}"
    return f"{min(whole // _DAY_S, 9999)}d"


def price(micros: int, tick: int = 0) -> str:
    """Return a price with the decimals of its grid, two at least; nothing for 0.

    >>> price(500_000), price(950_000, tick=1_000), price(123_400), price(0)
    ('0.50', '0.950', '0.1234', '-')
    """
    if not micros:
        return NOTHING
    whole, _, rest = to_text(micros).partition(".")
    decimals = max(2, len(to_text(tick).partition(".")[2]))
    return f"{whole}.{rest.ljust(decimals, '0')}"


def shares(micros: int) -> str:
    """Return a size in at most eight characters: in hundredths of a share, or rounded.

    >>> shares(3_589_920_000), shares(11_269_512), shares(12_345_000_000)
    ('3,589.92', '11.27', '12.3k')
    """
    size = micros / MICROS
    return f"{size:,.2f}" if size < _TEN * _THOUSAND - 0.01 else count(size)


def count(number: float) -> str:
    """Return a count in at most five characters.

    >>> count(7), count(12_345), count(1_234_567)
    ('7', '12.3k', '1.23M')
    """
    if number < _TEN * _THOUSAND:
        return f"{number:.0f}"
    for unit in ("k", "M", "G", "T"):
        number /= _THOUSAND
        if number < _TEN:
            return f"{number:.2f}{unit}"
        if number < _HUNDRED:
            return f"{number:.1f}{unit}"
        if number < _THOUSAND:
            return f"{number:.0f}{unit}"
    return "many"


def many(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> many(1, "book"), many(2_000, "book"), many(0, "book")
    ('1 book', '2,000 books', '0 books')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def rate(per_second: float) -> str:
    """Return a rate in at most five characters; nothing where none is known.

    >>> rate(3.14159), rate(312.4), rate(float("nan"))
    ('3.1', '312', '-')
    """
    if math.isnan(per_second):
        return NOTHING
    return f"{per_second:.1f}" if per_second < _HUNDRED else count(per_second)


def milliseconds(ms: float) -> str:
    """Return a latency in at most six characters; nothing where none was measured.

    >>> milliseconds(0.123), milliseconds(12.34), milliseconds(-80.2), milliseconds(1234.6)
    ('0.12', '12.3', '-80.2', '1235')
    """
    if math.isnan(ms):
        return NOTHING
    size = abs(ms)
    if size < _TEN:
        return f"{ms:.2f}"
    return f"{ms:.1f}" if size < _THOUSAND else count(ms) if ms > 0 else f"{ms:.0f}"


def clock_time(ns: int) -> str:
    """Return the time of day in UTC; nothing for 0.

    >>> clock_time(1_772_279_170_115_000_000)
    '11:46:10'
    """
    if not ns:
        return NOTHING
    return f"{datetime.fromtimestamp(ns // NS_PER_S, UTC):%H:%M:%S}"


def offset(ns: int) -> str:
    """Return a clock offset in milliseconds with its sign.

    >>> offset(80_000_000), offset(0)
    ('+80.0', '+0.0')
    """
    return f"{ns / NS_PER_MS:+.1f}"


def _cells_of(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
