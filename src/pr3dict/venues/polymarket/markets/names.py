"""What people call a market, and what they mean by it: addresses, slugs, ids, words. Pure.

Nobody types a token id of 77 digits. What is read here is looked up by `app.discovery`.
"""

import re
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

import msgspec

from pr3dict.model.errors import UnknownMarketError
from pr3dict.venues.polymarket.query import is_sendable

SITE: Final = "polymarket.com"
WORDS_MAX: Final = 300

_TOKEN: Final = re.compile(r"[0-9]{13,78}", re.ASCII)
_ID: Final = re.compile(r"[0-9]{1,12}", re.ASCII)
_CONDITION: Final = re.compile(r"0x(?:[0-9a-fA-F]{62}|[0-9a-fA-F]{64})", re.ASCII)
"""Protocol V2 has ids of 62 digits (protocol, section 0)."""
_HEX: Final = re.compile(r"0x[0-9a-fA-F]+", re.ASCII)
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)+-?", re.ASCII)
_LOCALE: Final = re.compile(r"[a-z]{2}(?:-[a-zA-Z]{2,4})?", re.ASCII)
_SCHEME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
_SHOWN_MAX: Final = 80
_SAID_MAX: Final = 160
"""Characters of a name that a sentence repeats: all of an address that is none too long."""
_WALLET_CHARACTERS: Final = 42


class Kind(Enum):
    """By what a market is called."""

    TOKEN = "token id"
    CONDITION = "condition id"
    ID = "id"
    """Of the catalogue: a few digits."""
    SLUG = "slug"
    """Of a market, or of an event."""
    EVENT = "event"
    """The slug of an event, by an address that says so."""
    WORDS = "words"


class Name(msgspec.Struct, frozen=True):
    """What was said."""

    kind: Kind
    text: str


def read_name(said: object) -> Name:
    """Return what somebody means by an address of the site, a slug, an id or words.

    Raises `UnknownMarketError` for what can name no market.

    >>> read_name("https://polymarket.com/event/fed-decision/will-the-fed-cut").text
    'will-the-fed-cut'
    >>> read_name("polymarket.com/event/fed-decision-in-december?tid=1").kind.value
    'event'
    >>> [read_name(text).kind.value for text in ("fed-decision", "fed rate", "557558", "7" * 77)]
    ['slug', 'words', 'id', 'token id']
    """
    text = said.strip() if isinstance(said, str) and is_sendable(said) else ""
    if not text:
        raise _unlike("the address, slug, id or words of a market", said)
    if _SCHEME.match(text) or text.lower().startswith((f"{SITE}/", f"www.{SITE}/")):
        return _address(text)
    if _HEX.fullmatch(text):
        return Name(Kind.CONDITION, _condition(text))
    for kind, form in ((Kind.ID, _ID), (Kind.TOKEN, _TOKEN), (Kind.SLUG, _SLUG)):
        if form.fullmatch(text):
            return Name(kind, text)
    if text.isdigit() or len(text) > WORDS_MAX:
        raise _unlike(f"a token id of up to 78 digits, or up to {WORDS_MAX} characters", said)
    return Name(Kind.WORDS, " ".join(text.split()))


def shown(said: str) -> str:
    r"""Return what was said as a sentence repeats it: on one line, at a bearable length.

    >>> shown("fed\n rate \x1b[2J")
    'fed rate [2J'
    """
    plain = "".join(c if c.isprintable() else " " for c in said[: WORDS_MAX * 4])
    line = " ".join(plain.split())
    return line if len(line) <= _SAID_MAX else line[:_SAID_MAX] + "…"


def _address(text: str) -> Name:
    """Return the market or event to which an address of the site leads."""
    try:
        parts = urlsplit(text if _SCHEME.match(text) else f"https://{text}")
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if host != SITE and not host.endswith(f".{SITE}"):
        raise _unlike(f"an address of {SITE}", text)
    path = [part for part in parts.path.split("/") if part]
    if path and _LOCALE.fullmatch(path[0]):
        del path[0]
    match path:
        case ["event", _, market, *_] | ["market", market, *_]:
            return Name(Kind.SLUG, market)
        case ["event", event]:
            return Name(Kind.EVENT, event)
        case [*_, last] if _SLUG.fullmatch(last):  # such as /sports/nfl/games/week/1/nfl-a-b
            return Name(Kind.EVENT, last)
    raise _unlike(f"an address like https://{SITE}/event/… or https://{SITE}/market/…", text)


def _condition(text: str) -> str:
    if _CONDITION.fullmatch(text):
        return text.lower()
    if len(text) == _WALLET_CHARACTERS:
        raise UnknownMarketError(
            f"{text} is the address of a wallet; wanted the address, slug, id or words of a market"
        )
    raise _unlike("a condition id, 0x and 64 digits", text)


def _unlike(wanted: str, said: object) -> UnknownMarketError:
    found = repr(said)
    found = found if len(found) <= _SHOWN_MAX else found[:_SHOWN_MAX] + "…"
    return UnknownMarketError(f"wanted {wanted}, found {found}")
