"""Polymarket's facts: ids, limits and what the ends of a connection mean.

Each fact has its source and the date at which it was true. Sources: SDK (polymarket-client 0.14.0,
2026-10-21), docs (docs.polymarket.com), live (measurements by third parties, checked 2026-10-04).
"""

import re
from typing import Final

from pr3dict.model.errors import UnknownTokenError
from pr3dict.model.links import Closed, Pace, Verdict

LINK_TOKENS_MAX: Final = 500
"""Above it opening books stop coming, silently. Never documented; live, 2026-10-04."""
BOOKS_PER_REQUEST: Final = 100
"""Tokens in one POST /books. No limit is documented; 100 books are about half a MiB."""

_NORMAL: Final = 1000
_PRIVATE_CODES: Final = 4000
"""RFC 6455 7.4.2: from here on a venue gives codes its own meaning."""

_MEANINGS: Final[dict[int, tuple[str, Pace, str]]] = {
    _NORMAL: ("closed_1000", Pace.QUICK, "the venue closed the connection"),
    1001: ("closed_1001", Pace.QUICK, "the venue is going away, or restarts"),
    1005: ("closed_1005", Pace.QUICK, "the venue closed the connection without a code"),
    1006: ("dropped", Pace.QUICK, "the connection broke"),
    1011: ("closed_1011", Pace.QUICK, "the venue has an error of its own"),
    1012: ("closed_1012", Pace.QUICK, "the venue restarts"),
    # "slow consumer: send buffer full", a dozen an hour even for fast readers (live, 2026-10-04).
    1013: ("slow_consumer", Pace.PATIENT, "the venue dropped us as too slow a reader"),
    # "invalid subscription payload", ten seconds after a bad first frame (live, 2026-10-04).
    1008: ("refused", Pace.SLOW, "the venue refused our subscription"),
    1002: ("closed_1002", Pace.SLOW, "one side broke the protocol"),
    1003: ("closed_1003", Pace.SLOW, "one side cannot take what the other sent"),
    1007: ("closed_1007", Pace.SLOW, "one side sent text that is none"),
    1009: ("closed_1009", Pace.SLOW, "a message was larger than the other side takes"),
    1010: ("closed_1010", Pace.SLOW, "an extension is missing"),
}
"""Close codes, RFC 6455 7.4.1 and IANA: the name to count it under, the pace, the words."""

_TOKEN_ID: Final = re.compile(r"[0-9]{1,78}", re.ASCII)
_CONDITION_ID: Final = re.compile(r"0x[0-9a-fA-F]{1,64}", re.ASCII)
_ID_SHOWN_MAX: Final = 80


def token_id(text: str) -> str:
    """Return a token id as it is, if it can be one: 1 to 78 decimal digits (a uint256).

    Raises `UnknownTokenError`; for a condition id with the sentence that tells the difference.
    """
    if not isinstance(text, str):
        raise UnknownTokenError(f"wanted a token id as text, found {text!r:.80}")
    if _TOKEN_ID.fullmatch(text):
        return text
    if _CONDITION_ID.fullmatch(text):
        raise UnknownTokenError(
            f"{_shown(text)} is a condition id (it names a market); wanted the token id (asset id)"
            " of one of its outcomes, a long decimal number: see clobTokenIds of the market"
        )
    raise UnknownTokenError(f"wanted a token id, 1 to 78 decimal digits, found {_shown(text)!r}")


def condition_id(text: str) -> str:
    """Return a condition id as it is, if it can be one: `0x` and up to 64 digits of base 16.

    Raises `UnknownTokenError`. Protocol V2 has ids of 62 digits (SDK, 2026-10-21).
    """
    if not isinstance(text, str):
        raise UnknownTokenError(f"wanted a condition id as text, found {text!r:.80}")
    if _CONDITION_ID.fullmatch(text):
        return text
    if _TOKEN_ID.fullmatch(text):
        raise UnknownTokenError(
            f"wanted a condition id (it names a market), 0x and 64 digits, found {_shown(text)!r},"
            " a token id (it names one of its outcomes)"
        )
    raise UnknownTokenError(f"wanted a condition id, 0x and 64 digits, found {_shown(text)!r}")


def verdict(ended: Closed) -> Verdict:
    """Return what the end of a market channel connection means."""
    name, pace, meaning = f"closed_{ended.code}", Pace.PATIENT, "the connection was closed"
    if ended.code in _MEANINGS:
        name, pace, meaning = _MEANINGS[ended.code]
    elif ended.code >= _PRIVATE_CODES:
        pace, meaning = Pace.SLOW, "the venue refused us"
    if ended.code == _NORMAL and "resolved" in ended.reason.lower():
        # "all subscribed assets resolved" (live, 2026-10-04): the same again if we came back.
        name, pace, meaning = "resolved", Pace.IDLE, "every market of this link is resolved"
    words = f"{ended.code} {ended.reason}".strip()
    return Verdict(name, pace, f"{meaning} ({words})")


def _shown(text: str) -> str:
    return text if len(text) <= _ID_SHOWN_MAX else text[:_ID_SHOWN_MAX] + "…"
