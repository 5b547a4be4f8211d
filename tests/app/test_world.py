"""The world of sockets, as the settings want it."""

import sys

import pytest

from pr3dict.app.world import real
from pr3dict.config import Config
from pr3dict.net.clock import SystemClock


async def test_rest_is_on_unless_it_is_switched_off():
    world = real(Config(), SystemClock())
    assert "on" == world.rest
    assert world.http is not None
    await world.leave()
    without = real(Config(rest=False), SystemClock())
    assert ("off", None) == (without.rest, without.http)
    await without.leave()


async def test_without_the_package_rest_is_off_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(sys.modules, "httpx2", None)
    world = real(Config(), SystemClock())
    assert world.http is None
    assert "pr3dict[rest]" in world.rest
