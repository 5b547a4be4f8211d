"""Addresses with their queries, and the checks of what is asked before it is sent.

What an endpoint takes is a table: our name of a filter, the venue's, and how its value is written.
Every refusal is a `ValueError` of one sentence.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from urllib.parse import quote, urlencode

from pr3dict.venues.polymarket import rules

Texts = list[str]
Write = Callable[[str, object], Texts]
"""Write the value of a filter, by its name, as what is sent; raises `ValueError`."""
Filters = Mapping[str, tuple[str, Write]]
"""By our name of a filter: the venue's name, and how its value is written."""

LIST_MAX: Final = 100
"""Values of one filter of Gamma (SDK, 2026-10-21)."""
_SECONDS_MAX: Final = 253_402_300_799
"""The end of the year 9999, which is where the Data API ends (SDK, 2026-10-21)."""
_WALLET: Final = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_HALF: Final = re.compile(r"[\ud800-\udfff]")
_SHOWN_MAX: Final = 80


def address(root: str, path: str, query: Mapping[str, Iterable[str]] | None = None) -> str:
    """Return the address of a path with its query, each of several values on its own.

    Raises `ValueError` for text that cannot be sent.

    >>> address("https://gamma-api.polymarket.com/", "/markets/keyset", {"id": ["1", "2"]})
    'https://gamma-api.polymarket.com/markets/keyset?id=1&id=2'
    """
    given = [(name, text) for name, texts in (query or {}).items() for text in texts]
    asked = urlencode([(name, _sendable(name, text)) for name, text in given])
    return f"{root.rstrip('/')}{path}{'?' if asked else ''}{asked}"


def part(name: str, found: object) -> str:
    """Return an id or a slug as one part of a path; raises `ValueError` where it leads elsewhere.

    >>> part("slug", "will-it rain?")
    'will-it%20rain%3F'
    """
    text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    if not text.strip() or text in {".", ".."}:
        raise ValueError(f"{name}: wanted an id or a slug, found {_shown(found)}")
    return quote(_sendable(name, text), safe="")


def is_sendable(text: str) -> bool:
    r"""Whether text can be sent: not the halves of characters that stand for bytes of no UTF-8.

    >>> is_sendable("Wer gewinnt? Ümlaute"), is_sendable("fed\udcff")
    (True, False)
    """
    return _HALF.search(text) is None


def written(table: Filters, filters: Mapping[str, object]) -> dict[str, Texts]:
    """Return the filters as what is sent; those that are `None` are left out."""
    asked: dict[str, Texts] = {}
    for name, value in filters.items():
        if name not in table:
            raise ValueError(f"wanted a filter of {', '.join(sorted(table))}; found {name}")
        if value is not None:
            wire, write = table[name]
            asked[wire] = write(name, value)
    return asked


def page_size(limit: int, most: int) -> Texts:
    """Return the size of a part of a list as what is sent."""
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= most:
        raise ValueError(f"limit: wanted 1 to {most}, found {_shown(limit)}")
    return [str(limit)]


def start(cursor: str) -> int:
    """Return where a part of a list that counts its rows begins.

    >>> start(""), start("100")
    (0, 100)
    """
    if not (cursor.isascii() and (cursor or "0").isdigit()):
        raise ValueError(f"cursor: wanted that of the page before, found {_shown(cursor)}")
    return int(cursor or "0")


def flag(name: str, value: object) -> Texts:
    """Write true or false."""
    if not isinstance(value, bool):
        raise _unlike(name, "True or False", value)
    return ["true" if value else "false"]


def text(name: str, value: object) -> Texts:
    """Write text, or a whole number as text; none that is empty."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise _unlike(name, "text", value)
    return [_sendable(name, str(value))]


def texts(name: str, value: object) -> Texts:
    """Write one text or several, at most `LIST_MAX`."""
    several = _several(name, value)
    if len(several) > LIST_MAX:
        raise ValueError(f"{name}: wanted at most {LIST_MAX} values, found {len(several)}")
    return [text(name, each)[0] for each in several]


def whole(name: str, value: object) -> Texts:
    """Write a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise _unlike(name, "a whole number", value)
    return [str(value)]


