"""How requests to the Data API are put together, protocol section 4.4."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from pr3dict.model.requests import Page, Request
from pr3dict.venues.polymarket import answers, limits, query

T = TypeVar("T")

ROWS_MAX: Final = 1_000
"""Rows in one part of a list of v2, and of trades of v1."""


def asked(*given: tuple[str, query.Write, object]) -> dict[str, list[str]]:
    """Return what is sent of some values, by their names at the venue; `None` is left out."""
    return {name: write(name, found) for name, write, found in given if found is not None}


def single(
    data_url: str, path: str, sent: Mapping[str, Sequence[str]], read: Callable[[bytes], T]
) -> Request[T]:
    """Return a request for what does not come in parts."""
    return Request(url=query.address(data_url, path, sent), read=read, limits=_counts(path))


def paged(
    data_url: str,
    path: str,
    kind: type[answers.R],
    sent: Mapping[str, Sequence[str]],
    place: tuple[int | None, int, str],
) -> Request[Page[answers.R]]:
    """Return the request for a part of a list of v2.

    `place` is how many rows are wanted, how many may be, and the cursor.
    """
    limit, most, cursor = place
    texts = {**sent}
    if limit is not None:
        texts["limit"] = query.page_size(limit, most)
    if cursor:
        texts["cursor"] = [cursor]
    return single(data_url, path, texts, answers.page(kind))


def counted(
    data_url: str,
    path: str,
    kind: type[answers.R],
    sent: Mapping[str, Sequence[str]],
    place: tuple[int, int, str],
) -> Request[Page[answers.R]]:
    """Return the request for a part of a list of v1, which counts its rows; see `paged`."""
    limit, most, cursor = place
    start = query.start(cursor)
    texts = {**sent, "limit": query.page_size(limit, most), "offset": [str(start)]}
    return single(data_url, path, texts, answers.offset(kind, start, limit))


def _counts(path: str) -> tuple[str, ...]:
    """Return the limits under which a request for a path counts."""
    own = f"data {path}"
    return limits.data(
        "v2" if path.startswith("/v2/") else "v1", *([own] if own in limits.RULES else [])
    )
