"""Why a connection could not be opened, in one sentence, and whether a quick retry may help.

The answers of HTTP mean the same at every venue, so they are read here, once for all transports.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from pr3dict.model.errors import FeedError, LinkRefused
from pr3dict.model.units import NS_PER_S, Nanos

EXCERPT_BYTES: Final = 256
"""What is shown of an answer; edge blocks come with 200 kB of HTML."""
PAGE_BYTES: Final = 4096
"""What of a page is looked through for words that are no markup."""

_TAG: Final = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>?", re.DOTALL | re.IGNORECASE)
_LATER: Final = frozenset({408, 425, 429})
_REDIRECTS: Final = range(300, 400)
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_SERVER_ERRORS: Final = range(500, 600)


def refused(
    url: str, status: int, headers: Mapping[str, str], body: bytes, now: Nanos
) -> FeedError:
    """Return the error for an answer of HTTP instead of an open socket; not raised.

    The names of `headers` are in lower case.
    """
    name = f"http_{status}"
    shown = f"{url} answered HTTP {status}"
    if status in _LATER or status in _SERVER_ERRORS:
        wait = retry_after(headers.get("retry-after", ""), now)
        asked = f", and asked us to wait {wait / NS_PER_S:g} s" if wait else ""
        return FeedError(f"{shown}{asked}{_excerpt(body)}", name=name, retry_after=wait)
    if status in _REDIRECTS:
        where = headers.get("location", "nowhere")[:EXCERPT_BYTES]
        return LinkRefused(
            f"{shown}, a redirect to {where}, which is not followed: set the address right",
            name=name,
        )
    if status == _FORBIDDEN:
        return LinkRefused(
            f"{shown}: its edge blocks this program or this network{_excerpt(body)}", name=name
        )
    if status == _UNAUTHORIZED:
        return LinkRefused(f"{shown}: our credentials are not accepted{_excerpt(body)}", name=name)
    return LinkRefused(f"{shown} instead of opening a WebSocket{_excerpt(body)}", name=name)


def unreachable(url: str, error: Exception) -> FeedError:
    """Return the error for an address that is none, that cannot be reached or speaks otherwise."""
    if isinstance(error, TimeoutError):
        return FeedError(f"{url} did not answer in time", name="timeout")
    words = str(error) or type(error).__name__
    return FeedError(f"{url} cannot be reached: {words}", name="unreachable")


def retry_after(text: str, now: Nanos) -> Nanos:
    """Return the wait that a Retry-After header names, in seconds or as a date; else 0.

    >>> retry_after("7", 0), retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 0), retry_after("?", 0)
    (7000000000, 60000000000, 0)
    """
    if text.isascii() and text.strip().isdigit():
        return Nanos(int(text.strip()[:9]) * NS_PER_S)
    try:
        at = parsedate_to_datetime(text)
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        since_epoch = at - datetime.fromtimestamp(0, UTC)
    except (ValueError, OverflowError):
        return Nanos(0)
    return Nanos(max(0, int(since_epoch.total_seconds()) * NS_PER_S - now))


def _excerpt(body: bytes) -> str:
    text = " ".join(_TAG.sub(" ", body[:PAGE_BYTES].decode(errors="replace")).split())
    return f": {text[:EXCERPT_BYTES]!r}" if text else ""
