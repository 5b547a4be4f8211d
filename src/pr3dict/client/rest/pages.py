"""A list that the venue hands out in parts, each asked for when it is needed."""

from collections.abc import AsyncIterator, Callable, Generator
from typing import Final, Generic, TypeVar

from pr3dict.client.rest.rows import Rows
from pr3dict.model.errors import RestError
from pr3dict.model.requests import Page, Request
from pr3dict.ports import Rest

T = TypeVar("T")

LIMIT: Final = 500
"""Results of a list method, unless it is told otherwise: what a glance needs, in few requests."""

_EMPTY_PAGES_MAX: Final = 20
"""A filter may leave a page empty; a venue that never comes to an end gives nothing but these."""


class Pages(Generic[T]):
    """A list in parts: `async for` takes one result after the other, `await` all of them as `Rows`.

    `page` makes the request for the part at a cursor. At most `limit` results are given out, and no
    part is asked for whose results nobody takes. `of` is the type of the results, so that also an
    empty table has its columns. Raises `RestError`, also where the venue hands out a cursor twice.
    """

    def __init__(
        self,
        rest: Rest,
        page: Callable[[str], Request[Page[T]]],
        *,
        first: str,
        limit: int,
        of: type[T] | None = None,
    ) -> None:
        if limit < 1:
            raise ValueError(f"limit: wanted at least 1, found {limit}")
        page(first)  # What cannot be asked is refused here, and not where the first row is taken.
        self._rest = rest
        self._page = page
        self._of = of
        self._first = first
        self._limit = limit

    async def __aiter__(self) -> AsyncIterator[T]:
        left, empty, cursor, seen = self._limit, 0, self._first, {self._first}
        while True:
            page = await self._rest.ask(self._page(cursor))
            for item in page.items[:left]:
                yield item
            left -= len(page.items)
            cursor, empty = page.next_cursor, 0 if page.items else empty + 1
            if left <= 0 or not cursor:
                return
            if cursor in seen or empty > _EMPTY_PAGES_MAX:
                raise RestError(
                    f"{self._page(cursor).url}: wanted the next part of a list, found one that"
                    " leads nowhere: take what came before, or ask for less with `limit`",
                    name="bad_answer",
                )
            seen.add(cursor)

    def __await__(self) -> Generator[object, None, Rows[T]]:
        return self._all().__await__()

    async def _all(self) -> Rows[T]:
        return Rows([item async for item in self], self._of)
