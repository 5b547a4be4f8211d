"""What every group of REST methods has to work with."""

from typing import TypeVar

from pr3dict.client.rest.rows import Rows
from pr3dict.config import Config
from pr3dict.model.requests import Request
from pr3dict.ports import Rest

T = TypeVar("T")


class RestMethods:
    """A group of methods that ask the venue's REST; `AsyncPolymarket` is made of such groups.

    A method makes a request (`venues/polymarket/`) and returns `await self._rest.ask(request)`; one
    that lists returns `Pages`. All raise `RestError`, with one sentence.
    """

    _config: Config
    _rest: Rest

    async def _rows(self, request: Request[tuple[T, ...]], of: type[T]) -> Rows[T]:
        """Return what comes in one part as rows of a kind."""
        found = await self._rest.ask(request)
        return Rows(found, of)
