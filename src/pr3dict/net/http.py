"""HTTP by httpx2, as `ports.Http` wants it: few requests, each bounded in time and size."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Final, NamedTuple, Self
from urllib.parse import urlsplit

from pr3dict.model.errors import FeedError, MissingExtra
from pr3dict.net import handshake
from pr3dict.ports import Clock

if TYPE_CHECKING:
    import httpx2

_TOO_MANY: Final = 429


class Answer(NamedTuple):
    """What a host answered."""

    status: int
    headers: Mapping[str, str]
    """Their names in lower case."""
    body: bytes


class HttpClient:
    """Kept connections to any number of hosts. Close it, or use it with `async with`.

    No redirect is followed and no proxy of the environment is used: what was asked for is what
    answers. Raises `MissingExtra` when httpx2 is not installed.
    """

    def __init__(self, clock: Clock, *, timeout_s: float, answer_bytes_max: int) -> None:
        try:
            import httpx2  # noqa: PLC0415 - an optional dependency
        except ImportError:
            raise MissingExtra("httpx2", "rest") from None
        self._clock = clock
        self._answer_bytes_max = answer_bytes_max
        self._errors = (TimeoutError, ValueError, httpx2.HTTPError, httpx2.InvalidURL)
        self._timeout_s = timeout_s
        self._client = httpx2.AsyncClient(timeout=None, follow_redirects=False, trust_env=False)

    async def exchange(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Send one request and return the answer, whatever its status.

        A body is sent as JSON. Raises `FeedError` (`timeout`, `unreachable`, `too_big`) when there
        is no whole answer.
        """
        sent = {"content-type": "application/json"} if body else {}
        sent.update(headers or {})
        try:
            _ = urlsplit(url).port  # Of one out of range httpx2 tells in a group of errors only.
            async with (
                asyncio.timeout(self._timeout_s),
                self._client.stream(method, url, content=body, headers=sent) as answer,
            ):
                found = await self._read(url, answer)
                return Answer(answer.status_code, dict(answer.headers), found)
        except self._errors as error:
            raise handshake.unreachable(url, error) from error

    async def get(self, url: str) -> tuple[int, bytes]:
        """Return status and body of the answer.

        Raises `FeedError` as `exchange`, or when the host asks us to come back later (429;
        `retry_after` in nanoseconds).
        """
        return self._bearable(url, await self.exchange("GET", url))

    async def post(self, url: str, body: bytes) -> tuple[int, bytes]:
        """Send JSON; otherwise as `get`."""
        return self._bearable(url, await self.exchange("POST", url, body=body))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def _bearable(self, url: str, answer: Answer) -> tuple[int, bytes]:
        status, headers, body = answer
        if status == _TOO_MANY:
            raise handshake.refused(url, status, headers, body, self._clock.now())
        return status, body

    async def _read(self, url: str, answer: "httpx2.Response") -> bytes:
        found = bytearray()
        async for part in answer.aiter_bytes():
            found += part
            if len(found) > self._answer_bytes_max:
                raise FeedError(
                    f"{url} answered more than {self._answer_bytes_max} bytes", name="too_big"
                )
        return bytes(found)
