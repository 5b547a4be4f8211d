"""What the doctor finds outside this machine: services, the venue's clock, the account."""

import asyncio
import math
from collections.abc import Sequence
from typing import Final

import msgspec

from pr3dict.cli.finding import Finding, Level
from pr3dict.client.credentials import credentials_from_environment
from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.config import PREFIX, Config
from pr3dict.model.errors import ConfigError, CredentialsError, FeedError, MissingExtra, RestError
from pr3dict.model.units import NS_PER_MS, NS_PER_S
from pr3dict.monitor.words import clean
from pr3dict.net.http import HttpClient
from pr3dict.net.transport import connector
from pr3dict.ports import Clock, Http, Transport
from pr3dict.venues.polymarket import rest
from pr3dict.venues.polymarket.data import requests as data
from pr3dict.venues.polymarket.gamma import requests as gamma

OK: Final = 200
TIMEOUT_S: Final = 3.0
"""How long an address may take to answer."""
ANSWER_MAX: Final = 1 << 20
READINGS: Final = 5
"""How often the venue's clock, which tells whole seconds, is read."""
READ_EVERY_S: Final = 0.21
"""Not a part of a second, so that the readings fall into different parts of it."""


class Offset(msgspec.Struct, frozen=True):
    """How far our clock is ahead of the venue's lies between these, in nanoseconds."""

    low_ns: int
    high_ns: int

    @property
    def middle_ns(self) -> int:
        """The best guess."""
        return (self.low_ns + self.high_ns) // 2


async def reached(config: Config, clock: Clock) -> list[Finding]:
    """Try each address of the venue, all at once, and read its clock on the way.

    The feed needs the market channel only: whatever else does not answer is a warning.
    """
    sockets = [
        _socket("market channel", config.polymarket_market_ws_url, Level.FAIL, config, clock),
        _socket("user channel", config.polymarket_user_ws_url, Level.WARN, config, clock),
        _socket("live data", config.polymarket_rtds_url, Level.WARN, config, clock),
        _socket("prices", config.polymarket_polybolt_url, Level.WARN, config, clock),
        _socket("sports", config.polymarket_sports_url, Level.WARN, config, clock),
    ]
    try:
        http = HttpClient(clock, timeout_s=TIMEOUT_S, answer_bytes_max=ANSWER_MAX)
    except MissingExtra as missing:
        absent = Finding("rest", Level.WARN, f"not asked: {missing}")
        return [*await asyncio.gather(*sockets), absent]
    catalogue = gamma.markets(config.polymarket_gamma_url, limit=1).url
    history = data.trades(config.polymarket_data_url, limit=1).url
    async with http:
        opened, (served, *timed), *asked = await asyncio.gather(
            asyncio.gather(*sockets),
            _clock(config, http, clock),
            _service("catalogue", catalogue, http, clock),
            _service("data", history, http, clock),
            account(config),
        )
    return [*opened, served, *asked, *timed]


async def account(config: Config) -> Finding:
    """Tell whether the venue takes the API key of the environment; the key itself is not told."""
    try:
        found = credentials_from_environment()
        if found.creds is None:
            words = "no API key is set: public data only"
            return Finding(
                "account", Level.OK, words if found.wallet is None else f"a wallet; {words}"
            )
        quick = msgspec.structs.replace(config, rest_timeout_s=TIMEOUT_S, rest_patience_s=TIMEOUT_S)
        async with AsyncPolymarket(quick, found.creds, found.wallet) as polymarket:
            await polymarket.get_api_keys()
    except (ConfigError, CredentialsError, MissingExtra, RestError) as wrong:
        return Finding("account", Level.WARN, clean(str(wrong)))
    return Finding("account", Level.OK, "the venue takes the API key")


def narrowed(readings: Sequence[tuple[int, int, int]]) -> Offset | None:
    """Return what (before, the venue's whole second, after) tell together; None: they disagree.

    The venue cut its time down to a whole second: it was at least that, and less than one more,
    at a moment between our two readings.

    >>> narrowed([(10_200_000_000, 10_000_000_000, 10_300_000_000)])
    Offset(low_ns=-800000000, high_ns=300000000)
    """
    low = max(before - told - NS_PER_S for before, told, _ in readings)
    high = min(after - told for _, told, after in readings)
    return Offset(low, high) if low <= high else None


def offset_finding(offset: Offset | None, config: Config) -> Finding:
    """Say how far off our clock is, and which setting mends it."""
    if offset is None:
        return Finding("clock", Level.WARN, "the venue's clock does not go evenly: no estimate")
    set_ns = config.clock_offset_ms * NS_PER_MS
    low, high = offset.low_ns / NS_PER_S, offset.high_ns / NS_PER_S
    words = f"ours minus the venue's lies between {low:+.3f} s and {high:+.3f} s"
    if offset.low_ns <= set_ns <= offset.high_ns:
        return Finding("clock", Level.OK, words)
    guess = math.floor(offset.middle_ns / NS_PER_MS)
    mend = f"mend the clock (NTP), or set {PREFIX}CLOCK_OFFSET_MS={guess}"
    return Finding("clock", Level.WARN, f"{words}: {mend}")


async def _socket(what: str, url: str, missed: Level, config: Config, clock: Clock) -> Finding:
    """Open a connection, and drop it."""
    quick = msgspec.structs.replace(config, connect_timeout_s=TIMEOUT_S)
    opened: list[Transport] = []
    started = clock.monotonic()
    try:
        async with asyncio.timeout(TIMEOUT_S + 1):
            transport = await connector(quick, clock)(url, opened.append, lambda _frame: None)
    except FeedError as error:
        return Finding(what, missed, clean(str(error)))
    except MissingExtra as missing:
        return Finding(what, missed, str(missing))
    except TimeoutError:
        return Finding(what, missed, f"{url} did not answer in {TIMEOUT_S:g} s")
    took = (clock.monotonic() - started) / NS_PER_MS
    transport.abort()
    await transport.run()
    return Finding(what, Level.OK, f"{url} opened in {took:.0f} ms")


async def _service(what: str, url: str, http: Http, clock: Clock) -> Finding:
    """Ask an address once; what it answers does not matter, as long as it is an answer."""
    started = clock.monotonic()
    try:
        status, _ = await http.get(url)
    except FeedError as error:
        return Finding(what, Level.WARN, clean(str(error)))
    took = (clock.monotonic() - started) / NS_PER_MS
    if status != OK:
        return Finding(what, Level.WARN, f"{url} answered HTTP {status}")
    return Finding(what, Level.OK, f"{url} answered in {took:.0f} ms")


async def _clock(config: Config, http: Http, clock: Clock) -> list[Finding]:
    """Read the venue's clock a few times; without REST the feed works, with fewer witnesses."""
    request = rest.server_time(config.polymarket_clob_url)
    readings = []
    try:
        for number in range(READINGS):
            await asyncio.sleep(READ_EVERY_S if number else 0)
            before = clock.now()
            status, answer = await http.get(request.url)
            if status != OK:
                return [Finding("rest", Level.WARN, f"{request.url} answered HTTP {status}")]
            readings.append((before, rest.read_time(answer), clock.now()))
    except FeedError as error:
        return [Finding("rest", Level.WARN, clean(str(error)))]
    took = min(after - before for before, _, after in readings) / NS_PER_MS
    answered = Finding("rest", Level.OK, f"{request.url} answered in {took:.0f} ms")
    return [answered, offset_finding(narrowed(readings), config)]
