"""What an answer of REST means where it is not what was asked for: one sentence each.

| answer | name of the `RestError` |
|---|---|
| a page of the edge (Cloudflare), 1015, a challenge | `challenged` |
| 403 or 451 that speaks of the region; Cloudflare's 1009 | `geoblocked` |
| 401 | `unauthorized`, with a hint where the clocks differ |
| 404 | `not_found` |
| 425 | `restarting` |
| 429 | `rate_limited` |
| 503 that speaks of post-only or cancel-only | `post_only`, `cancel_only` |
| another 5xx, 408 | `unavailable` |
| a redirect, another 4xx, an error inside a 200 | `refused` |
| HTML with 200 | `bad_answer` |

Pure. Sources: docs.polymarket.com "Error codes" (2026-09-17) and "Geographic restrictions";
developers.cloudflare.com, "1xxx errors"; RFC 9110 15.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from pr3dict.model.errors import RestError
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net.handshake import retry_after
from pr3dict.net.http import Answer

SKEW_MIN: Final = Nanos(5 * NS_PER_S)
"""A smaller difference of two clocks is the way of the answer, and does not spoil a signature."""
EXCERPT: Final = 160
"""Characters shown of an answer; a page of the edge has 200 kB."""
_QUERY_SHOWN: Final = 120
_READ: Final = 4096
"""Bytes of an answer that tell what it is; an object that only says an error is smaller."""

_OK: Final = range(200, 300)
_REDIRECTS: Final = range(300, 400)
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_TIMED_OUT: Final = 408
_EARLY: Final = 425
_TOO_MANY: Final = 429
_LEGAL: Final = 451
_SERVER_ERRORS: Final = range(500, 600)

_EDGE: Final = re.compile(r"error code: 10[0-9]{2}|cloudflare|cf-error|ray id", re.IGNORECASE)
_CHALLENGE: Final = re.compile(r"just a moment|attention required|cf-chl", re.IGNORECASE)
_EDGE_LIMIT: Final = re.compile(
    r"error code: 1015|\b1015\b.*you are being rate limited", re.IGNORECASE | re.DOTALL
)
_EDGE_REGION: Final = re.compile(r"error code: 1009|\berror 1009\b", re.IGNORECASE)
_REGION: Final = re.compile(
    r"geoblock|restricted in your region|your (?:region|country)", re.IGNORECASE
)
_POST_ONLY: Final = re.compile(r"post[_ -]only", re.IGNORECASE)
_CANCEL_ONLY: Final = re.compile(r"cancel[_ -]only", re.IGNORECASE)
_TAG: Final = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)


def refusal(asked: str, answer: Answer, now: Nanos) -> RestError | None:
    """Return what is wrong with an answer, None where its body is for the request to read.

    `asked` names the request; `now` is the wall time of ours.
    """
    status, headers, body = answer
    if status in _OK:
        return _within(asked, status, body)
    found = _Found(status, headers, _page(body), words(body))
    name, sentence = next((name, text) for name, is_it, text in _MEANINGS if is_it(found))
    sentence = sentence.format(
        where=_line(headers.get("location", "nowhere")), clocks=_clocks(headers, now)
    )
    wait = retry_after(headers.get("retry-after", ""), now)
    later = f"; it asks us to wait {wait / NS_PER_S:g} s" if wait else ""
    said = f" ({found.said})" if found.said else ""
    return RestError(
        f"{asked}: HTTP {status}, {sentence}{later}{said}",
        name=name,
        status=status,
        retry_after=wait,
    )


def shown(url: str) -> str:
    """Return an address at a bearable length, without a login.

    >>> shown("https://me:pw@clob.polymarket.com/book?token_id=42")
    'https://clob.polymarket.com/book?token_id=42'
    """
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return url[:EXCERPT]
    query = parts.query[:_QUERY_SHOWN] + ("…" if len(parts.query) > _QUERY_SHOWN else "")
    return f"{parts.scheme}://{host}{parts.path}" + (f"?{query}" if query else "")


def words(body: bytes) -> str:
    """Return what a refusal says, as one line: the error of its JSON, or the text of its page.

    >>> words(b'{"error": "no such market"}'), words(b"<p>Sorry,<br>you are blocked</p>")
    ('no such market', 'Sorry, you are blocked')
    """
    try:
        found: object = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _line(_TAG.sub(" ", body[:65_536].decode(errors="replace")))
    if isinstance(found, dict):
        named = (found.get(name) for name in ("error", "errorMsg", "error_msg", "message"))
        said = next((text for text in named if isinstance(text, str) and text), "")
        return _line(said) if said else _line(body.decode(errors="replace"))
    return _line(str(found))


def _line(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= EXCERPT else line[:EXCERPT] + "…"


def _within(asked: str, status: int, body: bytes) -> RestError | None:
    """Find the error that an answer of success may be."""
    start = body[:_READ].lstrip()
    if start.startswith(b"<"):
        page = start.decode(errors="replace")
        name = "challenged" if _EDGE.search(page) or _CHALLENGE.search(page) else "bad_answer"
        return RestError(
            f"{asked}: HTTP {status}, wanted JSON, found a page of HTML ({words(body)}): something"
            " between us and the venue answers in its place",
            name=name,
            status=status,
        )
    if not (start.startswith(b"{") and b'"error"' in start):
        return None
    try:
        said = msgspec.json.decode(body, type=_Within).error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None  # The request reads it, and says what is wrong with it.
    if not isinstance(said, str) or not said:
        return None
    return RestError(
        f"{asked}: HTTP {status}, the venue refuses it ({_line(said)})",
        name="refused",
        status=status,
    )


class _Within(msgspec.Struct):
    error: object = None


class _Found(NamedTuple):
    """What an answer is judged by."""

    status: int
    headers: Mapping[str, str]
    page: str
    """What it shows to a person; empty where the body is JSON."""
    said: str


def _page(body: bytes) -> str:
    return "" if body.lstrip()[:1] in (b"{", b"[") else body[:_READ].decode(errors="replace")


def _is_wall(found: _Found) -> bool:
    """Tell whether this is what the edge shows to robots, not what it says of a broken venue."""
    if "cf-mitigated" in found.headers or _CHALLENGE.search(found.page):
        return True
    page = found.page.lstrip()
    return found.status == _FORBIDDEN and bool(page.startswith("<") or _EDGE.search(page))


_MEANINGS: Final[tuple[tuple[str, Callable[[_Found], object], str], ...]] = (
    (
        "geoblocked",
        lambda found: _EDGE_REGION.search(found.page),
        "the edge lets nobody in from this country",
    ),
    (
        "challenged",
        lambda found: _EDGE_LIMIT.search(found.page),
        "the edge has banned this address for asking too often (1015)",
    ),
    (
        "geoblocked",
        lambda found: found.status in (_FORBIDDEN, _LEGAL) and _REGION.search(found.said),
        "the venue does not trade with this region",
    ),
    ("challenged", _is_wall, "the edge takes this program or network for a robot and blocks it"),
    (
        "unauthorized",
        lambda found: found.status == _UNAUTHORIZED,
        "our credentials are not accepted: {clocks}",
    ),
    ("not_found", lambda found: found.status == _NOT_FOUND, "the venue has nothing of this name"),
    ("restarting", lambda found: found.status == _EARLY, "the matching engine restarts"),
    ("rate_limited", lambda found: found.status == _TOO_MANY, "we have asked too often"),
    (
        "cancel_only",
        lambda found: found.status in _SERVER_ERRORS and _CANCEL_ONLY.search(found.said),
        "for now orders can only be cancelled",
    ),
    (
        "post_only",
        lambda found: found.status in _SERVER_ERRORS and _POST_ONLY.search(found.said),
        "for a few minutes after a restart only post-only orders are taken",
    ),
    (
        "unavailable",
        lambda found: found.status in _SERVER_ERRORS or found.status == _TIMED_OUT,
        "the venue has trouble of its own",
    ),
    (
        "refused",
        lambda found: found.status in _REDIRECTS,
        "a redirect to {where}, which is not followed: set the address right",
    ),
    ("refused", lambda _: True, "the venue refuses the request"),
)
"""Name, test and words, the first that fits counts."""


def _clocks(headers: Mapping[str, str], now: Nanos) -> str:
    """Tell why credentials are not accepted, as far as the two clocks tell."""
    wrong = "they are wrong or have expired"
    try:
        at = parsedate_to_datetime(headers.get("date", ""))
        theirs = int(at.replace(tzinfo=at.tzinfo or UTC).timestamp()) * NS_PER_S
    except (ValueError, OverflowError):
        return wrong
    if abs(now - theirs) < SKEW_MIN:
        return wrong
    way = "ahead of" if now > theirs else "behind"
    seconds = abs(now - theirs) // NS_PER_S
    return f"our clock is {seconds} s {way} the venue's, which spoils signatures, set it right"
