"""`pr3dict doctor`: what runs here, what can be reached from here, how right the clock is."""

import asyncio
import math
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import msgspec

from pr3dict.cli.output import say, say_json
from pr3dict.config import PREFIX, Config, from_environment, read_dotenv
from pr3dict.core import load
from pr3dict.model.errors import CoreUnavailable, FeedError, MissingExtra
from pr3dict.model.units import NS_PER_MS, NS_PER_S
from pr3dict.monitor.words import clean
from pr3dict.net.clock import SystemClock
from pr3dict.net.http import HttpClient
from pr3dict.net.transport import chosen, connector
from pr3dict.ports import Clock, Http, Transport
from pr3dict.venues.polymarket import rest

OK: Final = 200
TIMEOUT_S: Final = 3.0
"""How long an address may take to answer."""
ANSWER_MAX: Final = 1 << 20
READINGS: Final = 5
"""How often the venue's clock, which tells whole seconds, is read."""
READ_EVERY_S: Final = 0.21
"""Not a part of a second, so that the readings fall into different parts of it."""
STEP_NS: Final = 10 * NS_PER_MS
"""A wall clock that moves by more against the monotonic one was set meanwhile."""

PACKAGES: Final = {
    "msgspec": "",
    "websockets": "",
    "python-dotenv": "",
    "picows": "fast",
    "uvloop": "fast",
    "httpx2": "rest",
    "typer": "cli",
    "rich": "cli",
    "textual": "tui",
    "backports.zstd": "record",
    "aiohttp": "sim",
    "coincurve": "trade",
    "safe-pysha3": "trade",
}
"""What we may use, and the extra that brings it; nothing where it must be there."""
BUILT_IN: Final = {"backports.zstd": (3, 14)}
"""Since which Python a package is a part of Python."""


class Level(Enum):
    """How a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"
    """The feed could not work."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    what: str
    level: Level
    words: str


class Offset(msgspec.Struct, frozen=True):
    """How far our clock is ahead of the venue's lies between these, in nanoseconds."""

    low_ns: int
    high_ns: int

    @property
    def middle_ns(self) -> int:
        """The best guess."""
        return (self.low_ns + self.high_ns) // 2


def run(*, as_json: bool) -> int:
    """Look at everything; return 1 when the feed could not work."""
    clock = SystemClock()
    config = from_environment()
    findings = [*machine(config), *settings_found()]
    findings += asyncio.run(reached(config, clock))
    findings.append(steadiness(clock))
    if as_json:
        say_json({"ok": is_well(findings), "findings": findings})
    else:
        wide = max(len(found.what) for found in findings)
        for found in findings:
            say(f"{found.level.value:<4}  {found.what:<{wide}}  {found.words}")
    return 0 if is_well(findings) else 1


def is_well(findings: list[Finding]) -> bool:
    """Whether the feed could work."""
    return all(found.level is not Level.FAIL for found in findings)


def machine(config: Config) -> Iterator[Finding]:
    """Tell the engine, the transport, the loop and the packages."""
    yield _engine(config)
    try:
        yield Finding("transport", Level.OK, chosen(config))
    except MissingExtra as missing:
        yield Finding("transport", Level.FAIL, str(missing))
    system = f"{platform.system()} {platform.machine()}"
    yield Finding("python", Level.OK, f"{platform.python_version()} on {system}")
    yield _package("pr3dict", "")
    for name, extra in PACKAGES.items():
        yield _package(name, extra)


def settings_found() -> Iterator[Finding]:
    """Tell which settings are set, by name and place: a value may be a secret."""
    files, _ = read_dotenv()
    for place, names in (("environment", os.environ), (".env", files)):
        found = sorted(name for name in names if name.startswith(PREFIX))
        yield Finding(f"settings in {place}", Level.OK, clean(", ".join(found), 500) or "none")


async def reached(config: Config, clock: Clock) -> list[Finding]:
    """Try each address that the feed uses, and read the venue's clock on the way."""
    try:
        http = HttpClient(clock, timeout_s=TIMEOUT_S, answer_bytes_max=ANSWER_MAX)
    except MissingExtra as missing:
        return [
            await _socket(config, clock),
            Finding("rest", Level.WARN, f"not asked: {missing}"),
        ]
    async with http:
        return [await _socket(config, clock), *await _clock(config, http, clock)]


def steadiness(clock: Clock) -> Finding:
    """Tell whether the wall clock was set while we looked; `clock` is as old as this run."""
    step = clock.wall() - clock.now()
    if abs(step) < STEP_NS:
        return Finding("wall clock", Level.OK, "steady against the monotonic clock")
    moved = f"the wall clock was set by {step / NS_PER_MS:+.0f} ms while this ran"
    return Finding("wall clock", Level.WARN, moved)


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


def _engine(config: Config) -> Finding:
    try:
        name = load(config.core).NAME
    except CoreUnavailable as absent:
        return Finding("engine", Level.FAIL, str(absent))
    if name == "native" or config.core == "reference":
        return Finding("engine", Level.OK, name)
    words = f"{name} (plain Python: slower); for the native one install cargo, then `make build`"
    return Finding("engine", Level.WARN, words)


def _package(name: str, extra: str) -> Finding:
    if name in BUILT_IN and sys.version_info >= BUILT_IN[name]:
        return Finding(name, Level.OK, "in Python itself")
    try:
        return Finding(name, Level.OK, version(name))
    except PackageNotFoundError:
        if name == "pr3dict":
            return Finding(name, Level.WARN, "not installed; this runs from its sources")
        if not extra:
            return Finding(name, Level.FAIL, f"not installed: pip install {name}")
        return Finding(name, Level.WARN, f"not installed: pip install 'pr3dict[{extra}]'")


async def _socket(config: Config, clock: Clock) -> Finding:
    """Open a connection to the market channel, and drop it."""
    url = config.polymarket_market_ws_url
    quick = msgspec.structs.replace(config, connect_timeout_s=TIMEOUT_S)
    opened: list[Transport] = []
    started = clock.monotonic()
    try:
        async with asyncio.timeout(TIMEOUT_S + 1):
            transport = await connector(quick, clock)(url, opened.append, lambda _frame: None)
    except FeedError as error:
        return Finding("market channel", Level.FAIL, clean(str(error)))
    except MissingExtra as missing:
        return Finding("market channel", Level.FAIL, str(missing))
    except TimeoutError:
        return Finding("market channel", Level.FAIL, f"{url} did not answer in {TIMEOUT_S:g} s")
    took = (clock.monotonic() - started) / NS_PER_MS
    transport.abort()
    await transport.run()
    return Finding("market channel", Level.OK, f"{url} opened in {took:.0f} ms")


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
