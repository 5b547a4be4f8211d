"""`pr3dict doctor`: what runs here, what can be reached from here, how right the clock is."""

import asyncio
import os
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from pr3dict.cli.finding import Finding, Level
from pr3dict.cli.output import say, say_json
from pr3dict.cli.reach import reached
from pr3dict.config import PREFIX, Config, from_environment, read_dotenv
from pr3dict.core import load
from pr3dict.model.errors import CoreUnavailable, MissingExtra
from pr3dict.model.units import NS_PER_MS
from pr3dict.monitor.words import clean
from pr3dict.net.clock import SystemClock
from pr3dict.net.transport import chosen
from pr3dict.ports import Clock

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


def steadiness(clock: Clock) -> Finding:
    """Tell whether the wall clock was set while we looked; `clock` is as old as this run."""
    step = clock.wall() - clock.now()
    if abs(step) < STEP_NS:
        return Finding("wall clock", Level.OK, "steady against the monotonic clock")
    moved = f"the wall clock was set by {step / NS_PER_MS:+.0f} ms while this ran"
    return Finding("wall clock", Level.WARN, moved)


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
