"""A `Rest` that answers from a list, and remembers what it was asked."""

import json
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from pr3dict.client.rest.data import DataMethods
from pr3dict.client.rest.gamma import GammaMethods
from pr3dict.config import Config
from pr3dict.model.errors import RestError
from pr3dict.model.requests import Request

T = TypeVar("T")

CONFIG = Config(
    polymarket_gamma_url="http://127.0.0.1:8001/gamma",
    polymarket_data_url="http://127.0.0.1:8001/data-api",
)


class Told:
    """Answers each request with what `tell` makes of its path and query."""

    def __init__(self, tell: Callable[[str, dict[str, list[str]]], Any]) -> None:
        self.tell = tell
        self.asked: list[str] = []

    async def ask(self, request: Request[T]) -> T:
        self.asked.append(request.url)
        parts = urlsplit(request.url)
        found = self.tell(parts.path, parse_qs(parts.query))
        return request.read(found if isinstance(found, bytes) else json.dumps(found).encode())


class Methods(GammaMethods, DataMethods):
    """The methods under test, over a `Rest` of their own."""

    def __init__(self, rest: Told) -> None:
        self._config = CONFIG
        self._rest = rest


def methods(tell: Callable[[str, dict[str, list[str]]], Any]) -> tuple[Methods, list[str]]:
    """Return the methods over what tells, and the list of addresses that they ask for."""
    rest = Told(tell)
    return Methods(rest), rest.asked


def always(found: object) -> Callable[[str, dict[str, list[str]]], Any]:
    """Return what tells the same to all."""
    return lambda path, query: found


def refusing(name: str, status: int) -> Callable[[str, dict[str, list[str]]], Any]:
    """Return what refuses all."""

    def tell(path: str, query: dict[str, list[str]]) -> Any:
        raise RestError("GET …: not here", name=name, status=status)

    return tell
