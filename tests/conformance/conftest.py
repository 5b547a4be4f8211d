"""The transports, and the loops that carry them: what is true of one must be true of all."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import uvloop

from pr3dict.net import transport_picows, transport_websockets
from pr3dict.net.clock import SystemClock
from pr3dict.net.limits import Limits

MIB = 1 << 20
LIMITS = Limits(connect_timeout_s=5.0, close_timeout_s=0.3, frame_bytes_max=40 * MIB)
CONNECTORS = {
    "picows": transport_picows.connector,
    "websockets": transport_websockets.connector,
}


@pytest.fixture(params=CONNECTORS)
def make(request):
    return lambda limits: CONNECTORS[request.param](limits, SystemClock())


@pytest.fixture
def connect(make):
    return make(LIMITS)


LoopFactory = Callable[[], asyncio.AbstractEventLoop]


@pytest.hookimpl(optionalhook=True)
def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, LoopFactory]:
    factories: dict[str, LoopFactory] = {"asyncio": asyncio.new_event_loop}
    if Path(item.path).name in {"test_openings.py", "test_transports.py"}:
        factories["uvloop"] = uvloop.new_event_loop
    return factories