def number(name: str, value: object) -> Texts:
    """Write a number that is not negative, without an exponent; a float by its shortest text.

    >>> number("volume_min", 1e-05), number("volume_min", Decimal("1E+3"))
    (['0.00001'], ['1000'])
    """
    fits = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    exact = Decimal(str(value)) if fits else Decimal("NaN")
    if not exact.is_finite() or exact < 0:
        raise _unlike(name, "a number from 0 up", value)
    return [f"{exact:f}"]


def moment(name: str, value: object) -> Texts:
    """Write a time as ISO 8601, as Gamma wants it; text is sent as it is.

    >>> moment("end_date_min", datetime(2026, 11, 21, 12, tzinfo=UTC))
    ['2026-11-21T12:00:00Z']
    """
    if isinstance(value, str) and value.strip():
        return [value]
    return [_aware(name, value).isoformat().replace("+00:00", "Z")]


def seconds(name: str, value: object) -> Texts:
    """Write a time as whole seconds, as the Data API wants it; a number is such already.

    >>> seconds("start", datetime(1970, 1, 2, tzinfo=UTC)), seconds("start", 1700000000)
    (['86400'], ['1700000000'])
    """
    if isinstance(value, datetime):
        value = int(_aware(name, value).timestamp())
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _SECONDS_MAX:
        raise _unlike(name, "a time, as datetime or seconds", value)
    return [str(value)]


def choice(*words: str) -> Write:
    """Return what writes one of these words, whatever its case."""
    known = {word.lower(): word for word in words}

    def write(name: str, value: object) -> Texts:
        if not isinstance(value, str) or value.lower() not in known:
            raise _unlike(name, f"one of {', '.join(words)}", value)
        return [known[value.lower()]]

    return write


def choices(*words: str) -> Write:
    """Return what writes one or several of these words."""
    write = choice(*words)
    return lambda name, value: [write(name, each)[0] for each in _several(name, value)]


def joined(write: Write, most: int) -> Write:
    """Return what writes at most so many values with commas between, as the Data API wants it."""

    def all_of(name: str, value: object) -> Texts:
        distinct = list(
            dict.fromkeys(each for v in _several(name, value) for each in write(name, v))
        )
        if len(distinct) > most:
            raise ValueError(f"{name}: wanted at most {most} values, found {len(distinct)}")
        return [",".join(distinct)]

    return all_of


def condition(_name: str, value: object) -> Texts:
    """Write a condition id; raises `UnknownTokenError` for what cannot be one."""
    return [rules.condition_id(str(value))]


def token(_name: str, value: object) -> Texts:
    """Write a token id; raises `UnknownTokenError` for what cannot be one."""
    return [rules.token_id(str(value))]


def wallet(name: str, value: object) -> Texts:
    """Write the address of a wallet: `0x` and 40 digits of base 16."""
    if not (isinstance(value, str) and _WALLET.fullmatch(value)):
        raise _unlike(name, "a wallet, 0x and 40 digits", value)
    return [value]


def _sendable(name: str, text: str) -> str:
    if not is_sendable(text):
        raise _unlike(name, "text that UTF-8 can write", text)
    return text


def _several(name: str, value: object) -> list[object]:
    if isinstance(value, str | int):
        return [value]
    if not isinstance(value, Iterable) or isinstance(value, bytes | Mapping):
        raise _unlike(name, "a value or a list of them", value)
    several = list(value)
    if not several:
        raise ValueError(f"{name}: wanted at least one value, found none")
    return several


def _aware(name: str, value: object) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _unlike(name, "a datetime with its time zone", value)
    return value.astimezone(UTC)


def _unlike(name: str, wanted: str, found: object) -> ValueError:
    return ValueError(f"{name}: wanted {wanted}, found {_shown(found)}")


def _shown(found: object) -> str:
    shown = repr(found)
    return shown if len(shown) <= _SHOWN_MAX else shown[:_SHOWN_MAX] + "…"
