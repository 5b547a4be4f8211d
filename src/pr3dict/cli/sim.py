"""`pr3dict sim`: the simulated venue, or a recorded one, served until Ctrl-C."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Final

import msgspec

from pr3dict.cli.output import remark, say, say_json
from pr3dict.config import variable_of
from pr3dict.model.errors import ConfigError, MissingExtra
from pr3dict.model.units import NS_PER_MS
from pr3dict.monitor.live import TOKENS
from pr3dict.net.clock import SystemClock
from pr3dict.sim.truth.capture import Capture
from pr3dict.sim.truth.config import Pace, SimConfig
from pr3dict.sim.truth.source import Source
from pr3dict.sim.truth.venue import Venue

SHOWN: Final = 4
"""Tokens that are printed for people; JSON has them all."""


LEAD_MS: Final = 100
LEAD_MS_A_MARKET: Final = 0.5
"""So long before its first moment a venue is built: it must be ready when that comes."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says."""

    markets: int = 20
    seed: int = 1
    speed: float = 1.0
    rate: float = 0.0
    """Frames a second; 0: `speed` decides, whose 0 means flat out."""
    activity: float = 1.0
    ticks: tuple[str, ...] = ()
    port: int = 0
    capture: str | None = None
    loop: bool = False
    start_ms: int | None = None
    recurring: tuple[str, ...] = ()
    """Kinds of markets that recur, besides: `btc-5m`."""
    faults: tuple[str, ...] = ()
    fault_every_s: float = 5.0
    seconds: float | None = None
    leash: bool = False
    """End when standard input does: the life of whoever started us."""
    as_json: bool = False


def run(options: Options) -> int:
    """Serve until the end; return the exit code."""
    unknown = [name for name in options.faults if name not in FAULTS]
    if unknown:
        raise ConfigError(f"fault: wanted one of {', '.join(FAULTS)}, found {unknown[0]}")
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(options))
    return 0


def source_of(options: Options, start_ms: int, clock_ms: Callable[[], int] | None = None) -> Source:
    """Return what is served; a generated venue begins at this time.

    At so many frames a second its time is that of the clock, unless its start was asked for:
    else it would run away from ours, and latencies would mean nothing.
    """
    pace = Pace(speed=options.speed, frames_per_s=options.rate)
    if options.capture is not None:
        return Capture(options.capture, rate=pace, loop=options.loop)
    config = SimConfig(
        markets=options.markets,
        seed=options.seed,
        rate=pace,
        activity=options.activity,
        recurring=options.recurring,
        start_ms=start_ms,
    )
    if options.ticks:
        config = msgspec.structs.replace(config, ticks=options.ticks)
    return Venue(config, clock_ms if options.rate and options.start_ms is None else None)


async def _serve(options: Options) -> None:
    """Serve until the end. Venue time is our time where it can be: latencies mean something."""
    try:
        from pr3dict.sim.server import SimServer  # noqa: PLC0415 - aiohttp is optional
    except ImportError:
        raise MissingExtra("aiohttp", "sim") from None
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if options.leash:
        loop.add_reader(sys.stdin.fileno(), stop.set)
    clock = SystemClock()
    lead_ms = LEAD_MS + round(options.markets * LEAD_MS_A_MARKET)
    start_ms = options.start_ms
    if start_ms is None:
        start_ms = clock.now() // NS_PER_MS + lead_ms
    source = source_of(options, start_ms, lambda: clock.now() // NS_PER_MS)
    async with _opened(SimServer(source, port=options.port, paused=True), options.port) as server:
        _introduce(server, options)
        if options.start_ms is None:
            await asyncio.sleep((start_ms - clock.now() / NS_PER_MS) / 1000)
        # A machine that was too slow to be ready at the first moment would be late for ever.
        late_ms = 0.0 if is_elsewhen(options) else clock.now() / NS_PER_MS - start_ms
        server.resume(max(0.0, late_ms))
        with suppress(TimeoutError):
            async with asyncio.timeout(options.seconds):
                await _until(stop, server, options)
        _take_leave(server, options)


@asynccontextmanager
async def _opened(server: Any, port: int) -> AsyncIterator[Any]:  # noqa: ANN401 - as above
    """Open a venue for a while. Raises `ConfigError` when its port cannot be had."""
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(server)
        except OSError as refused:
            raise ConfigError(
                f"--port: wanted a port of ours, found that {port} cannot be had"
                f" ({os.strerror(refused.errno or 0)}): name another, or 0 for any that is free"
            ) from None
        yield server


async def _until(stop: asyncio.Event, server: Any, options: Options) -> None:  # noqa: ANN401
    """Wait for the end, and let the faults of the script strike in turn meanwhile."""
    rng = random.Random(options.seed)  # noqa: S311 - which token a fault strikes is no secret
    while not stop.is_set():
        for name in options.faults or ("",):
            with suppress(TimeoutError):
                async with asyncio.timeout(options.fault_every_s if name else None):
                    await stop.wait()
                    return
            FAULTS[name](server, rng.choice(server.tokens))


def environment(settings: Mapping[str, str], tokens: list[str]) -> dict[str, str]:
    """Return the variables that lead our client to this venue: the addresses of its services."""
    addresses = {variable_of(name): address for name, address in settings.items()}
    return addresses | {TOKENS: ",".join(tokens)}


def _introduce(server: Any, options: Options) -> None:  # noqa: ANN401 - SimServer is optional
    settings, tokens = server.settings(), server.tokens
    if options.as_json:
        say_json(
            {
                "ws_url": server.ws_url,
                "rest_url": server.rest_url,
                "settings": settings,
                "tokens": tokens,
                "env": environment(settings, tokens),
            }
        )
        return
    if is_elsewhen(options):
        remark("its time is not ours, so latencies mean nothing")
    what = options.capture or f"{options.markets} markets, seed {options.seed}"
    remark(f"a simulated venue ({what}) of {len(tokens)} tokens; Ctrl-C ends it")
    for name, value in environment(settings, tokens[:SHOWN]).items():
        say(f"export {name}={value}")


def is_elsewhen(options: Options) -> bool:
    """Whether the venue lives in another time than ours, or at another speed."""
    paced = options.speed != 1.0 and not options.rate
    return options.capture is not None or options.start_ms is not None or paced


def _take_leave(server: Any, options: Options) -> None:  # noqa: ANN401 - as above
    struck = dict(server.faults.struck)
    if options.as_json:
        figures = {"connections": server.accepted, "frames": server.delivered, "faults": struck}
        say_json(figures)
        return
    faults = ", ".join(f"{number} {name}" for name, number in struck.items())
    remark(
        f"served {server.delivered:,} frames over {server.accepted:,} connections"
        + (f"; faults: {faults}" if faults else "")
    )


FAULTS: Final[dict[str, Callable[[Any, str], object]]] = {
    "drop": lambda server, token: server.faults.drop(token),
    "duplicate": lambda server, token: server.faults.duplicate(token),
    "corrupt": lambda server, token: server.faults.corrupt(token),
    "falsify": lambda server, token: server.faults.falsify(token),
    "garbage": lambda server, _: server.faults.garbage(b"<html>"),
    "cut": lambda server, _: server.cut(),
    "slow": lambda server, _: server.hang_up(1013, "slow consumer: send buffer full"),
}
"""What may go wrong, one at a time: `--fault NAME`."""
