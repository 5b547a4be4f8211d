"""The world of sockets, as the settings want it."""

import sys

import pytest

from pr3dict.app.world import real, rest
from pr3dict.config import Config
from pr3dict.model.errors import RestError
from pr3dict.model.requests import Request
from pr3dict.net.clock import SystemClock


async def test_rest_is_on_unless_it_is_switched_off():
    world = real(Config(), SystemClock())
    assert "on" == world.rest
    assert world.http is not None
    await world.leave()
    without = real(Config(rest=False), SystemClock())
    assert ("off", None) == (without.rest, without.http)
    await without.leave()


async def test_requests_are_carried_within_the_limits_of_the_venue():
    carrier = rest(Config(rest_patience_s=0.5), SystemClock())
    request = Request(url="http://127.0.0.1:1/", read=bytes, limits=("/ok",) * 101)
    with pytest.raises(RestError, match=r"cannot be reached|in time"):
        await carrier.ask(request)  # More than the limit at once goes when all of it is free …
    with pytest.raises(RestError, match="not sent, our own count") as raised:
        await carrier.ask(request)  # … and then it is used up for ten seconds.
    assert "rate_limited" == raised.value.name
    await carrier.aclose()


async def test_without_the_package_rest_is_off_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(sys.modules, "httpx2", None)
    world = real(Config(), SystemClock())
    assert world.http is None
    assert "pr3dict[rest]" in world.rest
