"""Carries the requests that a venue makes, as `ports.Rest` wants it.

Each waits for its rate limits, is tried again where that does no harm and may help, and ends within
a stated time. What the venue says about its limits is obeyed by all requests that share them.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Mapping
from typing import Final, Protocol, TypeVar
from urllib.parse import urlsplit

from pr3dict.model.errors import FeedError, RestError
from pr3dict.model.links import Pace
from pr3dict.model.requests import Request
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net.buckets import Buckets, Shut
from pr3dict.net.http import Answer
from pr3dict.net.refusals import refusal, shown
from pr3dict.net.retry import Backoff, RetryRules
from pr3dict.ports import Clock

T = TypeVar("T")

ATTEMPTS_MAX: Final = 4
BACKOFF: Final = RetryRules(base=Nanos(NS_PER_S // 2), cap=Nanos(8 * NS_PER_S))
SHUT: Final = Nanos(10 * NS_PER_S)
"""For how long a limit is left alone that a 429 without Retry-After has told of: its window."""
BANNED: Final = Nanos(60 * NS_PER_S)
"""For how long a host is left alone whose edge blocks us, or that says 429 a second time in a row:
asking on makes a ban longer."""
_SHUT_MAX: Final = Nanos(3600 * NS_PER_S)
_HIDDEN_LEAST: Final = 8
"""Shorter values of headers (a nonce of 0) are no secret, and words would be lost with them."""

_OURS: Final = "our own count of what the venue allows is used up"
_MENDABLE: Final = frozenset(
    {"timeout", "unreachable", "rate_limited", "restarting", "unavailable"}
)
_BANS: Final = frozenset({"challenged"})

_log = logging.getLogger(__name__)


class Exchange(Protocol):
    """What carries one exchange: `HttpClient`."""

    async def exchange(
        self, method: str, url: str, *, headers: Mapping[str, str] | None, body: bytes
    ) -> Answer:
        """Return the answer, or raise `FeedError`."""

    async def aclose(self) -> None:
        """Close the connections."""


class Rest:
    """Asks venues. Close it with `aclose`; use it on one loop."""

    def __init__(
        self,
        http: Exchange,
        clock: Clock,
        chance: random.Random,
        buckets: Buckets,
        *,
        patience_s: float,
    ) -> None:
        """Take what carries, the time, what spreads retries, the limits, and seconds a call."""
        self._http = http
        self._clock = clock
        self._chance = chance
        self._buckets = buckets
        self._patience = Nanos(round(patience_s * NS_PER_S))
        self._struck: dict[str, tuple[int, Nanos]] = {}
        """By host: how many times in a row it said 429, and when it last did."""
        self._warned: set[str] = set()
        self.counts: Final[Counter[str]] = Counter()
        """Requests `sent`, `retried`, and failed ones by the name of their error."""

    async def ask(self, request: Request[T]) -> T:
        """Send a request and return what its `read` makes of the answer.

        Raises `RestError` within `patience_s`. One that is not repeatable is sent once at most.
        """
        by = Nanos(self._clock.monotonic() + self._patience)
        backoff = Backoff(self._chance, BACKOFF)
        names = (_host(request.url), *request.limits)
        answered: RestError | None = None
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                await self._admitted(request, names, by)
                return await self._once(request, names, by)
            except RestError as error:
                pause = backoff.wait(Pace.QUICK, asked=error.retry_after)
                if not self._may_mend(request, error, attempt, Nanos(by - pause)):
                    # That a second attempt found no room tells less than what the first one met.
                    told = answered if isinstance(error, _NotSent) and answered else error
                    self.counts[told.name] += 1
                    raise told from told.__cause__
                answered = error
            self.counts["retried"] += 1
            await asyncio.sleep(pause / NS_PER_S)
        raise AssertionError("the last attempt returns or raises")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _may_mend(self, request: Request[T], error: RestError, attempt: int, by: Nanos) -> bool:
        return (
            request.repeatable
            and error.name in _MENDABLE
            and attempt < ATTEMPTS_MAX
            and self._clock.monotonic() < by
            and self._struck.get(_host(request.url), (0, 0))[0] <= 1
        )

    async def _admitted(self, request: Request[T], names: tuple[str, ...], by: Nanos) -> None:
        """Wait until all limits let the request pass; raises `RestError` if that is too long."""
        while True:
            now = self._clock.now()
            wait = self._buckets.wait(names, now)
            if not wait:
                self._buckets.take(names, now)
                return
            if self._clock.monotonic() + wait >= by:
                why = self._buckets.shut_for(names, now) or Shut(now, "rate_limited", _OURS)
                raise _NotSent(
                    f"{request.method} {shown(request.url)}: not sent, {why.words}; it may be tried"
                    f" again in {wait / NS_PER_S:.1f} s",
                    name=why.name,
                    retry_after=wait,
                )
            await asyncio.sleep(wait / NS_PER_S)

    async def _once(self, request: Request[T], names: tuple[str, ...], by: Nanos) -> T:
        wall, sent = self._clock.wall(), self._clock.now()
        headers = dict(request.sign(wall)) if request.sign is not None else {}
        self.counts["sent"] += 1
        try:
            left = (by - self._clock.monotonic()) / NS_PER_S
            async with asyncio.timeout(max(0.0, left)):
                answer = await self._http.exchange(
                    request.method, request.url, headers=headers, body=request.body
                )
        except TimeoutError:
            raise _unanswered(request, "no answer in time", "timeout") from None
        except FeedError as failed:
            raise _unanswered(request, str(failed), failed.name) from failed
        self._heard(names, answer)
        error = refusal(f"{request.method} {shown(request.url)}", answer, wall)
        if error is not None:
            raise self._noted(_without(error, headers), names, sent)
        self._struck.pop(names[0], None)
        return _read(request, answer)

    def _heard(self, names: tuple[str, ...], answer: Answer) -> None:
        """Obey what an answer tells of the limits of an account, and pass a warning on, once."""
        self._buckets.heard(names, answer.headers, self._clock.now())
        warning = answer.headers.get("poly-ratelimit-warning", "")[:200]
        if warning and names[-1] not in self._warned:
            self._warned.add(names[-1])
            _log.warning("the venue warns of the rate limit %s: %r", names[-1], warning)

    def _noted(self, error: RestError, names: tuple[str, ...], sent: Nanos) -> RestError:
        """Close what an error closes: a limit for a while, after a second time the whole host."""
        host, now = names[0], self._clock.now()
        if error.name not in _BANS and error.name != "rate_limited":
            return error
        times, last = self._struck.get(host, (0, Nanos(-1)))
        if sent > last:  # What was under way when the venue said so is no second time.
            times += 1
        self._struck[host] = times, now
        again = error.name in _BANS or times > 1
        least = BANNED if again else Nanos(0 if error.retry_after else SHUT)
        wait = Nanos(min(_SHUT_MAX, max(least, error.retry_after)))
        # The widest limits stay open the first time: it is the narrow one that is used up.
        closed = (host,) if again else names[3:] or names[2:] or names
        why = (
            "the edge blocks us" if error.name in _BANS else "the venue said that we ask too often"
        )
        self._buckets.shut(closed, Shut(Nanos(now + wait), error.name, why))
        error.retry_after = wait
        return error


class _NotSent(RestError):
    """Our own limits did not let it out in time."""


def _unanswered(request: Request[T], why: str, name: str) -> RestError:
    unknown = "" if request.repeatable else "; whether it was carried out is not known, look first"
    asked = f"{request.method} {shown(request.url)}"
    return RestError(f"{asked}: {why.removeprefix(request.url + ' ')}{unknown}", name=name)


def _read(request: Request[T], answer: Answer) -> T:
    try:
        return request.read(answer.body)
    except RestError as error:
        asked = f"{request.method} {shown(request.url)}"
        raise RestError(f"{asked}: {error}", name=error.name, status=answer.status) from error


def _without(error: RestError, headers: Mapping[str, str]) -> RestError:
    """Take out of an error what the venue may have repeated of our signed headers."""
    said = str(error)
    for value in headers.values():
        if len(value) >= _HIDDEN_LEAST:
            said = said.replace(value, "…")
    return RestError(said, name=error.name, status=error.status, retry_after=error.retry_after)


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""
