"""Which package carries the sockets, and how fast links may open them."""

import asyncio
import importlib.util

from pr3dict.config import Config
from pr3dict.model.errors import ConfigError, MissingExtra
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net import transport_websockets
from pr3dict.net.limits import Limits
from pr3dict.ports import Clock, Connect, OnMessage, OnOpen, Transport


def connector(config: Config, clock: Clock) -> Connect:
    """Return what opens sockets, as the settings want it; one for all links.

    Raises `MissingExtra` when picows is asked for by name and not installed.
    """
    limits = Limits(
        connect_timeout_s=config.connect_timeout_s,
        close_timeout_s=config.close_timeout_s,
        frame_bytes_max=config.frame_bytes_max,
        compression=config.compression,
    )
    if chosen(config) == "picows":
        from pr3dict.net import transport_picows  # noqa: PLC0415 - an optional dependency

        connect = transport_picows.connector(limits, clock)
    else:
        connect = transport_websockets.connector(limits, clock)
    return spaced(connect, Nanos(round(config.connect_spacing_s * NS_PER_S)), clock)


def chosen(config: Config) -> str:
    """Return the name of the package that carries the sockets.

    Raises `MissingExtra`, and `ConfigError` for compression by picows, which has none.
    """
    if config.compression and config.transport == "picows":
        raise ConfigError(
            "compression: wanted a transport that has it, found picows: leave one of the two"
            " settings out"
        )
    if config.compression or config.transport == "websockets":
        return "websockets"
    if importlib.util.find_spec("picows") is not None:
        return "picows"
    if config.transport == "picows":
        raise MissingExtra("picows", "fast")
    return "websockets"


def spaced(connect: Connect, spacing: Nanos, clock: Clock) -> Connect:
    """Return the same, but with this time between two attempts.

    Many sockets at once are answered 429. Attempts queue up in the order in which they came.
    """
    gate = asyncio.Lock()
    free_at = clock.monotonic()

    async def open_socket(url: str, on_open: OnOpen, on_message: OnMessage) -> Transport:
        nonlocal free_at
        async with gate:
            await asyncio.sleep(max(0, free_at - clock.monotonic()) / NS_PER_S)
            free_at = Nanos(clock.monotonic() + spacing)
        return await connect(url, on_open, on_message)

    return open_socket
