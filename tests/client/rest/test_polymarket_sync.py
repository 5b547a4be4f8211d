"""The synchronous twin: the same methods, on a thread of its own."""

import asyncio
import gc
import inspect
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import get_origin

import pytest
from tests.client.rest_venue import rest_venue

from pr3dict.client.rest.pages import Pages
from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.rest.polymarket_sync import Polymarket
from pr3dict.config import Config
from pr3dict.model.errors import RestError, UnknownTokenError

ANSWERS: dict[str, object] = {
    "GET /midpoint": {"mid": "0.25"},
    "GET /markets": {"data": [{"condition_id": "0x1"}], "next_cursor": "LTE="},
}


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "pr3dict-rest"]


def is_waited_for(method: object) -> bool:
    """Whether calling this asks the venue: a coroutine function, or one that lists or iterates."""
    if inspect.iscoroutinefunction(method):
        return True
    returned = inspect.signature(method).return_annotation if callable(method) else None
    return get_origin(returned) in {Pages, AsyncIterator}


def public(kind: type) -> dict[str, object]:
    return {name: each for name, each in inspect.getmembers(kind) if not name.startswith("_")}


def test_every_method_that_asks_has_its_twin_with_the_same_words():
    asking = {name for name, each in public(AsyncPolymarket).items() if is_waited_for(each)}
    twins = public(Polymarket)
    assert 25 <= len(asking)
    assert asking - {"aclose"} == set(twins) - {"close"}
    for name in asking - {"aclose"}:
        method = getattr(AsyncPolymarket, name)
        assert inspect.signature(method).parameters == inspect.signature(twins[name]).parameters
        assert method.__doc__ == twins[name].__doc__


async def test_answers_where_nobody_can_wait():
    async with rest_venue(ANSWERS) as asked:
        outcome: list[object] = []

        def script() -> None:
            with Polymarket(asked.config) as venue:
                outcome.append(venue.get_midpoint("42"))
                outcome.append([market.condition_id for market in venue.list_clob_markets()])

        await asyncio.to_thread(script)
    assert [Decimal("0.25"), ["0x1"]] == outcome


def test_what_goes_wrong_is_raised_where_it_was_asked():
    with Polymarket(Config(polymarket_clob_url="http://127.0.0.1:1", rest_patience_s=0.5)) as venue:
        with pytest.raises(RestError, match=r"cannot be reached|in time"):
            venue.get_midpoint("42")
        with pytest.raises(UnknownTokenError):
            venue.get_midpoint("0x1")


async def test_may_be_called_from_within_a_running_loop():
    """As brief 004 does; that loop stands still meanwhile."""
    with (
        Polymarket(Config(polymarket_clob_url="http://127.0.0.1:1", rest_patience_s=0.5)) as venue,
        pytest.raises(RestError, match=r"cannot be reached|in time"),
    ):
        venue.get_midpoint("42")


def test_its_thread_ends_with_it():
    before = len(threads())
    venue = Polymarket(Config())
    assert before + 1 == len(threads())
    venue.close()
    assert before == len(threads())
    venue.close()
    with pytest.raises(RuntimeError, match="this Polymarket is closed"):
        venue.get_midpoint("42")


def test_its_thread_ends_when_it_is_forgotten():
    before = set(threading.enumerate())
    Polymarket(Config())
    gc.collect()
    for thread in set(threading.enumerate()) - before:
        thread.join(5.0)
        assert not thread.is_alive()


def test_a_program_that_forgets_to_close_it_ends_in_silence():
    code = (
        "from pr3dict import Config, Polymarket, RestError\n"
        "venue = Polymarket(Config(polymarket_clob_url='http://127.0.0.1:1', rest_patience_s=1))\n"
        "try:\n    venue.get_version()\nexcept RestError:\n    print('told')\n"
    )
    ran = subprocess.run(  # noqa: S603 - our own interpreter, our own code
        [sys.executable, "-X", "dev", "-c", code],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ("told\n", "") == (ran.stdout, ran.stderr)


def test_says_where_it_asks():
    with Polymarket(Config()) as venue:
        assert "<Polymarket https://clob.polymarket.com>" == repr(venue)
