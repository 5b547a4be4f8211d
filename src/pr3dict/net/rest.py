"""Carries the requests that a venue makes, as `ports.Rest` wants it."""

from typing import TypeVar

from pr3dict.model.requests import Request
from pr3dict.net.http import HttpClient
from pr3dict.ports import Clock

T = TypeVar("T")


class Rest:
    """Asks a venue. Close it with `aclose`."""

    def __init__(self, http: HttpClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock

    async def ask(self, request: Request[T]) -> T:
        """Send a request and return what its `read` makes of the answer."""
        headers = request.sign(self._clock.wall()) if request.sign is not None else {}
        answer = await self._http.exchange(
            request.method, request.url, headers=headers, body=request.body
        )
        return request.read(answer.body)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()
